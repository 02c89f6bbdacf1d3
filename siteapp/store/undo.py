"""Taking a group that was not stored back out of memory, at the cost of that group alone.

A full disk fails one group after another. To read a session back for each of them would hold up the
whole room: 75,000 events take over ten seconds (docs/design/storage.md). To keep what each group
changes costs every save a twentieth, so that begins when the disk is full for the first time: the
reserve then has room for more than the group under way.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from siteapp.conduct.session import Before, Session

log = logging.getLogger("examsite.undo")

NEXT = "SELECT coalesce(max(seq), -1) + 1 FROM event WHERE session = ?"


class Undo:
    """What the sessions were before the group under way; the writer's thread alone uses it."""

    def __init__(self, connection: Any, reload: Callable[[Iterable[Session]], None]) -> None:
        self._connection = connection
        self._reload = reload
        self._befores: dict[int, Before] = {}
        # True from the first full disk or failed group on.
        self.keeps = False

    def begin(self) -> None:
        """Another group: what was before is for good."""
        self._befores.clear()

    def before(self, session: Session) -> Before | None:
        """Where changes of this session by the group are kept, if they are."""
        if not self.keeps:
            return None
        found = self._befores.get(id(session))
        if found is None:
            found = self._befores[id(session)] = Before(session)
        return found

    def take_back(self, sessions: Iterable[Session]) -> None:
        """Memory as it is on disk; `sessions` are all that the group was about.

        Whatever else went wrong shows in the number of events, and then the session is read anew:
        nothing was kept yet, the group is on the disk after all, or an act of an earlier one was
        applied by half.
        """
        self.keeps = True
        for before in self._befores.values():
            before.put_back()
        self._befores.clear()
        wrong = [session for session in sessions if session.next_seq != self._on_disk(session)]
        if wrong:
            log.error("reading anew: %s", ", ".join(session.plan.id for session in wrong))
            self._reload(wrong)

    def _on_disk(self, session: Session) -> int:
        return int(self._connection.execute(NEXT, (session.plan.id,)).fetchone()[0])
