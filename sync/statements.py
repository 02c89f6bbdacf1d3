"""What headquarters signs for one file of the spool, held against just that file."""

from sync.delivery_errors import ReceiptMismatch
from sync.wire.documents import Receipt, Refusal
from sync.wire.keys import VerifyKey
from sync.wire.register import KeyRegister
from sync.wire.trusted import read_told


def check_receipt(
    envelope: bytes,
    key: VerifyKey,
    register: KeyRegister | None = None,
    *,
    site: str,
    digest: str,
    size: int,
) -> Receipt:
    """The receipt in `envelope` if headquarters signed it for just this batch of this site."""
    receipt = read_told(envelope, Receipt, key, register)
    for what, expected in (("digest", digest), ("size", size), ("site", site)):
        found = getattr(receipt, what)
        if found != expected:
            raise ReceiptMismatch(what=what, expected=expected, found=found)
    return receipt


def check_refusal(
    envelope: bytes, key: VerifyKey, register: KeyRegister | None = None, *, digest: str, size: int
) -> Refusal:
    """The refusal in `envelope` if headquarters signed it for just these bytes."""
    refusal = read_told(envelope, Refusal, key, register)
    for what, expected in (("digest", digest), ("size", size)):
        found = getattr(refusal, what)
        if found != expected:
            raise ReceiptMismatch(what=what, expected=expected, found=found)
    return refusal
