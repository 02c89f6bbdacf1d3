"""Many HTTP clients in one thread, cheap enough not to be what is measured.

A client is a script: a generator that yields the bytes of a request and is sent its answer. The
crowd keeps one connection a script, over TLS if it is given a context.
"""

import selectors
import socket
import ssl
import time
from collections.abc import Callable, Generator, Iterable
from itertools import cycle
from typing import NamedTuple

PATIENCE_S = 60
clock = time.perf_counter


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


Script = Generator[bytes, Answer, None]


class Line:
    """One connection and the script at its near end."""

    def __init__(self, end: socket.socket, script: Script) -> None:
        self.end, self.script = end, script
        self.received = b""
        self.sent_at = 0.0
        self.busy = False
        self.next: bytes | None = next(script, None)

    def send(self) -> None:
        """Send the script's next request."""
        assert self.next is not None
        self.busy, self.sent_at = True, clock()
        self.end.sendall(self.next)

    def take(self) -> bool:
        """Read what is there; True once an answer is complete and the script has moved on."""
        try:
            data = self.end.recv(1 << 17)
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        if not data:
            raise ConnectionError("the server hung up")
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return False
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return False
        self.received, self.busy = b"", False
        try:
            self.next = self.script.send(Answer(int(head[9:12]), body))
        except StopIteration:
            self.next = None
        return True


class Crowd:
    """Scripts connected to a port; `run`, `loop` and `pace` return how long answers took, in s."""

    def __init__(
        self, port: int, scripts: Iterable[Script], tls: ssl.SSLContext | None = None
    ) -> None:
        self._selector = selectors.DefaultSelector()
        self.lines = []
        for script in scripts:
            end = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls:
                end = tls.wrap_socket(end, server_hostname="127.0.0.1")
            # TLS may have something to read that is no answer; a request always fits the buffer.
            end.setblocking(False)
            line = Line(end, script)
            self._selector.register(end, selectors.EVENT_READ, line)
            self.lines.append(line)

    def run(self) -> list[float]:
        """Each script's next request as soon as the last is answered, to its end."""
        return self.loop(10**6)

    def loop(self, seconds: float) -> list[float]:
        """A closed loop: `run`, but nothing is sent after so many seconds."""
        times: list[float] = []
        until = clock() + seconds
        for line in self.lines:
            if line.next is not None:
                line.send()
        while any(line.busy for line in self.lines):
            for line in self._turn(times, clock() + PATIENCE_S):
                if line.next is not None and clock() < until:
                    line.send()
        return times

    def pace(self, per_s: float, seconds: float) -> list[float]:
        """An open loop: so many requests a second, taken from the scripts in turn."""
        times: list[float] = []
        turn = cycle(self.lines)
        began = clock()
        for n in range(int(per_s * seconds)):
            due = began + n / per_s
            while clock() < due:
                self._turn(times, due)
            while all(line.busy for line in self.lines):
                self._turn(times, clock() + PATIENCE_S)
            free = next(line for line in turn if not line.busy and line.next is not None)
            free.send()
        while any(line.busy for line in self.lines):
            self._turn(times, clock() + PATIENCE_S)
        return times

    def _turn(self, times: list[float], until: float) -> list[Line]:
        """Wait for answers, not longer than `until`; the lines that have one."""
        ready = self._selector.select(max(0, until - clock()))
        if not ready and until - clock() > PATIENCE_S / 2:
            raise TimeoutError
        answered = [key.data for key, _ in ready if key.data.take()]
        now = clock()
        times += [now - line.sent_at for line in answered]
        return answered

    def close(self) -> None:
        """Hang up."""
        for line in self.lines:
            line.end.close()
        self._selector.close()


def percentile(times: list[float], share: float) -> float:
    """In milliseconds, to a tenth."""
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)


def during(
    reading: Callable[[], float], work: Callable[[], list[float]]
) -> tuple[list[float], float]:
    """What a work returns, and by how much a reading grew meanwhile."""
    before = reading()
    times = work()
    return times, reading() - before
