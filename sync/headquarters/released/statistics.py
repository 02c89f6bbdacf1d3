"""The released results of all sessions, counted by site."""

from sqlalchemy import select

from sync.headquarters.planning.sessions import list_sessions
from sync.headquarters.released.lists import ResultList
from sync.headquarters.released.reading import latest
from sync.headquarters.released.site_figures import HEAD, SiteFigures, figure_rows, site_figures
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.released_tables import result_decisions
from sync.spreadsheet import sheet_bytes


def last_lists(headquarters: Headquarters, year: int | None = None) -> list[ResultList]:
    """The last release of each session that has one."""
    query = select(result_decisions.c.session).where(result_decisions.c.released)
    with headquarters.store.reading() as db:
        known = set(db.scalars(query.group_by(result_decisions.c.session)))
    if year is not None:
        known &= {row.id for row in list_sessions(headquarters, year=year)}
    found = (latest(headquarters, session) for session in sorted(known))
    return [one.list for one in found if one]


def statistics(headquarters: Headquarters, year: int | None = None) -> list[SiteFigures]:
    """By certificate and site."""
    return site_figures(last_lists(headquarters, year))


def statistics_sheet(headquarters: Headquarters, by: Stamp, year: int | None = None) -> bytes:
    """The same as .xlsx, to be handed on; recorded."""
    rows = figure_rows(statistics(headquarters, year))
    with headquarters.store.writing() as db:
        record(db, by, "results.statistics", rows=len(rows), **({"year": year} if year else {}))
    return sheet_bytes("考点成绩统计", HEAD, rows)
