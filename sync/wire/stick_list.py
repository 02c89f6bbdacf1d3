"""The signed list of an installation stick (docs/specs/stick.md): every file, by two officers."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from sync.errors import ForOtherSite
from sync.errors.sticks import StickExpired, StickOlder, StickSignatureMissing
from sync.exam.specification import Struct
from sync.wire import dsse
from sync.wire.documents import from_bytes, to_bytes
from sync.wire.fields import Digest, Name, Number
from sync.wire.keys import SigningKey, VerifyKey
from sync.wire.officers import read_by_two
from sync.wire.register import KeyRegister

TYPE = "application/vnd.examsite.stick.v1+json"
# The list itself; it cannot list itself.
LIST = "stick.json"
MOST_LIST, MOST_FILES = 2 * 1024**2, 4096
# FAT takes no larger file.
MOST_SIZE = 2**32 - 1
_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}"
# No way out of the folder, nothing hidden, nothing that one file system writes otherwise.
StickPath = Annotated[str, Meta(pattern=rf"^{_PART}(/{_PART}){{0,5}}\Z", max_length=200)]


class StickFile(Struct, frozen=True):
    """One file of the stick."""

    path: StickPath
    size: Annotated[int, Meta(ge=0, le=MOST_SIZE)]
    digest: Digest


class StickList(Struct, frozen=True):
    """All files of a stick for one site. Of two sticks the later one (`at`) counts."""

    site: Name
    files: Annotated[tuple[StickFile, ...], Meta(min_length=1, max_length=MOST_FILES)]
    at: Number
    until: Number

    def __post_init__(self) -> None:
        if self.until <= self.at:
            raise ValueError("it ends after it began")
        paths = [one.path for one in self.files]
        if paths != sorted(set(paths)):
            raise ValueError("files stand in ascending order, none twice")
        if len({path.lower() for path in paths}) < len(paths):
            raise ValueError("names that differ in more than capitals")
        if LIST in (path.lower() for path in paths):
            raise ValueError("it does not list itself")


def write_list(listed: StickList, signer: SigningKey) -> bytes:
    """Signed by the first officer; `dsse.countersign` makes it whole."""
    return dsse.sign(TYPE, to_bytes(listed), [signer])


def read_list(
    envelope: bytes, release: Iterable[VerifyKey], register: KeyRegister | None = None
) -> StickList:
    """What two release officers signed, and nobody else; by the register's keys if there is one."""
    payload = read_by_two(
        envelope, TYPE, release, register, lambda key: StickSignatureMissing(key=key)
    )
    return from_bytes(payload, StickList)


def peek_list(envelope: bytes) -> tuple[StickList, tuple[str, ...]]:
    """The list UNVERIFIED, and the ids of its signers: for the officer who countersigns."""
    kind, payload, signers = dsse.peek(envelope)
    if kind != TYPE:
        raise dsse.other_type(kind)
    return from_bytes(payload, StickList), signers


def judge_list(listed: StickList, held: StickList | None, site: str | None, now: int) -> None:
    """StickExpired, ForOtherSite, or StickOlder than the one that was taken in last.

    `site` is None for a box that is none yet; `now` is never before what this box has seen signed.
    """
    if now >= listed.until:
        raise StickExpired(site=listed.site)
    if site is not None and listed.site != site:
        raise ForOtherSite(found=listed.site, expected=site)
    if held is not None and (listed.at < held.at or (listed.at == held.at and listed != held)):
        raise StickOlder
