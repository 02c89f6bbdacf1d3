"""How large a body may be, decided when the headers are there and before a byte of it is kept.

Anybody in the room may send what fits a sign-in; a signed-in candidate saves; staff a package. So
whoever is nobody cannot make the server hold or spool what adds up.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from siteapp.errors import SignInNeeded, TooLarge
from siteapp.site import Site
from siteapp.web.answers import MAX_BODY, PATH, bearer
from siteapp.web.guard import COOKIE
from siteapp.web.headers import HEADERS
from siteapp.web.rescue_files import MAX_FILE
from siteapp.web.sealed_copies import PATH as RESCUE
from siteapp.web.sealed_copies import is_ticket
from siteapp.web.uploads import PART
from siteapp.web.uploads import PATH as UPLOADS
from siteapp.web.whole import read_whole
from sync.heads import PlainParser

ROOM_BODY = 16 * 1024
# A package may be uploaded in the page; a larger one comes by the courier or the command line.
MAX_UPLOAD = 2 * 1024 * 1024
# What is a little too large is still read, and answered with a page that says so.
STAFF_BODY = 2 * MAX_UPLOAD

MOST_COOKIES = 4096
_TOKEN = re.compile(rf"(?:^|; ?){COOKIE}=([A-Za-z0-9_-]{{1,100}})(?:;|$)")

Bound = Callable[[str, Mapping[str, str]], int]


def bounds(site: Site) -> Bound:
    """The most bytes for a path and headers (names as of CGI)."""

    def most(path: str, headers: Mapping[str, str]) -> int:
        if path == PATH:
            return MAX_BODY if _is_candidate(site, headers.get("AUTHORIZATION", "")) else ROOM_BODY
        if path.startswith(UPLOADS):
            # One part and no more: a candidate's files come in many requests.
            return PART if _is_candidate(site, headers.get("AUTHORIZATION", "")) else ROOM_BODY
        if path == RESCUE:
            ticketed = is_ticket(site, headers.get("AUTHORIZATION", ""))
            return MAX_FILE if ticketed else ROOM_BODY
        token = _cookie(headers.get("COOKIE", ""))
        return STAFF_BODY if token and site.staff.whom(token) else ROOM_BODY

    return most


def _is_candidate(site: Site, header: str) -> bool:
    try:
        bearer(site, header)
    except SignInNeeded:
        return False
    return True


def _cookie(header: str) -> str:
    """The token of a plain header; Python's own reading takes seconds over an odd one."""
    found = _TOKEN.search(header) if len(header) <= MOST_COOKIES else None
    return found[1] if found else ""


class TooMuch:
    """Waitress asks an error for its answer."""

    def to_response(self, ident: str | None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status, headers, body."""
        body = json.dumps({"error": TooLarge().to_json()}, ensure_ascii=False).encode()
        headers = [("Content-Type", "application/json"), *HEADERS.items()]
        return "413 Request Entity Too Large", headers, body


class BoundedParser(PlainParser):
    """Ends a request whose body is, or turns out to be, larger than its sender may send."""

    def __init__(self, adj: Any, bound: Bound) -> None:
        super().__init__(adj)
        self._bound = bound
        self._most = ROOM_BODY
        self.error: Any = None

    def received(self, data: bytes) -> int:
        """As of waitress."""
        if not self.header_plus and not self.headers_finished and read_whole(self, data):
            consumed = len(data)
        else:
            consumed = int(super().received(data))
        size = max(self.content_length, self.body_bytes_received)
        if size > self._most and self.error is None:
            # Who it is costs a look, so only now.
            self._most = max(self._most, self._bound(self.path, self.headers))
            if size > self._most:
                self.error, self.completed = TooMuch(), True
        if self.completed:
            # waitress would send 100 and wait for a body that does not come.
            self.expect_continue = False
        return consumed
