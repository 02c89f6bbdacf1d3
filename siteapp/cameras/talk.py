"""Asking a device in the manner of HTTP and RTSP: one time for all, a bound for each reply."""

import socket
import time
from types import TracebackType
from typing import NamedTuple

MOST_HEAD, MOST_BODY = 16 * 1024, 256 * 1024
# One that sends a byte at a time costs no more than its time.
PIECE = 4096


class Trouble(Exception):
    """It cannot be talked with: `how` says in which way."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Reply(NamedTuple):
    """A status line's number, headers with small names, and the body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """The values of that header."""
        return [value for header, value in self.headers if header == name]


class Talk:
    """One connection; everything on it ends at `until` (time.monotonic)."""

    def __init__(self, address: str, port: int, until: float) -> None:
        self._until = until
        try:
            self._socket = socket.create_connection((address, port), self._left())
        except TimeoutError:
            raise Trouble("silent") from None
        except OSError:
            raise Trouble("gone") from None
        self._rest = b""

    def __enter__(self) -> "Talk":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._socket.close()

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise Trouble("silent")
        return left

    def ask(self, request: bytes) -> Reply:
        """Send this, and read one whole reply."""
        try:
            self._socket.settimeout(self._left())
            self._socket.sendall(request)
        except TimeoutError:
            raise Trouble("silent") from None
        except OSError:
            raise Trouble("gone") from None
        return self._reply()

    def _reply(self) -> Reply:
        while b"\r\n\r\n" not in self._rest:
            if len(self._rest) > MOST_HEAD or not self._more():
                raise Trouble("rubbish")
        head, self._rest = self._rest.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        words = first.split(" ", 2)
        if len(words) < 2 or not words[0].startswith(("RTSP/", "HTTP/")) or len(words[1]) != 3:
            raise Trouble("rubbish")
        if not (words[1].isascii() and words[1].isdigit()):
            raise Trouble("rubbish")
        headers = [(n.strip().lower(), v.strip()) for n, _, v in (x.partition(":") for x in lines)]
        reply = Reply(int(words[1]), headers, b"")
        return reply._replace(body=self._body(reply, words[0].startswith("HTTP/")))

    def _body(self, reply: Reply, to_the_end: bool) -> bytes:
        said = (reply.all("content-length") or [""])[0]
        if said and not (said.isascii() and said.isdigit() and len(said) < 10):
            raise Trouble("rubbish")
        if not said and not to_the_end:
            return b""
        length = int(said) if said else MOST_BODY
        if length > MOST_BODY:
            raise Trouble("rubbish")
        while len(self._rest) < length and self._more():
            pass
        if said and len(self._rest) < length:
            raise Trouble("rubbish")
        body, self._rest = self._rest[:length], self._rest[length:]
        return body

    def _more(self) -> bool:
        """Whether something more has come; False at its end."""
        try:
            self._socket.settimeout(self._left())
            piece = self._socket.recv(PIECE)
        except TimeoutError:
            raise Trouble("silent") from None
        except OSError:
            raise Trouble("gone") from None
        self._rest += piece
        return bool(piece)
