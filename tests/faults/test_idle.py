"""A thousand connections that say nothing cost nobody a seat, and memory within a bound."""

from contextlib import ExitStack
from pathlib import Path

import world
from faults.storage import program, service
from flooding import OPEN, Machine, raw
from room import Page

SILENT, MACHINES = 1_000, 10
# What one may cost: its socket, its channel, and nothing that waits for a request.
KIB_EACH = 32
# A server that makes ready for a large request as soon as somebody connects.
GENEROUS = """
from sync import bounded
made = bounded.BoundedChannel.__init__
def init(self, *given, **named):
    made(self, *given, **named)
    self.ready = bytearray(b"x" * 2**18)
bounded.BoundedChannel.__init__ = init
"""
# After two minutes they are let go: here after one second.
SOON = """
from siteapp import serve
loop = serve.Loop
serve.Loop = lambda *given, **named: loop(*given, **named, channel_timeout=1, cleanup_interval=1)
"""


def beside_the_silent(folder: Path, package: world.Package, patch: str = "") -> tuple[int, int]:
    """KiB that a thousand silent connections took, and how many candidates sat down beside them."""
    with service(folder, program(patch)) as site, ExitStack() as silent:
        seats = [Machine(site.address, f"127.0.2.{c.seat}") for c in package.plan.candidates]
        for machine in seats:
            assert machine.open("/health").status_code == 200
        before = site.memory_kib
        for number in range(SILENT):
            own = f"127.0.0.{10 + number % MACHINES}"
            silent.enter_context(raw(site.address, own))
        # Who connects now and is answered was taken after all of them.
        assert Machine(site.address, "127.0.3.1").open("/health").status_code == 200
        grown = site.memory_kib - before
        pages = [
            Page(m, c, f"n{c.seat}") for m, c in zip(seats, package.plan.candidates, strict=True)
        ]
        for page in pages:
            page.begin()
        saved = sum(page.save(0)[0] == 200 for page in pages)
        while OPEN:
            OPEN.pop().close()
    print(f"{SILENT} silent connections: {grown / SILENT:.1f} KiB each; {saved} saved beside them")
    return grown, saved


def test_a_thousand_silent_connections_cost_neither_a_seat_nor_memory_without_bound(
    open_folder: Path, open_package: world.Package
) -> None:
    grown, saved = beside_the_silent(open_folder, open_package)
    assert saved == len(open_package.plan.candidates)
    assert grown < SILENT * KIB_EACH


def test_a_server_that_makes_ready_for_each_of_them_would_be_noticed(
    open_folder: Path, open_package: world.Package
) -> None:
    grown, _ = beside_the_silent(open_folder, open_package, GENEROUS)
    assert grown > SILENT * KIB_EACH


def test_the_silent_ones_are_let_go_after_a_while(
    open_folder: Path, open_package: world.Package
) -> None:
    with service(open_folder, program(SOON)) as site:
        silent = [raw(site.address, f"127.0.0.{10 + n % MACHINES}") for n in range(200)]
        for one in silent:
            one.settimeout(60)
        assert {one.recv(1) for one in silent} == {b""}
        for one in silent:
            one.close()
        assert site.running
