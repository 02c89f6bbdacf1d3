"""Receipts, refusals and releases cut at every length, with every bit flipped, or by a stranger."""

from collections.abc import Callable

import pytest

from sync.errors import DocumentRefused
from sync.statements import check_receipt, check_refusal
from sync.wire.documents import Receipt, Refusal, sign
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.release import ReleaseReader, write_release
from sync.wire.unlock import UnlockCode

DIGEST, SIZE, SITE = "ab" * 32, 2_000, "site-01"
KEY, STRANGER = SigningKey.from_bytes(b"R" * 32), SigningKey.from_bytes(b"X" * 32)
BOX = OpeningKey.from_seed(b"B" * 32)
NAMES = {"session": "am", "package": DIGEST}
READER = ReleaseReader(SITE, BOX, KEY.public)
Make = Callable[[SigningKey], bytes]
Check = Callable[[bytes], object]


def receipt(by: SigningKey) -> bytes:
    return sign(Receipt(DIGEST, SIZE, SITE, "am", 1, 0, "archived", 1), by)


def refusal(by: SigningKey) -> bytes:
    return sign(Refusal(DIGEST, SIZE, "conflicting-batch", "冲突", "conflict", 1), by)


def release(by: SigningKey) -> bytes:
    codes = UnlockCode(1, b"7K3QM9ABCDEFGHJK"), UnlockCode(2, b"0123456789ZYXWVT")
    named = {"named": SITE, "session": "am", "package": DIGEST}
    return write_release(codes, BOX.public, by, at=1, **named)


KINDS: dict[str, tuple[Make, Check]] = {
    "receipt": (
        receipt,
        lambda data: check_receipt(data, KEY.public, site=SITE, digest=DIGEST, size=SIZE),
    ),
    "refusal": (refusal, lambda data: check_refusal(data, KEY.public, digest=DIGEST, size=SIZE)),
    "release": (release, lambda data: READER.read(data, **NAMES)),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[Make, Check]:
    return KINDS[request.param]


def test_what_is_whole_is_taken_and_a_strangers_is_not(kind: tuple[Make, Check]) -> None:
    make, check = kind
    assert check(make(KEY))
    with pytest.raises(DocumentRefused):
        check(make(STRANGER))


def test_cut_at_any_length_it_is_refused(kind: tuple[Make, Check]) -> None:
    make, check = kind
    whole = make(KEY)
    for length in range(len(whole)):
        with pytest.raises(DocumentRefused):
            check(whole[:length])


def test_with_any_bit_flipped_it_is_refused(kind: tuple[Make, Check]) -> None:
    make, check = kind
    whole = make(KEY)
    # One bit of every byte, another one from byte to byte: all bits of a release are 20,000.
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        with pytest.raises(DocumentRefused):
            check(bytes(damaged))


def test_one_kind_is_not_taken_for_another() -> None:
    for name, (make, _) in KINDS.items():
        for other, (_, check) in KINDS.items():
            if other != name:
                with pytest.raises(DocumentRefused):
                    check(make(KEY))
