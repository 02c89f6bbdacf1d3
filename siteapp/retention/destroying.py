"""Destroys what a session left here, when headquarters has it and two people ordered it."""

import logging
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from siteapp.conduct.retention import Standing, due_ms, order
from siteapp.conduct.session import Session
from siteapp.identity import Identity
from siteapp.papers import Shelf
from siteapp.retention.receipts import archived_at
from siteapp.store import destroyed, filed, records
from siteapp.store.destroyed import Destroyed
from siteapp.store.live import Live
from siteapp.store.writer import Decision
from siteapp.uploads.files import Files
from sync.spool import Spool

log = logging.getLogger("examsite.retention")


class Sources(NamedTuple):
    """What it is destroyed in."""

    identity: Identity
    live: Live
    spool: Spool
    shelf: Shelf
    files: Files


class Retention:
    """Nothing goes without headquarters' signed word that all of it is archived there."""

    def __init__(self, of: Sources, delivered: Callable[[Session], bool], days: int) -> None:
        self._of, self._delivered, self.days = of, delivered, days

    def standing(self, session: Session) -> Standing:
        """What headquarters has of it, each receipt verified now."""
        live, name = self._of.live, session.plan.id
        digests = {str(row["digest"]) for row in records.batches(live, name)}
        digests |= set(filed.sealed_files(live, name).values())
        found = archived_at(self._of.spool, self._of.identity, name, digests)
        return Standing(
            session.closed,
            self._delivered(session),
            len(digests),
            len(found),
            max(found, default=None),
        )

    def due_ms(self, session: Session) -> int | None:
        """From when on it may go, by the wall clock; None while it may not."""
        return due_ms(self.standing(session), self.days)

    def order(self, session: Session, two: tuple[str, str, str]) -> None:
        """Two people order it; that travels to headquarters before anything is destroyed."""
        live, standing = self._of.live, self.standing(session)
        wall = live.clock.wall()

        def decide(state: Session) -> Decision:
            events = order(state, standing, self.days, wall, two)
            what = f"{state.plan.id} {two[2]} {two[0]}"
            line = records.note_act(wall, two[1], "destroy-order", what)
            return Decision(events, [line] if events else [])

        live.act(session, decide)

    def look(self, session: Session) -> bool:
        """Destroy it if it was ordered and headquarters has archived the order too."""
        if session.destroy is None or not (standing := self.standing(session)).safe:
            return False
        self._destroy(session, standing)
        return True

    def _destroy(self, session: Session, standing: Standing) -> None:
        assert session.destroy  # noqa: S101  (asked before)
        live, plan, wall = self._of.live, session.plan, self._of.live.clock.wall()
        reason, by, second = session.destroy
        one = Destroyed(
            session=plan.id,
            package=records.packages(live)[plan.id],
            name=plan.name.zh,
            at=wall,
            events=session.next_seq,
            documents=standing.documents,
            who=by,
            second=second,
            reason=reason,
        )
        nobody = msgspec.json.encode(msgspec.structs.replace(plan, candidates=())).decode()
        line = records.note_act(wall, by, "destroy", f"{plan.id} {second}")
        live.destroy(session, *destroyed.destroy(one, nobody), line)
        log.warning("session %s is destroyed: %s events", plan.id, one.events)
        self._sweep(one)

    def sweep(self) -> None:
        """What a crash left of sessions that are destroyed."""
        for one in destroyed.all_destroyed(self._of.live.rows):
            self._sweep(one)

    def _sweep(self, one: Destroyed) -> None:
        self._of.spool.drop_incoming(one.package)
        self._of.shelf.forget(one.session, one.package)
        self._of.files.forget(one.session)
