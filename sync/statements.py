"""What headquarters signs for one file of the spool, held against just that file."""

from sync.delivery_errors import InventoryMismatch, ReceiptMismatch
from sync.errors import ForOtherSite
from sync.wire.documents import Receipt, Refusal, read
from sync.wire.inventory import Inventory, InventoryAnswer
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


def read_inventory(envelope: bytes, key: VerifyKey, site: str) -> Inventory:
    """The inventory in `envelope` if this site signed it of itself."""
    inventory = read(envelope, Inventory, [key])
    if inventory.site != site:
        raise ForOtherSite(found=inventory.site, expected=site)
    return inventory


def check_answer(
    envelope: bytes, key: VerifyKey, register: KeyRegister | None = None, *, site: str, to: str
) -> InventoryAnswer:
    """Headquarters' answer in `envelope` if it is to the inventory with the digest `to`."""
    answer = read_told(envelope, InventoryAnswer, key, register)
    for what, expected, found in (("site", site, answer.site), ("digest", to, answer.inventory)):
        if found != expected:
            raise InventoryMismatch(what=what, expected=expected, found=found)
    return answer
