"""Bodies that are bounded by who sends them, and connections by the machine that opens them.

How large a body may be is decided when the headers are there and before a byte of it is kept, so
that nobody can make a server hold or spool what adds up. The site and headquarters say who is who.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sync.channel import Channel
from sync.heads import PlainParser
from sync.whole import Usual

# What anybody may send.
SMALLEST = 16 * 1024
# The last is what waitress calls whoever asks over a socket of this machine.
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# The most bytes for a path and headers (names as of CGI).
Bound = Callable[[str, Mapping[str, str]], int]


class TooMuch(NamedTuple):
    """Waitress asks an error for its answer."""

    body: bytes
    headers: Mapping[str, str]

    def to_response(self, ident: str | None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status, headers, body."""
        headers = [("Content-Type", "application/json"), *self.headers.items()]
        return "413 Request Entity Too Large", headers, self.body


class BoundedParser(PlainParser):
    """Ends a request whose body is, or turns out to be, larger than its sender may send."""

    smallest = SMALLEST
    # What comes most, read in one look.
    usual: Usual

    def __init__(self, adj: Any, bound: Bound) -> None:
        super().__init__(adj)
        self._bound = bound
        self._most = self.smallest
        self.error: Any = None

    def read(self, data: bytes) -> int:
        """What `received` does before it counts."""
        begun = self.header_plus or self.headers_finished
        return (0 if begun else self.usual.read(self, data)) or int(super().received(data))

    def too_much(self, found: int, limit: int) -> TooMuch:
        """The server's own words for it."""
        raise NotImplementedError

    def received(self, data: bytes) -> int:
        """As of waitress."""
        consumed = self.read(data)
        size = max(self.content_length, self.body_bytes_received)
        if size > self._most and self.error is None:
            # Who it is costs a look, so only now.
            self._most = max(self._most, self._bound(self.path, self.headers))
            if size > self._most:
                self.error, self.completed = self.too_much(size, self._most), True
        if self.completed:
            # waitress would send 100 and wait for a body that does not come.
            self.expect_continue = False
        return consumed


class BoundedChannel(Channel):
    """A connection whose sender is told apart before its body is kept."""

    def __init__(
        self, parser: type[BoundedParser], bound: Bound, *given: Any, **named: Any
    ) -> None:
        self._parser, self._bound = parser, bound
        super().__init__(*given, **named)

    def parser_class(self, adj: Any) -> BoundedParser:
        """What reads the next request."""
        return self._parser(adj, self._bound)


def channels(
    parser: type[BoundedParser], bound: Bound, most: int, front: str = ""
) -> Callable[..., BoundedChannel | None]:
    """What makes a channel of an accepted connection; one machine gets at most `most`.

    A front counts by itself, on this machine or at the address `front`. A browser opens six.
    Without this one machine could take all, and nobody else could connect.
    """

    def accept(
        server: Any, sock: Any, addr: Any, *rest: Any, **named: Any
    ) -> BoundedChannel | None:
        host, others = addr[0], server.active_channels
        # Counted only when it may matter; the front asks for many machines.
        if (
            host not in (*LOOPBACK, front)
            and len(others) >= most
            and sum(channel.addr[0] == host for channel in others.values()) >= most
        ):
            sock.close()
            return None
        return BoundedChannel(parser, bound, server, sock, addr, *rest, **named)

    return accept
