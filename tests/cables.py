"""A room of network namespaces: two servers and the pages, each at its own end of a cable."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

CLONE_NEWNET = 0x40000000
NET = "10.77.0."
ENDS = {"a": "2", "b": "3"}


def possible() -> bool:
    """True if this machine lets us make namespaces."""
    return os.geteuid() == 0 and shutil.which("ip") is not None


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Cables:
    """The room's switch is a bridge in a namespace of its own; each server hangs on one cable."""

    def __init__(self) -> None:
        self._names = {end: f"exam-{os.getpid()}-{end}" for end in ("room", *ENDS)}

    def lay(self) -> None:
        """Switch and cables, plugged in."""
        room = self._names["room"]
        for name in self._names.values():
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", room, "link", "add", "switch", "type", "bridge")
        _ip("-n", room, "addr", "add", f"{NET}1/24", "dev", "switch")
        _ip("-n", room, "link", "set", "switch", "up")
        for end, number in ENDS.items():
            there = self._names[end]
            veth = ("type", "veth", "peer", "name", "up0", "netns", there)
            _ip("-n", room, "link", "add", f"to-{end}", *veth)
            _ip("-n", room, "link", "set", f"to-{end}", "master", "switch", "up")
            _ip("-n", there, "addr", "add", f"{NET}{number}/24", "dev", "up0")
            _ip("-n", there, "link", "set", "up0", "up")

    def clear(self) -> None:
        """All away, with what is in it."""
        for name in self._names.values():
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)

    def inside(self, end: str) -> list[str]:
        """What a command begins with that runs at this end."""
        return ["ip", "netns", "exec", self._names[end]]

    def pull(self, end: str) -> None:
        """The cable is out: nothing answers, and nothing says no."""
        _ip("-n", self._names["room"], "link", "set", f"to-{end}", "down")

    def plug(self, end: str) -> None:
        """The cable is in again."""
        _ip("-n", self._names["room"], "link", "set", f"to-{end}", "up")

    def at(self, end: str) -> AbstractContextManager[None]:
        """This thread is at that end."""
        return within(self._names[end])

    @contextmanager
    def at_the_switch(self) -> Iterator[None]:
        """This thread, and those that it starts, are in the room."""
        with within(self._names["room"]):
            yield


@contextmanager
def within(name: str) -> Iterator[None]:
    """This thread, and those that it starts, are in a namespace."""
    with Path("/proc/thread-self/ns/net").open() as before:
        with Path(f"/run/netns/{name}").open() as there:
            _enter(there.fileno())
        try:
            yield
        finally:
            _enter(before.fileno())


def _enter(namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
