"""Floods of sign-ins at a real server: memory stays flat, and the others get in."""

import http.client
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import world
from flooding import served

# The first flood wakes every thread (two of 19 MiB for passwords, some sixty for requests); the
# next finds all there is.
MOST_MIB, MORE_MIB = 120, 25
FLOOD, TRIES = 200, 500


def process_of(folder: Path) -> psutil.Process:
    """The server of that folder, which this test has started."""
    mine = psutil.Process().children()
    (found,) = [one for one in mine if str(folder) in one.cmdline()]
    return found


class Peak(threading.Thread):
    """The most memory that a process had, looked at again and again."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__()
        self._process, self._over = process, threading.Event()
        self.first = self.most = process.memory_info().rss

    def run(self) -> None:
        """Until it is over."""
        while not self._over.wait(0.01):
            self.most = max(self.most, self._process.memory_info().rss)

    def grown_mib(self) -> float:
        """Stop looking; by how much it grew at most."""
        self._over.set()
        self.join()
        return (self.most - self.first) / 2**20


def grown_by(folder: Path, flood: Callable[[], object]) -> float:
    """MiB by which the server of a folder grows at most during a flood."""
    peak = Peak(process_of(folder))
    peak.start()
    flood()
    return peak.grown_mib()


def post(address: str, own: str, path: str, body: str, kind: str) -> int:
    """The status of one request from an address of its own."""
    where = urlsplit(address)
    line = http.client.HTTPConnection(
        str(where.hostname), where.port, timeout=60, source_address=(own, 0)
    )
    with closing(line):
        line.request("POST", path, body, {"Content-Type": kind})
        return line.getresponse().status


def wrong_password(address: str, number: int) -> int:
    """One sign-in at the staff's page from a machine of its own."""
    form = "application/x-www-form-urlencoded"
    own = f"127.0.1.{number % 200 + 1}"
    return post(address, own, "/staff/sign-in", "name=chief&password=wrong", form)


def sign_in(address: str, own: str, **given: object) -> int:
    """One sign-in of a candidate."""
    return post(address, own, "/api/candidate/sign-in", json.dumps(given), "application/json")


def test_two_hundred_sign_ins_at_once_on_the_staff_page(open_folder: Path) -> None:
    with served(open_folder) as address, ThreadPoolExecutor(FLOOD) as pool:
        statuses: list[int] = []

        def flood() -> None:
            statuses.extend(pool.map(lambda n: wrong_password(address, n), range(FLOOD)))

        first, second = (grown_by(open_folder, flood) for _ in range(2))
    assert len(statuses) == 2 * FLOOD
    assert set(statuses) <= {403, 429, 503}
    print(f"grown by {first:.1f} and {second:.1f} MiB")
    assert first < MOST_MIB
    assert second < MORE_MIB


def test_five_hundred_tries_from_one_seat_keep_nobody_else_out(
    open_folder: Path, open_package: world.Package
) -> None:
    flooder, other = open_package.plan.candidates[:2]
    given = {"admission": flooder.admission, "secret": "000000", "seat": 1}
    right = {"admission": other.admission, "secret": other.identity[-6:], "seat": other.seat}
    statuses: list[int] = []
    with served(open_folder) as address:
        tries = (sign_in(address, "127.0.0.9", **given, instance=f"x{n}") for n in range(TRIES))
        grown = grown_by(open_folder, lambda: statuses.extend(tries))
        entered = sign_in(address, "127.0.2.2", **right, instance="y")
    assert (statuses[:5], set(statuses[5:])) == ([403] * 5, {429})
    assert entered == 200
    assert grown < MORE_MIB


@pytest.mark.long
def test_control_passwords_checked_all_at_once_need_much_more(open_folder: Path) -> None:
    patch = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "import siteapp.staff, sync.wire.passwords as passwords\n"
        "siteapp.staff.MOST_CHECKS = 500; passwords._computing = ThreadPoolExecutor(60)"
    )
    with served(open_folder, patch) as address, ThreadPoolExecutor(FLOOD) as pool:
        grown = grown_by(
            open_folder, lambda: list(pool.map(lambda n: wrong_password(address, n), range(FLOOD)))
        )
    assert grown > MOST_MIB
