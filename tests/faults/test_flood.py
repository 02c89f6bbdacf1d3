"""One machine floods the room: everybody else saves and signs in as if it were not there."""

import itertools
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import world
from flooding import (
    FLOODER,
    Machine,
    Told,
    flood,
    for_seconds,
    neighbours,
    post,
    raw,
    save_beside,
    saves,
    served,
)
from room import Page, journal
from together import in_memory_as_on_disk

from siteapp.conduct.pace import BURST_SAVES, SAVES_A_SECOND
from siteapp.site import Site

SHORT = pytest.param(3, id="short")
LONG = pytest.param(60, id="long", marks=pytest.mark.long)
NO_PACE = """
from siteapp.conduct import pace
pace.BURST_SAVES = pace.BURST_BYTES = pace.BUDGET_SAVES = pace.BUDGET_BYTES = 10**12
"""
ROOM_WIDE = """
from siteapp.conduct.limits import Limits
wait, wrong = Limits.wait_ms, Limits.wrong
Limits.wait_ms = lambda self, admission, machine, now: wait(self, admission, "room", now)
Limits.wrong = lambda self, admission, machine, now: wrong(self, admission, "room", now)
"""


def saving_flood(address: str, page: Page) -> list[Callable[[], object]]:
    """Eight connections that send two hundred saves a request, as fast as they are answered."""
    numbers, lock = itertools.count(1), threading.Lock()
    machines = [Machine(address, FLOODER) for _ in range(8)]
    headers = {"Authorization": f"Bearer {page.token}"}

    def one(machine: Machine) -> None:
        with lock:
            first = next(numbers) * 200
        body = saves(page, first, 200)
        machine.http.post("/api/candidate/responses", content=body, headers=headers)

    return [lambda m=m: one(m) for m in machines]


def flood_of_saves(
    folder: Path, package: world.Package, seconds: float, patch: str = ""
) -> tuple[Told, int, float]:
    """What the neighbours were told, how many saves of the flood are in the journal, how long."""
    mine, *others = package.plan.candidates
    with served(folder, patch) as address:
        flooder = Page(Machine(address, FLOODER), mine, "flood")
        flooder.begin()
        pages, began = neighbours(address, others), time.monotonic()
        with flood(saving_flood(address, flooder)):
            told = save_beside(pages, for_seconds(seconds))
        took = time.monotonic() - began
    site = Site(folder)
    kept = sum(e["instance"] == "flood" for e in journal(site, "response"))
    assert in_memory_as_on_disk(site)
    site.close()
    return told, kept, took


@pytest.mark.parametrize("seconds", [SHORT, LONG])
def test_a_flood_of_saves_is_bounded_and_the_neighbours_save_on(
    open_folder: Path, open_package: world.Package, seconds: int
) -> None:
    told, kept, took = flood_of_saves(open_folder, open_package, seconds)
    told.check()
    assert 0 < kept <= BURST_SAVES + SAVES_A_SECOND * (took + 1)


@pytest.mark.long
def test_without_the_pace_the_flood_would_be_in_the_journal(
    open_folder: Path, open_package: world.Package
) -> None:
    _, kept, took = flood_of_saves(open_folder, open_package, 3, NO_PACE)
    assert kept > BURST_SAVES + SAVES_A_SECOND * (took + 1)


def wrong_sign_ins(address: str, victim: world.CandidatePlan) -> list[Callable[[], object]]:
    """Wrong tries at a neighbour's number, at invented ones, and at the staff's."""
    numbers = itertools.count()
    machines = [Machine(address, FLOODER) for _ in range(8)]

    def candidate(machine: Machine, admission: str) -> None:
        given = {"admission": admission, "secret": "000000", "seat": victim.seat, "instance": "x"}
        machine.http.post("/api/candidate/sign-in", json=given)

    def staff(machine: Machine) -> None:
        given = {"name": f"chief{next(numbers)}", "password": "wrong"}
        machine.http.post("/staff/sign-in", data=given)

    works: list[Callable[[], object]] = [lambda m=m: staff(m) for m in machines[:4]]
    works += [lambda m=m: candidate(m, victim.admission) for m in machines[4:6]]
    works += [lambda m=m: candidate(m, str(next(numbers))) for m in machines[6:]]
    return works


