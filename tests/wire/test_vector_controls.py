"""A reader with a check removed is noticed: it accepts the vectors that only this check refuses."""

import base64
import functools
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from vectoring import reading
from vectoring.draft import VECTORS

from sync import stick_parts
from sync.errors import ExamError
from sync.exam import batch, journal
from sync.wire import (
    canonical,
    checkpoint,
    documents,
    enrolment,
    inventory,
    keys,
    lock,
    officers,
    photos,
    sealed,
    shape,
    stream,
    unlock,
)
from sync.wire.register import KeyRegister
from sync.wire.sealed import SealedDocument, Unverified

INDEX = json.loads((VECTORS / "index.json").read_text("utf-8"))
KNOWN = {f"{v['format']}/{v['fault']}": v for v in INDEX["vectors"]}
Patch = Callable[[pytest.MonkeyPatch], None]
_stretched = functools.cache(lock._stretch)


def read(name: str) -> dict[str, str]:
    vector = KNOWN[name]
    given = INDEX["given"][vector["format"]] | vector.get("given", {})
    path = VECTORS / vector["format"] / vector["fault"]
    return reading.read(path, vector["format"], given, reading.Keys(INDEX))


def put(owner: Any, name: str, value: Any) -> Patch:
    return lambda patch: patch.setattr(owner, name, value)


def _any_members(value: Any, *names: str) -> list[Any]:
    return [value[name] for name in names]


def _any_fields(data: bytes, kind: Any) -> Any:
    return msgspec.convert(json.loads(data), kind)


_verify, _given = Unverified.verify, {"seal", "escrow"}


def _no_strangers(*args: Any, **more: Any) -> SealedDocument:
    document = _verify(*args, **more)
    document.signers = tuple(document.signed_by)
    return document


def _the_right_recipients(self: SealedDocument, part: str) -> frozenset[str]:
    return frozenset(reading.Keys(INDEX).open(name).public.key_id for name in _given)


def _answered(data: bytes, key: keys.VerifyKey) -> inventory.InventoryAnswer:
    return documents.read(data, inventory.InventoryAnswer, [key])


