"""The key register as a site keeps it: one file in the spool; only a newer one takes its place."""

import logging
from pathlib import Path
from typing import Protocol

from sync.errors import DocumentRefused, OlderRegister
from sync.spool import Spool
from sync.statements import check_refusal
from sync.wire.documents import Receipt
from sync.wire.files import write_durably
from sync.wire.keys import VerifyKey
from sync.wire.register import KeyRegister
from sync.wire.release import ReleaseReader
from sync.wire.trusted import read_register, read_told

FILE = "keys.json"
log = logging.getLogger(__name__)


class RegisterSource(Protocol):
    """Where a newer register may come from: the line, or a stick."""

    def key_register(self) -> bytes | None:
        """The newest register there; None if there is none."""


class RegisterFile:
    """A site's copy. `root` is the id of the key that its administrator was told."""

    def __init__(self, folder: Path, root: str) -> None:
        self._path, self._root = folder / FILE, root

    def held(self) -> KeyRegister | None:
        """The register that counts here, None before the first; DocumentRefused if damaged."""
        try:
            envelope = self._path.read_bytes()
        except FileNotFoundError:
            return None
        return read_register(envelope, self._root)

    def take(self, envelope: bytes) -> bool:
        """Keep a register of a higher serial; False for the one that is here already.

        DocumentRefused if the root did not sign it; OlderRegister if it is older, or another one of
        the same serial.
        """
        found = read_register(envelope, self._root)
        held = self.sound()
        if held == found:
            return False
        if held is not None and found.serial <= held.serial:
            raise OlderRegister(found=found.serial, held=held.serial)
        self._path.parent.mkdir(exist_ok=True)
        write_durably(self._path, envelope)
        log.info("key register %d of headquarters taken in", found.serial)
        return True

    def sound(self) -> KeyRegister | None:
        """As `held`; one that the disk has damaged gives way to any that the root signed."""
        try:
            return self.held()
        except DocumentRefused:
            log.exception("the key register here is damaged")
            return None


def distrust(spool: Spool, key: VerifyKey, register: KeyRegister | None) -> None:
    """Set aside receipts and refusals that no longer count: what they were for is sent again."""
    for entry in spool.outgoing():
        level = spool.receipt(entry.digest)
        kept = level and spool.receipt_envelope(entry.digest, level)
        try:
            if kept:
                read_told(kept, Receipt, key, register)
        except DocumentRefused as error:
            log.warning("the receipt of %s no longer counts: %s", entry.digest, error)
            spool.withdraw_receipts(entry.digest)
        # Beside a receipt a refusal says nothing, but it would once that is set aside.
        refusal = spool.refusal_envelope(entry.digest)
        try:
            if refusal:
                check_refusal(refusal, key, register, digest=entry.digest, size=entry.size)
        except DocumentRefused as error:
            log.warning("the refusal of %s no longer counts: %s", entry.digest, error)
            spool.forget_refusal(entry.digest)


def holds_release(
    spool: Spool,
    reader: ReleaseReader,
    register: KeyRegister | None,
    *,
    session: str,
    package: str,
) -> bool:
    """Whether the kept release of a package still counts.

    Not when its key was revoked since, nor when it is sealed to a key that this site had before.
    """
    kept = spool.release(package)
    try:
        if kept is not None:
            reader.read(kept, register, session=session, package=package)
    except DocumentRefused as error:
        log.warning("the release of %s no longer counts: %s", package, error)
        return False
    return kept is not None
