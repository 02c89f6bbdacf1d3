"""A lane for saves ahead of waitress's threads: no save holds a thread while it waits for the disk.

waitress hands each request to a thread, which would sleep until the commit: two changes of thread a
save, and never more saves in one commit than there are threads. Here the main thread checks a save
as soon as it is read and queues it for the writer; the writer's thread reports a whole group at
once; the main thread sends the answers. See docs/design/answer-path.md.
"""

import threading
import time
from collections import deque
from contextlib import suppress
from email.utils import formatdate
from typing import Any

from siteapp.web.answers import PATH, AnswerPath, Reply, reply
from siteapp.web.channel import AnswerChannel
from sync.polling import Threads


def is_plain(request: Any) -> bool:
    """True for a whole save request of an ordinary HTTP/1.1 client; the threads take all others."""
    return (
        request.error is None
        and request.path == PATH
        and request.command == "POST"
        and request.version == "1.1"
        and not request.connection_close
    )


class AnswerLane(Threads):
    """The thread pool, with the lane ahead of it."""

    def __init__(self, path: AnswerPath, threads: int) -> None:
        super().__init__(threads)
        self._path = path
        self._done: deque[tuple[AnswerChannel, bytes | Exception]] = deque()
        self._called = self._sending = False
        self._main: int | None = None
        self._made, self._head = 0, b""

    def add_task(self, task: Any) -> None:
        """As waitress asks, from any thread, with the lock of the channel's requests held."""
        if self._done and threading.get_ident() == self._main:
            # Many requests are read in one turn of the loop: no answer waits for its end.
            self._send()
        standby = self._path.site.standby
        # Saves of a fenced server, and of pages of the server before, go through what says so.
        usual = not (standby.fenced or standby.promotion)
        if usual and isinstance(task, AnswerChannel) and is_plain(task.requests[0]):
            self._take(task, task.requests[0])
        else:
            super().add_task(task)

    def _take(self, channel: AnswerChannel, request: Any) -> None:
        try:
            headers = request.headers
            asked = self._path.read(
                headers.get("AUTHORIZATION", ""),
                headers.get("CONTENT_LENGTH"),
                request.get_body_stream(),
            )

            def answer(refusal: Exception | None) -> None:
                self._report(channel, refusal or asked.body)

            self._path.site.live.enqueue(asked.session, asked.act, answer, asked.size)
        except Exception as error:
            # Not sent from here: the caller holds the lock that sending needs.
            self._report(channel, error)

    def _report(self, channel: AnswerChannel, outcome: bytes | Exception) -> None:
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
                    self._send_next()
                # In this order: who reports from here on pulls, or is seen by this loop.
                self._called = False
        finally:
            self._sending = self._called = False

    def _send_next(self) -> None:
        channel, outcome = self._done.popleft()
        if (standby := self._path.site.standby).fenced:
            # Decided while the other took over: not to be called saved.
            outcome = standby.refusal()
        if isinstance(outcome, bytes):
            channel.answer(self._saved(outcome))
        else:
            channel.answer(_written(reply(outcome), int(time.time())))

    def _saved(self, body: bytes) -> bytes:
        """The usual answer; all but its length and its body is made once a second."""
        second = int(time.time())
        if second != self._made:
            empty = _written(reply(b""), second)
            self._made = second
            self._head = empty.replace(b"Content-Length: 0", b"Content-Length: %d")
        return self._head % len(body) + body


def _written(given: Reply, second: int) -> bytes:
    lines = [f"HTTP/1.1 {given.status.value} {given.status.phrase}"]
    lines += [f"{name}: {value}" for name, value in given.headers]
    lines += [f"Date: {formatdate(second, usegmt=True)}", "", ""]
    return "\r\n".join(lines).encode("ascii") + given.body
