"""Rescue files: what a candidate's machine kept, sealed to its site by the browser.

`docs/specs/rescue.md` says the format. The suite is one that browsers have: P-256, AES-256-GCM.
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.errors import CannotOpen, DocumentAltered, ForOtherSite, NotADocument
from sync.wire import canonical, shape
from sync.wire.canonical import JSON
from sync.words import Words

KIND, VERSION = "examsite-rescue", 1
MADE_FOR = b"examsite-rescue/1\0"
# The order of P-256: a scalar lies between 1 and this, exclusive.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class RescueKey:
    """A site's P-256 key for rescue files, kept as its 32-byte scalar."""

    def __init__(self, scalar: bytes) -> None:
        self._key = ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1())
        self.public = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    @classmethod
    def generate(cls) -> "RescueKey":
        """A fresh key."""
        made = ec.generate_private_key(ec.SECP256R1())
        return cls(made.private_numbers().private_value.to_bytes(32))

    def to_bytes(self) -> bytes:
        """The scalar."""
        return self._key.private_numbers().private_value.to_bytes(32)

    def open(self, sealed: bytes, site: str) -> bytes:
        """What was sealed to this key for this site; CannotOpen otherwise."""
        try:
            return _SUITE.decrypt(sealed, self._key, info=MADE_FOR + site.encode())
        except (InvalidTag, ValueError):
            raise CannotOpen(
                reason=Words("内容被改动，或不是加密给本考点", "altered, or sealed to another key")
            ) from None

    def __repr__(self) -> str:
        return "<RescueKey>"


@dataclass(frozen=True)
class RescuedSave:
    """One save as the page numbered it; the response is the page's own, not yet checked."""

    sequence: int
    item: str
    response: JSON


@dataclass(frozen=True)
class Rescued:
    """The content of a rescue file; its MAC holds."""

    session: str
    attempt: str
    instance: str
    saves: tuple[RescuedSave, ...]


def new_secret() -> bytes:
    """A site's secret from which the attempts' keys are derived."""
    return secrets.token_bytes(32)


def attempt_key(secret: bytes, session: str, attempt: str) -> bytes:
    """The key that a page gets at its sign-in; it proves that what it kept is of this attempt."""
    info = b"\0".join((b"examsite-rescue/attempt", session.encode(), attempt.encode()))
    return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(secret)


class SiteRescue:
    """What a site needs for rescue files, all of it derived from one secret file of its identity.

    So a spare, and a machine that adopted a copy, read the same files with no other secret.
    """

    def __init__(self, site: str, secret: bytes) -> None:
        self.site = site
        self._secret = _derive(secret, b"examsite-rescue/secret", 32)
        # 16 bytes more than the order has, so that every scalar is as likely.
        wide = int.from_bytes(_derive(secret, b"examsite-rescue/key", 48))
        self.key = RescueKey((wide % (_ORDER - 1) + 1).to_bytes(32))
        self._tickets: dict[str, tuple[str, str]] = {}
        self._known: set[str] = set()

    def attempt_key(self, session: str, attempt: str) -> bytes:
        """What a page of this attempt proves itself by."""
        return attempt_key(self._secret, session, attempt)

    def ticket(self, session: str, attempt: str) -> str:
        """What lets a machine hand over this attempt's sealed copy, no more; names nobody."""
        info = b"\0".join((b"examsite-rescue/ticket", session.encode(), attempt.encode()))
        return _derive(self._secret, info, 16).hex()

    def learn(self, session: str, attempts: Iterable[str]) -> None:
        """Whose the tickets of a session are; harmless the second time."""
        if session not in self._known:
            self._tickets |= {self.ticket(session, one): (session, one) for one in attempts}
            self._known.add(session)

    def whose(self, ticket: str) -> tuple[str, str] | None:
        """Session and attempt of a ticket; None if it is of none that was learnt."""
        return self._tickets.get(ticket)

    def open(self, file: bytes) -> "Rescued":
        """See `open_rescue`."""
        return open_rescue(file, self.site, self.key, self._secret)


def _derive(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=None, info=info).derive(secret)


def open_rescue(file: bytes, site: str, key: RescueKey, secret: bytes) -> Rescued:
    """The content of a rescue file, checked.

    NotCanonical, NotADocument: no rescue file of this version. ForOtherSite: another site's.
    CannotOpen: altered, or to another key. DocumentAltered: made without the attempt's key.
    """
    outer = canonical.decode(file)
    kind, sealed, named, version = shape.members(outer, "kind", "sealed", "site", "version")
    if (kind, version) != (KIND, VERSION):
        raise NotADocument(reason=Words("不是第 1 版救援文件", "no rescue file of version 1"))
    if shape.string(named, "site") != site:
        raise ForOtherSite(found=named, expected=site)
    inside = key.open(shape.octets(sealed, "sealed"), site)
    body, mac = shape.members(canonical.decode(inside), "body", "mac")
    text = shape.string(body, "body").encode()
    rescued = _content(canonical.decode(text))
    proof = hmac.digest(
        attempt_key(secret, rescued.session, rescued.attempt), MADE_FOR + text, "sha256"
    )
    if not hmac.compare_digest(proof, shape.octets(mac, "mac")):
        raise DocumentAltered(where=Words("校验码不符", "mac"))
    return rescued


def _content(body: JSON) -> Rescued:
    attempt, instance, saves, session = shape.members(
        body, "attempt", "instance", "saves", "session"
    )
    return Rescued(
        shape.string(session, "session"),
        shape.string(attempt, "attempt"),
        shape.string(instance, "instance"),
        tuple(_save(one) for one in shape.items(saves, "saves")),
    )


def _save(one: JSON) -> RescuedSave:
    item, response, sequence = shape.members(one, "item", "response", "sequence")
    return RescuedSave(shape.integer(sequence, "sequence"), shape.string(item, "item"), response)
