"""Batches ahead of waitress's threads: one thread takes in all that wait, a group at a time.

Only what gets a receipt is answered here. Whatever else comes of a batch, a refusal or a fault of
the database, the request goes to the threads as if it had just come, and they say what there is to
say. See docs/design/intake.md.
"""

import logging
import re
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from sync.channel import Channel
from sync.headquarters.intake.edge import SMALL, Accepted
from sync.headquarters.intake.gate import Gate
from sync.headquarters.intake.groups import accept_group
from sync.headquarters.store.commits import MAX_GROUP
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.web.guard import HEADERS
from sync.lane import Lane, head, plain
from sync.polling import Threads

log = logging.getLogger(__name__)
_PATH = re.compile(r"/api/v1/batches/([0-9a-f]{64})")
# What a browser sends: such a request is looked at more closely.
_BROWSER = frozenset(("ORIGIN", "SEC_FETCH_SITE", "COOKIE"))


class _Sent(NamedTuple):
    """A batch that waits, and the connection that it came by."""

    channel: Channel
    digest: str
    data: bytes


class IntakeLane(Lane):
    """The thread pool, and the lane with its thread."""

    def __init__(
        self, headquarters: Headquarters, clock: Callable[[], int], gate: Gate, threads: int
    ) -> None:
        super().__init__(threads)
        self._headquarters, self._clock, self._gate = headquarters, clock, gate
        self._waiting: SimpleQueue[_Sent | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)

    def wants(self, request: Any) -> bool:
        """A batch of the usual size from a courier."""
        return (
            _PATH.fullmatch(request.path) is not None
            and plain(request, "PUT")
            and not request.query
            and not request.chunked
            and 0 < request.content_length <= SMALL
            and _BROWSER.isdisjoint(request.headers)
        )

    def take(self, channel: Channel, request: Any) -> None:
        """Queue it, if there is room at the gate."""
        if not self._gate.enter():
            # The threads say so.
            Threads.add_task(self, channel)
            return
        if self._thread.ident is None:
            self._thread.start()
        body = request.get_body_stream()
        data = body.read()
        body.seek(0)
        self._waiting.put(_Sent(channel, request.path[-64:], data))

    def answer(self, channel: Channel, outcome: Accepted | None) -> None:
        """The receipt; without one it is the threads' turn."""
        if outcome is not None:
            channel.answer(_written(outcome))
            return
        with channel.requests_lock:
            if channel.connected and channel.requests:
                Threads.add_task(self, channel)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> Any:
        """As of waitress; what the lane has taken is finished."""
        if self._thread.ident is not None:
            self._waiting.put(None)
            self._thread.join(timeout)
        return super().shutdown(cancel_pending, timeout)

    def _run(self) -> None:
        while group := self._next():
            try:
                sent = [(one.digest, one.data) for one in group]
                outcomes = accept_group(self._headquarters, sent, self._clock())
            except Exception:
                log.exception("a group of %d batches was not taken in", len(group))
                outcomes = [None] * len(group)
            for one, outcome in zip(group, outcomes, strict=True):
                self._gate.leave()
                self._report(one.channel, outcome)

    def _next(self) -> list[_Sent]:
        """All that wait, at least one; nothing once the lane is shut."""
        first = self._waiting.get()
        group = [] if first is None else [first]
        while group and len(group) < MAX_GROUP:
            try:
                one = self._waiting.get_nowait()
            except Empty:
                break
            if one is None:
                self._waiting.put(None)
                break
            group.append(one)
        return group


def _written(accepted: Accepted) -> bytes:
    """As the threads would answer."""
    length = str(len(accepted.receipt))
    headers = [("Content-Type", "application/json"), ("Content-Length", length), *HEADERS.items()]
    status = HTTPStatus.CREATED if accepted.new else HTTPStatus.OK
    return head(status, headers, int(time.time())) + accepted.receipt
