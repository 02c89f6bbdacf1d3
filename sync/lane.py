"""A lane ahead of waitress's threads, for requests that somebody else settles in groups.

waitress hands each request to a thread, which would sleep until the commit: two changes of thread a
request, and never more requests in one commit than there are threads. Here the main thread hands a
request on as soon as it is read; whoever settles it reports the outcome, from any thread; the main
thread sends the answers. See docs/design/answer-path.md and docs/design/intake.md.
"""

import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from sync.channel import Channel
from sync.polling import Threads


class Lane(Threads):
    """The thread pool, with the lane ahead of it."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self._done: deque[tuple[Channel, Any]] = deque()
        self._called = self._sending = False
        self._main: int | None = None

    def wants(self, request: Any) -> bool:
        """Whether a whole request, read without error, goes by the lane."""
        raise NotImplementedError

    def take(self, channel: Channel, request: Any) -> None:
        """Hand a request on; whatever comes of it is reported. The channel's lock is held."""
        raise NotImplementedError

    def answer(self, channel: Channel, outcome: Any) -> None:
        """Send what was reported; in the main thread."""
        raise NotImplementedError

    def add_task(self, task: Any) -> None:
        """As waitress asks, from any thread, with the lock of the channel's requests held."""
        if self._done and threading.get_ident() == self._main:
            # Many requests are read in one turn of the loop: no answer waits for its end.
            self._send()
        if isinstance(task, Channel) and self.wants(task.requests[0]):
            self.take(task, task.requests[0])
        else:
            super().add_task(task)

    def _report(self, channel: Channel, outcome: Any) -> None:
        """From any thread: have the main thread send this, with all that is done by then."""
        self._done.append((channel, outcome))
        if not self._called:
            self._called = True
            # After the loop has ended there is no pipe and nobody to answer.
            with suppress(OSError):
                channel.server.trigger.pull_trigger(self._send)

    def _send(self) -> None:
        """Send all that is done, also what is reported meanwhile.

        waitress calls this with the lock held that pulling needs: as long as this works, nobody
        pulls. What a refused request behind another reports comes from in here.
        """
        self._main = threading.get_ident()
        if self._sending:
            return
        self._sending = True
        try:
            while self._done:
                self._called = True
                while self._done:
                    self.answer(*self._done.popleft())
                # In this order: who reports from here on pulls, or is seen by this loop.
                self._called = False
        finally:
            self._sending = self._called = False


def plain(request: Any, method: str) -> bool:
    """True for a whole request of an ordinary HTTP/1.1 client that keeps its connection."""
    return (
        request.error is None
        and request.command == method
        and request.version == "1.1"
        and not request.connection_close
    )


def head(status: HTTPStatus, headers: Iterable[tuple[str, str]], second: int) -> bytes:
    """The head of an answer, with the empty line."""
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    lines += [f"Date: {_date(second)}", "", ""]
    return "\r\n".join(lines).encode("ascii")


@lru_cache(2)
def _date(second: int) -> str:
    """It costs more than all the rest, and holds for a second."""
    return formatdate(second, usegmt=True)
