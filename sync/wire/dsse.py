"""DSSE 1.0 envelopes in canonical JSON, signed with Ed25519 (secure-systems-lab/dsse)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sync.errors import NotCanonical, SignatureRefused
from sync.wire import canonical, shape
from sync.wire.canonical import JSON
from sync.wire.keys import SIGNATURE_LENGTH, SigningKey, VerifyKey
from sync.words import Words


@dataclass(frozen=True)
class Signed:
    """A verified payload, the ids of the trusted keys that signed it, and all that are listed."""

    payload: bytes
    payload_type: str
    key_ids: frozenset[str]
    listed: tuple[str, ...]


@dataclass(frozen=True)
class Envelope:
    """An envelope of the right shape, nothing verified."""

    payload: bytes
    payload_type: str
    signatures: dict[str, bytes]


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding, which is what the signatures cover (DSSE, protocol)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, signers: Sequence[SigningKey]) -> bytes:
    """The envelope of `payload` with a signature by each of `signers`."""
    by_id = {signer.public.key_id: signer for signer in signers}
    if not signers or len(by_id) < len(signers):
        raise ValueError("one or more different signers")
    covered = pae(payload_type, payload)
    return _written(payload_type, payload, {i: key.sign(covered) for i, key in by_id.items()})


def _written(payload_type: str, payload: bytes, signatures: Mapping[str, bytes]) -> bytes:
    return canonical.encode(
        {
            "payload": shape.to_base64(payload),
            "payloadType": payload_type,
            "signatures": [
                {"keyid": key_id, "sig": shape.to_base64(signatures[key_id])}
                for key_id in sorted(signatures)
            ],
        }
    )


def other_type(found: str) -> NotCanonical:
    """The error of a payload type that was not asked for."""
    return NotCanonical(reason=Words(f"文件类型是 {found[:80]}", f"payload type {found[:80]}"))


def countersign(envelope: bytes, signer: SigningKey) -> bytes:
    """The envelope with a further signature; ValueError if that key's is there already."""
    parsed = parse(envelope)
    if signer.public.key_id in parsed.signatures:
        raise ValueError("one or more different signers")
    own = signer.sign(pae(parsed.payload_type, parsed.payload))
    return _written(
        parsed.payload_type, parsed.payload, parsed.signatures | {signer.public.key_id: own}
    )


def verify(
    envelope: bytes, payload_type: str, trusted: Iterable[VerifyKey], threshold: int = 1
) -> Signed:
    """The payload, if `threshold` trusted keys signed it.

    NotCanonical for another shape or payload type; SignatureRefused for too few signatures or
    one of a trusted key that does not verify. Signatures of other keys prove nothing and are
    passed over.
    """
    return check(parse(envelope), payload_type, trusted, threshold)


def check(
    parsed: Envelope, payload_type: str, trusted: Iterable[VerifyKey], threshold: int = 1
) -> Signed:
    """As verify, of an envelope that was parsed before."""
    if threshold < 1:
        raise ValueError("a threshold of at least 1")
    if parsed.payload_type != payload_type:
        raise other_type(parsed.payload_type)
    covered = pae(parsed.payload_type, parsed.payload)
    signed_by = set()
    for key in trusted:
        signature = parsed.signatures.get(key.key_id)
        if signature is None:
            continue
        if not key.verify(signature, covered):
            raise SignatureRefused(
                reason=Words(
                    f"密钥 {key.key_id} 的签名核验不通过",
                    f"signature of key {key.key_id} does not verify",
                )
            )
        signed_by.add(key.key_id)
    if len(signed_by) < threshold:
        raise SignatureRefused(
            reason=Words(
                f"可信签名 {len(signed_by)} 个，应有 {threshold} 个",
                f"{len(signed_by)} of {threshold} trusted signatures",
            )
        )
    listed = tuple(parsed.signatures)
    return Signed(parsed.payload, parsed.payload_type, frozenset(signed_by), listed)


def peek(envelope: bytes) -> tuple[str, bytes, tuple[str, ...]]:
    """Payload type, payload and key ids, UNVERIFIED: only to look up whom to trust."""
    parsed = parse(envelope)
    return parsed.payload_type, parsed.payload, tuple(parsed.signatures)


def parse(envelope: bytes) -> Envelope:
    """The members of an envelope; NotCanonical for any other shape."""
    payload, payload_type, listed = shape.members(
        canonical.decode(envelope), "payload", "payloadType", "signatures"
    )
    signatures = [_signature(entry) for entry in shape.items(listed, "signatures")]
    shape.ascending([key_id for key_id, _ in signatures], "signatures")
    return Envelope(
        payload=shape.octets(payload, "payload"),
        payload_type=shape.string(payload_type, "payload type"),
        signatures=dict(signatures),
    )


def _signature(entry: JSON) -> tuple[str, bytes]:
    key_id, signature = shape.members(entry, "keyid", "sig")
    return shape.key_id(key_id), shape.octets(signature, "signature", SIGNATURE_LENGTH)
