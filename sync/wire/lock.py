"""How the content key of a part is locked and opened, and what is derived from it."""

import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.errors import CannotOpen, DocumentAltered, WrongUnlockCode
from sync.wire.keys import OpeningKey, SealingKey
from sync.wire.manifest import HASH_LENGTH, SALT_LENGTH, Access, CodesAccess, RecipientsAccess
from sync.wire.stream import part_words
from sync.wire.unlock import OFFICIALS, UnlockCode
from sync.words import Words

KEY_LENGTH = 32
_NONCE = bytes(12)

CodePair = tuple[UnlockCode, UnlockCode]


@dataclass(frozen=True)
class ToRecipients:
    """Whoever holds one of these keys opens the part."""

    keys: tuple[SealingKey, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("at least one recipient")


@dataclass(frozen=True)
class ByCodes:
    """The site opens the part with the codes of both officials."""

    site: SealingKey
    codes: CodePair

    def __post_init__(self) -> None:
        _in_order(self.codes)


def chunk_key(content_key: bytes, context: bytes) -> bytes:
    """The key of the body's chunks."""
    return _derive(content_key, b"examsite/v1/chunks" + context)


def commitment(content_key: bytes, context: bytes) -> bytes:
    """What ties a body to one key: its AEAD would open under several (see the specification)."""
    return _derive(content_key, b"examsite/v1/commitment" + context)


def check_commitment(content_key: bytes, context: bytes, expected: bytes, where: str) -> None:
    """DocumentAltered if the signer committed to another content key."""
    if not hmac.compare_digest(commitment(content_key, context), expected):
        raise DocumentAltered(where=part_words(where))


def lock(access: ToRecipients | ByCodes, content_key: bytes, context: bytes) -> Access:
    """The content key as the manifest carries it."""
    if isinstance(access, ToRecipients):
        info = _recipient_info(context)
        return RecipientsAccess({k.key_id: k.seal(content_key, info) for k in access.keys})
    salt = secrets.token_bytes(SALT_LENGTH)
    share = secrets.token_bytes(KEY_LENGTH)
    wrapping = ChaCha20Poly1305(_wrapping_key(share, access.codes, salt, context))
    return CodesAccess(
        key_id=access.site.key_id,
        salt=salt,
        share=access.site.seal(share, _share_info(context)),
        # Each wrapping key is derived from a fresh share and wraps once, so the nonce is fixed.
        wrapped=wrapping.encrypt(_NONCE, content_key, context),
    )


def _sealed_to(*keys: str) -> Words:
    return Words(f"它加密给密钥 {'、'.join(keys)}", f"sealed to {', '.join(keys)}")


def open_as_recipient(access: Access, key: OpeningKey, context: bytes) -> bytes:
    """The content key; CannotOpen if `key` is no recipient."""
    if not isinstance(access, RecipientsAccess):
        raise CannotOpen(reason=Words("它要用解锁码打开", "it opens with unlock codes"))
    sealed = access.sealed.get(key.public.key_id)
    if sealed is None:
        raise CannotOpen(reason=_sealed_to(*sorted(access.sealed)))
    return key.open(sealed, _recipient_info(context))


def open_by_codes(access: Access, key: OpeningKey, codes: CodePair, context: bytes) -> bytes:
    """The content key; CannotOpen for another site's key, WrongUnlockCode for other codes."""
    if not isinstance(access, CodesAccess):
        raise CannotOpen(reason=Words("它不用解锁码打开", "it opens without unlock codes"))
    if access.key_id != key.public.key_id:
        raise CannotOpen(reason=_sealed_to(access.key_id))
    share = key.open(access.share, _share_info(context))
    wrapping = ChaCha20Poly1305(_wrapping_key(share, codes, access.salt, context))
    try:
        return wrapping.decrypt(_NONCE, access.wrapped, context)
    except InvalidTag:
        raise WrongUnlockCode from None


def _wrapping_key(share: bytes, codes: CodePair, salt: bytes, context: bytes) -> bytes:
    stretched = b"".join(_stretch(code, salt) for code in _in_order(codes))
    return _derive(share + stretched, b"examsite/v1/lock" + context, salt)


def _stretch(code: UnlockCode, salt: bytes) -> bytes:
    """Argon2id (RFC 9106, second recommended option): each guess costs 64 MiB."""
    return Argon2id(
        salt=salt + bytes([code.official]),
        length=KEY_LENGTH,
        iterations=3,
        lanes=4,
        memory_cost=64 * 1024,
    ).derive(code.secret)


def _in_order(codes: CodePair) -> list[UnlockCode]:
    """The codes of officials 1 and 2; ValueError if both are of one."""
    ordered = sorted(codes, key=lambda code: code.official)
    if tuple(code.official for code in ordered) != OFFICIALS:
        raise ValueError("one code of each official")
    return ordered


def _derive(secret: bytes, info: bytes, salt: bytes | None = None) -> bytes:
    """HKDF-SHA256, 32 bytes (RFC 5869)."""
    return HKDF(SHA256(), HASH_LENGTH, salt, info).derive(secret)


def _recipient_info(context: bytes) -> bytes:
    return b"examsite/v1/recipient" + context


def _share_info(context: bytes) -> bytes:
    return b"examsite/v1/share" + context
