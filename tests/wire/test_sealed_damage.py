"""No damaged or forged document passes, and each is refused for the right reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import (
    DocumentAltered,
    DocumentRefused,
    DocumentTruncated,
    NotADocument,
    NotCanonical,
    SignatureRefused,
    UnsupportedVersion,
    WrongKind,
)
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.sealed import HEADER, SealedDocument

Manifest = dict[str, Any]
Seal = Callable[..., bytes]
SignAgain = Callable[[bytes, Callable[[Manifest], None]], bytes]
TRUSTED = SigningKey.from_bytes(b"H" * 32).public


def refusal(data: bytes) -> type[DocumentRefused]:
    """The class of error; any other error, or none, fails the test."""
    with pytest.raises(DocumentRefused) as refused:
        SealedDocument.verify_bytes(data, kind="package", trusted=[TRUSTED])
    return type(refused.value)


def envelope_end(data: bytes) -> int:
    return HEADER + int.from_bytes(data[HEADER - 4 : HEADER], "big")


def allowed(position: int, end: int) -> set[type[DocumentRefused]]:
    """What a flipped bit at this place may be refused as."""
    if position < 8:
        return {NotADocument}
    if position == 8:
        return {UnsupportedVersion}
    if position < HEADER:
        return {DocumentAltered, DocumentTruncated, NotCanonical}
    return {NotCanonical, SignatureRefused} if position < end else {DocumentAltered}


def test_the_document_passes_before_it_is_damaged(seal: Seal) -> None:
    SealedDocument.verify_bytes(seal(a=b"answers"), kind="package", trusted=[TRUSTED])


@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit_is_refused_for_the_right_reason(seal: Seal, bit: int) -> None:
    data = seal(a=b"answers", b=b"")
    end = envelope_end(data)
    for position in range(len(data)):
        flipped = bytearray(data)
        flipped[position] ^= 1 << bit
        assert refusal(bytes(flipped)) in allowed(position, end), position


def test_every_truncation_is_said_to_be_one(seal: Seal) -> None:
    data = seal(a=b"answers", b=b"")
    for length in range(len(data)):
        assert refusal(data[:length]) is DocumentTruncated, length


def test_a_truncated_file_tells_how_much_is_missing(seal: Seal, tmp_path: Path) -> None:
    data = seal(a=bytes(200_000))
    path = tmp_path / "package"
    path.write_bytes(data[:150_000])
    with pytest.raises(DocumentTruncated) as refused:
        SealedDocument.verify(path, kind="package", trusted=[TRUSTED])
    assert refused.value.facts == {"expected": len(data), "found": 150_000}


@pytest.mark.parametrize("more", [b"\0", b"\n", b"E", bytes(70_000)])
def test_bytes_after_the_end_are_refused(seal: Seal, more: bytes) -> None:
    assert refusal(seal(a=b"answers") + more) is DocumentAltered


@given(st.binary(max_size=60), st.booleans())
def test_arbitrary_bytes_are_refused(junk: bytes, like_ours: bool) -> None:
    refusal((b"EXAMSEAL\x01\x00\x00\x00" if like_ours else b"") + junk)


@pytest.mark.parametrize("length", [0, 1_048_577, 2**32 - 1])
def test_an_envelope_of_an_impossible_length_is_refused_unread(length: int) -> None:
    header = b"EXAMSEAL\x01" + length.to_bytes(4, "big")
    assert refusal(header + b"{}") is DocumentAltered


def test_parts_of_two_documents_cannot_be_exchanged(seal: Seal) -> None:
    one, two = seal(a=b"answers"), seal(a=b"answers")
    assert refusal(one[: envelope_end(one)] + two[envelope_end(two) :]) is DocumentAltered


def test_chunks_of_one_part_cannot_be_exchanged(seal: Seal) -> None:
    data = seal(a=bytes(3 * 65536))
    start, size = envelope_end(data), 65552
    first, second = data[start : start + size], data[start + size : start + 2 * size]
    assert refusal(data[:start] + second + first + data[start + 2 * size :]) is DocumentAltered


def test_a_document_of_another_signer_is_refused(seal: Seal) -> None:
    stranger = SigningKey.generate().public
    with pytest.raises(SignatureRefused):
        SealedDocument.verify_bytes(seal(a=b"x"), kind="package", trusted=[stranger])
    with pytest.raises(SignatureRefused):
        SealedDocument.verify_bytes(seal(a=b"x"), kind="package", trusted=[])
    with pytest.raises(SignatureRefused):
        SealedDocument.verify_bytes(
            seal(a=b"x"), kind="package", trusted=[TRUSTED, stranger], threshold=2
        )


def test_another_kind_is_named(seal: Seal) -> None:
    with pytest.raises(WrongKind) as refused:
        SealedDocument.verify_bytes(seal(a=b"x"), kind="batch", trusted=[TRUSTED])
    assert refused.value.facts == {"expected": "batch", "found": "package"}


@pytest.mark.parametrize(
    "edit",
    [
        lambda m: m.update(extra=1),
        lambda m: m.update(version=2),
        lambda m: m.update(version=True),
        lambda m: m.update(kind=""),
        lambda m: m.update(identity=[]),
        lambda m: m["identity"].update(deep={}),
        lambda m: m["identity"].update(yes=True),
        lambda m: m.pop("identity"),
        lambda m: m.update(parts={}),
        lambda m: m["parts"].append(m["parts"][0]),
        lambda m: m["parts"][0].update(name=1),
        lambda m: m["parts"][0].update(chunks=2),
        lambda m: m["parts"][0].update(length=15),
        lambda m: m["parts"][0].update(length=-1),
        lambda m: m["parts"][0].update(length=65552 + 16, chunks=2),
        lambda m: m["parts"][0].update(root="AAAA"),
        lambda m: m["parts"][0].update(commitment="====" * 11),
        lambda m: m["parts"][0].pop("access"),
        lambda m: m["parts"][0]["access"].update(way="open"),
        lambda m: m["parts"][0]["access"].update(way="codes"),
        lambda m: m["parts"][0]["access"].update(recipients=[]),
        lambda m: m["parts"][0]["access"]["recipients"].append({"key": "0" * 16, "sealed": ""}),
        lambda m: m["parts"][0]["access"].update(
            recipients=m["parts"][0]["access"]["recipients"] * 2
        ),
    ],
)
def test_a_signed_manifest_of_another_shape_is_refused(
    seal: Seal, sign_again: SignAgain, edit: Callable[[Manifest], None]
) -> None:
    assert refusal(sign_again(seal(a=b"answers"), edit)) is NotCanonical


def test_signed_lengths_that_do_not_fit_the_file_are_refused(
    seal: Seal, sign_again: SignAgain
) -> None:
    data = seal(a=b"answers")
    longer = sign_again(data, lambda m: m["parts"][0].update(length=24))
    shorter = sign_again(data, lambda m: m["parts"][0].update(length=22))
    assert refusal(longer) is DocumentTruncated
    assert refusal(shorter) is DocumentAltered


def test_a_signed_commitment_to_another_key_is_refused_before_decryption(
    seal: Seal, sign_again: SignAgain, site: OpeningKey
) -> None:
    data = sign_again(seal(a=b"x"), lambda m: m["parts"][0].update(commitment="A" * 43 + "="))
    document = SealedDocument.verify_bytes(data, kind="package", trusted=[TRUSTED])
    with pytest.raises(DocumentAltered):
        document.content_key("a", site)
    with pytest.raises(DocumentAltered):
        document.stream("a", bytes(32))


def test_another_content_key_is_refused(seal: Seal, site: OpeningKey) -> None:
    document = SealedDocument.verify_bytes(
        seal(a=b"same", b=b"same"), kind="package", trusted=[TRUSTED]
    )
    with pytest.raises(DocumentAltered):
        document.read("b", document.content_key("a", site))


def test_a_file_changed_after_it_was_verified_is_noticed(
    seal: Seal, site: OpeningKey, tmp_path: Path
) -> None:
    data, path = seal(a=b"answers"), tmp_path / "package"
    path.write_bytes(data)
    document = SealedDocument.verify(path, kind="package", trusted=[TRUSTED])
    key = document.content_key("a", site)
    for changed in [data[:-1] + bytes([data[-1] ^ 1]), data[:-1], data[:100]]:
        path.write_bytes(changed)
        with pytest.raises(DocumentAltered):
            document.read("a", key)
