"""The version that headquarters requires, as a site keeps it: only a newer rule replaces it."""

import logging
from pathlib import Path
from typing import Protocol, runtime_checkable

from sync.errors import DocumentRefused
from sync.wire.files import write_durably
from sync.wire.keys import VerifyKey
from sync.wire.register import KeyRegister
from sync.wire.trusted import read_told
from sync.wire.version_rule import VersionRule

FILE = "version.json"
# One rule is some hundred bytes.
MAX_RULE = 16 * 1024
log = logging.getLogger(__name__)


@runtime_checkable
class RuleSource(Protocol):
    """Where a newer rule may come from: the line, or a stick."""

    def version_rule(self) -> bytes | None:
        """The newest rule there; None if there is none."""


class RuleFile:
    """A site's copy, in the spool folder. `key` is the receipt key of its certificate."""

    def __init__(self, spool: Path, key: VerifyKey) -> None:
        self._path, self._key = spool / FILE, key

    def held(self, register: KeyRegister | None) -> VersionRule | None:
        """The rule that counts here, None before the first; DocumentRefused if none can count."""
        try:
            envelope = self._path.read_bytes()
        except FileNotFoundError:
            return None
        return read_told(envelope, VersionRule, self._key, register)

    def take(self, envelope: bytes, register: KeyRegister | None) -> bool:
        """Keep a rule of a higher serial; False for one that is no newer.

        DocumentRefused if no receipt key of headquarters signed it.
        """
        found = read_told(envelope, VersionRule, self._key, register)
        try:
            held = self.held(register)
        except DocumentRefused:
            # Damaged, or by a key that was revoked since: any that counts takes its place.
            held = None
        if held is not None and found.serial <= held.serial:
            return False
        write_durably(self._path, envelope)
        log.info("headquarters requires version %s", found.oldest)
        return True
