"""Nobody makes headquarters hold or spool large bodies, or takes all of its connections."""

import base64
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import pytest
from desk_world import BY, NOW, Box, Desk
from headquarters_served import served

from sync.headquarters import serve
from sync.headquarters.intake.edge import MAX_BATCH, MAX_FILE, SMALL
from sync.headquarters.register import staff
from sync.headquarters.web.bodies import MAX_STAFF_FILE
from sync.wire.documents import FetchRequest, sign

BATCH, FILE = f"/api/v1/batches/{'0' * 64}", f"/api/v1/files/{'0' * 64}"
SMALLEST = 16 * 1024


@contextmanager
def served_at(desk: Desk) -> Iterator[tuple[str, int]]:
    """Host and port of headquarters in this process."""
    with served(desk.hq) as address:
        yield "127.0.0.1", int(address.rpartition(":")[2])


def proof(box: Box, path: str) -> str:
    said = FetchRequest(site="site-01", method="PUT", path=path, at=NOW)
    envelope = base64.b64encode(sign(said, box.sign)).decode()
    return f"Examsite-Authorization: {envelope}\r\n"


def first_answer(address: tuple[str, int], path: str, size: int, proof: str = "") -> int:
    """100 if a body of that size may come, else what is said before a byte of it is there."""
    method = "POST" if path == "/sign-in" else "PUT"
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n{proof}"
    with socket.create_connection(address, timeout=20) as line:
        line.sendall(f"{head}Content-Length: {size}\r\n\r\n".encode())
        return int(line.recv(12)[-3:])


def test_forms_and_sheets_come_from_signed_in_staff_only(desk: Desk) -> None:
    name, now = "officer", time.time_ns() // 1_000_000
    password = staff.add_member(desk.hq, BY, name, ("exam-officer",))
    token = staff.sign_in(desk.hq, name, password, "x", now)
    with served_at(desk) as address:
        for path in ("/applications/1/form", "/quota/preview", "/calendar/import"):
            for cookie, most in ((token, MAX_STAFF_FILE), ("x" * 40, SMALLEST)):
                word = f"Cookie: lang=zh; examhq-staff={cookie}\r\n"
                assert first_answer(address, path, most, word) == 100
                assert first_answer(address, path, most + 1, word) == 413


def test_large_bodies_come_from_sites_only(desk: Desk) -> None:
    stranger = Box()
    with served_at(desk) as address:
        for path, most in (("/sign-in", SMALLEST), (BATCH, SMALL), (FILE, SMALLEST)):
            assert first_answer(address, path, most) == 100
            assert first_answer(address, path, most + 1) == 413
            assert first_answer(address, path, most + 1, proof(stranger, path)) == 413
        for path, most in ((BATCH, MAX_BATCH), (FILE, MAX_FILE)):
            word = proof(desk.box, path)
            assert first_answer(address, path, most, word) == 100
            assert first_answer(address, path, most + 1, word) == 413
        # Its word for one file is not its word for another.
        assert first_answer(address, BATCH, MAX_BATCH, proof(desk.box, FILE)) == 413


def test_without_the_bound_anybody_may_send_as_much_as_a_site(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "bounds", lambda hq: lambda path, headers: MAX_FILE)
    with served_at(desk) as address:
        assert first_answer(address, FILE, MAX_FILE) == 100


def answered(line: socket.socket) -> bytes:
    """The beginning of an answer; nothing if the connection was closed instead."""
    try:
        line.sendall(b"GET /.well-known/examhq HTTP/1.1\r\nHost: x\r\n\r\n")
        return line.recv(12)
    except ConnectionError:
        return b""


def test_one_machine_gets_so_many_connections_and_others_theirs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "PER_MACHINE", 2)
    with served_at(desk) as address, ExitStack() as undo:
        found = []
        for host in ("127.0.1.1", "127.0.1.1", "127.0.1.1", "127.0.1.2"):
            line = socket.create_connection(address, 20, source_address=(host, 0))
            undo.enter_context(line)
            found.append(answered(line))
    ok = b"HTTP/1.1 200"
    assert found == [ok, ok, b"", ok]


@pytest.mark.parametrize("start", [serve.serve, serve.receive])
def test_bodies_are_spooled_in_the_data_folder(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, start: Callable[..., None]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    server = SimpleNamespace(address="", run=lambda: None, stop=lambda: None)
    monkeypatch.setattr(serve, "Server", lambda *_, **more: server)
    monkeypatch.setattr(serve, "end_on_signals", lambda stop: None)
    start(desk.hq, "127.0.0.1", 0, lambda address: None)
    assert tempfile.gettempdir() == str(desk.hq.folder / "spooling")
