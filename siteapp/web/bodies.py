"""How large a body may be, decided when the headers are there and before a byte of it is kept.

Anybody in the room may send what fits a sign-in; a signed-in candidate saves; staff a package. So
whoever is nobody cannot make the server hold or spool what adds up.
"""

import json
import re
from collections.abc import Mapping
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
from sync import bounded
from sync.bounded import Bound
from sync.whole import Usual

ROOM_BODY = bounded.SMALLEST
MAX_UPLOAD = 2 * 1024 * 1024
# What a package with its materials has at most in the page, and where it is sent.
MAX_PACKAGE = 512 * 1024 * 1024
PACKAGES = "/admin/packages"
# What came, the file out of it, the kept one: there is room for all before it is read.
COPIES = 3
# What is a little too large is still read, and answered with a page that says so.
STAFF_BODY = 2 * MAX_UPLOAD
PACKAGE_BODY = MAX_PACKAGE + STAFF_BODY

MOST_COOKIES = 4096
_TOKEN = re.compile(rf"(?:^|; ?){COOKIE}=([A-Za-z0-9_-]{{1,100}})(?:;|$)")


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
        member = site.staff.whom(token) if token else None
        if member and path == PACKAGES and member.role == "administrator":
            return max(STAFF_BODY, min(PACKAGE_BODY, site.disk.room_for(COPIES)))
        return STAFF_BODY if member else ROOM_BODY

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


class BoundedParser(bounded.BoundedParser):
    """Reads a usual save in one look; says in the site's words what is too large."""

    usual = Usual("POST", PATH)

    def __init__(self, adj: Any, bound: Bound) -> None:
        super().__init__(adj, bound)
        self._most = ROOM_BODY

    def too_much(self, found: int, limit: int) -> bounded.TooMuch:
        """As every answer of the site."""
        body = json.dumps({"error": TooLarge().to_json()}, ensure_ascii=False).encode()
        return bounded.TooMuch(body, HEADERS)
