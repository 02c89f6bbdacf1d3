"""One datagram to every address: an agent answers it, any other machine is a neighbour then.

The kernel must ask for each address's hardware before it can send, and a machine that is on answers
that whatever its firewall drops.
"""

import secrets
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from siteapp.lan.addresses import Neighbour, neighbours
from siteapp.lan.protocol import MOST_ANSWER, NONCE, PORT, Told, probe, read_answer

# The kernel keeps few unanswered questions at once, and asks a second time after a second.
AT_ONCE, PAUSE_S = 128, 0.4
FIRST_S, SECOND_S = 1.3, 0.4
# A neighbour heard before is trusted for five seconds, then asked three times.
SETTLE_S = 9.0


class Heard(NamedTuple):
    """An agent's answer: from where, what, and its clock against ours in ms."""

    address: str
    told: Told
    clock_off_ms: int | None


class Swept(NamedTuple):
    """What one sweep found, and how long it took."""

    agents: list[Heard]
    neighbours: list[Neighbour]
    seconds: float

    @property
    def unsure(self) -> set[str]:
        """Neighbours that the kernel is asking again, and that no agent has spoken for."""
        told = {one.address for one in self.agents}
        return {n.address for n in self.neighbours if n.asking} - told


class _Asking:
    """One socket, and the questions that are out: each is answered from where it went."""

    def __init__(self, token: bytes) -> None:
        self._token = token
        self._out: dict[bytes, tuple[str, float]] = {}
        self.heard: dict[str, Heard] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)

    def ask(self, addresses: Iterable[str]) -> None:
        """Send a question to each; one that cannot be sent is one that finds nobody."""
        for address in addresses:
            nonce = secrets.token_bytes(NONCE)
            self._out[nonce] = address, time.time()
            try:
                self.socket.sendto(probe(self._token, nonce), (address, PORT))
            except OSError:
                continue

    def listen(self, seconds: float, stop: threading.Event) -> None:
        """Take in answers for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not stop.is_set():
            if select.select([self.socket], [], [], min(left, 0.2))[0]:
                self._take()

    def _take(self) -> None:
        try:
            datagram, source = self.socket.recvfrom(MOST_ANSWER + 1)
        except OSError:
            return
        now, told = time.time(), read_answer(self._token, datagram)
        asked = self._out.get(told.nonce) if told else None
        if told is None or asked is None or asked[0] != source[0]:
            return
        del self._out[told.nonce]
        off = None
        if told.facts and told.facts.clock_ms is not None:
            off = round(told.facts.clock_ms - (asked[1] + now) * 500)
        self.heard[source[0]] = Heard(source[0], told, off)


def sweep(
    addresses: list[str],
    token: bytes,
    stop: threading.Event,
    progress: Callable[[int], None] = lambda done: None,
) -> Swept:
    """Ask every address once, and those a second time that are there and did not answer."""
    begun = time.monotonic()
    asking = _Asking(token)
    try:
        for first in range(0, len(addresses), AT_ONCE):
            asking.ask(addresses[first : first + AT_ONCE])
            progress(min(first + AT_ONCE, len(addresses)))
            last = first + AT_ONCE >= len(addresses)
            asking.listen(FIRST_S if last else PAUSE_S, stop)
        there = {one.address for one in neighbours()} & set(addresses)
        if silent := there - asking.heard.keys():
            asking.ask(sorted(silent))
            asking.listen(SECOND_S, stop)
    finally:
        asking.socket.close()
    return Swept(list(asking.heard.values()), neighbours(), time.monotonic() - begun)


def settled(swept: Swept, stop: threading.Event) -> Swept:
    """The same when the kernel has decided about neighbours of whom it is not sure."""
    until = time.monotonic() + SETTLE_S
    while swept.unsure and time.monotonic() < until and not stop.wait(0.5):
        swept = swept._replace(neighbours=neighbours())
    return swept
