"""A network too wide to be swept unasked: how wide it is, and the sweep that somebody asked for."""

import ipaddress
import threading
from collections.abc import Iterable
from typing import NamedTuple

from siteapp.lan.addresses import WIDEST, Place, hosts, narrowed

# Of a network wider than this only the part around the server is offered: five minutes' work.
MOST_BITS = 16
# So many at a time: the kernel keeps about a thousand neighbours, so they are read in between.
PIECE = 896


class Wide(NamedTuple):
    """For the page: what may be asked for, and how far the sweep is that was asked for."""

    networks: tuple[str, ...]
    addresses: int
    done: int
    total: int
    running: bool


def offered(here: Iterable[Place]) -> set[ipaddress.IPv4Network]:
    """The networks that are not looked through unasked; of the widest the part around us."""
    found = set()
    for one in here:
        if one.network.prefixlen < WIDEST:
            bits = max(one.network.prefixlen, MOST_BITS)
            found.add(ipaddress.IPv4Network(f"{one.address}/{bits}", strict=False))
    return found


class WideSweep:
    """The addresses still to be asked; begun from a page, worked off by the thread that looks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: list[str] = []
        self._done = self._total = 0

    @property
    def running(self) -> bool:
        """True while something is left."""
        return bool(self._left)

    def begin(self, here: list[Place]) -> int:
        """Put every address in line that the usual look leaves out; how many. One at a time."""
        own = {one.address for one in here}
        usual = {address for one in here for address in hosts(narrowed(one), own)}
        wide = {address for one in offered(here) for address in hosts(one, own)} - usual
        with self._lock:
            if not self._left:
                self._left = sorted(wide, key=ipaddress.IPv4Address)
                self._done, self._total = 0, len(wide)
            return self._total

    def piece(self) -> list[str]:
        """The next addresses to ask; none when it is done."""
        with self._lock:
            return self._left[:PIECE]

    def asked(self, count: int) -> None:
        """So many of them were asked."""
        with self._lock:
            self._left = self._left[count:]
            self._done = self._total - len(self._left)

    def end(self) -> None:
        """Give up what is left."""
        with self._lock:
            self._left = []

    def told(self, here: list[Place]) -> Wide:
        """How it stands."""
        networks = sorted(offered(here))
        count = sum(one.num_addresses - 2 for one in networks)
        names = tuple(map(str, networks))
        return Wide(names, count, self._done, self._total, self.running)
