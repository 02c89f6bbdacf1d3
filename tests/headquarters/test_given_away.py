"""A practice shows keys: no examination of that day or later has an item of one, anywhere."""

import msgspec
import pytest
import releasing
from desk_world import BY, LIVE, Desk
from sqlalchemy import select

from sync.errors import NotReady
from sync.exam.catalogue import find
from sync.exam.items import Bank
from sync.exam.sitting import SessionKind
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.planning import rosters, sessions
from sync.headquarters.planning.given_away import require_secret
from sync.headquarters.planning.publish import drawn_papers
from sync.headquarters.planning.release import sign_release
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.store.schema import sessions as session_table
from sync.words import Words


def add(desk: Desk, name: str, day: str, kind: SessionKind, bank: Bank) -> None:
    """A draft session of that day with a sitting of one form and a candidate."""
    about = {"session": name, "site": "site-01", "room": "1", "seed": name}
    about["starts_at"] = f"2026-12-{day}T13:00+08:00"
    sessions.create_session(desk.hq, BY, **about, kind=kind, name=Words("场", "S"))
    given = {"specification": find(LIVE), "component": "theory", "bank": bank}
    sessions.add_sitting(desk.hq, BY, session=name, sitting="live", **given)
    file = desk.roster(sample_rows("530051", 1, 1))
    rosters.import_roster(desk.hq, BY, session=name, sitting="live", file=file)


def reworded(bank: Bank, said: str) -> Bank:
    items = {name: msgspec.structs.replace(i, stem=said + i.stem) for name, i in bank.items.items()}
    return msgspec.structs.replace(bank, items=items)


def check(desk: Desk, name: str) -> None:
    with desk.hq.store.reading() as db:
        row = db.execute(select(session_table).where(session_table.c.id == name)).one()
        require_secret(db, row, drawn_papers(db, row).forms)


def test_no_examination_is_signed_with_items_that_a_practice_showed(desk: Desk) -> None:
    add(desk, "practice", "05", "practice", builtin_bank(LIVE))
    releasing.publish(desk.hq, BY, "practice")
    desk.session()
    first, _ = releasing.release_keys(desk.hq)
    with pytest.raises(NotReady, match="practice"):
        sign_release(desk.hq, BY, "morning", first)


@pytest.mark.parametrize("day", ["04", "05"])
def test_no_practice_shows_items_of_an_examination_still_to_be_held(desk: Desk, day: str) -> None:
    desk.session()
    add(desk, "practice", day, "practice", builtin_bank(LIVE))
    with pytest.raises(NotReady, match="morning"):
        check(desk, "practice")


def test_control_what_was_held_may_be_practised_and_other_items_at_any_time(desk: Desk) -> None:
    desk.session()
    add(desk, "after", "06", "practice", builtin_bank(LIVE))
    add(desk, "before", "04", "practice", reworded(builtin_bank(LIVE), "练习："))
    add(desk, "rehearsal", "05", "rehearsal", builtin_bank(LIVE))
    for name in ("after", "before", "rehearsal", "morning"):
        check(desk, name)


def test_another_id_makes_no_other_item(desk: Desk) -> None:
    desk.session()
    bank = builtin_bank(LIVE)
    again = {f"p-{n}": msgspec.structs.replace(i, id=f"p-{n}") for n, i in bank.items.items()}
    add(desk, "practice", "04", "practice", msgspec.structs.replace(bank, items=again))
    with pytest.raises(NotReady, match="morning"):
        check(desk, "practice")
