"""How far each session's batches and files are, from the spool alone: any process may look."""

from collections import Counter
from contextlib import suppress
from pathlib import Path

import msgspec

from sync.delivery import State
from sync.errors import DocumentRefused
from sync.exam.specification import Struct
from sync.spool import LEVELS, Entry, Spool, Tally
from sync.wire.files import write_durably
from sync.wire.sealed import peek_identity

UNREADABLE = "?"
HALF = "half.json"
# As many as headquarters keeps of a site.
MAX_HALVES = 16


class Progress(Struct, frozen=True):
    """What is packed of one session, by state; a session that it does not say is `?`.

    `sent`: bytes that are at headquarters, also those of files that are there by half.
    """

    session: str
    waiting: Tally = Tally()
    received: Tally = Tally()
    archived: Tally = Tally()
    refused: Tally = Tally()
    sent: int = 0

    @property
    def packed(self) -> Tally:
        """All of it."""
        each = (self.waiting, self.received, self.archived, self.refused)
        return Tally(sum(one.count for one in each), sum(one.size for one in each))


def by_session(spool: Spool) -> list[Progress]:
    """Every session that has something in the spool, by name."""
    found: dict[str, dict[State, Tally]] = {}
    sent, half = Counter[str](), read_half(spool.folder)
    for entry in spool.outgoing():
        session, state = _session_of(entry), spool.state(entry.digest)
        states = found.setdefault(session, {})
        so_far = states.get(state, Tally())
        states[state] = Tally(so_far.count + 1, so_far.size + entry.size)
        there = state in LEVELS
        sent[session] += entry.size if there else min(half.get(entry.digest, 0), entry.size)
    return [Progress(name, **states, sent=sent[name]) for name, states in sorted(found.items())]


def note_half(spool: Path, digest: str, sent: int) -> None:
    """Keep how many bytes of a file are at headquarters; only for the screen.

    A disk that takes no such note stops no upload.
    """
    with suppress(OSError):
        known = read_half(spool)
        known.pop(digest, None)
        newest = list(known.items())[1 - MAX_HALVES :]
        write_durably(spool / HALF, msgspec.json.encode(dict([*newest, (digest, sent)])))


def read_half(spool: Path) -> dict[str, int]:
    """Bytes at headquarters by digest, of what was under way last; nothing if damaged."""
    with suppress(FileNotFoundError, ValueError):
        return msgspec.json.decode((spool / HALF).read_bytes(), type=dict[str, int])
    return {}


def _session_of(entry: Entry) -> str:
    """What a file says of itself, in clear and UNVERIFIED: only to put it in its row."""
    try:
        _, identity, _ = peek_identity(entry.path)
    except (DocumentRefused, OSError):
        return UNREADABLE
    return str(identity.get("session", UNREADABLE))
