"""The loop of a waitress server by epoll: a turn costs what happens, not what is connected.

waitress asks every connection before each poll whether it may be read or written. With a thousand
idle ones that is a millisecond a turn, five times the price of a save (docs/design/answer-path.md).
Here a connection is asked when something happened to it: an event of its own, a thread that is done
with its request, an answer sent from the lane. Once a second all are asked, in case one was missed.
"""

import select
import time
from collections.abc import Iterable
from typing import Any

from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

LOOK_S = 1.0
# Not all at once: who asks just after a long list was made would wait for two of them.
MOST = 16
_READ = select.EPOLLIN | select.EPOLLPRI
_GONE = select.EPOLLHUP | select.EPOLLERR


class Sockets(dict[int, Any]):
    """waitress's map of descriptor → connection, which notes what is new, gone or marked."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: set[int] = set()
        self.armed: dict[int, int] = {}

    def __setitem__(self, fd: int, connection: Any) -> None:
        super().__setitem__(fd, connection)
        self.changed.add(fd)

    def __delitem__(self, fd: int) -> None:
        super().__delitem__(fd)
        # Closing takes it out of the epoll; the number may come back as another connection's.
        self.armed.pop(fd, None)


class Threads(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """waitress's thread pool, which knows whose requests are in it."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.busy: set[Any] = set()
        self.set_thread_count(threads)

    def add_task(self, task: Any) -> None:
        """As waitress asks, from any thread."""
        self.busy.add(task)
        super().add_task(task)


class Poller:
    """Runs a server whose map is a `Sockets` and whose dispatcher a `Threads`."""

    def __init__(self, server: Any) -> None:
        self._sockets: Sockets = server._map
        self._busy: set[Any] = server.task_dispatcher.busy
        self._trigger = server.trigger
        self._look_at = 0.0
        self._epoll = select.epoll()

    def run(self) -> None:
        """Turn until no socket is left."""
        with self._epoll:
            while self._sockets:
                self._turn()

    def _turn(self) -> None:
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            self._ask(list(self._sockets))
        while self._sockets.changed:
            self._ask((self._sockets.changed.pop(),))
        for fd, flags in self._epoll.poll(LOOK_S, MOST):
            # One that was closed in this turn is in no map; its number's next owner is not armed.
            if not self._sockets.armed.get(fd):
                continue
            connection = self._sockets[fd]
            wanted = _wanted(connection)
            if wanted and flags & (wanted | _GONE):
                wasyncore.readwrite(connection, flags)
            else:
                self._disarm(fd)
            if connection is self._trigger:
                self._threads_are_done()
            self._ask((fd,))

    def _threads_are_done(self) -> None:
        """A thread pulls the trigger when it is done with a request, or wants to write more."""
        for channel in list(self._busy):
            if not channel.requests:
                self._busy.discard(channel)
            self._sockets.changed.add(channel._fileno)

    def _ask(self, fds: Iterable[int]) -> None:
        """Arm what these want. Reading is not disarmed before there is something not to be read."""
        for fd in fds:
            connection = self._sockets.get(fd)
            if connection is None:
                continue
            wanted, armed = _wanted(connection), self._sockets.armed.get(fd, 0)
            if wanted & ~armed or armed & select.EPOLLOUT & ~wanted:
                self._arm(fd, wanted, armed)

    def _arm(self, fd: int, wanted: int, armed: int) -> None:
        if armed and wanted:
            self._epoll.modify(fd, wanted)
        elif wanted:
            self._epoll.register(fd, wanted)
        else:
            self._epoll.unregister(fd)
        self._sockets.armed[fd] = wanted

    def _disarm(self, fd: int) -> None:
        # Not only masked: a hang-up would be reported all the same, in a circle.
        self._epoll.unregister(fd)
        self._sockets.armed[fd] = 0


def _wanted(connection: Any) -> int:
    """What the connection would do now: read, write, both or nothing."""
    flags = _READ if connection.readable() else 0
    if connection.writable() and not connection.accepting:
        flags |= select.EPOLLOUT
    return flags
