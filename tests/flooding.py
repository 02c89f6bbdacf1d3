"""A room in a process of its own, machines with addresses of their own, and who floods it."""

import itertools
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from room import Page
from werkzeug.wrappers import Response

FLOODER = "127.0.0.9"
# So long a page waits for an answer; who is not answered by then is told nothing.
PAGE_S = 10.0
EACH = 4
PATIENCE_S = 60
OPEN: list[httpx.Client] = []


class Machine:
    """A browser at an address of its own, for `Page`."""

    def __init__(self, address: str, own: str) -> None:
        # Closed when the server ends, see `served`.
        transport = httpx.HTTPTransport(local_address=own)
        self.http = httpx.Client(base_url=address, transport=transport, timeout=30)
        OPEN.append(self.http)

    def open(
        self, path: str, *, method: str = "GET", json: Any = None, headers: Any = None
    ) -> Response:
        """As of werkzeug's test client."""
        answer = self.http.request(method, path, json=json, headers=headers)
        return Response(answer.content, answer.status_code, answer.headers)


@contextmanager
def served(folder: Path, patch: str = "") -> Iterator[str]:
    """The address of a real server process; `patch` is run in it first (for controls)."""
    program = ["-c", f"{patch}\nfrom siteapp.cli import main\nmain()"]
    command = [sys.executable, *program, "--data", str(folder), "--lang", "en", "serve"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().partition(": ")[2].strip()
        finally:
            while OPEN:
                OPEN.pop().close()
            process.terminate()
            try:
                process.wait(5 if patch else 60)
            except subprocess.TimeoutExpired:
                process.kill()
                # A control may break what ends it, too.
                if not patch:
                    raise


@dataclass
class Told:
    """What neighbours were answered; 0 where no answer came while the page waits."""

    statuses: list[int] = field(default_factory=list)

    def check(self) -> None:
        """All of them saved."""
        print(f"{len(self.statuses)} saves beside the flood")
        assert set(self.statuses) == {200}


def neighbours(address: str, candidates: list[Any]) -> list[Page]:
    """Candidates who are writing, each at a machine of their own."""
    pages = [Page(Machine(address, f"127.0.1.{c.seat}"), c, f"n{c.seat}") for c in candidates]
    for page in pages:
        page.begin()
        page.client.http.timeout = PAGE_S
    return pages


def save_beside(pages: list[Page], over: Callable[[], bool]) -> Told:
    """Everybody saves, twenty times a second at most, until it is over and each has saved `EACH`.

    On a busy machine that takes longer; who has not got there after `PATIENCE_S` gives up.
    """
    told = Told()
    given_up = time.monotonic() + PATIENCE_S

    def write(page: Page) -> None:
        for number in itertools.count():
            status = 0
            with suppress(httpx.HTTPError):
                status = page.save(number % len(page.items), option=number % 4)[0]
            told.statuses.append(status)
            if over() and (number + 1 >= EACH or time.monotonic() > given_up):
                return
            time.sleep(0.05)

    threads = [threading.Thread(target=write, args=(page,)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@contextmanager
def flood(works: list[Callable[[], object]]) -> Iterator[None]:
    """Each work again and again in a thread of its own, until the block ends."""
    over = threading.Event()

    def again(work: Callable[[], object]) -> None:
        while not over.is_set():
            with suppress(OSError, httpx.HTTPError):
                work()

    threads = [threading.Thread(target=again, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def for_seconds(seconds: float) -> Callable[[], bool]:
    """True once the time has passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def open_still(connection: socket.socket) -> bool:
    """False if the other end let it go."""
    connection.settimeout(0.2)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionResetError:
        return False


def raw(address: str, own: str = FLOODER, receive: int = 0) -> socket.socket:
    """A bare connection from an address; `receive` is the size of its receive buffer."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    connection = socket.socket()
    if receive:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    connection.bind((own, 0))
    connection.settimeout(20)
    try:
        connection.connect((host, int(port)))
    except OSError:
        connection.close()
        raise
    return connection


def hang_up(connection: socket.socket) -> None:
    """Close at once, with a reset instead of a farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def post(path: str, token: str, length: int | None, body: bytes = b"") -> bytes:
    """The bytes of a request; without a length it is chunked."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{size}\r\n\r\n"
    return head.encode() + body


def saves(page: Page, first: int, count: int) -> bytes:
    """The body of a request with many saves."""
    item = page.items[0]
    response = [item["options"][first % 4]["ref"]]
    many = [
        {"sequence": first + n, "item": item["ref"], "response": response} for n in range(count)
    ]
    return json.dumps({"instance": page.instance, "saves": many}).encode()
