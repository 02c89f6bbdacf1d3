"""A site takes stock: what lies in its spool, exchanged with headquarters, and what that lacks."""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from sync.errors import DocumentRefused
from sync.spool import Spool
from sync.statements import read_inventory
from sync.wire.documents import sign
from sync.wire.files import write_durably
from sync.wire.incoming import Incoming
from sync.wire.inventory import (
    MAX_LISTED,
    Inventory,
    InventoryAnswer,
    Item,
    Journal,
    Listed,
    SessionState,
    in_short,
)
from sync.wire.keys import SigningKey

STATES = "sessions.json"
# An inventory that says nothing new is exchanged this often.
INVENTORY_S = 60.0
# In short, under a higher number, with lists: no exchange needs more, whatever is answered.
_TRIES = 4
Place = tuple[str, int]
Contents = dict[Place, Listed]

log = logging.getLogger(__name__)


class Told(NamedTuple):
    """An answer of headquarters, UNVERIFIED, and the inventory that it is to."""

    inventory: bytes
    answer: bytes


class Line(Protocol):
    """A way on which inventories go."""

    @property
    def knows_all(self) -> bool:
        """Whether the answer is to just this inventory."""

    def inventory(self, envelope: bytes) -> Told | None:
        """Hand an inventory over; the newest answer there is."""


@dataclass
class Found:
    """Of what lies here: what headquarters does not have, and what it is known to have."""

    lacks: set[str] = field(default_factory=set)
    has: set[str] = field(default_factory=set)


def write_states(spool: Path, states: Sequence[SessionState]) -> None:
    """Keep how the site's sessions are, for its courier to say."""
    write_durably(spool / STATES, msgspec.json.encode(states))


def read_states(spool: Path) -> tuple[SessionState, ...]:
    """How the sessions were when the site last said; nothing if that is damaged."""
    with suppress(FileNotFoundError, ValueError):
        said = (spool / STATES).read_bytes()
        found = msgspec.json.decode(said, type=tuple[SessionState, ...])
        return tuple(sorted(found, key=lambda one: one.session))
    return ()


class Stock:
    """What one courier knows of its spool, and of what headquarters has of it."""

    def __init__(self, spool: Spool, site: str, key: SigningKey, now: Callable[[], int]) -> None:
        self._spool, self._site, self._key, self._now = spool, site, key, now
        self._number = 0
        # Write-once files say the same for ever; None: a file that says nothing of the kind.
        self._read: dict[str, tuple[Place, int] | None] = {}
        # What both sides were when a list was last exchanged.
        self._listed: dict[Place, tuple[Journal, Journal]] = {}
        self._said: tuple[object, object] | None = None
        self._at: float | None = None

    def due(self, ticks: float) -> bool:
        """Whether there is something new to say, or the last time is a while ago."""
        if self._at is None or ticks - self._at >= INVENTORY_S:
            return True
        return self._said != (read_states(self._spool.folder), _short(self._contents()))

    def exchange(
        self, line: Line, check: Callable[[bytes, str], InventoryAnswer], ticks: float
    ) -> Found | None:
        """Tell headquarters what is here; what it lacks of it, None without an answer.

        `check` gives an answer that headquarters signed to the inventory of this digest.
        """
        contents = self._contents()
        states = read_states(self._spool.folder)
        found, pairs = Found(), dict[Place, tuple[Journal, Journal]]()
        wanted = () if line.knows_all else tuple(contents)
        for _ in range(_TRIES):
            told = line.inventory(self._signed(states, contents, wanted))
            if told is None:
                break
            asked = read_inventory(told.inventory, self._key.public, self._site)
            answer = check(told.answer, hashlib.sha256(told.inventory).hexdigest())
            newer, self._number = answer.number > self._number, max(self._number, answer.number)
            _learn(found, asked, answer, contents)
            self._listed |= {one.place: pairs[one.place] for one in asked.lists if pairs}
            pairs |= _differing(asked, answer)
            wanted = tuple(p for p, pair in pairs.items() if self._listed.get(p) != pair)
            if not line.knows_all or not (newer or wanted):
                break
        self._said, self._at = (states, _short(contents)), ticks
        return None if told is None else found

    def _signed(
        self, states: tuple[SessionState, ...], contents: Contents, wanted: Sequence[Place]
    ) -> bytes:
        # The time: a restart needs nothing kept. Headquarters says it if that is not enough.
        now = self._now()
        self._number = max(self._number + 1, now)
        lists = _up_to(MAX_LISTED, [contents[place] for place in sorted(wanted)])
        software = f"examsite {version('examsite')}"
        short = _short(contents)
        return sign(
            Inventory(self._site, self._number, now, software, states, short, lists), self._key
        )

    def _contents(self) -> Contents:
        """All that lies in the spool and says whose it is, by journal."""
        found: dict[Place, tuple[list[Item], list[Item]]] = defaultdict(lambda: ([], []))
        for entry in self._spool.outgoing():
            if entry.digest not in self._read:
                self._read[entry.digest] = self._place(entry.path)
            said = self._read[entry.digest]
            if said is not None:
                place, number = said
                found[place][entry.path.suffix == ".file"].append((number, entry.digest))
        return {
            place: Listed(*place, tuple(sorted(batches)), tuple(sorted(files)))
            for place, (batches, files) in sorted(found.items())
        }

    def _place(self, path: Path) -> tuple[Place, int] | None:
        with suppress(DocumentRefused, OSError):
            said = Incoming(lambda: path.open("rb")).stated
            if said.site == self._site:
                return (said.session, said.server_term), said.sequence
        return None


def _short(contents: Contents) -> tuple[Journal, ...]:
    return tuple(
        Journal(*place, in_short(one.batches), in_short(one.files))
        for place, one in contents.items()
    )


def _up_to(most: int, lists: Sequence[Listed]) -> tuple[Listed, ...]:
    """As many lists as one inventory carries; one at least."""
    full, kept = 0, list[Listed]()
    for one in lists:
        full += len(one.batches) + len(one.files)
        if kept and full > most:
            break
        kept.append(one)
    return tuple(kept)


def _differing(asked: Inventory, answer: InventoryAnswer) -> dict[Place, tuple[Journal, Journal]]:
    """Both sides of each journal in which headquarters has something else."""
    ours = {one.place: one for one in asked.journals}
    return {one.place: (ours[one.place], one) for one in answer.differs if one.place in ours}


def _learn(found: Found, asked: Inventory, answer: InventoryAnswer, contents: Contents) -> None:
    """What an answer says of what lies here."""
    found.lacks |= set(answer.lacks)
    listed = {one.place: one for one in asked.lists}
    differing = {one.place for one in answer.differs}
    for one in asked.journals:
        if one.place in listed or one.place not in differing:
            told = listed.get(one.place) or contents.get(one.place)
            found.has |= {digest for _, digest in (*told.batches, *told.files)} if told else set()
    found.has -= found.lacks
