"""A slow line that loses packets: two namespaces joined by a relay of whole IP packets.

The kernel here has no netem, so the relay is ours: each end is a TUN device, and what goes between
waits for its turn at so many bits a second, or is lost.
"""

import fcntl
import os
import random
import select
import struct
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cables import _enter

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SITE, HEADQUARTERS = "10.78.0.2", "10.78.1.2"
# What a modem keeps before it drops: half a second.
QUEUE_S = 0.5


def possible() -> bool:
    """True if this machine lets us make the line."""
    return os.geteuid() == 0 and Path("/dev/net/tun").exists()


@contextmanager
def inside(name: str) -> Iterator[None]:
    """This thread, and those that it starts, are in a namespace."""
    with (
        Path("/proc/thread-self/ns/net").open() as before,
        Path(f"/run/netns/{name}").open() as there,
    ):
        _enter(there.fileno())
        try:
            yield
        finally:
            _enter(before.fileno())


class LossyLine:
    """The line; `sent` and `lost` count packets of both ways, `carried` their bytes."""

    def __init__(self, bits_per_s: int, loss: float) -> None:
        self._rate, self._loss = bits_per_s / 8, loss
        self._chance = random.Random(7)
        self._names = [f"exam-{os.getpid()}-{end}" for end in ("site", "hq")]
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._ends: list[int] = []
        self.sent = self.lost = self.carried = 0

    @property
    def site(self) -> str:
        """The namespace of the site."""
        return self._names[0]

    @property
    def headquarters(self) -> str:
        """The namespace of headquarters."""
        return self._names[1]

    def lay(self) -> None:
        """Both ends up, and the relay between them."""
        for name, own, other in zip(
            self._names, (SITE, HEADQUARTERS), (HEADQUARTERS, SITE), strict=True
        ):
            _ip("netns", "add", name)
            with inside(name):
                end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
                request = struct.pack("16sH", b"line", IFF_TUN | IFF_NO_PI)
                fcntl.ioctl(end, TUNSETIFF, request)
            self._ends.append(end)
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "addr", "add", own, "peer", other, "dev", "line")
            _ip("-n", name, "link", "set", "line", "mtu", "1400", "up")
        for one, two in (self._ends, self._ends[::-1]):
            thread = threading.Thread(target=self._carry, args=(one, two), daemon=True)
            self._threads.append(thread)
            thread.start()

    def clear(self) -> None:
        """All away."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for end in self._ends:
            os.close(end)
        for name in self._names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)

    def _carry(self, one: int, two: int) -> None:
        """One way: packets wait for their turn, those beyond the queue or unlucky are lost."""
        waiting: deque[tuple[float, bytes]] = deque()
        free_at = time.monotonic()
        while not self._stop.is_set():
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                os.write(two, waiting.popleft()[1])
            pause = min(0.05, waiting[0][0] - now) if waiting else 0.05
            if not select.select([one], [], [], max(0, pause))[0]:
                continue
            packet = os.read(one, 65_536)
            free_at = max(free_at, time.monotonic())
            self.sent += 1
            full = free_at - time.monotonic() > QUEUE_S
            if full or self._chance.random() < self._loss:
                self.lost += 1
                continue
            free_at += len(packet) / self._rate
            self.carried += len(packet)
            waiting.append((free_at, packet))


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
