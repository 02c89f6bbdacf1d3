"""Faults of the word on the newest software."""

from collections.abc import Iterator
from typing import Any

import msgspec

from sync.wire import documents, update
from sync.wire.keys import SigningKey
from sync.wire.update import Update
from vectoring import registers
from vectoring.cast import AT, FORMER, RELEASE, SECOND, STRANGER, SUCCESSOR, THIRD
from vectoring.container import _bit, drop, field, recode
from vectoring.contents import Wrong, model
from vectoring.draft import JSON, Draft, Vector
from vectoring.statements import envelope

FORMAT = "update"
DAY = 86_400_000
UPDATE = Update(4, "1.3.0", "ab" * 32, 42_000_000, "修复保存", AT, AT + 90 * DAY)
HELD = msgspec.structs.replace(UPDATE, serial=3, version="1.2.0", at=AT - DAY)
GIVEN: JSON = {
    "now": AT + DAY,
    "installed": "1.2.0",
    "held": documents.to_bytes(HELD).hex(),
}


def said(*wrongly: Wrong, signers: tuple[SigningKey, ...] = (RELEASE, SECOND)) -> Draft:
    made = Draft(FORMAT, {}, list(signers), payload_type=update.TYPE)
    made.payload.append(lambda _: model(UPDATE, *wrongly))
    return made


def updates() -> Iterator[Vector]:
    yield Vector(FORMAT, "good", envelope(said()))
    yield Vector(FORMAT, "good-the-first-here", envelope(said()), given={"held": None})
    same = {"held": documents.to_bytes(UPDATE).hex(), "installed": "1.3.0"}
    yield Vector(FORMAT, "good-held-already", envelope(said()), given=same)
    known = {"register": registers.GIVEN["register"]}
    yield Vector(FORMAT, "good-with-a-register", envelope(said()), given=known)
    yield from _shapes()
    yield from _signatures()
    yield from _judged()


def _shapes() -> Iterator[Vector]:
    shape = "not-canonical"
    spaced = said()
    spaced.written.append(lambda d: d + b"\n")
    yield Vector(FORMAT, "white-space", envelope(spaced), "t1", shape)
    other = said()
    other.payload_type = "application/vnd.examsite.version-rule.v1+json"
    yield Vector(FORMAT, "of-another-type", envelope(other), "t2", shape)
    faults: dict[str, Wrong] = {
        "serial-0": field("serial", to=0),
        "version-with-letters": field("version", to="1.3rc1"),
        "digest-in-capitals": field("digest", to="AB" * 32),
        "size-0": field("size", to=0),
        "size-over-2-gib": field("size", to=2**31 + 1),
        "reason-empty": field("reason", to=""),
        "until-missing": drop("until"),
        "until-before-it-began": field("until", to=AT),
        "fields-unknown-member": field("site", to="site-01"),
    }
    for name, wrongly in faults.items():
        yield Vector(FORMAT, name, envelope(said(wrongly)), "t3", shape)


def _signatures() -> Iterator[Vector]:
    def signed(name: str, check: str, code: str, *signers: SigningKey, **given: Any) -> Vector:
        return Vector(FORMAT, name, envelope(said(signers=signers)), check, code, given)

    refused, missing = "signature-refused", "update-signature-missing"
    known = registers.GIVEN["register"]
    altered = said()
    altered.envelope.append(recode("signatures", 0, "sig", by=_bit))
    yield Vector(FORMAT, "signature-bit", envelope(altered), "t5", refused)
    yield signed("signed-by-strangers", "t5", refused, STRANGER)
    yield signed("signed-by-one-officer", "d1", missing, RELEASE)
    yield signed("signed-by-an-officer-and-a-stranger", "d1", missing, RELEASE, STRANGER)
    yield signed("signature-of-a-stranger-too", "d2", refused, RELEASE, SECOND, STRANGER)
    both = (SUCCESSOR, SECOND)
    yield signed("signed-by-both-keys-of-one-officer", "d1", missing, *both, register=known)
    revoked, ended = (RELEASE, THIRD), (RELEASE, FORMER)
    yield signed("signed-by-a-revoked-key", "g1", "key-revoked", *revoked, register=known)
    yield signed("signed-by-an-expired-key", "g2", "key-expired", *ended, register=known)


def _judged() -> Iterator[Vector]:
    def judged(name: str, check: str, code: str, **given: Any) -> Vector:
        return Vector(FORMAT, name, envelope(said()), check, code, given)

    later = msgspec.structs.replace(UPDATE, serial=5)
    twin = msgspec.structs.replace(UPDATE, reason="另一个")
    yield judged("after-its-end", "d3", "update-expired", now=AT + 90 * DAY)
    older = "update-older"
    yield judged("serial-lower", "d4", older, held=documents.to_bytes(later).hex())
    yield judged("serial-again-of-another", "d4", older, held=documents.to_bytes(twin).hex())
    yield judged("version-lower", "d5", older, installed="1.3.1")
