"""Faults of the register of keys, and of packages and receipts that are read with one."""

from collections.abc import Iterator
from typing import Any

from sync.wire import documents
from sync.wire.keys import OpeningKey
from vectoring.cast import AT as NOW
from vectoring.cast import (
    ELSEWHERE,
    ESCROW,
    FORMER,
    LOST_SEAL,
    LOST_UNLOCK,
    OLD_ESCROW,
    OLD_RECEIPT,
    OLD_SEAL,
    OLD_UNLOCK,
    RECEIPT,
    REGISTER,
    RELEASE,
    ROOT,
    SEAL,
    SECOND,
    STRANGER,
    SUCCESSOR,
    THIRD,
    UNLOCK,
)
from vectoring.container import drop, field
from vectoring.contents import Wrong, batch, package
from vectoring.draft import JSON, Vector, b64
from vectoring.statements import WEAK, _forged, envelope, statement

FORMAT = "key-register"
GIVEN: JSON = {"register": documents.sign(REGISTER, ROOT).hex()}


def registers() -> Iterator[Vector]:
    for name, wrongly in _shapes().items():
        data = envelope(statement(FORMAT, wrongly))
        yield Vector(FORMAT, name, data, "t3", "not-canonical")
    yield from _keys()
    yield from _packages()
    yield from _receipts()
    yield from _releases()
    yield from _sealed()


def _place(role: str, nth: int = 0) -> int:
    return [n for n, one in enumerate(REGISTER.keys) if one.role == role][nth]


def _every(role: str, **change: Any) -> Wrong:
    def wrongly(made: JSON) -> None:
        for one in made["keys"]:
            if one["role"] == role:
                one.update(change)

    return wrongly


def _shapes() -> dict[str, Wrong]:
    first = ("keys", 0)
    return {
        "serial-0": field("serial", to=0),
        "fields-unknown-member": field("note", to=""),
        "reason-left-out": drop(*first, "reason"),
        "role-unknown": field(*first, "role", to="marking"),
        "key-of-31-bytes": field(*first, "key", to=b64(bytes(31))),
        "sealing-key-that-verifies": _every("escrow", key=b64(bytes(32))),
        "since-negative": field(*first, "since", to=-1),
        "announced-ahead": field(*first, "since", to=NOW + 1),
        "revoked-without-a-reason": field(*first, "revoked", to=NOW),
        "reason-without-revocation": field(*first, "reason", to="x"),
        "reason-empty": _every("receipt", revoked=None, reason=""),
        "keys-out-of-order": lambda made: made["keys"].reverse(),
        "key-twice": lambda made: made["keys"].insert(0, made["keys"][0]),
        "no-receipt-key": _every("receipt", until=NOW, revoked=None, reason=None),
        "no-unlock-key": _every("unlock", until=NOW, revoked=None, reason=None),
        "no-headquarters-key": _every("headquarters", until=NOW, revoked=None, reason=None),
        "no-escrow-key": _every("escrow", until=NOW, revoked=None, reason=None),
        "line-negative": field(*first, "line", to=-1),
        "line-left-out": drop(*first, "line"),
        "release-keys-of-one-line": _every("release", line=1),
        "one-release-key": field("keys", _usable_release(), "until", to=NOW),
    }


def _usable_release() -> int:
    return next(n for n, one in enumerate(REGISTER.keys) if one.key == RELEASE.public.to_bytes())


def _keys() -> Iterator[Vector]:
    for name, point in WEAK.items():
        made = statement(FORMAT, field("root", to=b64(point)))
        made.envelope.append(_forged(point))
        yield Vector(FORMAT, f"root-of-{name}", envelope(made), "t4", "not-a-document")
    none = WEAK["order-4"]  # all zeros: the first in order, wherever it stands
    only = field("keys", _place("enrolment"), "key", to=b64(none))
    data = envelope(statement(FORMAT, only))
    yield Vector(FORMAT, "key-of-order-4", data, "t6", "not-a-document")
    low = REGISTER.keys[_place("escrow")].key[:1184] + bytes(32)
    data = envelope(statement(FORMAT, field("keys", _place("escrow"), "key", to=b64(low))))
    yield Vector(FORMAT, "escrow-x25519-of-low-order", data, "t6", "not-a-document")
    own = field("root", to=b64(STRANGER.public.to_bytes()))
    data = envelope(statement(FORMAT, own, signer=STRANGER))
    yield Vector(FORMAT, "of-another-root", data, "c1", "cannot-open")


