"""What is published: plan and papers of a session, its package, and the two unlock codes."""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, select

from sync.errors import NotReady, SecretMissing
from sync.exam.paper import Form
from sync.exam.sitting import SessionPlan, SittingPlan, check_plan
from sync.headquarters.planning.materials import materials_of
from sync.headquarters.planning.practice import practice_keys
from sync.headquarters.planning.rosters import candidate_plans
from sync.headquarters.planning.sessions import find
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import forms, sessions, sittings
from sync.wire.documents import Papers
from sync.wire.unlock import OFFICIALS
from sync.words import Words


class Published(NamedTuple):
    """A package as it lies in the data folder."""

    digest: str
    size: int
    path: Path


def planned(db: Connection, row: Row[Any]) -> SessionPlan:
    """What a session's package says of it; NotReady while something is missing."""
    if row.plan is not None:
        return msgspec.json.decode(row.plan, type=SessionPlan)
    query = select(sittings.c.plan).where(sittings.c.session == row.id)
    planned = db.scalars(query.order_by(sittings.c.position)).all()
    plan = SessionPlan(
        id=row.id,
        site=row.site,
        name=Words(row.name_zh, row.name_en),
        kind=row.kind,
        starts_at=row.starts_at,
        room=row.room,
        sittings=tuple(msgspec.json.decode(text, type=SittingPlan) for text in planned),
        candidates=candidate_plans(db, row.id),
    )
    if not plan.sittings:
        raise NotReady(reason_zh="场次没有考试", reason_en="the session has no sitting")
    seated = {sitting for candidate in plan.candidates for sitting in candidate.sittings}
    empty = [s.id for s in plan.sittings if s.id not in seated]
    if empty:
        listed = "、".join(empty)
        raise NotReady(
            reason_zh=f"{listed} 没有考生名单", reason_en=f"no roster for {', '.join(empty)}"
        )
    return check_plan(plan)


def drawn_papers(db: Connection, row: Row[Any]) -> Papers:
    """The forms; without keys, unless it is a practice.

    The shuffling seed comes from the session's, so it stays the same.
    """
    texts = db.scalars(select(forms.c.form).where(forms.c.session == row.id).order_by(forms.c.id))
    drawn = tuple(msgspec.json.decode(text, type=Form) for text in texts)
    seed = hashlib.sha256(f"examsite/shuffle/{row.id}/{row.seed}".encode()).digest()
    keys = practice_keys(db, row.id) if row.kind == "practice" else {}
    return Papers(forms=drawn, seed=seed, materials=materials_of(db, row.id), keys=keys)


def package_of(headquarters: Headquarters, session: str) -> Published:
    """The package of a published session; NotReady before."""
    with headquarters.store.reading() as db:
        row = find(db, session)
    if row.package_digest is None:
        raise NotReady(reason_zh="场次尚未发布", reason_en="the session is not published")
    path = headquarters.package(row.package_digest)
    return Published(row.package_digest, row.package_size, path)


def packages_for(headquarters: Headquarters, site: str) -> list[tuple[str, Published]]:
    """Session and package of all that is published for a site, in the order of starts."""
    query = select(sessions).where(sessions.c.site == site, sessions.c.package_digest.is_not(None))
    with headquarters.store.reading() as db:
        return [
            (
                row.id,
                Published(
                    row.package_digest,
                    row.package_size,
                    headquarters.package(row.package_digest),
                ),
            )
            for row in db.execute(query.order_by(sessions.c.starts_at, sessions.c.id))
        ]


def read_codes(headquarters: Headquarters, package: str) -> tuple[str, str]:
    """The codes of a package, from their files; who asks records why."""
    try:
        first, second = (
            headquarters.code(package, official).read_text("ascii") for official in OFFICIALS
        )
    except OSError as error:
        raise SecretMissing(path=str(error.filename)) from None
    return first, second
