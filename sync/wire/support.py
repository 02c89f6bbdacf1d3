"""Support bundles: what a site says of its own state, signed by it, sealed to headquarters."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sync.errors import CannotOpen, NotCanonical
from sync.wire.documents import Certificate, HeadquartersKeys
from sync.wire.keys import OpeningKey, SealingKey, SigningKey, VerifyKey
from sync.wire.sealed import Part, SealedDocument, ToRecipients, write_sealed

KIND = "support"
# A site's facts take some tens of KiB.
MOST = 8 * 1024 * 1024


def write_support(
    path: Path,
    facts: Mapping[str, Any],
    identity: Mapping[str, str | int],
    signer: SigningKey,
    headquarters: HeadquartersKeys,
) -> str:
    """Seal the facts to headquarters alone; the digest. Its escrow has no need of them."""
    body = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
    parts = [Part("facts", body, ToRecipients((SealingKey.from_bytes(headquarters.seal),)))]
    return write_sealed(path, kind=KIND, identity=identity, parts=parts, signers=[signer])


def read_support(
    path: Path, certificate: Certificate, keys: Mapping[str, OpeningKey]
) -> dict[str, Any]:
    """The facts of a bundle of that site; DocumentRefused if it is altered or another's."""
    signer = VerifyKey.from_bytes(certificate.sign)
    document = SealedDocument.verify(path, kind=KIND, trusted=[signer])
    key = next((keys[k] for k in document.recipients("facts") if k in keys), None)
    if key is None:
        raise CannotOpen(reason="sealed to another key")
    body = bytearray()
    for chunk in document.stream("facts", document.content_key("facts", key)):
        body += chunk
        if len(body) > MOST:
            raise NotCanonical(reason="longer than any bundle")
    try:
        facts = json.loads(bytes(body))
    except (ValueError, RecursionError):
        raise NotCanonical(reason="not JSON") from None
    if not isinstance(facts, dict):
        raise NotCanonical(reason="not an object")
    return facts
