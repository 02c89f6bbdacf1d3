"""A lane for saves ahead of waitress's threads: no save holds a thread while it waits for the disk.

The main thread checks a save as soon as it is read and queues it for the writer; the writer's
thread reports a whole group at once; the main thread sends the answers (sync.lane). See
docs/design/answer-path.md.
"""

import time
from typing import Any

from siteapp.web.answers import PATH, AnswerPath, reply
from siteapp.web.drill_door import PATH as DRILL
from siteapp.web.drill_door import drill_door
from sync.channel import Channel
from sync.lane import Lane, head, plain

PATHS = (PATH, DRILL)


def is_plain(request: Any) -> bool:
    """True for a whole save request of an ordinary HTTP/1.1 client; the threads take all others."""
    return request.path in PATHS and plain(request, "POST")


class AnswerLane(Lane):
    """The thread pool, with the lane ahead of it."""

    def __init__(self, path: AnswerPath, threads: int) -> None:
        super().__init__(threads)
        self._path = path
        self._doors = {PATH: path, DRILL: drill_door(path.site, path)}
        self._made, self._head = 0, b""

    def wants(self, request: Any) -> bool:
        """Saves; those of a fenced server, and of pages of the server before, not."""
        standby = self._path.site.standby
        # They go through what says so.
        usual = not (standby.fenced or standby.promotion)
        return usual and is_plain(request)

    def take(self, channel: Channel, request: Any) -> None:
        """Check it and queue it for the writer."""
        try:
            headers = request.headers
            asked = self._doors[request.path].read(
                headers.get("AUTHORIZATION", ""),
                headers.get("CONTENT_LENGTH"),
                request.get_body_stream(),
            )

            def answer(refusal: Exception | None) -> None:
                self._report(channel, refusal or asked.body)

            asked.live.enqueue(asked.session, asked.act, answer, asked.size)
        except Exception as error:
            # Not sent from here: the caller holds the lock that sending needs.
            self._report(channel, error)

    def answer(self, channel: Channel, outcome: bytes | Exception) -> None:
        """The body of a durable save, or why there is none."""
        if (standby := self._path.site.standby).fenced:
            # Decided while the other took over: not to be called saved.
            outcome = standby.refusal()
        if isinstance(outcome, bytes):
            channel.answer(self._saved(outcome))
            return
        given = reply(outcome)
        channel.answer(head(given.status, given.headers, int(time.time())) + given.body)

    def _saved(self, body: bytes) -> bytes:
        """The usual answer; all but its length and its body is made once a second."""
        second = int(time.time())
        if second != self._made:
            given = reply(b"")
            empty = head(given.status, given.headers, second)
            self._made = second
            self._head = empty.replace(b"Content-Length: 0", b"Content-Length: %d")
        return self._head % len(body) + body
