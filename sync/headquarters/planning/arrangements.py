"""More time and rests for a candidate, granted in advance with a reason; they travel in the plan.

Both are for each paper of the session. Granting one leaves the other as it is.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from sync.errors import NotFound
from sync.exam.sitting import MAX_MINUTES, MAX_REST_MINUTES, MAX_RESTS, rests_in_range
from sync.headquarters.desk_errors import ArrangementRefused
from sync.headquarters.planning.sessions import draft
from sync.headquarters.store.candidate_tables import arrangements
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import candidates

LONGEST_REASON = 200


class Arrangement(NamedTuple):
    """What a candidate's plan says of it."""

    extra_minutes: int = 0
    rests: int = 0
    rest_minutes: int = 0


NOTHING = Arrangement()


class Rests(NamedTuple):
    """So many rests of so many minutes."""

    rests: int
    rest_minutes: int


def grant(
    headquarters: Headquarters,
    by: Stamp,
    *,
    session: str,
    admission: str,
    minutes: int,
    reason: str,
) -> None:
    """Grant time in a draft session, in place of what was granted before; 0 takes it back."""
    if not 0 <= minutes <= MAX_MINUTES:
        raise ArrangementRefused(
            reason_zh=f"应为 0–{MAX_MINUTES} 分钟", reason_en=f"0 to {MAX_MINUTES} minutes"
        )
    about = {"session": session, "admission": admission, "minutes": minutes}
    _grant(headquarters, by, "roster.extra-time", about, {"extra_minutes": minutes}, reason)


def grant_rests(
    headquarters: Headquarters,
    by: Stamp,
    *,
    session: str,
    admission: str,
    given: Rests,
    reason: str,
) -> None:
    """Approve rests in a draft session, in place of what was approved before; 0 × 0 takes it back.

    An invigilator starts each at the candidate's wish; the clock stands meanwhile.
    """
    if not rests_in_range(*given):
        raise ArrangementRefused(
            reason_zh=f"应为 1–{MAX_RESTS} 次、每次 1–{MAX_REST_MINUTES} 分钟，取消用 0 次 0 分钟",
            reason_en=f"1 to {MAX_RESTS} rests of 1 to {MAX_REST_MINUTES} minutes, or 0 of 0",
        )
    change = {"rests": given.rests, "rest_minutes": given.rest_minutes}
    about = {"session": session, "admission": admission, **change}
    _grant(headquarters, by, "roster.rests", about, change, reason)


def _grant(
    headquarters: Headquarters,
    by: Stamp,
    act: str,
    about: Mapping[str, object],
    change: Mapping[str, int],
    reason: str,
) -> None:
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ArrangementRefused(reason_zh="没有写明原因", reason_en="the reason is missing")
    session, admission = str(about["session"]), str(about["admission"])
    with headquarters.store.writing() as db:
        draft(db, session)
        who = (candidates.c.session == session) & (candidates.c.admission == admission)
        if db.scalar(select(candidates.c.name).where(who)) is None:
            raise NotFound(what=admission)
        before = arranged(db, session).get(admission, NOTHING)
        _set(db, session, admission, before._replace(**change), reason)
        record(db, by, act, **about, reason=reason)


def _set(db: Connection, session: str, admission: str, given: Arrangement, reason: str) -> None:
    row = {"session": session, "admission": admission}
    this = (arrangements.c.session == session) & (arrangements.c.admission == admission)
    db.execute(delete(arrangements).where(this))
    if given != NOTHING:
        db.execute(insert(arrangements).values(**row, **given._asdict(), reason=reason))


def arranged(db: Connection, session: str) -> dict[str, Arrangement]:
    """admission number → what was granted."""
    found = db.execute(select(arrangements).where(arrangements.c.session == session)).mappings()
    names = Arrangement._fields
    return {row["admission"]: Arrangement(**{name: row[name] for name in names}) for row in found}
