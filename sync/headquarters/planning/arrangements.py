"""More time for a candidate, granted in advance and with a reason; it travels in the plan."""

from sqlalchemy import Connection, delete, insert, select

from sync.errors import NotFound
from sync.exam.sitting import MAX_MINUTES
from sync.headquarters.desk_errors import ArrangementRefused
from sync.headquarters.planning.sessions import draft
from sync.headquarters.store.candidate_tables import arrangements
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import candidates

LONGEST_REASON = 200


def grant(
    headquarters: Headquarters,
    by: Stamp,
    *,
    session: str,
    admission: str,
    minutes: int,
    reason: str,
) -> None:
    """Grant it in a draft session, in place of what was granted before; 0 takes it back."""
    reason = reason.strip()
    if not 0 <= minutes <= MAX_MINUTES:
        raise ArrangementRefused(
            reason_zh=f"应为 0–{MAX_MINUTES} 分钟", reason_en=f"0 to {MAX_MINUTES} minutes"
        )
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ArrangementRefused(reason_zh="没有写明原因", reason_en="the reason is missing")
    with headquarters.store.writing() as db:
        draft(db, session)
        who = (candidates.c.session == session) & (candidates.c.admission == admission)
        if db.scalar(select(candidates.c.name).where(who)) is None:
            raise NotFound(what=admission)
        _set(db, session, admission, minutes, reason)
        about = {"session": session, "admission": admission, "minutes": minutes}
        record(db, by, "roster.extra-time", **about, reason=reason)


def _set(db: Connection, session: str, admission: str, minutes: int, reason: str) -> None:
    row = {"session": session, "admission": admission}
    this = (arrangements.c.session == session) & (arrangements.c.admission == admission)
    db.execute(delete(arrangements).where(this))
    if minutes:
        db.execute(insert(arrangements).values(**row, extra_minutes=minutes, reason=reason))


def extra_minutes(db: Connection, session: str) -> dict[str, int]:
    """admission number → minutes that were granted."""
    query = select(arrangements.c.admission, arrangements.c.extra_minutes)
    found = db.execute(query.where(arrangements.c.session == session))
    return {row.admission: row.extra_minutes for row in found}