def _packages() -> Iterator[Vector]:
    def by(name: str, *signers: Any, check: str | None = None, code: str | None = None) -> Vector:
        made = package()
        made.signers = list(signers)
        return Vector("package", f"{name}", made.bytes(), check, code, GIVEN)

    yield by("good-with-a-register", RELEASE, SECOND)
    yield by("signed-by-a-revoked-key", RELEASE, THIRD, check="g1", code="key-revoked")
    yield by("signed-by-an-expired-key", RELEASE, FORMER, check="g2", code="key-expired")
    yield by("good-with-a-new-key", RELEASE, SUCCESSOR)
    one = {"check": "p0", "code": "second-signature-missing"}
    yield by("signed-by-both-keys-of-one-officer", SECOND, SUCCESSOR, **one)
    yield by("signed-by-a-key-not-in-the-register", RELEASE, STRANGER, **one)


def _receipts() -> Iterator[Vector]:
    def by(name: str, signer: Any, at: int, check: str | None, code: str | None) -> Vector:
        data = envelope(statement("receipt", field("at", to=at), signer=signer))
        return Vector("receipt", name, data, check, code, GIVEN)

    yield by("good-by-a-key-before-its-end", OLD_RECEIPT, NOW - 1001, None, None)
    yield by("by-a-key-after-its-end", OLD_RECEIPT, NOW - 1000, "g2", "key-expired")
    yield by("by-a-revoked-key", STRANGER, NOW - 5000, "g1", "key-revoked")
    yield by("by-a-release-key", RELEASE, NOW, "t5", "signature-refused")


def _releases() -> Iterator[Vector]:
    def by(name: str, signer: Any, at: int, check: str | None, code: str | None) -> Vector:
        data = envelope(statement("unlock-release", field("at", to=at), signer=signer))
        return Vector("unlock-release", name, data, check, code, GIVEN)

    yield by("good-with-a-register", UNLOCK, NOW, None, None)
    yield by("good-by-a-key-before-its-end", OLD_UNLOCK, NOW - 1001, None, None)
    yield by("by-a-key-after-its-end", OLD_UNLOCK, NOW - 1000, "g2", "key-expired")
    yield by("by-a-revoked-key", LOST_UNLOCK, NOW - 5000, "g1", "key-revoked")
    yield by("by-the-receipt-key", RECEIPT, NOW, "t5", "signature-refused")


def _sealed() -> Iterator[Vector]:
    def to(name: str, *keys: OpeningKey, opens: str = "seal", refused: bool = False) -> Vector:
        check, code = ("b5", "cannot-open") if refused else (None, None)
        given = GIVEN | {"key": opens}
        return Vector("batch", name, batch(None, *keys).bytes(), check, code, given)

    yield to("good-with-a-register", SEAL, ESCROW)
    yield to("good-sealed-to-a-key-that-ended", OLD_SEAL, ESCROW, opens="seal-0")
    yield to("good-sealed-to-a-revoked-key", LOST_SEAL, OLD_ESCROW, opens="seal-1")
    yield to("good-sealed-to-an-escrow-that-ended", SEAL, OLD_ESCROW, opens="escrow-0")
    yield to("sealed-to-a-key-not-in-the-register", ELSEWHERE, ESCROW, refused=True)
    yield to("sealed-to-two-live-keys", SEAL, OLD_SEAL, refused=True)
    yield to("sealed-to-two-escrow-keys", ESCROW, OLD_ESCROW, refused=True)
    yield to("sealed-to-a-live-key-too-many", SEAL, OLD_SEAL, ESCROW, refused=True)
