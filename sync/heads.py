"""Heads of requests that take no longer to read than they are long.

The expressions of waitress try every way to read a line that fits none: 8 KB of spaces before a
zero byte cost half a second, in the one thread that reads for everybody. So a head is looked
through first, and one that no browser, front or courier sends is answered with 400.
"""

import re
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError

# The longest a browser of ours sends is below two.
MAX_HEAD = 16 * 1024
_FIRST = re.compile(rb"[A-Z]{1,20} (?:/[\x21-\x7e\x80-\xff]{0,8000}|\*) HTTP/1\.[01]")
# A folded line (RFC 9112, 5.2: may be refused), a long gap, a control byte.
_ODD = re.compile(rb"^[ \t]|[ \t]{32}|[\x00-\x08\x0a-\x1f\x7f]")


class PlainParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Reads plain heads only."""

    def parse_header(self, header_plus: bytes) -> None:
        """As of waitress."""
        first, *fields = header_plus.split(b"\r\n")
        if not _FIRST.fullmatch(first.rstrip(b" ")) or any(map(_ODD.search, fields)):
            raise ParsingError("the head of the request is not plain")
        super().parse_header(header_plus)


class PlainChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose requests are read so."""

    def parser_class(self, adj: Any) -> PlainParser:
        """What reads the next request."""
        return PlainParser(adj)
