"""Cross-origin protection without tokens, for cookies that are SameSite=Strict."""

from typing import Protocol
from urllib.parse import urlsplit


class Headers(Protocol):
    """Request headers: names are found whatever their case."""

    def get(self, key: str, /) -> str | None:
        """The header's value, or None."""


def same_origin(method: str, headers: Headers) -> bool:
    """True if a request may change state.

    Safe methods pass. A browser names the source in Sec-Fetch-Site (secure contexts) or Origin; a
    client that sends neither is no browser and carries no cookie by accident (the rule of Go's
    CrossOriginProtection).
    """
    if method in ("GET", "HEAD", "OPTIONS"):
        return True
    site = headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    origin = headers.get("Origin")
    return not origin or urlsplit(origin).netloc == headers.get("Host")
