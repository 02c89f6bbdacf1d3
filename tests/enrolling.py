"""Boxes that come to headquarters with a bundle."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sync.headquarters.register import invitations, site_requests
from sync.headquarters.register.rotation import rotate
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.wire.documents import to_bytes
from sync.wire.enrolment import Bundle, _check, read_site_request, write_request
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.six_words import SixWords

AT = 1_796_000_000_000
FIRST, SECOND = Stamp("first", AT), Stamp("second", AT)
SCHOOL = "示例职业学校"


def cheap(payload: bytes) -> SixWords:
    """Six words without the cost, for tests that are not about them."""
    return SixWords(tuple(hashlib.sha256(payload).digest()[:6]))


def ready(hq: Headquarters) -> None:
    """Headquarters gets the key that enrols."""
    rotate(hq, FIRST, hq.keys.root(), "enrolment", 30)


def invited(hq: Headquarters, site: str = "site-02", by: Stamp = FIRST, **more: Any) -> Bundle:
    """A bundle for a site."""
    given = {"name": SCHOOL, "address": "http://127.0.0.1:1"} | more
    return invitations.invite(hq, by, site=site, **given)


def altered(bundle: Bundle, **changes: Any) -> Bundle:
    """A bundle that somebody changed who knows how its check is made."""
    made = msgspec.structs.replace(bundle, **changes)
    return msgspec.structs.replace(made, check=_check(made))


@dataclass
class Newcomer:
    """A box with fresh keys and a bundle."""

    bundle: Bundle
    sign: SigningKey = field(default_factory=SigningKey.generate)
    seal: OpeningKey = field(default_factory=OpeningKey.generate)

    def request(self) -> bytes:
        """What it asks."""
        return write_request(self.bundle, self.sign, self.seal.public)

    def words(self, hash_: Any = cheap) -> str:
        """What is read out at its side."""
        found: SixWords = hash_(read_site_request(self.request())[1])
        return " ".join(found.in_("en"))

    def comes(self, hq: Headquarters, at: int = AT, origin: str = "192.0.2.7") -> bytes | None:
        """Brings its request; the answer, or None."""
        return site_requests.take_request(hq, self.request(), origin, at, cheap)


def confirmed(hq: Headquarters, box: Newcomer, by: Stamp = FIRST) -> int:
    """The officer hears the words and types them."""
    digest = site_requests.waiting_of(hq, box.bundle.site)
    return site_requests.confirm(hq, by, digest, box.words())


def enrolled(hq: Headquarters, site: str = "site-02") -> Newcomer:
    """A box of a new site, certified."""
    box = Newcomer(invited(hq, site))
    assert box.comes(hq) is None
    confirmed(hq, box)
    return box


def text_of(bundle: Bundle) -> bytes:
    """The file."""
    return to_bytes(bundle)
