"""Who takes up places: counted from the rosters of examinations, and stored nowhere else.

A person takes one place a year for each certificate and level, whatever number of papers they sit.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, and_, or_, select

from sync.headquarters.register.calendar import CalendarSitting, find, local
from sync.headquarters.store.schema import candidates, entries, sessions, sittings

# Sittings asked about in one statement.
_AT_ONCE = 200


class _Code(msgspec.Struct):
    specification: str


class Placed(NamedTuple):
    """A sitting of an examination, and the specification it is of."""

    site: str
    session: str
    sitting: str
    specification: str
    starts_at: str


def placed(
    db: Connection, year: int, sites: Collection[str] | None = None, code: str | None = None
) -> list[Placed]:
    """The sittings of a year's examinations (of some sites, of one specification)."""
    query = (
        select(sessions.c.site, sessions.c.id, sittings.c.id, sittings.c.plan, sessions.c.starts_at)
        .join(sittings, sittings.c.session == sessions.c.id)
        .where(
            sessions.c.kind == "examination",
            # As text, and a day wider at both ends: an offset moves a start by less.
            sessions.c.starts_at >= f"{year - 1}-12-31",
            sessions.c.starts_at < f"{year + 1}-01-02",
        )
    )
    if sites is not None:
        query = query.where(sessions.c.site.in_(list(sites)))
    found = (
        Placed(site, session, sitting, _code(plan), starts_at)
        for site, session, sitting, plan, starts_at in db.execute(query)
    )
    return [p for p in found if local(p.starts_at).year == year and code in (None, p.specification)]


def _code(plan: str) -> str:
    return msgspec.json.decode(plan, type=_Code).specification


def people(db: Connection, of: Iterable[Placed]) -> Iterator[tuple[Placed, str]]:
    """Each sitting with the identity of each of its candidates."""
    by_key = {(one.session, one.sitting): one for one in of}
    keys = list(by_key)
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        here = [and_(entries.c.session == a, entries.c.sitting == b) for a, b in some]
        query = (
            select(entries.c.session, entries.c.sitting, candidates.c.identity)
            .join(
                candidates,
                and_(
                    candidates.c.session == entries.c.session,
                    candidates.c.admission == entries.c.admission,
                ),
            )
            .where(or_(*here))
        )
        for session, sitting, identity in db.execute(query):
            yield by_key[session, sitting], identity


def used(db: Connection, year: int, site: str, code: str) -> int:
    """How many of a site have a place of this specification in a year."""
    return len({identity for _, identity in people(db, placed(db, year, [site], code))})


def usage(
    db: Connection, year: int, sites: Collection[str] | None = None
) -> dict[tuple[str, str], int]:
    """(site, specification) → how many have a place in a year."""
    found: dict[tuple[str, str], set[str]] = {}
    for one, identity in people(db, placed(db, year, sites)):
        found.setdefault((one.site, one.specification), set()).add(identity)
    return {key: len(who) for key, who in found.items()}


def turnout(
    db: Connection, calendar: Iterable[CalendarSitting], year: int, site: str | None = None
) -> dict[int, dict[str, int]]:
    """number of the calendar's sitting → site → how many candidates it has there."""
    known = list(calendar)
    found: dict[int, dict[str, set[str]]] = {}
    for one, identity in people(db, placed(db, year, None if site is None else [site])):
        sitting = find(known, local(one.starts_at))
        if sitting is not None:
            of_sites = found.setdefault(sitting.number, {})
            of_sites.setdefault(one.site, set()).add(identity)
    return {n: {s: len(who) for s, who in sites.items()} for n, sites in found.items()}
