"""A site that signs what no examsite writes stops neither the scoring of others nor the worker."""

from typing import Any

import pytest
from desk_world import BY, Desk, Story

from sync.exam.journal import encode
from sync.headquarters import serve
from sync.headquarters.errors import JournalBroken
from sync.headquarters.intake import journals
from sync.headquarters.marking import scoring
from sync.headquarters.marking.scoring import saved_reconciliation, score
from sync.headquarters.serve import work_once
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters

ONE = "99530051001"


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def told(desk: Desk, notes: int, size: int = 10) -> Story:
    """A candidate hands in; so many incidents with long notes are told before."""
    story = desk.published()
    for _ in range(notes):
        story.tell("incident", attempt="", category="other", note="x" * size, by="chief")
    attempt = story.start(ONE)
    story.answer_right(attempt, 65)
    story.hand_in(attempt)
    story.close(handed_in=1)
    return story


@pytest.mark.parametrize("bound", ["MAX_EVENTS", "MAX_BYTES"])
def test_more_than_a_session_can_have_is_named_and_not_held(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    story = told(desk, 5, 2_000)
    desk.deliver(story)
    sizes = {
        "MAX_EVENTS": len(story.events),
        "MAX_BYTES": sum(len(encode(e)) for e in story.events),
    }
    monkeypatch.setattr(journals, bound, sizes[bound] - 1)
    with pytest.raises(JournalBroken, match="more than a session can have"):
        score(desk.hq, BY, "morning")
    assert work_once(desk.hq)
    found = saved_reconciliation(desk.hq, "morning")
    assert found is not None and found.lacking is not None
    # The control: with room for the last event it is scored.
    monkeypatch.setattr(journals, bound, sizes[bound])
    assert {row.admission for row in score(desk.hq, BY, "morning")} >= {ONE}


@pytest.mark.parametrize("fault", [ValueError, KeyError, RecursionError, OverflowError])
def test_a_fault_nobody_thought_of_keeps_no_other_session_from_being_scored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    desk.deliver(told(desk, 0))
    taken, seen = scoring._refresh_one, list[str]()

    def broken(hq: Headquarters, by: Stamp, session: str) -> None:
        if session != "morning":
            raise fault
        seen.append(session)
        taken(hq, by, session)

    monkeypatch.setattr(scoring, "_refresh_one", broken)
    claimed = scoring.claim

    def others_first(*given: Any, **more: Any) -> Any:
        found = claimed(*given, **more)
        return [one._replace(subject="evening") for one in found[:1]] + found if found else found

    monkeypatch.setattr(scoring, "claim", others_first)
    monkeypatch.setattr(scoring, "done", lambda *_: None)
    assert work_once(desk.hq)
    assert seen == ["morning"]


def test_a_worker_outlives_any_fault(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(serve, "archive_pending", broken)
    assert not work_once(desk.hq)
