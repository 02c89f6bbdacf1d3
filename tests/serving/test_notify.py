"""What systemd is told, and whose heartbeat it is."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from siteapp.heartbeat import Heartbeat, Running, being_sat, windows_of
from siteapp.site import Site
from siteapp.store.writer import Decision
from sync.exam.sitting import starts_ms
from sync.notify import Notifier
from sync.windows import AHEAD_MS, read_windows

WATCHED = {"WATCHDOG_USEC": "30000000"}


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(10)
        yield listening


def told(manager: socket.socket) -> str:
    return manager.recv(1000).decode()


def silent(manager: socket.socket) -> bool:
    """Nothing lies there; whoever would have said something has been waited for."""
    manager.setblocking(False)
    try:
        manager.recv(1000)
    except BlockingIOError:
        return True
    finally:
        manager.settimeout(10)
    return False


def notifier(manager: socket.socket) -> Notifier:
    return Notifier({"NOTIFY_SOCKET": str(manager.getsockname())} | WATCHED)


def test_systemd_is_told_where_it_asks_and_only_there(manager: socket.socket) -> None:
    asked = notifier(manager)
    asked.ready("unix:/x")
    assert told(manager) == "READY=1\nSTATUS=unix:/x"
    assert asked.every == 10
    Notifier({}).beat()
    assert Notifier(WATCHED).every is None
    assert silent(manager)


def test_a_watchdog_of_another_process_is_not_fed(manager: socket.socket) -> None:
    given = {"NOTIFY_SOCKET": str(manager.getsockname()), "WATCHDOG_PID": "1"} | WATCHED
    assert Notifier(given).every is None


def test_a_manager_that_is_gone_stops_nobody() -> None:
    Notifier({"NOTIFY_SOCKET": "/nowhere/notify"}).ready("x")


def test_the_writer_beats_itself(manager: socket.socket, open_site: Site) -> None:
    now = [0.0]
    heart = Heartbeat(open_site.live.writer, notifier(manager), lambda: now[0])
    heart.turn()
    assert told(manager) == "WATCHDOG=1"
    heart.turn()
    now[0] = 10.0
    heart.turn()
    assert told(manager) == "WATCHDOG=1"
    assert silent(manager)


def hung(site: Site) -> tuple[threading.Event, threading.Event]:
    """A writer that hangs, as in a sync that does not come back; set the first to end that."""
    free, inside = threading.Event(), threading.Event()

    def hang() -> Decision:
        inside.set()
        free.wait(30)
        return Decision()

    site.live.writer.enqueue(None, hang, lambda refusal: None)
    assert inside.wait(10)
    return free, inside


def test_a_writer_that_hangs_ends_the_heartbeat_and_one_that_goes_on_beats_again(
    manager: socket.socket, open_site: Site
) -> None:
    free, _ = hung(open_site)
    now = [0.0]
    heart = Heartbeat(open_site.live.writer, notifier(manager), lambda: now[0])
    for moment in (0.0, 10.0, 20.0, 30.0):
        now[0] = moment
        heart.turn()
    assert silent(manager)
    free.set()
    assert told(manager) == "WATCHDOG=1"


def test_a_heartbeat_of_a_thread_of_its_own_would_beat_on_beside_a_writer_that_hangs(
    manager: socket.socket, open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, _ = hung(open_site)
    heart = Heartbeat(open_site.live.writer, notifier(manager), time.monotonic)
    monkeypatch.setattr(open_site.live.writer, "enqueue", lambda session, decide, answer: decide())
    heart.turn()
    assert told(manager) == "WATCHDOG=1"
    free.set()


def test_a_queue_that_is_full_is_asked_again_when_there_is_room(
    manager: socket.socket, open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = open_site.live.writer
    heart = Heartbeat(writer, notifier(manager), lambda: 0.0)
    monkeypatch.setattr(writer, "_limit", 0)
    heart.turn()
    assert silent(manager)
    monkeypatch.setattr(writer, "_limit", 10)
    heart.turn()
    assert told(manager) == "WATCHDOG=1"


def test_what_is_being_sat_stands_in_a_file(tmp_path: Path, open_site: Site) -> None:
    running = Running(tmp_path)
    running.tell(being_sat(open_site.live.sessions.values()))
    (session,) = open_site.live.sessions
    assert (tmp_path / "running.json").read_text() == f'{{"sessions":["{session}"]}}'
    running.tell([])
    assert (tmp_path / "running.json").read_text() == '{"sessions":[]}'


def test_the_courier_reads_the_hours_of_all_that_is_not_over(
    tmp_path: Path, open_site: Site
) -> None:
    (tmp_path / "spool").mkdir()
    running, spool = Running(tmp_path), tmp_path / "spool"
    assert not read_windows(spool).cover(0)
    (session,) = open_site.live.sessions.values()
    starts = starts_ms(session.plan.starts_at)
    running.tell_hours(windows_of([session]))
    assert read_windows(spool).open
    session.sittings = dict.fromkeys(session.sittings, "waiting")
    running.tell_hours(windows_of([session]))
    told = read_windows(spool)
    assert not told.cover(starts - AHEAD_MS - 1)
    assert told.cover(starts - AHEAD_MS)
    assert told.cover(starts + 5 * 3_600_000)
    session.sittings = dict.fromkeys(session.sittings, "closed")
    running.tell_hours(windows_of([session]))
    assert not read_windows(spool).cover(starts)


def test_a_file_that_cannot_be_written_is_not_left_to_say_what_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(tmp_path)
    running.tell([])

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr("siteapp.heartbeat.write_durably", full)
    running.tell(["am"])
    assert not (tmp_path / "running.json").exists()
