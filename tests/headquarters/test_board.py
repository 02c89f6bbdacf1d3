"""The live board: phases and problems of each session, and a poll that tells only what changed."""

from typing import Any

import msgspec
import pytest
from desk_world import NOW, Desk, Page

from sync.headquarters.intake.contacts import Compared, keep_contact
from sync.headquarters.serve import work_once
from sync.headquarters.watch import board
from sync.headquarters.watch.board import MINUTE_MS, Facts, Standing
from sync.headquarters.web.live import LOOK_MS, Day
from sync.wire.inventory import Inventory, SessionState
from sync.words import Words

DAY = "2026-12-05"
STARTS = 1_796_432_400_000
FACTS = Facts(
    session="am",
    site="s1",
    site_name="示例",
    name=Words("上午", "Morning"),
    room="1",
    starts_at="2026-12-05T09:00+08:00",
    kind="examination",
    published=True,
    registered=4,
    batches=0,
    archived=0,
    oldest=None,
    last=None,
    unlocked_at=None,
    opened_at=None,
    closed_at=None,
    absent=0,
    present=0,
    handed_in=0,
    differing=0,
    forks=0,
    broken=False,
    gap=False,
    whole=False,
)


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def judged(minutes: int, **changes: object) -> tuple[str, list[str]]:
    """Phase and problems so many minutes after the start."""
    found = board.judged(msgspec.structs.replace(FACTS, **changes), STARTS + minutes * MINUTE_MS)
    return found.phase, [code for code, _ in found.problems]


@pytest.mark.parametrize(
    ("phase", "changes"),
    [
        ("draft", {"published": False}),
        ("waiting", {}),
        ("fetched", {"batches": 1, "archived": 1}),
        ("unlocked", {"batches": 1, "archived": 1, "unlocked_at": 5}),
        ("running", {"batches": 1, "archived": 1, "unlocked_at": 5, "opened_at": 6}),
        ("closed", {"batches": 2, "archived": 1, "closed_at": 9, "whole": True}),
        ("closed", {"batches": 2, "archived": 2, "closed_at": 9}),
        ("complete", {"batches": 2, "archived": 2, "closed_at": 9, "whole": True}),
    ],
)
def test_a_session_is_in_the_phase_that_its_journal_says(
    phase: str, changes: dict[str, object]
) -> None:
    assert judged(-2 * 24 * 60, **changes) == (phase, [])


def test_silence_is_a_problem_only_when_a_word_is_due() -> None:
    running = {"batches": 1, "archived": 1, "opened_at": 6}
    assert judged(14)[1] == ["unfetched"]
    assert judged(16)[1] == ["silent"]
    assert judged(16, heard=STARTS + 10 * MINUTE_MS)[1] == ["unfetched"]
    assert judged(60, **running, last=STARTS + 50 * MINUTE_MS)[1] == []
    assert judged(60, **running, last=STARTS + 44 * MINUTE_MS)[1] == ["quiet"]
    assert judged(241, **running, last=STARTS + 240 * MINUTE_MS)[1] == ["overdue"]


def test_what_a_site_says_of_itself_counts_where_its_journal_is_not_here_yet() -> None:
    heard = {"heard": STARTS + 10 * MINUTE_MS}
    assert judged(-60, said="waiting", **heard) == ("fetched", [])
    assert judged(11, said="waiting", **heard) == ("fetched", ["locked"])
    assert judged(11, said="running", **heard) == ("running", [])
    assert judged(11, said="closed", cut=3, kept=3, **heard) == ("closed", [])
    assert judged(11, said="closed", cut=3, kept=1, **heard) == ("closed", ["lost"])
    assert judged(11, said="closed", cut=3, kept=1, batches=3, archived=3) == ("closed", [])
    # It never takes back what a signed journal says.
    assert judged(11, said="waiting", batches=1, archived=1, opened_at=5, **heard)[0] == "running"


def test_another_release_than_ours_is_pointed_out() -> None:
    site = msgspec.structs.replace(FACTS, software="examsite 0.0.9", said="running")
    site = msgspec.structs.replace(site, heard=STARTS)
    assert board.judged(site, STARTS, "examsite 0.1.0").problems == (("release", 1),)
    assert board.judged(site, STARTS, "examsite 0.0.9").problems == ()


