"""The released results of all sessions, counted by site."""

from sync.headquarters.planning.sessions import list_sessions
from sync.headquarters.released.lists import ResultList
from sync.headquarters.released.reading import last_releases
from sync.headquarters.released.site_figures import HEAD, SiteFigures, figure_rows, site_figures
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.spreadsheet import sheet_bytes


def last_lists(headquarters: Headquarters, year: int | None = None) -> list[ResultList]:
    """The last release of each session that has one."""
    found = [one.list for one in last_releases(headquarters)]
    if year is None:
        return found
    known = {row.id for row in list_sessions(headquarters, year=year)}
    return [one for one in found if one.session in known]


def statistics(headquarters: Headquarters, year: int | None = None) -> list[SiteFigures]:
    """By certificate and site."""
    return site_figures(last_lists(headquarters, year))


def statistics_sheet(headquarters: Headquarters, by: Stamp, year: int | None = None) -> bytes:
    """The same as .xlsx, to be handed on; recorded."""
    rows = figure_rows(statistics(headquarters, year))
    with headquarters.store.writing() as db:
        record(db, by, "results.statistics", rows=len(rows), **({"year": year} if year else {}))
    return sheet_bytes("考点成绩统计", HEAD, rows)
