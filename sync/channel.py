"""A waitress channel that does not make the main thread spin while workers wait for the disk.

Stock waitress 3.0.2 counts a channel as writable while a worker still fills its output. The main
thread then polls in a circle, and each of its turns costs the workers the interpreter lock:
measured, 38 saves/s instead of 2,650. See docs/design/answer-path.md.
"""

from typing import Any

from sync.heads import PlainChannel

# A body beyond this is read in pieces of this.
LARGE = 64 * 1024


class Channel(PlainChannel):
    """Writable when there is something that nobody else is about to send."""

    def recv(self, size: int) -> bytes:
        """As waitress asks, but a file under way in larger pieces: it would keep the loop busy.

        Not always so: a piece of memory that large costs an ordinary save a tenth.
        """
        large = self.request is not None and self.request.content_length > LARGE
        return bytes(super().recv(LARGE if large else size))

    # True while the socket took less than it was given: then only the main thread can go on.
    full = False

    def writable(self) -> bool:
        """As waitress asks before each poll."""
        waiting = self.total_outbufs_len and (not self.requests or self.full)
        return bool(self.will_close or self.close_when_flushed or waiting)

    def _flush_some(self, do_close: bool = True) -> Any:
        sent = super()._flush_some(do_close=do_close)
        self.full = bool(self.total_outbufs_len)
        return sent

    def answer(self, data: bytes) -> None:
        """Send the whole answer to the oldest request; only from the main thread.

        What `HTTPChannel.service` does at the end of a task, without a task. Never blocks: what the
        socket does not take now, the loop sends later, and reads no further request before.
        """
        with self.requests_lock:
            if not self.requests:
                return
            self.requests.pop(0).close()
        if not self.connected:
            return
        with self.outbuf_lock:
            self.outbufs[-1].append(data)
            self.current_outbuf_count += len(data)
            self.total_outbufs_len += len(data)
            self._flush_exception(self._flush_some, do_close=False)
        with self.requests_lock:
            if self.connected and self.requests:
                self.server.add_task(self)
        self._map.changed.add(self._fileno)
