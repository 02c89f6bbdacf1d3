"""How the sessions are, laid down in the spool for the courier to tell headquarters."""

import logging

from siteapp.conduct.session import Session
from siteapp.store import records
from siteapp.store.live import Live
from sync.spool import Spool
from sync.stock import write_states
from sync.wire.inventory import Phase, SessionState

log = logging.getLogger("examsite")


def phase(session: Session) -> Phase:
    """Sealed, opened, on, over."""
    if session.closed:
        return "closed"
    if any(phase != "waiting" for phase in session.sittings.values()):
        return "running"
    return "unlocked" if session.unlocked else "waiting"


class States:
    """What was laid down last; written only when it changes."""

    def __init__(self, live: Live, spool: Spool) -> None:
        self._live, self._spool = live, spool
        self._phases: dict[str, Phase] | None = None
        self._told: list[SessionState] | None = None

    def tell(self, *, due: bool) -> None:
        """Lay down how all sessions are; the database is asked only if `due`, or when one moved."""
        sessions = dict(self._live.sessions)
        phases = {name: phase(session) for name, session in sorted(sessions.items())}
        if phases == self._phases and not due:
            return
        states = [
            SessionState(name, found, len(records.batches(self._live, name)))
            for name, found in phases.items()
        ]
        if states != self._told:
            try:
                write_states(self._spool.folder, states)
            except OSError:
                # It is told again at the next turn; answers need the disk more.
                log.exception("the sessions' states were not written")
                return
            self._told = states
        self._phases = phases
