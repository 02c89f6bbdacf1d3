"""The drill's faults made for real: a service that is killed, cables that are pulled."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cables import NET, Cables, possible
from drilling import Machine, met
from killed import EXAMSITE, served
from line import Line
from together import wait_until

from siteapp.site import Site

LOOK_S = 0.25
PORT = 8000
wired = pytest.mark.skipif(not possible(), reason="network namespaces need root and iproute2")


class Admin:
    """The administrator at the server's own screen."""

    def __init__(self, line: Line, password: str) -> None:
        self.line, base = line, line.base
        form = {"name": "admin", "password": password}
        self.line.http.post(f"{base}/staff/sign-in", data=form)

    def post(self, path: str) -> Any:
        """Press a button."""
        answer = self.line.http.post(f"{self.line.base}/api/drill/{path}", json={})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def step(self, name: str) -> dict[str, Any]:
        """One step as it stands."""
        said = self.line.http.get(f"{self.line.base}/api/drill").json()
        return dict(next(one for one in said["steps"] if one["step"] == name))

    def quiet_ms(self, seat: int) -> int:
        """How long a seat was not heard."""
        said = self.line.http.get(f"{self.line.base}/api/drill").json()
        return int(next(one for one in said["pages"] if one["seat"] == seat)["quiet_ms"])


@pytest.fixture
def line() -> Iterator[Callable[[str], Line]]:
    """Makes sockets' other ends, and closes them."""
    with ExitStack() as undo:

        def made(base: str) -> Line:
            found = Line(base)
            undo.callback(found.http.close)
            return found

        yield made


def password(folder: Path) -> str:
    """A new administrator's."""
    site = Site(folder)
    made = site.staff.add("admin", "administrator")
    site.close()
    return made


def until(done: Callable[[], bool], work: Callable[[], object]) -> None:
    """Work until it is so."""

    def both() -> bool:
        work()
        return done()

    wait_until(both, look_s=LOOK_S)


def test_a_killed_service_is_seen_and_what_was_written_meanwhile_comes_in(
    site_folder: Path, line: Callable[[str], Line]
) -> None:
    secret = password(site_folder)
    with served(site_folder, EXAMSITE) as (address, kill):
        admin = Admin(line(address), secret)
        admin.post("start")
        machines = [Machine(line(address), seat).join() for seat in (1, 2)]
        admin.post("steps/service/begin")
        for one in machines:
            one.tell()
            assert one.work() == 200
        kill()
    for one in machines:
        one.write()
        one.waited = 1
    with served(site_folder, EXAMSITE) as (address, _):
        admin = Admin(line(address), secret)
        assert met(admin.step("service"))["stopped"]
        assert not met(admin.step("service"))["back"]
        for one in machines:
            one.client.base = address
            assert one.send() == 200
        until(lambda: admin.step("service")["phase"] == "passed", lambda: tell(machines))


def tell(machines: list[Machine]) -> None:
    """All that are here say how they are."""
    for one in machines:
        one.tell()


@dataclass
class Room:
    """A server at one cable, a machine at the other, and one at the switch."""

    cables: Cables
    admin: Admin
    far: Machine
    near: Machine

    def begin(self, step: str) -> None:
        """The administrator begins a step and all hear of it."""
        with self.cables.at("a"):
            self.admin.post(f"steps/{step}/begin")
        self.near.work()
        with self.cables.at("b"):
            self.far.work()

    def step(self, name: str) -> dict[str, Any]:
        """As the server sees it."""
        with self.cables.at("a"):
            return self.admin.step(name)

    def silent(self, seat: int) -> bool:
        """That seat was not heard for long enough to count."""
        with self.cables.at("a"):
            return self.admin.quiet_ms(seat) > 11_000

    def back(self, step: str) -> None:
        """Everybody sends what waits and tells, until the step is over."""
        self.near.send()
        with self.cables.at("b"):
            self.far.send()

        def work() -> None:
            self.near.tell()
            with self.cables.at("b"):
                self.far.tell()

        until(lambda: self.step(step)["phase"] != "running", work)


@pytest.fixture
def room(site_folder: Path, line: Callable[[str], Line]) -> Iterator[Room]:
    """All plugged in, and a drill on."""
    secret, cables = password(site_folder), Cables()
    try:
        cables.lay()
        with cables.at_the_switch(), _serving(cables, site_folder):
            here = f"http://{NET}2:{PORT}"
            with cables.at("a"):
                admin = Admin(line(here), secret)
                admin.post("start")
            with cables.at("b"):
                far = Machine(line(here), 2).join()
            yield Room(cables, admin, far, Machine(line(here), 1).join())
    finally:
        cables.clear()


@contextmanager
def _serving(cables: Cables, folder: Path) -> Iterator[None]:
    words = ["--data", str(folder), "--lang", "en", "serve", "--host", f"{NET}2"]
    program = [*cables.inside("a"), sys.executable, *EXAMSITE, *words, "--port", str(PORT)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert "up" in process.stdout.readline()
            yield
        finally:
            process.kill()


def servers_cable(room: Room) -> None:
    """Out until everybody was silent for long, and in again."""
    room.begin("server-cable")
    room.cables.pull("a")
    for one in (room.near, room.far):
        one.write()
        one.waited = 1
    wait_until(lambda: room.silent(1) and room.silent(2), look_s=LOOK_S)
    seen = met(room.step("server-cable"))
    assert (seen["unplugged"], seen["all-silent"], seen["plugged"]) == (True, True, False)
    room.cables.plug("a")
    room.back("server-cable")
    found = room.step("server-cable")
    assert found["phase"] == "passed", found["proofs"]


def machines_cable(room: Room) -> None:
    """The far machine's, while the near one works on."""
    room.begin("machine-cable")
    room.cables.pull("b")
    room.far.write()
    room.far.waited = 1
    until(lambda: room.silent(2), room.near.work)
    seen = met(room.step("machine-cable"))
    assert (seen["one-silent"], seen["others-heard"], seen["link-kept"]) == (True, True, True)
    assert not met(room.step("machine-cable"))["back"]
    room.cables.plug("b")
    room.back("machine-cable")
    found = room.step("machine-cable")
    assert found["phase"] == "passed", found["proofs"]


@pytest.mark.long
@wired
def test_the_servers_cable_and_one_machines_are_each_seen_and_told_apart(room: Room) -> None:
    servers_cable(room)
    machines_cable(room)
