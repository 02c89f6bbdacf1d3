"""What is to be done with batches that came in, and who does it just now.

A claim runs out by itself, so a worker that dies holds nothing up for longer than CLAIM_MS.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, true, update

from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import work

CLAIM_MS = 60_000


class Claimed(NamedTuple):
    """One thing to do: archive a digest, or score a session."""

    id: int
    subject: str


def claim(
    headquarters: Headquarters,
    kind: str,
    now: int,
    *,
    limit: int,
    after: int = 0,
    subject: str | None = None,
) -> list[Claimed]:
    """Up to `limit` things of a kind that nobody does, the oldest first, each with id > `after`."""
    about = true() if subject is None else work.c.subject == subject
    due = (
        select(work.c.id)
        .where(work.c.kind == kind, work.c.claimed_until <= now, work.c.id > after, about)
        .order_by(work.c.id)
        .limit(limit)
        # SQLite has no such words and needs none: a transaction there writes alone.
        .with_for_update(skip_locked=True)
    )
    taking = (
        update(work)
        .where(work.c.id.in_(due))
        .values(claimed_until=now + CLAIM_MS)
        .returning(work.c.id, work.c.subject)
    )
    with headquarters.store.writing() as db:
        return sorted(Claimed(*row) for row in db.execute(taking))


def done(db: Connection, claimed: Collection[Claimed]) -> None:
    """Forget what is done, in the transaction that did it."""
    db.execute(delete(work).where(work.c.id.in_([one.id for one in claimed])))


def release(headquarters: Headquarters, claimed: Collection[Claimed]) -> None:
    """Give back what could not be done, for anybody to try at once."""
    these = work.c.id.in_([one.id for one in claimed])
    with headquarters.store.writing() as db:
        db.execute(update(work).where(these).values(claimed_until=0))