def test_the_most_serious_problem_comes_first() -> None:
    wrong = {"differing": 2, "forks": 1, "gap": True, "batches": 3, "archived": 2, "oldest": 1}
    assert judged(1, **wrong)[1] == ["fork", "differs", "gap", "uncopied"]
    bad = board.judged(msgspec.structs.replace(FACTS, session="b", broken=True), STARTS)
    fine = board.judged(FACTS, STARTS)
    assert sorted([fine, bad], key=lambda one: one.rank) == [bad, fine]


def test_the_board_follows_the_batches_while_the_room_writes(desk: Desk) -> None:
    story = desk.published()
    attempt = story.start("99530051001")
    story.start("99530051002")
    first = desk.deliver(story, final=False)
    work_once(desk.hq)
    (one,) = board.standings(desk.hq, DAY, NOW)
    facts = one.facts
    assert (facts.registered, facts.present, facts.handed_in, facts.batches) == (4, 2, 0, 1)
    story.hand_in(attempt)
    desk.deliver(story, first=4, sequence=1, previous=first, final=False)
    work_once(desk.hq)
    (one,) = board.standings(desk.hq, DAY, NOW)
    assert (one.phase, one.facts.present, one.facts.handed_in) == ("running", 2, 1)


def test_the_newest_contact_of_a_site_is_on_the_board(desk: Desk) -> None:
    states, lists = (SessionState("morning", "unlocked", 0),), ()
    said = Inventory("site-01", 1, NOW, "examsite 0.1.0", states, lists, lists)
    keep_contact(desk.hq, said, Compared(None, 0, 0), NOW - 5)
    (one,) = board.standings(desk.hq, DAY, NOW)
    assert (one.phase, one.facts.word, one.facts.software) == (
        "unlocked",
        NOW - 5,
        "examsite 0.1.0",
    )


def test_a_poll_tells_only_what_changed(desk: Desk, officer: Page) -> None:
    def rows(since: str) -> Any:
        return msgspec.json.decode(officer.get(f"/board/{DAY}/rows?since={since}"))

    first = rows("")
    assert list(first["rows"]) == ["morning"]
    assert first["names"]["morning"] == ["示例考点", "上午场", "09:00", "site-01"]
    again = rows(first["version"])
    assert (again["version"], again["rows"]) == (first["version"], {})
    assert "names" not in again
    assert len(msgspec.json.encode(again)) < 100


def test_a_day_is_looked_up_once_for_all_who_watch_it() -> None:
    day, looks = Day(), []

    def look() -> list[Standing]:
        looks.append(1)
        return [board.judged(msgspec.structs.replace(FACTS, registered=len(looks)), STARTS)]

    told, whole = day.since("", look, 1000)
    assert whole and told["rows"]["am"][1] == 1
    assert day.since(told["version"], look, 1000 + LOOK_MS - 1)[0]["rows"] == {}
    later, whole = day.since(told["version"], look, 1000 + LOOK_MS)
    assert (len(looks), whole, later["rows"]["am"][1]) == (2, False, 2)


def test_what_is_gone_is_said_and_another_process_begins_anew() -> None:
    day, seen = Day(), [board.judged(FACTS, STARTS)]
    version = day.since("", lambda: seen, 0)[0]["version"]
    seen.clear()
    assert day.since(version, lambda: seen, LOOK_MS)[0]["gone"] == ["am"]
    assert day.since("0badf00d-1", lambda: seen, LOOK_MS)[1]
    assert day.since("nonsense", lambda: seen, LOOK_MS)[1]


def test_a_day_that_is_none_is_not_found(officer: Page) -> None:
    for text in ("2026-13-01", "x", "2026-12-5", "%25"):
        officer.get(f"/board?day={text}", 404)
    assert "2020-01-01" in officer.get("/board?day=2020-01-01")
    officer.get("/board/2026-12-05%25/rows", 404)


def test_the_day_shown_is_today_or_the_next_that_has_sessions() -> None:
    days = [("2026-12-06", 2), ("2026-12-05", 1)]
    assert board.chosen_day(days, "2026-12-05") == "2026-12-05"
    assert board.chosen_day(days, "2026-12-01") == "2026-12-05"
    assert board.chosen_day(days, "2026-12-31") == "2026-12-06"
    assert board.chosen_day([], "2026-12-31") == "2026-12-31"
