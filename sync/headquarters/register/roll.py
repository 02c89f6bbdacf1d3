"""The list of sites: enrolled or applied, with approvals and the year's places, page by page."""

from collections.abc import Collection
from datetime import date

import msgspec
from sqlalchemy import Connection, func, select

from sync.exam.specification import Struct
from sync.headquarters.register import applications, places
from sync.headquarters.register.application import State, Stated
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.register_tables import pilot_quotas, site_applications
from sync.headquarters.store.schema import sites


class SiteLine(Struct, frozen=True):
    """A site as the list shows it; `state` is of its newest application."""

    id: str
    name: str
    enrolments: int
    application: int | None
    state: State | None
    certificates: tuple[str, ...]
    granted: int
    used: int


def rows_of_sites(
    headquarters: Headquarters,
    day: date,
    text: str,
    limit: int,
    offset: int = 0,
    among: Collection[str] | None = None,
) -> tuple[list[SiteLine], int]:
    """Some of the sites whose identifier or name has `text`, by identifier; how many in all.

    `among`: of these only.
    """
    with headquarters.store.reading() as db:
        known = _known(db)
        wanted = [s for s in sorted(known) if text in s or text in known[s][0]]
        if among is not None:
            wanted = [s for s in wanted if s in among]
        return _lines(db, known, wanted[offset:][:limit], day), len(wanted)


def names_of_sites(headquarters: Headquarters) -> dict[str, str]:
    """site → name, of all that are enrolled or have applied."""
    with headquarters.store.reading() as db:
        return {site: known[0] for site, known in _known(db).items()}


def _known(db: Connection) -> dict[str, tuple[str, int, int | None, State | None]]:
    """site → name, enrolments, number and state of its newest application."""
    newest = select(func.max(site_applications.c.id)).group_by(site_applications.c.site)
    query = select(site_applications).where(site_applications.c.id.in_(newest))
    found: dict[str, tuple[str, int, int | None, State | None]] = {}
    for row in db.execute(query):
        name = msgspec.json.decode(row.stated, type=Stated).name
        found[row.site] = name, 0, row.id, row.state
    for row in db.execute(select(sites)):
        _, _, number, state = found.get(row.id, ("", 0, None, None))
        found[row.id] = row.name, row.serial, number, state
    return found


def _lines(
    db: Connection,
    known: dict[str, tuple[str, int, int | None, State | None]],
    shown: list[str],
    day: date,
) -> list[SiteLine]:
    approved = applications.approved(db, shown, day)
    granted = _granted(db, shown, day.year)
    used: dict[str, int] = {}
    for (site, _), count in places.usage(db, day.year, shown).items():
        used[site] = used.get(site, 0) + count
    return [
        SiteLine(
            id=site,
            name=known[site][0],
            enrolments=known[site][1],
            application=known[site][2],
            state=known[site][3],
            certificates=tuple(sorted(approved[site])),
            granted=granted.get(site, 0),
            used=used.get(site, 0),
        )
        for site in shown
    ]


def _granted(db: Connection, shown: list[str], year: int) -> dict[str, int]:
    query = (
        select(pilot_quotas.c.site, func.sum(pilot_quotas.c.granted))
        .where(
            pilot_quotas.c.year == year,
            pilot_quotas.c.state == "granted",
            pilot_quotas.c.site.in_(shown),
        )
        .group_by(pilot_quotas.c.site)
    )
    return {site: int(total) for site, total in db.execute(query)}
