"""Clients that never read, that send a byte a second, that hang up: the room saves on."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socket import socket

import pytest
import world
from flooding import (
    FLOODER,
    Machine,
    Told,
    flood,
    for_seconds,
    hang_up,
    neighbours,
    post,
    raw,
    save_beside,
    saves,
    served,
)
from room import Page, journal
from together import in_memory_as_on_disk

from siteapp.site import Site

CLIENTS = 64
SHORT = pytest.param(3, id="short")
LONG = pytest.param(60, id="long", marks=pytest.mark.long)
# What no answer of ours is: a long generator. Its threads wait for whoever does not read; and
# without the lane a save needs one of these threads.
GENERATOR = """
from siteapp import serve
from siteapp.web import lane
lane.is_plain = lambda request: False
made, loop = serve.create_app, serve.Loop

def create_app(site):
    behind = made(site)
    def app(environ, start_response):
        if not environ["PATH_INFO"].startswith("/static/"):
            return behind(environ, start_response)
        start_response("200 OK", [])
        return (bytes(65_536) for _ in range(200))
    return app

serve.create_app = create_app
serve.Loop = lambda *given, **named: loop(*given, **named, outbuf_high_watermark=65_536)
"""
# As if a body were read by the thread that answers, as simpler servers do.
BLOCKING = """
import time
from siteapp.web import bodies

whole = bodies.BoundedParser.received

def received(self, data):
    consumed = whole(self, data)
    if self.headers_finished and not self.completed:
        time.sleep(0.1)
    return consumed

bodies.BoundedParser.received = received
"""


@contextmanager
def never_reading(address: str) -> Iterator[list[socket]]:
    """Clients that ask for three megabytes each, one file again and again, and read nothing."""
    ask = b"GET /static/candidate/app.js HTTP/1.1\r\nHost: x\r\n\r\n" * 200
    with ExitStack() as undo:
        held = [undo.enter_context(raw(address, receive=2048)) for _ in range(CLIENTS)]
        for connection in held:
            connection.sendall(ask)
        # Until the buffers of both kernels are full.
        time.sleep(2)
        yield held


@contextmanager
def dripping(address: str) -> Iterator[list[socket]]:
    """Clients that announce a body and send one byte of it a second."""
    over = threading.Event()
    with ExitStack() as undo:
        held = [undo.enter_context(raw(address)) for _ in range(CLIENTS)]

        def drip() -> None:
            for connection in held:
                connection.sendall(post("/api/candidate/responses", "x", 10_000))
            while not over.wait(1):
                for connection in held:
                    with suppress(OSError):
                        connection.sendall(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield held
        finally:
            over.set()
            thread.join()


def beside(folder: Path, package: world.Package, slow: object, patch: str, seconds: int) -> Told:
    """What the neighbours were told beside slow clients."""
    with served(folder, patch) as address:
        pages = neighbours(address, package.plan.candidates[1:])
        # A control need not show that a page gives up; that nothing comes shows sooner.
        for page in pages if patch else ():
            page.client.http.timeout = 3
        with slow(address):
            told = save_beside(pages, for_seconds(seconds))
    return told


@pytest.mark.parametrize("seconds", [SHORT, LONG])
def test_clients_that_never_read_hold_up_nobody(
    open_folder: Path, open_package: world.Package, seconds: int
) -> None:
    beside(open_folder, open_package, never_reading, "", seconds).check()


@pytest.mark.long
def test_threads_that_wait_for_readers_would_be_noticed(
    open_folder: Path, open_package: world.Package
) -> None:
    told = beside(open_folder, open_package, never_reading, GENERATOR, 3)
    # Some may come before all threads wait.
    assert set(told.statuses) != {200}


@pytest.mark.parametrize("seconds", [SHORT, LONG])
def test_bodies_that_come_a_byte_a_second_hold_up_nobody(
    open_folder: Path, open_package: world.Package, seconds: int
) -> None:
    beside(open_folder, open_package, dripping, "", seconds).check()


@pytest.mark.long
def test_a_server_that_waits_for_bodies_would_be_noticed(
    open_folder: Path, open_package: world.Package
) -> None:
    told = beside(open_folder, open_package, dripping, BLOCKING, 3)
    assert set(told.statuses) != {200}


@pytest.mark.parametrize("seconds", [SHORT, LONG])
def test_clients_that_hang_up_cost_nobody_a_save(
    open_folder: Path, open_package: world.Package, seconds: int
) -> None:
    mine, *others = open_package.plan.candidates
    with served(open_folder) as address:
        page = Page(Machine(address, FLOODER), mine, "gone")
        page.begin()
        pages, body = neighbours(address, others), saves(page, 1, 1)

        def whole_and_gone() -> None:
            connection = raw(address)
            connection.sendall(post("/api/candidate/responses", page.token, len(body), body))
            hang_up(connection)

        def half_and_gone() -> None:
            connection = raw(address)
            connection.sendall(post("/api/candidate/responses", page.token, 9_000, body))
            hang_up(connection)

        with flood([whole_and_gone, half_and_gone] * 4):
            save_beside(pages, for_seconds(seconds)).check()
    site = Site(open_folder)
    assert in_memory_as_on_disk(site)
    # The one save that was sent whole again and again is there once, however often it was.
    assert sum(e["instance"] == "gone" for e in journal(site, "response")) <= 1
    site.close()
