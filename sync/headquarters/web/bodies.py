"""How large a body may be at headquarters: large ones come from sites, which prove themselves."""

import json
import re
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from sqlalchemy.exc import SQLAlchemyError

from sync import bounded
from sync.bounded import SMALLEST, Bound
from sync.errors import ExamError
from sync.headquarters.errors import BatchTooLarge
from sync.headquarters.intake.edge import MAX_BATCH, MAX_FILE, SMALL
from sync.headquarters.intake.uploads import PART
from sync.headquarters.register.proof import proven_site
from sync.headquarters.register.staff import member_of
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.web.guard import COOKIE, HEADERS
from sync.reports import MAX_REPORT
from sync.whole import Usual
from sync.wire.inventory import MAX_INVENTORY

BATCHES, FILES = "/api/v1/batches/", "/api/v1/files/"
# Pages to which staff upload: stamped forms, sheets, items.
STAFF_FILES = ("/applications", "/quota/", "/calendar/", "/rosters/", "/bank/", "/items/")
MAX_STAFF_FILE = 9 * 1024 * 1024
# A file of items with its pictures, and the form around it.
ITEMS = re.compile(r"/bank/[^/]+/preview")
MAX_ITEMS_FILE = 41 * 1024 * 1024
INVENTORIES, UPLOADS = "/api/v1/inventories", "/api/v1/uploads/"
READINESS = "/api/v1/readiness"
# Half of all; the front, which asks for many, is not counted.
PER_MACHINE = 512
_PROOF = "EXAMSITE_AUTHORIZATION"


def bounds(headquarters: Headquarters) -> Bound:
    """Anybody may bring a batch of the usual size; the rest needs a site's word, or a sign-in."""

    def most(path: str, headers: Mapping[str, str]) -> int:
        if path.startswith(STAFF_FILES):
            allowed = MAX_ITEMS_FILE if ITEMS.fullmatch(path) else MAX_STAFF_FILE
            return allowed if _signed_in(headquarters, headers) else SMALLEST
        if path == INVENTORIES and _proven(headquarters, headers, "POST", path):
            return MAX_INVENTORY
        if path == READINESS and _proven(headquarters, headers, "POST", path):
            return MAX_REPORT
        if path.startswith(UPLOADS) and _proven(headquarters, headers, "PATCH", path):
            return PART
        if not path.startswith((BATCHES, FILES)):
            return SMALLEST
        if _length(headers) <= SMALL and path.startswith(BATCHES):
            return SMALL
        if not _proven(headquarters, headers, "PUT", path):
            return SMALL if path.startswith(BATCHES) else SMALLEST
        return MAX_BATCH if path.startswith(BATCHES) else MAX_FILE

    return most


def _signed_in(headquarters: Headquarters, headers: Mapping[str, str]) -> bool:
    try:
        cookies = SimpleCookie(headers.get("COOKIE", ""))
        token = cookies[COOKIE].value
        return member_of(headquarters, token, time.time_ns() // 1_000_000) is not None
    except (CookieError, KeyError, SQLAlchemyError):
        return False


def _proven(headquarters: Headquarters, headers: Mapping[str, str], method: str, path: str) -> bool:
    """Whether a site gave its word for this very request."""
    try:
        proven_site(headquarters, headers.get(_PROOF, ""), method, path)
    except (ExamError, SQLAlchemyError):
        return False
    return True


class BoundedParser(bounded.BoundedParser):
    """Reads a usual batch in one look; says in headquarters' words what is too large."""

    usual = Usual("PUT", f"{BATCHES}[0-9a-f]{{64}}")

    def too_much(self, found: int, limit: int) -> bounded.TooMuch:
        """As every answer of the API."""
        said = BatchTooLarge(found=found, limit=limit).to_json()
        return bounded.TooMuch(json.dumps(said, ensure_ascii=False).encode(), HEADERS)


def _length(headers: Mapping[str, str]) -> int:
    said = headers.get("CONTENT_LENGTH", "")
    return int(said) if said.isascii() and said.isdecimal() else MAX_FILE
