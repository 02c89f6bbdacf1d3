"""The site's channels: what a body may be at most, and how many a machine may have."""

from collections.abc import Callable
from typing import Any

from siteapp.config import LOOPBACK
from siteapp.web.bodies import Bound, BoundedParser
from sync.channel import Channel


class AnswerChannel(Channel):
    """A connection whose sender is told apart before its body is kept."""

    def __init__(self, bound: Bound, *given: Any, **named: Any) -> None:
        self._bound = bound
        super().__init__(*given, **named)

    def parser_class(self, adj: Any) -> BoundedParser:
        """What reads the next request."""
        return BoundedParser(adj, self._bound)


def channels(bound: Bound, most: int) -> Callable[..., AnswerChannel | None]:
    """What makes a channel of an accepted connection; one machine gets at most `most`.

    A browser opens six. Without this one machine could take all, and nobody else could connect.
    """

    def accept(server: Any, sock: Any, addr: Any, *rest: Any, **named: Any) -> AnswerChannel | None:
        host, others = addr[0], server.active_channels
        # Counted only when it may matter; the front counts by itself, and asks for many machines.
        if (
            host not in LOOPBACK
            and len(others) >= most
            and sum(channel.addr[0] == host for channel in others.values()) >= most
        ):
            sock.close()
            return None
        return AnswerChannel(bound, server, sock, addr, *rest, **named)

    return accept