def status_of_the_victim(folder: Path, package: world.Package, patch: str = "") -> int:
    """How a candidate's own sign-in ends whose number was tried all the time; others save on."""
    victim, *others = package.plan.candidates
    with served(folder, patch) as address:
        pages = neighbours(address, others)
        with flood(wrong_sign_ins(address, victim)):
            told = save_beside(pages, for_seconds(3))
            status, _ = Page(Machine(address, f"127.0.1.{victim.seat}"), victim, "v").sign_in()
    told.check()
    return status


def test_a_flood_of_wrong_sign_ins_costs_nobody_the_own_seat(
    open_folder: Path, open_package: world.Package
) -> None:
    assert status_of_the_victim(open_folder, open_package) == 200


def test_waits_for_the_whole_room_would_lock_the_candidate_out(
    open_folder: Path, open_package: world.Package
) -> None:
    assert status_of_the_victim(open_folder, open_package, ROOM_WIDE) == 429


@pytest.mark.parametrize(("most", "taken"), [(40, 40), (400, 90)], ids=["limit", "control"])
def test_one_machine_gets_so_many_connections_and_others_theirs(
    open_folder: Path, most: int, taken: int
) -> None:
    (open_folder / "settings.toml").write_text(f"connections_per_machine = {most}")
    with served(open_folder) as address:
        held = [raw(address) for _ in range(90)]
        for connection in held:
            connection.settimeout(5)
        answered = 0
        for connection in held:
            try:
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                answered += connection.recv(15).startswith(b"HTTP/1.1 200")
            except OSError:
                continue
        other = Machine(address, "127.0.1.1").open("/health").status_code
        for connection in held:
            connection.close()
    assert (answered, other) == (taken, 200)


SENDERS = ["nobody", "candidate"]
LARGE = {"nobody": 17 * 1024, "candidate": 513 * 1024}
NO_BOUND = "from siteapp.web import bodies\nbodies.ROOM_BODY = bodies.MAX_BODY = 10**7\n"


def first_answer(folder: Path, package: world.Package, sender: str, how: str, patch: str) -> bytes:
    """What is answered to a body that is too large for its sender; b"" while it is awaited."""
    with served(folder, patch) as address:
        page = Page(Machine(address, "127.0.1.1"), package.plan.candidates[0])
        page.begin()
        token = page.token if sender == "candidate" else "x"
        size = LARGE[sender]
        with raw(address) as connection:
            connection.settimeout(3)
            connection.sendall(
                post("/api/candidate/responses", token, size)
                if how == "announced"
                else post("/api/candidate/responses", token, None, b"%x\r\n" % 10**6 + bytes(size))
            )
            try:
                return connection.recv(12)
            except TimeoutError:
                return b""


@pytest.mark.parametrize("how", ["announced", "chunked"])
@pytest.mark.parametrize("sender", SENDERS)
def test_a_body_too_large_for_its_sender_is_refused_before_it_is_there(
    open_folder: Path, open_package: world.Package, sender: str, how: str
) -> None:
    assert first_answer(open_folder, open_package, sender, how, "") == b"HTTP/1.1 413"
    assert list((open_folder / "spooling").iterdir()) == []


@pytest.mark.parametrize("sender", SENDERS)
def test_without_the_bound_the_body_would_be_awaited(
    open_folder: Path, open_package: world.Package, sender: str
) -> None:
    assert first_answer(open_folder, open_package, sender, "announced", NO_BOUND) == b""


def test_only_staff_may_send_what_is_as_large_as_a_package(open_folder: Path) -> None:
    site = Site(open_folder)
    password = site.staff.add("admin", "administrator")
    site.close()
    large = {"file": ("x.package", bytes(1_000_000))}
    with served(open_folder) as address:
        nobody, admin = (Machine(address, f"127.0.1.{n}").http for n in (1, 2))
        admin.post("/staff/sign-in", data={"name": "admin", "password": password})
        nobody.cookies.set("examsite-staff", "forged")
        # Read to its end and refused for what it is, against refused for its size alone.
        read = admin.post("/admin/packages", files=large)
        unread = 0  # or hung up on, before it was all sent
        with suppress(httpx.TransportError):
            unread = nobody.post("/admin/packages", files=large).status_code
    assert read.status_code == 422
    assert unread in (0, 413)
