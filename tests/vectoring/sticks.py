"""Faults of the signed list of an installation stick."""

from collections.abc import Iterator
from typing import Any

import msgspec

from sync.wire import documents, stick_list
from sync.wire.keys import SigningKey
from sync.wire.stick_list import StickFile, StickList
from vectoring import registers
from vectoring.cast import AT, FORMER, RELEASE, SECOND, STRANGER, SUCCESSOR, THIRD
from vectoring.container import _bit, drop, field, recode
from vectoring.contents import Wrong, model
from vectoring.draft import JSON, Draft, Vector
from vectoring.statements import envelope

FORMAT = "stick"
DAY = 86_400_000
FILES = (
    StickFile("answers.toml", 23, "aa" * 32),
    StickFile("examsite/keys.json", 0, "bb" * 32),
    StickFile("kits/windows/Trust.ps1", 4_000_000_000, "cc" * 32),
)
LISTED = StickList("site-01", FILES, AT, AT + 60 * DAY)
HELD = msgspec.structs.replace(LISTED, at=AT - DAY)
GIVEN: JSON = {"now": AT + DAY, "site": "site-01", "held": documents.to_bytes(HELD).hex()}


def listed(*wrongly: Wrong, signers: tuple[SigningKey, ...] = (RELEASE, SECOND)) -> Draft:
    made = Draft(FORMAT, {}, list(signers), payload_type=stick_list.TYPE)
    made.payload.append(lambda _: model(LISTED, *wrongly))
    return made


def sticks() -> Iterator[Vector]:
    yield Vector(FORMAT, "good", envelope(listed()))
    first = {"held": None, "site": None}
    yield Vector(FORMAT, "good-on-a-new-machine", envelope(listed()), given=first)
    same = {"held": documents.to_bytes(LISTED).hex()}
    yield Vector(FORMAT, "good-taken-in-already", envelope(listed()), given=same)
    known = {"register": registers.GIVEN["register"]}
    yield Vector(FORMAT, "good-with-a-register", envelope(listed()), given=known)
    yield from _shapes()
    yield from _signatures()
    yield from _judged()


def _shapes() -> Iterator[Vector]:
    shape = "not-canonical"
    spaced = listed()
    spaced.written.append(lambda d: d + b"\n")
    yield Vector(FORMAT, "white-space", envelope(spaced), "t1", shape)
    other = listed()
    other.payload_type = "application/vnd.examsite.update.v1+json"
    yield Vector(FORMAT, "of-another-type", envelope(other), "t2", shape)
    faults: dict[str, Wrong] = {
        "path-upwards": field("files", 0, "path", to="../answers.toml"),
        "path-upwards-within": field("files", 0, "path", to="a/../../b"),
        "path-absolute": field("files", 0, "path", to="/etc/passwd"),
        "path-hidden": field("files", 0, "path", to=".answers"),
        "path-empty-part": field("files", 0, "path", to="a//b"),
        "path-with-a-line-end": field("files", 0, "path", to="a\n"),
        "path-backslash": field("files", 0, "path", to="a\\b"),
        "path-too-deep": field("files", 0, "path", to="a/b/c/d/e/f/g"),
        "path-of-the-list": field("files", 2, "path", to="stick.json"),
        "path-of-the-list-in-capitals": field("files", 0, "path", to="STICK.json"),
        "path-twice": field("files", 1, "path", to="answers.toml"),
        "path-twice-but-for-capitals": field("files", 0, "path", to="Kits/windows/Trust.ps1"),
        "files-in-another-order": field("files", 0, "path", to="z"),
        "files-none": field("files", to=[]),
        "size-of-4-gib": field("files", 0, "size", to=2**32),
        "digest-in-capitals": field("files", 0, "digest", to="AA" * 32),
        "until-missing": drop("until"),
        "until-before-it-began": field("until", to=AT),
        "fields-unknown-member": field("serial", to=1),
    }
    for name, wrongly in faults.items():
        yield Vector(FORMAT, name, envelope(listed(wrongly)), "t3", shape)


def _signatures() -> Iterator[Vector]:
    def signed(name: str, check: str, code: str, *signers: SigningKey, **given: Any) -> Vector:
        return Vector(FORMAT, name, envelope(listed(signers=signers)), check, code, given)

    refused, missing = "signature-refused", "stick-signature-missing"
    known = registers.GIVEN["register"]
    altered = listed()
    altered.envelope.append(recode("signatures", 0, "sig", by=_bit))
    yield Vector(FORMAT, "signature-bit", envelope(altered), "t5", refused)
    yield signed("signed-by-strangers", "t5", refused, STRANGER)
    yield signed("signed-by-one-officer", "l1", missing, RELEASE)
    yield signed("signature-of-a-stranger-too", "l2", refused, RELEASE, SECOND, STRANGER)
    both = (SUCCESSOR, SECOND)
    yield signed("signed-by-both-keys-of-one-officer", "l1", missing, *both, register=known)
    revoked, ended = (RELEASE, THIRD), (RELEASE, FORMER)
    yield signed("signed-by-a-revoked-key", "g1", "key-revoked", *revoked, register=known)
    yield signed("signed-by-an-expired-key", "g2", "key-expired", *ended, register=known)


def _judged() -> Iterator[Vector]:
    def judged(name: str, check: str, code: str, **given: Any) -> Vector:
        return Vector(FORMAT, name, envelope(listed()), check, code, given)

    later = msgspec.structs.replace(LISTED, at=AT + 1)
    twin = msgspec.structs.replace(LISTED, files=FILES[:2])
    older = "stick-older"
    yield judged("after-its-end", "l3", "stick-expired", now=AT + 60 * DAY)
    yield judged("for-another-site", "l4", "for-other-site", site="site-02")
    yield judged("older-than-the-last", "l5", older, held=documents.to_bytes(later).hex())
    yield judged("of-one-moment-and-another", "l5", older, held=documents.to_bytes(twin).hex())
