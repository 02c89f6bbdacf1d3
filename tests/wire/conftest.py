"""The keys and documents that the tests of the wire share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.wire import canonical, dsse
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.sealed import HEADER, PAYLOAD_TYPE, Part, ToRecipients, write_sealed_bytes
from sync.wire.unlock import UnlockCode

Manifest = dict[str, Any]
Edit = Callable[[Manifest], None]
Seal = Callable[..., bytes]
SignAgain = Callable[[bytes, Edit], bytes]


@pytest.fixture(scope="session")
def vectors() -> Path:
    return Path(__file__).parents[1] / "vectors"


@pytest.fixture(scope="session")
def headquarters() -> SigningKey:
    return SigningKey.from_bytes(b"H" * 32)


@pytest.fixture(scope="session")
def site() -> OpeningKey:
    return OpeningKey.from_seed(b"S" * 32)


@pytest.fixture(scope="session")
def codes() -> tuple[UnlockCode, UnlockCode]:
    return UnlockCode(1, b"7K3QM9ABCDEFGHJK"), UnlockCode(2, b"0123456789ZYXWVT")


@pytest.fixture(scope="session")
def seal(headquarters: SigningKey, site: OpeningKey) -> Seal:
    """Seal these bodies, by name, to the site."""

    def seal(**bodies: bytes) -> bytes:
        access = ToRecipients((site.public,))
        return write_sealed_bytes(
            kind="package",
            identity={"session": "2026-11-21-am", "site": "A001", "term": 1},
            parts=[Part(name, body, access) for name, body in bodies.items()],
            signers=[headquarters],
        )

    return seal


@pytest.fixture(scope="session")
def sign_again(headquarters: SigningKey) -> SignAgain:
    """What the signer could have written: change the manifest, then sign it properly."""

    def sign_again(document: bytes, edit: Edit) -> bytes:
        end = HEADER + int.from_bytes(document[HEADER - 4 : HEADER], "big")
        manifest = json.loads(dsse.peek(document[HEADER:end])[1])
        edit(manifest)
        envelope = dsse.sign(PAYLOAD_TYPE, canonical.encode(manifest), [headquarters])
        length = len(envelope).to_bytes(4, "big")
        return document[: HEADER - 4] + length + envelope + document[end:]

    return sign_again
