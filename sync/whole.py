"""Reads the usual request of a service at a fraction of what a parser of all HTTP costs.

Parsing was the dearest part of a save and of a batch (docs/design/answer-path.md, intake.md). A
request is read here only if its form leaves nothing to interpret; whatever is in the least unusual,
waitress reads. What is read here, waitress would read alike (`tests/serving/test_whole.py` compares
them).
"""

import re
from functools import lru_cache
from io import BytesIO
from typing import Any

from waitress.buffers import OverflowableBuffer
from waitress.receiver import FixedStreamReceiver

_NAME = re.compile(r"[!#$%&'*+.^`|~0-9A-Za-z-]+")
_PLAIN = re.compile(rb"[\x20-\x7e\r\n]*")
_LENGTH = re.compile(r"[1-9][0-9]{0,11}")
# They change what the body is, or what happens to the connection.
_UNUSUAL = frozenset(("TRANSFER_ENCODING", "EXPECT", "CONNECTION", "UPGRADE"))


class Whole:
    """A body that is all there, as waitress's receivers offer it."""

    completed, error = True, None

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __len__(self) -> int:
        return len(self._body)

    def getfile(self) -> BytesIO:
        """The body to read."""
        return BytesIO(self._body)

    def getbuf(self) -> BytesIO:
        """What is closed with the request."""
        return BytesIO()


class Usual:
    """Requests of one method to paths of one form, without a query, with a body."""

    def __init__(self, method: str, path: str) -> None:
        """`path` is a regular expression of characters that no address escapes."""
        first = f"({method} ({path}) HTTP/1\\.1)\r\n"
        self._head = re.compile(rb"(?s)" + first.encode() + rb"(.*?\r\n)\r\n")
        self._method = method

    def read(self, parser: Any, data: bytes) -> int:
        """Fill the parser as waitress would, if `data` begins with such a head; how much was read.

        0, and nothing is changed, if waitress is to read it. A body that is not all there yet
        is read on by waitress.
        """
        found = self._head.match(data)
        if not found or found.end() >= parser.adj.max_request_header_size:
            return 0
        headers = _fields(found[3])
        length = headers.get("CONTENT_LENGTH", "")
        rest = len(data) - found.end()
        if not _LENGTH.fullmatch(length) or int(length) < rest:
            return 0
        if int(length) >= parser.adj.max_request_body_size:
            return 0
        if not _UNUSUAL.isdisjoint(headers) and not _stays(headers):
            return 0
        parser.first_line, parser.header_bytes_received = found[1], found.end()
        parser.path = parser.request_uri = found[2].decode("ascii")
        parser.headers, parser.content_length = headers, int(length)
        self._fill(parser)
        if int(length) == rest:
            parser.body_rcv = Whole(data[found.end() :])
            parser.body_bytes_received, parser.completed = rest, True
            return len(data)
        buffer = OverflowableBuffer(parser.adj.inbuf_overflow)
        parser.body_rcv = FixedStreamReceiver(parser.content_length, buffer)
        return found.end()

    def _fill(self, parser: Any) -> None:
        """What all of them have in common."""
        parser.command, parser.version = self._method, "1.1"
        parser.proxy_scheme = parser.proxy_netloc = parser.query = parser.fragment = ""
        parser.url_scheme = parser.adj.url_scheme
        parser.headers_finished = True


def _fields(block: bytes) -> dict[str, str]:
    """Name (as of CGI) → value; empty if anything is not plain, or is there twice."""
    if not _PLAIN.fullmatch(block):
        return {}
    headers: dict[str, str] = {}
    lines = block.decode("ascii").split("\r\n")[:-1]
    for line in lines:
        name, colon, value = line.partition(": ")
        if not colon or not (cgi := _cgi(name)) or "\r" in value or "\n" in value:
            return {}
        headers[cgi] = value.strip(" ")
    return headers if len(headers) == len(lines) else {}


@lru_cache(128)
def _cgi(name: str) -> str:
    """A header's name as of CGI; empty for what is no name. The names are few and come again."""
    return name.upper().replace("-", "_") if _NAME.fullmatch(name) else ""


def _stays(headers: dict[str, str]) -> bool:
    others = _UNUSUAL.intersection(headers) - {"CONNECTION"}
    return not others and headers["CONNECTION"].lower() == "keep-alive"
