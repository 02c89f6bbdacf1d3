"""The two steps that look at others' work: a rehearsal sitting, and the courier's way outside."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import world
from drilling import Machine, begin, drilled, met, step
from room import Page, browser, close_sitting, open_room

from siteapp.courier import make_courier
from siteapp.site import Site
from sync.courier import Courier


class Headquarters(BaseHTTPRequestHandler):
    """Has no package for anybody, and nothing else."""

    def do_GET(self) -> None:
        found = self.path == "/api/v1/packages"
        body = b'{"packages": []}' if found else b"{}"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def line(port: int = 0) -> Iterator[int]:
    """Headquarters is in reach at that port."""
    with ThreadingHTTPServer(("127.0.0.1", port), Headquarters) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def look(site: Site, courier: Courier, machines: list[Machine]) -> None:
    """A round of the courier, while the room works."""
    courier.step()
    for one in machines:
        assert one.work() == 200
    site.drill.tick()


def test_the_outside_is_seen_to_go_and_come_back_while_the_room_goes_on(site: Site) -> None:
    with line() as port:
        settings = f'headquarters = "http://127.0.0.1:{port}"\n'
        (site.folder / "settings.toml").write_text(settings)
        courier = make_courier(site.folder)
        courier.step()
        admin, machines = drilled(site, range(1, 3))
        begin(admin, "outside", machines)
        look(site, courier, machines)
        seen = met(step(admin, "outside"))
        assert (seen["was-in-touch"], seen["outside-away"]) == (True, False)
    look(site, courier, machines)
    seen = met(step(admin, "outside"))
    assert (seen["outside-away"], seen["room-on"], seen["in-touch"]) == (True, True, False)
    with line(port):
        look(site, courier, machines)
        site.drill.tick()
    assert step(admin, "outside")["phase"] == "passed"


def test_without_a_courier_nothing_is_known_of_the_outside(site: Site) -> None:
    admin, machines = drilled(site, range(1, 3))
    begin(admin, "outside", machines)
    for one in machines:
        one.work()
    site.drill.tick()
    seen = met(step(admin, "outside"))
    assert (seen["was-in-touch"], seen["outside-away"], seen["in-touch"]) == (False, False, False)


def held(hq: world.Headquarters, site: Site, tmp_path: Path, kind: str) -> world.Package:
    """A session of that kind that two people sat to its end."""
    certificate = site.identity.certificate
    package = world.make_package(hq, certificate, tmp_path, kind=kind)  # type: ignore[arg-type]
    open_room(site, package)
    for candidate in package.plan.candidates[:2]:
        page = Page(browser(site), candidate)
        page.begin()
        assert page.save(0)[0] == 200
        assert page.hand_in()[0] == 200
    for sitting in package.plan.sittings:
        close_sitting(site, package.plan.id, sitting.id)
    return package


@pytest.mark.parametrize(("kind", "phase"), [("rehearsal", "passed"), ("examination", "running")])
def test_a_rehearsal_that_was_held_here_to_its_sealed_batch_proves_the_sitting(
    hq: world.Headquarters, site: Site, tmp_path: Path, kind: str, phase: str
) -> None:
    package = held(hq, site, tmp_path, kind)
    admin, machines = drilled(site, range(1, 2))
    begin(admin, "sitting", machines)
    site.drill.tick()
    assert step(admin, "sitting")["phase"] == "running"
    site.packer.cut(site.live.session(package.plan.id))
    site.drill.tick()
    assert step(admin, "sitting")["phase"] == phase
