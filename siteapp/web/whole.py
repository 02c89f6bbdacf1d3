"""Reads an ordinary save that came in one piece at a fraction of what a parser of all HTTP costs.

Parsing was the dearest part of a save (docs/design/answer-path.md). A request is read here only if
its form leaves nothing to interpret; whatever is in the least unusual, waitress reads. What is read
here, waitress would read alike (`tests/siteapp/test_whole.py` compares them).
"""

import re
from functools import lru_cache
from io import BytesIO
from typing import Any

from siteapp.web.answers import PATH

_FIRST = f"POST {PATH} HTTP/1.1"
_HEAD = re.compile(rb"(?s)" + re.escape(_FIRST).encode() + rb"\r\n(.*?\r\n)\r\n")
_NAME = re.compile(r"[!#$%&'*+.^`|~0-9A-Za-z-]+")
_PLAIN = re.compile(rb"[\x20-\x7e\r\n]*")
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


def read_whole(parser: Any, data: bytes) -> bool:
    """Fill the parser as waitress would, if `data` is exactly one ordinary save; else leave it."""
    found = _HEAD.match(data)
    if not found:
        return False
    body = data[found.end() :]
    headers = _fields(found[1])
    if headers.get("CONTENT_LENGTH") != str(len(body)) or not body:
        return False
    if not _UNUSUAL.isdisjoint(headers) and not _stays(headers):
        return False
    parser.headers = headers
    parser.first_line, parser.header_bytes_received = _FIRST.encode(), found.end()
    parser.command, parser.version = "POST", "1.1"
    parser.path = parser.request_uri = PATH
    parser.proxy_scheme = parser.proxy_netloc = parser.query = parser.fragment = ""
    parser.url_scheme = parser.adj.url_scheme
    parser.content_length = parser.body_bytes_received = len(body)
    parser.body_rcv = Whole(body)
    parser.headers_finished = parser.completed = True
    return True


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
