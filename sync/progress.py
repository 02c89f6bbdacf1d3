"""How far each session's batches and files are, from the spool alone: any process may look."""

from sync.delivery import State
from sync.errors import DocumentRefused
from sync.exam.specification import Struct
from sync.spool import Entry, Spool, Tally
from sync.wire.sealed import peek_identity

UNREADABLE = "?"


class Progress(Struct, frozen=True):
    """What is packed of one session, by state; a session that it does not say is `?`."""

    session: str
    waiting: Tally = Tally()
    received: Tally = Tally()
    archived: Tally = Tally()
    refused: Tally = Tally()

    @property
    def packed(self) -> Tally:
        """All of it."""
        each = (self.waiting, self.received, self.archived, self.refused)
        return Tally(sum(one.count for one in each), sum(one.size for one in each))


def by_session(spool: Spool) -> list[Progress]:
    """Every session that has something in the spool, by name."""
    found: dict[str, dict[State, Tally]] = {}
    for entry in spool.outgoing():
        states = found.setdefault(_session_of(entry), {})
        state = spool.state(entry.digest)
        so_far = states.get(state, Tally())
        states[state] = Tally(so_far.count + 1, so_far.size + entry.size)
    return [Progress(session, **states) for session, states in sorted(found.items())]


def _session_of(entry: Entry) -> str:
    """What a file says of itself, in clear and UNVERIFIED: only to put it in its row."""
    try:
        _, identity, _ = peek_identity(entry.path)
    except (DocumentRefused, OSError):
        return UNREADABLE
    return str(identity.get("session", UNREADABLE))
