"""Both doors of a save tell the writer how large the request was."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import world
from flooding import Machine, raw
from room import Page
from together import grouped

from siteapp.site import Site
from siteapp.store import writer
from siteapp.web.answers import AnswerPath
from siteapp.web.app import create_app
from siteapp.web.bodies import bounds
from siteapp.web.channel import channels
from siteapp.web.lane import AnswerLane
from sync.polling import Threads
from sync.serving import Loop

Door = Callable[[Site], Threads]


def lane(site: Site) -> Threads:
    return AnswerLane(AnswerPath(site, create_app(site)), 4)


def threads(site: Site) -> Threads:
    return Threads(8)


@contextmanager
def served_here(site: Site, door: Door) -> Iterator[str]:
    channel = channels(bounds(site), 128)
    loop = Loop(create_app(site), "127.0.0.1", 0, channel, door(site))
    running = threading.Thread(target=loop.run)
    running.start()
    yield loop.address
    loop.stop()
    running.join()


@pytest.mark.parametrize(("bound", "commits"), [(1, 4), (writer.MAX_GROUP_BYTES, 1)])
@pytest.mark.parametrize("door", [lane, threads])
def test_the_writer_knows_the_size_of_what_waits(
    open_site: Site,
    open_package: world.Package,
    monkeypatch: pytest.MonkeyPatch,
    door: Door,
    bound: int,
    commits: int,
) -> None:
    monkeypatch.setattr(writer, "MAX_GROUP_BYTES", bound)
    with served_here(open_site, door) as address:
        machines = [Machine(address, f"127.0.1.{n}") for n in range(1, 5)]
        people = zip(machines, open_package.plan.candidates, strict=False)
        pages = [Page(machine, candidate) for machine, candidate in people]
        for page in pages:
            page.begin()
        before = open_site.live.writer.commits
        assert grouped(open_site, [lambda p=p: p.save(0) for p in pages]) == ["stored"] * 4
        assert open_site.live.writer.commits == before + commits
        for machine in machines:
            machine.http.close()


def test_a_client_that_expects_to_go_on_with_nothing_is_answered(open_site: Site) -> None:
    head = "POST /staff/sign-in HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
    with served_here(open_site, threads) as address, raw(address) as connection:
        connection.settimeout(10)
        connection.sendall(f"{head}0\r\n\r\n".encode())
        assert connection.recv(12) == b"HTTP/1.1 403"
    with served_here(open_site, threads) as address, raw(address) as connection:
        connection.settimeout(10)
        connection.sendall(f"{head}6\r\n\r\n".encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"name=x")
        assert connection.recv(12) == b"HTTP/1.1 403"
