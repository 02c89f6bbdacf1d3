"""What is left to guess for whoever holds the site's disk and key, and one official's code.

The search is made for real on codes of one and two unknown characters, with a stretching that costs
nothing; what it costs is looked at apart.
"""

import math
from itertools import product
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sync.errors import CannotOpen, WrongUnlockCode
from sync.wire import lock
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.sealed import ByCodes, Part, SealedDocument, write_sealed_bytes
from sync.wire.unlock import ALPHABET, GROUP_DATA, OFFICIALS, SECRET_CHARACTERS, UnlockCode

Codes = tuple[UnlockCode, UnlockCode]
KIND = "package"


def sealed(headquarters: SigningKey, site: OpeningKey, codes: Codes) -> SealedDocument:
    """What lies on the disk."""
    part = Part("papers", b"paper", ByCodes(site.public, codes))
    data = write_sealed_bytes(
        kind=KIND, identity={"site": "A001"}, parts=[part], signers=[headquarters]
    )
    return SealedDocument.verify_bytes(data, kind=KIND, trusted=[headquarters.public])


def opens(document: SealedDocument, key: OpeningKey, codes: Codes) -> bool:
    try:
        document.unlock("papers", key, codes)
    except WrongUnlockCode:
        return False
    return True


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretching that costs nothing."""

    def stretch(code: UnlockCode, salt: bytes) -> bytes:
        return lock._derive(code.secret, b"cheap", salt + bytes([code.official]))

    monkeypatch.setattr(lock, "_stretch", stretch)


def ending(official: int, letters: str) -> UnlockCode:
    """A code of which only the end is not known."""
    return UnlockCode(official, letters.rjust(SECRET_CHARACTERS, "0").encode())


def bits_searched(document: SealedDocument, key: OpeningKey, known: UnlockCode, n: int) -> float:
    """How many bits of `n` characters somebody tries who has all but the other code."""
    guesses = (ending(3 - known.official, "".join(g)) for g in product(ALPHABET, repeat=n))
    tries = next(i for i, guess in enumerate(guesses, 1) if opens(document, key, (known, guess)))
    return math.log2(tries)


@pytest.mark.parametrize("official", OFFICIALS)
def test_every_character_of_a_code_is_drawn_from_all_thirty_two(official: int) -> None:
    made = [UnlockCode.generate(official).secret for _ in range(2_000)]
    columns = [set(column) for column in zip(*made, strict=True)]
    # 2,000 draws leave out some character somewhere with a chance of 10⁻²⁵.
    assert sum(math.log2(len(seen)) for seen in columns) == 80


def test_the_characters_said_beside_it_follow_from_a_code_and_add_nothing() -> None:
    code = UnlockCode.generate(1)
    said = "".join(group[:GROUP_DATA] for group in code.spoken.split("-"))
    assert UnlockCode(1, said.encode()).spoken == code.spoken


@pytest.mark.parametrize(("known", "n"), [(1, 1), (2, 1), (1, 2)])
def test_disk_and_one_code_leave_all_bits_of_the_other(
    headquarters: SigningKey, site: OpeningKey, cheap: None, known: int, n: int
) -> None:
    """The last of all codes is found by the last of all tries: nothing rules one out before."""
    told, other = ending(known, "7K3Q"), ending(3 - known, "Z" * n)
    document = sealed(headquarters, site, (told, other))
    bits = bits_searched(document, site, told, n)
    assert bits == 5 * n
    assert bits / n * SECRET_CHARACTERS >= 80


def test_a_lock_made_of_one_code_alone_would_be_noticed(
    headquarters: SigningKey, site: OpeningKey, cheap: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_in_order", lambda codes: [codes[0]])
    told = ending(1, "7K3Q")
    document = sealed(headquarters, site, (told, ending(2, "Z")))
    assert bits_searched(document, site, told, 1) == 0


def test_each_guess_costs_an_argon2id_of_64_mib_for_each_code(
    headquarters: SigningKey, site: OpeningKey, codes: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, costs = sealed(headquarters, site, codes), []

    def counted(**cost: Any) -> Argon2id:
        costs.append((cost["memory_cost"], cost["iterations"]))
        return Argon2id(**cost)

    monkeypatch.setattr(lock, "Argon2id", counted)
    assert opens(document, site, codes)
    assert costs == [(64 * 1024, 3)] * 2


def test_both_codes_without_the_sites_key_open_nothing(
    headquarters: SigningKey, site: OpeningKey, codes: Codes, cheap: None
) -> None:
    document = sealed(headquarters, site, codes)
    with pytest.raises(CannotOpen):
        opens(document, OpeningKey.generate(), codes)
    assert opens(document, site, codes)
