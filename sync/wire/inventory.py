"""Inventories: what a site has cut, and what headquarters lacks of it (docs/specs/inventory.md)."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Literal

from sync.exam.specification import Struct
from sync.wire.fields import Counter, Digest, Name, Number, Text

Phase = Literal["waiting", "unlocked", "running", "closed"]
# Number and digest of a batch, or of an uploaded file.
Item = tuple[Number, Digest]
# Of all lists of one inventory together, so that it stays below MAX_INVENTORY.
MAX_LISTED = 8_000
MAX_INVENTORY = 1_048_576


class Held(Struct, frozen=True):
    """A list in short: how many, the highest number, SHA-256 over the digests in order."""

    count: Number
    highest: Number | None
    digest: Digest

    def __post_init__(self) -> None:
        if (self.count == 0) != (self.highest is None):
            raise ValueError("a list has a highest number unless it is empty")
        if self.count == 0 and self.digest != hashlib.sha256().hexdigest():
            raise ValueError("an empty list has the digest of nothing")


def in_short(items: Iterable[Item]) -> Held:
    """A list in short; its order does not matter."""
    ordered = sorted(items)
    text = "".join(f"{digest}\n" for _, digest in ordered)
    highest = ordered[-1][0] if ordered else None
    return Held(len(ordered), highest, hashlib.sha256(text.encode("ascii")).hexdigest())


class SessionState(Struct, frozen=True):
    """How far a session is at its site; `cut`: how many batches its journal says were cut."""

    session: Name
    state: Phase
    cut: Number


class Journal(Struct, frozen=True):
    """What there is of one server term of a session."""

    session: Name
    server_term: Counter
    batches: Held
    files: Held

    @property
    def place(self) -> tuple[str, int]:
        """Which journal it is."""
        return self.session, self.server_term


class Listed(Struct, frozen=True):
    """A journal's batches and files one by one, by number and then by digest."""

    session: Name
    server_term: Counter
    batches: tuple[Item, ...]
    files: tuple[Item, ...]

    def __post_init__(self) -> None:
        for items in (self.batches, self.files):
            _ascending(items)

    @property
    def place(self) -> tuple[str, int]:
        """Which journal it is."""
        return self.session, self.server_term


class Inventory(Struct, frozen=True):
    """All that lies in a site's spool, and how its sessions are; of two the higher number counts.

    `lists` has the journals in which headquarters was found to have something else.
    """

    site: Name
    number: Counter
    at: Number
    software: Text
    sessions: tuple[SessionState, ...]
    journals: tuple[Journal, ...]
    lists: tuple[Listed, ...]

    def __post_init__(self) -> None:
        _ascending([one.session for one in self.sessions])
        _ascending([one.place for one in self.journals])
        _ascending([one.place for one in self.lists])
        short = {one.place: (one.batches, one.files) for one in self.journals}
        for one in self.lists:
            if (in_short(one.batches), in_short(one.files)) != short.get(one.place):
                raise ValueError("a list is not what its journal says in short")


class InventoryAnswer(Struct, frozen=True):
    """Headquarters' answer to one inventory: `number` is the highest it knows of this site.

    `differs`: journals of the inventory, as headquarters has them, that are not listed in it and of
    which headquarters has something else. `lacks`: digests of the lists that it does not have.
    """

    site: Name
    inventory: Digest
    number: Counter
    differs: tuple[Journal, ...]
    lacks: tuple[Digest, ...]
    at: Number

    def __post_init__(self) -> None:
        _ascending([one.place for one in self.differs])
        _ascending(self.lacks)


def _ascending(values: Sequence[Any]) -> None:
    if any(not before < after for before, after in pairwise(values)):
        raise ValueError("in ascending order, none twice")
