"""What the register demands of an examination, asked whenever it might have changed.

At the making of a sitting, at the import of a roster, and again at the release of the session. A
rehearsal or a practice counts for nothing, so it is free.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from sync.exam.specification import Specification
from sync.headquarters.register import applications, calendar, places, quotas
from sync.headquarters.register.refusals import (
    CertificateNotApproved,
    LevelNotOffered,
    MajorNotListed,
    OutsideCalendar,
    OverQuota,
)
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import candidates, entries, sessions, sittings
from sync.words import Words

Session = Row[Any]


def require_sitting(db: Connection, session: Session, specification: Specification) -> None:
    """The site is approved that day; a 1+X level is offered by the calendar's sitting then."""
    if session.kind != "examination":
        return
    start = calendar.local(session.starts_at)
    has = applications.approved(db, [session.site], start.date())[session.site]
    if not has & {specification.qualification, specification.code}:
        raise CertificateNotApproved(
            site=session.site, certificate=specification.title, day=start.date().isoformat()
        )
    if specification.kind == "1+X":
        _require_offered(db, session, specification)


def _require_offered(db: Connection, session: Session, specification: Specification) -> None:
    start = calendar.local(session.starts_at)
    found = calendar.find(calendar.of_year(db, start.year), start)
    if found is None:
        raise OutsideCalendar(start=start.strftime("%Y-%m-%d %H:%M"))
    if specification.level.zh not in found.levels:
        raise LevelNotOffered(
            year=found.year,
            number=found.number,
            certificate=specification.title,
            offered="、".join(found.levels),
        )


def require_roster(
    db: Connection, session: Session, sitting: str, specification: Specification
) -> None:
    """What require_sitting asks, and: everyone of a listed major, and no more than granted.

    Counted after the roster is in and while the quota is locked, so that two imports at the same
    moment see each other; a refusal takes the roster back with the transaction.
    """
    require_sitting(db, session, specification)
    if session.kind != "examination" or specification.kind != "1+X":
        return
    year = calendar.local(session.starts_at).year
    quota = quotas.find(db, year, session.site, specification.code, lock=True)
    granted = quota.granted if quota and quota.state == "granted" else 0
    facts = {"site": session.site, "certificate": specification.title, "year": year}
    if quota and quota.majors:
        _require_majors(db, session.id, sitting, quota.majors, facts)
    needed = places.used(db, year, session.site, specification.code)
    if needed > granted:
        raise OverQuota(granted=granted, needed=needed, **facts)


def _require_majors(
    db: Connection, session: str, sitting: str, majors: Sequence[str], facts: dict[str, Any]
) -> None:
    here = candidates.c.admission == entries.c.admission
    query = (
        select(candidates.c.admission, candidates.c.name, candidates.c.major)
        .join(entries, here & (candidates.c.session == entries.c.session))
        .where(entries.c.session == session, entries.c.sitting == sitting)
        .order_by(candidates.c.seat)
    )
    problems = [
        Words(
            f"{row.name}（{row.admission}）：{row.major or '未填专业'}",
            f"{row.name} ({row.admission}): {row.major or 'no major given'}",
        )
        for row in db.execute(query)
        if row.major not in majors
    ]
    if problems:
        listed = Words(f"可报专业：{'、'.join(majors)}", f"Majors listed: {'、'.join(majors)}")
        raise MajorNotListed([*problems, listed], **facts)


def require_session(db: Connection, session: Session) -> None:
    """All of it for every sitting of a session; things may have changed since they were made."""
    query = select(sittings.c.id, sittings.c.specification).where(sittings.c.session == session.id)
    found = [
        (row.id, msgspec.json.decode(row.specification, type=Specification))
        for row in db.execute(query)
    ]
    # In one order for all, so that two releases never wait for each other's quota.
    for sitting, specification in sorted(found, key=lambda pair: pair[1].code):
        require_roster(db, session, sitting, specification)


def too_few(headquarters: Headquarters, session: str) -> Words | None:
    """What to say if the site has fewer in the calendar's sitting than a sitting should have."""
    with headquarters.store.reading() as db:
        row = db.execute(select(sessions).where(sessions.c.id == session)).first()
        if row is None or row.kind != "examination":
            return None
        start = calendar.local(row.starts_at)
        known = calendar.of_year(db, start.year)
        found = calendar.find(known, start)
        if found is None:
            return None
        count = places.turnout(db, known, start.year, row.site).get(found.number, {})
    here = count.get(row.site, 0)
    if here >= calendar.FEW:
        return None
    return Words(
        f"提醒：考点 {row.site} 第 {found.number} 次考试现有 {here} 名考生，"
        f"原则上不少于 {calendar.FEW} 名",
        f"Note: site {row.site} has {here} candidates in sitting {found.number};"
        f" in principle at least {calendar.FEW}",
    )
