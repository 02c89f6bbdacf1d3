"""Whoever is in the room against the port of the spare: the primary still reaches it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flooding import raw
from two_servers import SECRET, Second

from siteapp import follow
from siteapp.config import Settings
from siteapp.follow import spare_loop
from siteapp.standby import messages
from siteapp.standby.spare import Spare
from siteapp.store.replica import State
from sync.wire.link import Link

LINK = Link(SECRET, "primary", "spare")
LARGE = 64 * 1024
PRIMARY = "127.0.0.3"


@pytest.fixture
def second(open_folder: Path, tmp_path: Path) -> Iterator[Second]:
    (tmp_path / "spare").mkdir()
    made = Second(open_folder, tmp_path / "spare")
    yield made
    made.close()


@contextmanager
def listening(spare: Spare, most: int) -> Iterator[str]:
    """The same spare on another port, with so many connections for a machine."""
    loop = spare_loop(spare, "127.0.0.1", 0, Settings({"connections_per_machine": most}))
    thread = threading.Thread(target=loop.run)
    thread.start()
    yield loop.address
    loop.stop()
    thread.join()


def said(address: str, head: str, body: bytes = b"", own: str = PRIMARY) -> bytes:
    """The beginning of the answer to a request; empty if there is none in time."""
    with raw(address, own) as connection:
        connection.settimeout(3)
        host = urlsplit(address).netloc
        connection.sendall(f"{head}\r\nHost: {host}\r\n\r\n".encode() + body)
        try:
            return connection.recv(300)
        except TimeoutError:
            return b""


def post(length: int, ahead: str = "", path: str = messages.PATH) -> str:
    said = f"POST {path} HTTP/1.1\r\nContent-Length: {length}"
    return f"{said}\r\n{messages.AHEAD}: {ahead}" if ahead else said


def begun(second: Second) -> bytes:
    """A run of this spare."""
    hello = messages.Hello(metadata.version("examsite"), State())
    body = messages.seal_question(LINK, hello)
    here = messages.open_answer(LINK, second.spare.answer(body), body)
    assert isinstance(here, messages.Here)
    second.spare.answer(messages.seal_question(LINK, messages.Begin(here.run)))
    return here.run


@pytest.mark.parametrize("path", [messages.PATH, "/", "/api/candidate/responses"])
def test_a_large_body_of_a_stranger_is_refused_before_a_byte_of_it_is_kept(
    second: Second, path: str
) -> None:
    for length in (LARGE, messages.MAX_MESSAGE, 2 * messages.MAX_MESSAGE, 10**12):
        assert said(second.loop.address, post(length, path=path)).startswith(b"HTTP/1.1 413")


def test_a_message_that_the_primary_announces_is_let_in_once(second: Second) -> None:
    run, body = begun(second), bytes(LARGE)
    ahead = f"5 {LINK.ahead(run, 5, LARGE)}"
    # Let in, and then found to be none of the primary's.
    assert said(second.loop.address, post(LARGE, ahead), body).startswith(b"HTTP/1.1 403")
    assert said(second.loop.address, post(LARGE, ahead)).startswith(b"HTTP/1.1 413")


def wrong(run: bytes) -> Iterator[str]:
    """What lets no message of that length in."""
    yield f"6 {LINK.ahead(run, 6, LARGE + 1)}"
    yield f"6 {LINK.ahead(bytes(16), 6, LARGE)}"
    yield f"6 {Link(bytes(32), 'primary', 'spare').ahead(run, 6, LARGE)}"
    yield f"7 {LINK.ahead(run, 6, LARGE)}"
    yield from (f"{10**18} ", f"{10**40} x", "x", "\u00b2 x", "-1 x", "6 " + "é" * 64)


def test_nothing_else_lets_a_message_in(second: Second) -> None:
    run = begun(second)
    for ahead in wrong(run):
        assert said(second.loop.address, post(LARGE, ahead)).startswith(b"HTTP/1.1 413"), ahead
    too_much = messages.MAX_MESSAGE + 1
    ahead = f"6 {LINK.ahead(run, 6, too_much)}"
    assert said(second.loop.address, post(too_much, ahead)).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(("most", "reached"), [(16, True), (10**6, False)])
def test_idle_connections_of_one_machine_do_not_keep_the_primary_away(
    second: Second, monkeypatch: pytest.MonkeyPatch, most: int, reached: bool
) -> None:
    monkeypatch.setattr(follow, "MANY", {"connection_limit": 100})
    with listening(second.spare, most) as address:
        held = [raw(address) for _ in range(140)]
        assert bool(said(address, "GET /api/server HTTP/1.1")) is reached
        for connection in held:
            connection.close()


def test_whoever_says_nothing_is_let_go(second: Second, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "IDLE_S", 3)
    with listening(second.spare, 16) as address, raw(address) as silent:
        silent.settimeout(20)
        assert silent.recv(1) == b""
