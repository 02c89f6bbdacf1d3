"""Who may open a part, and how each way of failing is told from the others.

Each unlocking stretches two codes with Argon2id (about 0.3 s), so there are few.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.errors import (
    CannotOpen,
    DocumentAltered,
    MisheardGroup,
    OtherOfficialsCode,
    WrongUnlockCode,
)
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.sealed import ByCodes, Part, SealedDocument, ToRecipients, write_sealed_bytes
from sync.wire.unlock import UnlockCode

Codes = tuple[UnlockCode, UnlockCode]
SignAgain = Callable[[bytes, Callable[[dict[str, Any]], None]], bytes]
PAPER = "试卷".encode() * 100


@pytest.fixture(scope="module")
def package(headquarters: SigningKey, site: OpeningKey, codes: Codes) -> bytes:
    """A paper locked by codes beside a notice that the site may read at once."""
    return write_sealed_bytes(
        kind="package",
        identity={"site": "A001"},
        parts=[
            Part("notice", b"bring a pen", ToRecipients((site.public,))),
            Part("paper", PAPER, ByCodes(site.public, codes)),
        ],
        signers=[headquarters],
    )


@pytest.fixture(scope="module")
def document(package: bytes, headquarters: SigningKey) -> SealedDocument:
    return SealedDocument.verify_bytes(package, kind="package", trusted=[headquarters.public])


def heard(codes: Codes) -> Codes:
    """The codes as they arrive: read aloud, typed in."""
    first, second = codes
    return UnlockCode.parse(first.spoken, 1), UnlockCode.parse(second.spoken, 2)


def test_both_codes_and_the_sites_key_open_the_paper(
    document: SealedDocument, site: OpeningKey, codes: Codes
) -> None:
    key = document.unlock("paper", site, heard(codes))
    assert document.read("paper", key) == PAPER
    # Before and after a restart the key alone is enough.
    assert b"".join(document.stream("paper", key)) == PAPER


def test_the_order_in_which_the_codes_are_given_does_not_matter(
    document: SealedDocument, site: OpeningKey, codes: Codes
) -> None:
    key = document.unlock("paper", site, (codes[1], codes[0]))
    assert document.read("paper", key) == PAPER


def test_well_formed_codes_of_another_package_are_told_from_misheard_ones(
    document: SealedDocument, site: OpeningKey, codes: Codes
) -> None:
    other = UnlockCode.generate(2)
    with pytest.raises(WrongUnlockCode):
        document.unlock("paper", site, (codes[0], UnlockCode.parse(other.spoken, 2)))
    misheard = codes[1].spoken.replace("0", "8", 1)
    with pytest.raises(MisheardGroup) as refused:
        UnlockCode.parse(misheard, 2)
    assert refused.type is MisheardGroup
    assert refused.value.facts == {"official": 2, "groups": "1"}


def test_codes_in_each_others_place_are_told_from_wrong_ones(codes: Codes) -> None:
    with pytest.raises(OtherOfficialsCode):
        heard((codes[1], codes[0]))


def test_two_codes_of_one_official_are_a_mistake_of_the_program(
    document: SealedDocument, site: OpeningKey, codes: Codes
) -> None:
    with pytest.raises(ValueError, match="each official"):
        document.unlock("paper", site, (codes[0], codes[0]))
    with pytest.raises(ValueError, match="each official"):
        ByCodes(site.public, (codes[1], codes[1]))


def test_the_codes_are_useless_at_another_site(
    document: SealedDocument, site: OpeningKey, codes: Codes
) -> None:
    with pytest.raises(CannotOpen) as refused:
        document.unlock("paper", OpeningKey.generate(), codes)
    assert site.public.key_id in str(refused.value.facts["reason"])


def test_a_damaged_package_is_told_before_any_code_is_asked_for(
    package: bytes, headquarters: SigningKey
) -> None:
    damaged = package[:-1] + bytes([package[-1] ^ 1])
    with pytest.raises(DocumentAltered):
        SealedDocument.verify_bytes(damaged, kind="package", trusted=[headquarters.public])


def test_a_share_from_another_document_cannot_be_opened(
    package: bytes, headquarters: SigningKey, site: OpeningKey, codes: Codes, sign_again: SignAgain
) -> None:
    # Signed properly, but sealed with another context: what must match is bound by `info`.
    moved = sign_again(package, lambda m: m["identity"].update(site="A002"))
    document = SealedDocument.verify_bytes(moved, kind="package", trusted=[headquarters.public])
    with pytest.raises(CannotOpen):
        document.unlock("paper", site, codes)
    with pytest.raises(CannotOpen):
        document.content_key("notice", site)


def test_a_signed_commitment_to_another_key_is_noticed_at_the_unlocking(
    package: bytes, headquarters: SigningKey, site: OpeningKey, codes: Codes, sign_again: SignAgain
) -> None:
    data = sign_again(package, lambda m: m["parts"][1].update(commitment="A" * 43 + "="))
    document = SealedDocument.verify_bytes(data, kind="package", trusted=[headquarters.public])
    with pytest.raises(DocumentAltered):
        document.unlock("paper", site, codes)


def test_each_way_of_access_opens_only_its_own_parts(
    document: SealedDocument, site: OpeningKey, codes: Codes
) -> None:
    assert document.read("notice", document.content_key("notice", site)) == b"bring a pen"
    with pytest.raises(CannotOpen):
        document.content_key("paper", site)
    with pytest.raises(CannotOpen):
        document.unlock("notice", site, codes)


def test_a_document_written_by_the_first_release_still_opens(vectors: Path) -> None:
    vector = json.loads((vectors / "sealed-v1.json").read_text())
    data = (vectors / "sealed-v1.examseal").read_bytes()
    signer = SigningKey.from_bytes(bytes.fromhex(vector["signing_seed"])).public
    reader = OpeningKey.from_seed(bytes.fromhex(vector["opening_seed"]))
    codes = heard_from(vector["codes"])
    document = SealedDocument.verify_bytes(data, kind=vector["kind"], trusted=[signer])
    assert (document.digest, document.identity) == (vector["digest"], vector["identity"])
    keys = {
        "notice": document.content_key("notice", reader),
        "paper": document.unlock("paper", reader, codes),
    }
    for name, key in keys.items():
        assert key.hex() == vector["parts"][name]["content_key"]
        plaintext = base64.b64decode(vector["parts"][name]["plaintext"])
        assert document.read(name, key) == plaintext


def heard_from(spoken: list[str]) -> Codes:
    return UnlockCode.parse(spoken[0], 1), UnlockCode.parse(spoken[1], 2)
