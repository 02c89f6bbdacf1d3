"""The one writer: groups, acts that fail, full and failing disks, and what a kill leaves."""

import threading
from collections.abc import Callable
from pathlib import Path

import pysqlite3
import pytest
import world
from room import Page, browser, journal
from together import (
    at_once,
    busy_writer,
    grouped,
    in_memory_as_on_disk,
    limit_pages,
    note,
    outcome,
    put,
    wait_until,
)

from siteapp.conduct.acts import NewEvent
from siteapp.errors import StorageFailed
from siteapp.site import Site
from siteapp.store import writer
from siteapp.store.writer import Decision
from sync.errors import AlreadyThere, NotReady

AM = "am-1121"


def test_acts_that_wait_together_are_one_commit(open_site: Site) -> None:
    before = open_site.live.writer.commits
    works = [lambda n=n: put(open_site, str(n)) for n in range(40)]
    assert grouped(open_site, works) == ["stored"] * 40
    assert open_site.live.writer.commits == before + 1
    assert {e["note"] for e in journal(open_site, "incident")} == {str(n) for n in range(40)}
    assert in_memory_as_on_disk(open_site)


def test_threads_that_save_at_once_need_fewer_commits_than_saves(open_site: Site) -> None:
    def many(thread: int) -> None:
        for n in range(20):
            put(open_site, f"{thread}-{n}")

    before = open_site.live.writer.commits
    threads, outcomes = at_once([lambda n=n: many(n) for n in range(16)])
    for thread in threads:
        thread.join()
    assert outcomes == ["stored"] * 16
    together = open_site.live.writer.commits - before
    assert together < 16 * 20 / 2
    many(99)
    assert open_site.live.writer.commits - before - together == 20


