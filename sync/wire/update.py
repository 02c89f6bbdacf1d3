"""The signed word on the newest software (docs/specs/update.md): two release officers' signatures.

The rules of The Update Framework that one file and one role need: a threshold of keys, a serial
that never falls (roll-back), an end (freeze), length and digest (endless data, another file).
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from sync.errors.updates import (
    UpdateExpired,
    UpdateFileDiffers,
    UpdateOlder,
    UpdateSignatureMissing,
)
from sync.exam.specification import Struct
from sync.wire import dsse
from sync.wire.documents import from_bytes, to_bytes
from sync.wire.fields import Counter, Digest, Number
from sync.wire.keys import SigningKey, VerifyKey
from sync.wire.officers import read_by_two
from sync.wire.register import KeyRegister
from sync.wire.version_rule import Version, VersionRule, allows

TYPE = "application/vnd.examsite.update.v1+json"
# One statement is some hundred bytes; a package of the software some tens of MB.
MOST_STATEMENT, MOST_FILE = 16 * 1024, 2 * 1024**3
_BLOCK = 1024 * 1024


class Update(Struct, frozen=True):
    """Which software is the newest; `until` ends what is said, so that nobody keeps it back."""

    serial: Counter
    version: Version
    digest: Digest
    size: Annotated[int, Meta(ge=1, le=MOST_FILE)]
    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    at: Number
    until: Number

    def __post_init__(self) -> None:
        if self.until <= self.at:
            raise ValueError("it ends after it began")


def write_update(update: Update, signer: SigningKey) -> bytes:
    """Signed by the first officer; `dsse.countersign` makes it whole."""
    return dsse.sign(TYPE, to_bytes(update), [signer])


def read_update(
    envelope: bytes, release: Iterable[VerifyKey], register: KeyRegister | None = None
) -> Update:
    """What two release officers signed, and nobody else; by the register's keys if there is one."""
    payload = read_by_two(
        envelope, TYPE, release, register, lambda key: UpdateSignatureMissing(key=key)
    )
    return from_bytes(payload, Update)


def peek_update(envelope: bytes) -> tuple[Update, tuple[str, ...]]:
    """The statement UNVERIFIED, and the ids of its signers: for the officer who countersigns."""
    kind, payload, signers = dsse.peek(envelope)
    if kind != TYPE:
        raise dsse.other_type(kind)
    return from_bytes(payload, Update), signers


def judge_update(update: Update, held: Update | None, installed: str, now: int) -> None:
    """UpdateExpired, or UpdateOlder than what is held or runs here.

    `now` is never before anything that headquarters signed and this site has seen.
    """
    if now >= update.until:
        raise UpdateExpired(version=update.version)
    if held is not None and (
        update.serial < held.serial or (update.serial == held.serial and update != held)
    ):
        raise UpdateOlder(version=update.version, held=held.version)
    if allows(VersionRule(1, installed_numbers(installed), "-", 0), update.version) is False:
        raise UpdateOlder(version=update.version, held=installed)


def is_newer(update: Update, installed: str) -> bool:
    """Whether it is above the version that runs."""
    return not allows(VersionRule(1, update.version, "-", 0), installed_numbers(installed))


def installed_numbers(version: str) -> str:
    """`1.2.0.dev1` → `1.2.0`: what follows the numbers is taken for that release."""
    kept: list[str] = []
    for part in version.split(".")[:4]:
        if not part.isdigit():
            break
        kept.append(part)
    return ".".join(kept) if len(kept) > 1 else "0.0"


def check_update_file(update: Update, path: Path) -> None:
    """UpdateFileDiffers unless it is just the file that was signed; reads no more than its size."""
    digest, size = hashlib.sha256(), path.stat().st_size
    if size == update.size:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    if size != update.size or digest.hexdigest() != update.digest:
        raise UpdateFileDiffers(file=path.name, version=update.version)
