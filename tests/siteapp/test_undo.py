"""A group that was not stored is taken back out of memory: as if everything were read anew."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import pytest
import world
from conducted import make_plan
from hypothesis import given, settings
from hypothesis import strategies as st
from together import AM, at_once, grouped, limit_pages, note, outcome, put, wait_until

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import CONTAINERS, Attempt
from siteapp.conduct.received import Received, Spent
from siteapp.conduct.session import Before, Session
from siteapp.site import Site
from siteapp.standby.ring import Ring
from siteapp.store.live import Live
from siteapp.store.records import keep_session
from siteapp.store.replica import state_of
from siteapp.store.writer import Decision, Nobody, Statement
from sync.exam.journal import KINDS, Answers, Response

PLAN = make_plan()
ATTEMPTS = list(Session.planned(PLAN).attempts)[:2]
# What the rules look at; everything else may be any text.
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "attempt": st.sampled_from(ATTEMPTS),
    "category": st.sampled_from(["outage", "other", "blank"]),
    "instance": st.sampled_from("xy"),
    "item": st.sampled_from(["q1", "q2"]),
    "lost": st.lists(st.just("1000-2000"), max_size=1),
    "sitting": st.sampled_from([sitting.id for sitting in PLAN.sittings]),
    "why": st.sampled_from(["time-is-up", "already-handed-in", "rescue", "rescue"]),
}
TYPES: dict[type, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(1, 4),
    str: st.sampled_from(["", "a", "b"]),
    Response: st.lists(st.sampled_from("ab"), max_size=2),
}


def bodies(kind: str) -> st.SearchStrategy[NewEvent]:
    """Any event of a kind."""
    members = {
        name: MEMBERS[name] if name in MEMBERS else TYPES[of] for name, of in KINDS[kind].items()
    }
    return st.fixed_dictionaries(members).map(lambda body: NewEvent(kind, body))


# What others build upon, more often than the rest.
OFTEN = ["sign-in", "confirm", "start", "file", *["response"] * 4, *["evidence"] * 4]
events = st.sampled_from([*KINDS, *OFTEN, "rescue-refused"]).flatmap(bodies)
# Groups, and whether the disk takes each.
histories = st.lists(st.tuples(st.lists(events, max_size=8), st.booleans()), max_size=8)
# A row that is there already: what came before it in the transaction is rolled back.
REFUSED = Statement("INSERT INTO site VALUES (?)", ("site-01",))


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one planned session: to copy one is quicker than to make one."""
    path = tmp_path_factory.mktemp("planned") / "site.db"
    live = Live(path, "site-01")
    row = keep_session(PLAN.id, "00", msgspec.json.encode(PLAN).decode())
    live.add_session(PLAN, lambda _: Decision(), (row,), {})
    live.close()
    return path


@contextmanager
def opened(planned: Path, folder: Path) -> Iterator[Live]:
    """A copy of that database in use, with a spare's ring."""
    live = Live(Path(shutil.copy(planned, folder)), "site-01")
    # No power is cut here.
    live.database.conn.execute("PRAGMA synchronous=OFF")
    live.writer.follower = Ring(state_of(live), time.monotonic)
    # As after a full disk.
    live.writer._undo.keeps = True
    try:
        yield live
    finally:
        live.close()


@pytest.fixture
def live(planned: Path, tmp_path: Path) -> Iterator[Live]:
    """A store with nothing in its journal."""
    with opened(planned, tmp_path) as found:
        yield found


def read_anew(live: Live) -> dict[str, Any]:
    """The session's whole state, out of the journal on disk."""
    fresh = Session.planned(live.session(AM).plan)
    live._replay(fresh)
    return asdict(fresh)


def check_history(live: Live, history: list[tuple[list[NewEvent], bool]]) -> None:
    """After every group, stored or not, memory is what the disk says, in the same objects."""
    session = live.session(AM)
    attempts = dict(session.attempts)
    for group, fails in history:
        decision = Decision(group, [REFUSED] if fails else [])
        ended = outcome(lambda decision=decision: live.act(session, lambda _: decision))
        assert ended == ("StorageFailed" if fails else "stored")
        assert asdict(session) == read_anew(live)
    assert all(session.attempts[name] is attempt for name, attempt in attempts.items())
    assert live.writer.follower.state == state_of(live)  # type: ignore[attr-defined]


@settings(max_examples=40, deadline=None)
@given(history=histories)
def test_after_any_history_with_groups_that_fail_memory_is_what_the_disk_says(
    planned: Path, tmp_path_factory: pytest.TempPathFactory, history: Any
) -> None:
    with opened(planned, tmp_path_factory.mktemp("undo")) as live:
        check_history(live, history)


def event(kind: str, **members: Any) -> NewEvent:
    """One of the first attempt, on its page x; what is not given is whatever fits."""
    plain: dict[type, Any] = {bool: True, int: 1, str: "x", list: ["1000-2000"], Response: ["a"]}
    body = {name: plain[of] for name, of in KINDS[kind].items()} | {"attempt": ATTEMPTS[0]}
    return NewEvent(kind, body | members)


# Two groups that are refused and between them change every member that can.
SHORT = [
    ([event("response")], False),
    (
        [
            *(event(kind) for kind in ("sign-in", "file", "flag", "hand", "message", "silence")),
            *(event(kind) for kind in ("extension", "page-worked", "noticed")),
            event("response", sequence=2),
            event("evidence", sequence=3, why="time-is-up"),
            event("evidence", sequence=4, why="rescue"),
            event("file-evidence", why="time-is-up"),
        ],
        True,
    ),
    ([event("evidence", sequence=3, why="rescue")], False),
    ([event("rescue-refused")], True),
    ([event("response", sequence=2)], False),
]