def test_a_commit_waits_for_more_only_while_acts_come_in_numbers(
    open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("siteapp.store.writer.time.sleep", waited.append)
    put(open_site, "alone")
    put(open_site, "alone again")
    assert waited == []
    assert grouped(open_site, [lambda n=n: put(open_site, str(n)) for n in range(40)]) == (
        ["stored"] * 40
    )
    put(open_site, "after many")
    put(open_site, "alone")
    assert waited == [40 * writer.GATHER_S_A_SAVE]


@pytest.mark.parametrize(("bound", "commits"), [(writer.MAX_GROUP_BYTES, 3), (2**40, 1)])
def test_large_requests_that_wait_together_are_several_commits(
    open_site: Site, monkeypatch: pytest.MonkeyPatch, bound: int, commits: int
) -> None:
    size = writer.MAX_GROUP_BYTES // 8
    monkeypatch.setattr(writer, "MAX_GROUP_BYTES", bound)
    session, before = open_site.live.session(AM), open_site.live.writer.commits
    works = [
        lambda n=n: open_site.live.act(session, lambda _: note(str(n)), size) for n in range(24)
    ]
    assert grouped(open_site, works) == ["stored"] * 24
    assert open_site.live.writer.commits == before + commits


def test_every_commit_is_synced_to_the_disk(open_site: Site) -> None:
    read = open_site.live.database.conn.execute
    assert read("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert read("PRAGMA synchronous").fetchone()[0] == 2


def test_an_act_that_raises_harms_no_other_of_its_group(open_site: Site) -> None:
    def refuse(_: object) -> Decision:
        raise NotReady(reason_zh="x", reason_en="x")

    def stumble(_: object) -> Decision:
        raise ZeroDivisionError

    unknown = Decision([NewEvent("incident", {"note": "no such members"})])
    session, act = open_site.live.session(AM), open_site.live.act
    works = [
        lambda: put(open_site, "before"),
        lambda: act(session, refuse),
        lambda: act(session, stumble),
        lambda: act(session, lambda _: unknown),
        lambda: put(open_site, "after"),
    ]
    expected = ["stored", "NotReady", "ZeroDivisionError", "NotCanonical", "stored"]
    assert grouped(open_site, works) == expected
    assert {e["note"] for e in journal(open_site, "incident")} == {"before", "after"}
    assert in_memory_as_on_disk(open_site)


def test_a_full_disk_refuses_saves_loses_none_and_goes_on_when_there_is_room(
    open_folder: Path, open_package: world.Package
) -> None:
    ended: list[int] = []
    site = Site(open_folder, fatal=lambda: ended.append(1))
    page = Page(browser(site), open_package.plan.candidates[0])
    page.begin()
    limit_pages(site, 1)
    answers = [page.save(n, option=n % 4) for n in range(60)]
    saved = [n for n, (status, _) in enumerate(answers) if status == 200]
    refused = [(status, body["error"]["code"]) for status, body in answers if status != 200]
    assert saved
    assert set(refused) == {(507, "disk-too-full")}
    assert in_memory_as_on_disk(site)
    assert set(page.call("GET", "paper")[1]["responses"]) == {page.items[n]["ref"] for n in saved}
    limit_pages(site, None)
    for n in set(range(60)) - set(saved):
        assert page.save(n, option=n % 4, sequence=n + 1)[0] == 200
    site.close()
    again = Site(open_folder)
    attempt = again.live.session(AM).attempt("live/2026000001")
    assert (attempt.answered(), attempt.received["abc123"].upto, ended) == (60, 60, [])
    assert in_memory_as_on_disk(again)
    again.close()


def make_read_only(site: Site) -> None:
    site.live.database.conn.execute("PRAGMA query_only=ON").fetchone()


def make_read_only_and_unreadable(site: Site) -> None:
    make_read_only(site)
    site.live._reader.close()


def close_connection(site: Site) -> None:
    site.live.database.close()


def close_both_connections(site: Site) -> None:
    site.live.database.close()
    site.live._reader.close()


@pytest.mark.parametrize(
    "fail",
    [
        make_read_only,
        make_read_only_and_unreadable,
        close_connection,
        close_both_connections,
    ],
)
def test_a_failing_disk_ends_the_service_once_and_answers_everybody(
    open_folder: Path, fail: Callable[[Site], None]
) -> None:
    ended: list[int] = []
    site = Site(open_folder, fatal=lambda: ended.append(1))
    before = site.live.session(AM).next_seq
    fail(site)
    works = [lambda n=n: put(site, str(n)) for n in range(8)]
    assert grouped(site, works) == ["StorageFailed"] * 8
    wait_until(lambda: bool(ended))
    site.close()
    assert ended == [1]
    again = Site(open_folder)
    assert again.live.session(AM).next_seq == before
    again.close()


def test_a_lock_of_another_program_is_waited_out_and_ends_nothing(open_folder: Path) -> None:
    ended: list[int] = []
    site = Site(open_folder, fatal=lambda: ended.append(1))
    site.live.database.conn.execute("PRAGMA busy_timeout=50").fetchone()
    other = pysqlite3.connect(str(open_folder / "site.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert outcome(lambda: put(site, "locked")) == "StorageFailed"
    other.execute("ROLLBACK")
    other.close()
    put(site, "free")
    assert [e["note"] for e in journal(site, "incident")] == ["free"]
    site.close()
    assert ended == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET line = 'x' WHERE seq = 0",
        "DELETE FROM event WHERE seq = 0",
        "INSERT OR REPLACE INTO event SELECT session, seq, 'x' FROM event WHERE seq = 0",
    ],
)
def test_the_journal_is_append_only_for_every_connection(open_site: Site, sql: str) -> None:
    other = pysqlite3.connect(str(open_site.live.path), isolation_level=None)
    before = open_site.live.events(AM)
    with pytest.raises(pysqlite3.IntegrityError, match="append-only"):
        other.execute(sql)
    other.close()
    assert open_site.live.events(AM) == before


def test_without_its_triggers_the_journal_could_be_changed_and_that_is_noticed(
    open_site: Site,
) -> None:
    other = pysqlite3.connect(str(open_site.live.path), isolation_level=None)
    triggers = other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        other.execute(f"DROP TRIGGER {name}")
    before = open_site.live.events(AM)
    other.execute("DELETE FROM event WHERE seq = 0 AND session = ?", (AM,))
    other.close()
    assert open_site.live.events(AM) == before[1:]


def test_more_waiting_acts_than_the_limit_are_sent_away_for_a_second(
    open_folder: Path, open_package: world.Package
) -> None:
    (open_folder / "settings.toml").write_text("queue_limit = 3")
    site = Site(open_folder)
    page = Page(browser(site), open_package.plan.candidates[0])
    page.begin()
    with busy_writer(site):
        threads, outcomes = at_once([lambda n=n: put(site, str(n)) for n in range(3)])
        wait_until(lambda: site.live.writer._waiting.qsize() == 3)
        bearer = {"Authorization": f"Bearer {page.token}"}
        for path, body in (
            ("responses", {"instance": "abc123", "saves": []}),
            ("flag", {"item": page.items[0]["ref"], "flagged": True}),
        ):
            answer = page.client.post(f"/api/candidate/{path}", json=body, headers=bearer)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
            assert answer.json["error"]["code"] == "overloaded"
    for thread in threads:
        thread.join()
    assert outcomes == ["stored"] * 3
    assert page.save(0)[0] == 200
    site.close()


def test_without_a_writer_nobody_waits_for_ever(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LOOK_S", 0.02)
    site = Site(open_folder)
    site.close()
    with pytest.raises(StorageFailed):
        site.live.writer.submit(None, Decision)


class Door:
    """A lock that says how many came to it."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        # Appending is one step, whichever thread does it; adding to a number is not.
        self.came: list[int] = []

    def __enter__(self) -> None:
        self.came.append(threading.get_ident())
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_one_package_taken_in_twice_at_once_fails_nobody_elses_save(
    hq, open_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = world.make_package(hq, open_site.identity.certificate, tmp_path, session="pm-1121")
    receive = lambda: open_site.shelf.receive(package.path)  # noqa: E731
    works = [receive, receive, lambda: put(open_site, "a save")]
    queue, door = open_site.live.writer._waiting, Door(open_site.live._adding)
    monkeypatch.setattr(open_site.live, "_adding", door)
    with busy_writer(open_site):
        threads, outcomes = at_once(works)
        arrived = lambda: len(door.came) + any(outcomes) >= 2 and queue.qsize() >= 2  # noqa: E731
        # Had both been refused, the last line would say by what.
        wait_until(lambda: arrived() or all(outcomes[:2]))
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [AlreadyThere.__name__, "stored", "stored"]
    assert len(journal(open_site, "import", "pm-1121")) == 1
