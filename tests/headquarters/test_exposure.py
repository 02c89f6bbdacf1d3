"""What earlier sittings had is avoided, and a rule can forbid it."""

import pytest
from headquarters.desk_world import BY, LIVE, Desk

from sync.errors import TooManyRepeats
from sync.exam.assumed import assume
from sync.exam.catalogue import find
from sync.exam.specification import Specification
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.planning import sessions
from sync.words import Words


def add(desk: Desk, name: str, day: str, rules: Specification) -> sessions.Added:
    """A session of its own on that day with a sitting of one theory form."""
    about = {"session": name, "site": "site-01", "kind": "rehearsal", "room": "1", "seed": name}
    about["starts_at"] = f"2026-12-{day}T09:00+08:00"
    sessions.create_session(desk.hq, BY, **about, name=Words("场", "S"))  # type: ignore[arg-type]
    return sessions.add_sitting(
        desk.hq,
        BY,
        session=name,
        sitting="live",
        specification=rules,
        component="theory",
        bank=builtin_bank(LIVE),
    )


def items(drawn: sessions.Added) -> set[str]:
    return {item.id for item in drawn.drawn[0].form.items()}


def test_a_later_day_gets_what_an_earlier_one_did_not_have(desk: Desk) -> None:
    desk.published()
    had = {
        item.id
        for form in desk.forms["live"]
        for item in sessions.load_form(desk.hq, "morning", form)[0].items()
    }
    later = add(desk, "later", "06", find(LIVE))
    spare = len(builtin_bank(LIVE).items) - len(had)
    assert later.drawn[0].repeated == len(items(later) & had) >= 65 - spare
    same_day = add(desk, "same-day", "05", find(LIVE))
    assert same_day.drawn[0].repeated == 0


def test_a_draft_that_was_never_published_exposes_nothing(desk: Desk) -> None:
    desk.session()
    assert add(desk, "later", "06", find(LIVE)).drawn[0].repeated == 0


def test_the_rule_forbids_more_and_leaves_no_sitting_behind(desk: Desk) -> None:
    desk.published()
    with pytest.raises(TooManyRepeats):
        add(desk, "later", "06", assume(find(LIVE), {"theory.repeats": 0}))
    assert sessions.list_sittings(desk.hq, "later") == []