def test_a_short_history_is_taken_back(live: Live) -> None:
    check_history(live, SHORT)


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_copy_that_shares_what_changes_would_be_noticed(
    live: Live, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    whole = Attempt.copy

    def sharing(attempt: Attempt) -> Attempt:
        copy = whole(attempt)
        setattr(copy, name, getattr(attempt, name))
        return copy

    monkeypatch.setattr(Attempt, "copy", sharing)
    with pytest.raises(AssertionError):
        check_history(live, SHORT)


@pytest.mark.parametrize("what", [Received, Answers, Spent])
def test_a_copy_that_is_the_same_object_would_be_noticed(
    live: Live, monkeypatch: pytest.MonkeyPatch, what: type
) -> None:
    monkeypatch.setattr(what, "copy", lambda self: self)
    with pytest.raises(AssertionError):
        check_history(live, SHORT)


def test_a_change_that_is_not_kept_would_be_noticed(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Before, "keep", lambda self, attempt: None)
    with pytest.raises(AssertionError):
        check_history(live, SHORT)


def reads(live: Live, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sessions that are read anew from here on."""
    found: list[str] = []
    reload = live.writer._undo._reload

    def noted(sessions: Any) -> None:
        found.extend(session.plan.id for session in sessions)
        reload(sessions)

    monkeypatch.setattr(live.writer._undo, "_reload", noted)
    return found


def test_a_full_disk_costs_at_most_one_reading_of_the_journal(
    open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reads(open_site.live, monkeypatch)
    before = asdict(open_site.live.session(AM))
    limit_pages(open_site, 0)
    works = [lambda n=n: put(open_site, str(n) * 9_000) for n in range(1, 9)]
    for _ in range(3):
        assert grouped(open_site, works) == ["DiskTooFull"] * 8
        assert asdict(open_site.live.session(AM)) == before == read_anew(open_site.live)
        # The first finds no room and no reserve on a disk that had room until then.
        assert read == [AM]
    limit_pages(open_site, None)
    assert grouped(open_site, works) == ["stored"] * 8
    assert asdict(open_site.live.session(AM)) == read_anew(open_site.live)
    assert read == [AM]


def test_groups_that_fail_for_any_reason_cost_one_reading_of_the_journal(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.writer._undo.keeps = False
    read = reads(live, monkeypatch)
    check_history(live, [([event("response")], True)] * 3)
    assert read == [AM]


def test_the_reserve_is_given_before_a_group_is_refused_so_nothing_is_read_anew(
    open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give() -> bool:
        limit_pages(open_site, None)
        return True

    read = reads(open_site.live, monkeypatch)
    monkeypatch.setattr(open_site.live.writer, "make_room", give)
    limit_pages(open_site, 0)
    assert grouped(open_site, [lambda: put(open_site, "1" * 9_000)]) == ["stored"]
    monkeypatch.setattr(open_site.live.writer, "make_room", lambda: False)
    limit_pages(open_site, 0)
    assert grouped(open_site, [lambda: put(open_site, "2" * 9_000)]) == ["DiskTooFull"]
    assert read == []


def test_an_act_that_was_applied_by_half_is_found_and_the_session_read_anew(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, session = reads(live, monkeypatch), live.session(AM)
    half = Decision([event("response"), event("move", attempt="nobody")])
    assert outcome(lambda: live.act(session, lambda _: half)) == "KeyError"
    assert outcome(lambda: live.act(session, lambda _: note("next"))) == "StorageFailed"
    assert read == [AM]
    assert outcome(lambda: live.act(session, lambda _: note("next"))) == "stored"
    assert asdict(session) == read_anew(live)


def test_a_group_that_is_on_the_disk_after_all_is_not_taken_back(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(_: Any) -> None:
        raise ZeroDivisionError

    session = live.session(AM)
    monkeypatch.setattr(live.writer.follower, "kept", stumble)
    assert outcome(lambda: live.act(session, lambda _: note("kept"))) == "ZeroDivisionError"
    assert session.next_seq == 1
    assert asdict(session) == read_anew(live)


class Later(Nobody):
    """A spare that has nothing yet: what may be acknowledged is said later."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def kept(self, answer: Callable[[], None]) -> None:
        """Not yet."""
        self.waiting.append(answer)


def test_a_group_that_failed_shows_nobody_what_the_spare_does_not_have_yet(live: Live) -> None:
    session, spare = live.session(AM), Later()
    live.writer.follower = spare
    live.enqueue(session, lambda _: note("on one disk only"), lambda refusal: None)
    wait_until(lambda: spare.waiting)
    failed = outcome(lambda: live.act(session, lambda _: Decision([], [REFUSED])))
    assert (failed, session.next_seq) == ("StorageFailed", 1)
    threads, outcomes = at_once([lambda: live.writer.seen(lambda: session.next_seq)])
    wait_until(lambda: len(spare.waiting) == 2)
    assert outcomes == [""]
    for answer in spare.waiting:
        answer()
    threads[0].join()
    assert outcomes == ["stored"]


def test_a_start_that_was_taken_back_leaves_no_paper_behind(
    open_site: Site, open_package: world.Package
) -> None:
    session = open_site.live.session(AM)
    attempt = session.attempt(ATTEMPTS[0])
    for form in (one for sitting in open_package.plan.sittings for one in sitting.forms):
        attempt.form = form
        assert open_site.shelf.paper(session, attempt).form.id == form