def _nonce_without_mark(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + b"\x00"


REMOVED: dict[str, tuple[Patch, str]] = {
    "s1": (put(sealed, "MAGIC", b"examseal"), "sealed-document/magic-in-small-letters"),
    "s2": (put(sealed, "VERSION", 2), "sealed-document/version-2"),
    "s6 canonical": (
        put(canonical, "decode", json.loads),
        "sealed-document/envelope-white-space sealed-document/envelope-line-end "
        "sealed-document/envelope-escape sealed-document/envelope-member-twice "
        "receipt/white-space certificate/white-space",
    ),
    "s8 canonical": (
        put(canonical, "decode", json.loads),
        "sealed-document/manifest-white-space sealed-document/manifest-members-out-of-order",
    ),
    "s6 members": (
        put(shape, "members", _any_members),
        "sealed-document/envelope-unknown-member sealed-document/signature-unknown-member "
        "sealed-document/manifest-unknown-member sealed-document/manifest-part-unknown-member "
        "sealed-document/manifest-access-unknown-member receipt/unknown-member",
    ),
    "s6 base64": (
        put(shape, "from_base64", base64.b64decode),
        "sealed-document/signature-with-unused-bits "
        "sealed-document/manifest-root-with-unused-bits sealed-document/payload-with-line-end",
    ),
    "s6 order": (
        put(shape, "ascending", lambda values, what: None),
        "sealed-document/signatures-out-of-order sealed-document/signature-twice "
        "sealed-document/manifest-recipients-out-of-order",
    ),
    "s7": (
        put(sealed, "PAYLOAD_TYPE", documents.TYPES[documents.Receipt]),
        "sealed-document/payload-of-another-type",
    ),
    "s9": (
        put(keys.VerifyKey, "verify", lambda *_: True),
        "sealed-document/signature-bit sealed-document/signature-with-s-plus-order "
        "sealed-document/signature-without-pre-authentication "
        "sealed-document/signature-under-another-key-id receipt/signature-bit "
        "checkpoint/size-altered",
    ),
    "s16": (
        put(sealed, "check_commitment", lambda *_: None),
        "sealed-document/commitment-to-another-key sealed-document/commitment-is-the-chunk-key",
    ),
    "s17": (
        put(stream, "_nonce", _nonce_without_mark),
        "sealed-document/chunk-not-marked-as-last sealed-document/last-chunk-cut-off-by-the-signer",
    ),
    "g1 g2": (
        put(KeyRegister, "require", lambda *_: None),
        "package/signed-by-a-revoked-key package/signed-by-an-expired-key "
        "receipt/by-a-revoked-key receipt/by-a-key-after-its-end "
        "unlock-release/by-a-revoked-key unlock-release/by-a-key-after-its-end"
        " enrolment-answer/by-a-revoked-key enrolment-answer/by-a-key-after-its-end",
    ),
    "e2": (
        put(enrolment, "_require_check", lambda _: None),
        "enrolment-bundle/address-altered enrolment-bundle/check-of-another",
    ),
    "e7": (
        put(enrolment, "require_named", lambda *_: None),
        "enrolment-answer/seal-not-in-the-register enrolment-answer/headquarters-of-another-root "
        "enrolment-answer/release-key-that-is-revoked",
    ),
    "p0": (
        put(documents, "RELEASE_SIGNATURES", 1),
        "package/signed-by-one-officer",
    ),
    "p0 lines": (
        put(KeyRegister, "lines", lambda *_: 2),
        "package/signed-by-both-keys-of-one-officer",
    ),
    "p1 b3": (
        put(Unverified, "verify", _no_strangers),
        "package/signature-of-a-stranger-too batch/signature-of-a-stranger-too "
        "file/signature-of-a-stranger-too",
    ),
    "p3": (
        put(documents, "PACKAGE_PARTS", ("plan", "photos", "papers", "keys")),
        "package/part-unknown",
    ),
    "p5 p8": (
        put(documents, "from_bytes", _any_fields),
        "package/plan-sitting-default-left-out package/plan-white-space "
        "package/papers-seed-with-unused-bits package/papers-materials-left-out",
    ),
    "w1": (
        put(stick_parts, "from_bytes", _any_fields),
        "parts-list/white-space parts-list/line-end parts-list/member-twice "
        "parts-list/members-out-of-order",
    ),
    "p7": (
        put(reading, "check_plan", lambda plan: plan),
        "package/plan-seat-twice package/plan-minutes-601 package/plan-admission-with-slash "
        "package/plan-start-without-an-offset",
    ),
    "p11": (
        put(photos, "check_photos", lambda photos, plan: photos),
        "package/photos-of-nobody-here package/photos-no-jpeg package/photos-too-large",
    ),
    "p9": (
        put(reading, "check_forms", lambda plan, papers: None),
        "package/papers-without-a-form-of-the-plan package/papers-of-another-form",
    ),
    "b5": (
        put(SealedDocument, "recipients", _the_right_recipients),
        "batch/not-for-the-escrow batch/for-somebody-else-too batch/sealed-to-two-live-keys "
        "batch/sealed-to-a-live-key-too-many",
    ),
    "b7": (
        put(batch, "_check_header", lambda header: None),
        "batch/header-previous-before-the-first",
    ),
    "b9": (
        put(journal, "_fits", lambda value, kind: True),
        "batch/event-response-null batch/event-number-true",
    ),
    "b12": (
        put(documents, "check_head", lambda *_: None),
        "batch/checkpoint-of-fewer-events batch/checkpoint-of-another-journal "
        "batch/response-changed-after-the-checkpoint",
    ),
    "d1": (put(officers, "RELEASE_SIGNATURES", 1), "update/signed-by-one-officer"),
    "l1": (put(officers, "RELEASE_SIGNATURES", 1), "stick/signed-by-one-officer"),
    "l3 to l5": (
        put(reading, "judge_list", lambda *_: None),
        "stick/after-its-end stick/for-another-site stick/older-than-the-last"
        " stick/of-one-moment-and-another",
    ),
    "d3 d4 d5": (
        put(reading, "judge_update", lambda *_: None),
        "update/after-its-end update/serial-lower update/serial-again-of-another"
        " update/version-lower",
    ),
    "t4": (put(keys, "_LOW_ORDER_Y", set()), "enrolment-request/sign-of-order-1"),
    "t6": (put(keys, "_FIELD", 2**256), "certificate/release-of-not-reduced"),
    "k4": (put(checkpoint, "_verifies", lambda *_: True), "checkpoint/extension-added"),
    "t3 orders of inventories": (
        put(inventory, "_ascending", lambda values: None),
        "inventory/session-twice inventory/list-out-of-order inventory-answer/lacks-out-of-order",
    ),
    "i2": (
        put(reading, "check_answer", lambda data, key, *_, **__: _answered(data, key)),
        "inventory-answer/to-another-inventory inventory-answer/to-another-site",
    ),
    "u2": (put(unlock, "_wrong_groups", lambda *_: []), "unlock-code/letter-changed"),
}


@pytest.mark.parametrize("check", REMOVED)
def test_a_check_that_is_removed_is_missed(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    remove, names = REMOVED[check]
    monkeypatch.setattr(lock, "_stretch", _stretched)
    for name in names.split():
        with monkeypatch.context() as patch:
            with pytest.raises(ExamError):
                read(name)
            remove(patch)
            assert read(name)
