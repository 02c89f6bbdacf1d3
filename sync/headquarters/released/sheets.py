"""The sheet of a session's results; each row says whether it was released or is provisional."""

from collections.abc import Iterable, Mapping

from sync.exam.specification import Struct
from sync.headquarters.marking import results
from sync.headquarters.marking.results import KINDS, SHEETS, ResultRow, cells, result_rows
from sync.headquarters.planning.sessions import show_session
from sync.headquarters.released.errors import ListAltered
from sync.headquarters.released.gathering import gather
from sync.headquarters.released.reading import latest
from sync.headquarters.store.folder import Headquarters
from sync.spreadsheet import Cell, sheet_bytes
from sync.words import Words

HEAD = (*results.HEAD, "发布情况")
PROVISIONAL = Words("暂定，未发布", "provisional")
NO_EXAMINATION = Words("不作数", "does not count")
ALTERED = Words("发布的成绩单被改动，不可使用", "the released list was altered: not to be used")

Standings = Mapping[tuple[str, str], Words]


def standings(headquarters: Headquarters, session: str) -> Standings:
    """(specification, admission) → whether what is known now is what was released."""
    found = latest(headquarters, session)
    if found is None:
        return {}
    released = {line.key: line for line in found.list.lines}
    now = gather(headquarters, session, found.release)
    lines = (*now.list.lines, *(one.line for one in now.held))
    same = Words(f"第 {found.release} 次发布", f"release {found.release}")
    other = Words(
        f"与第 {found.release} 次发布不同，待再次发布",
        f"differs from release {found.release}, to be released again",
    )
    return {
        line.key: same if released[line.key] == line else other
        for line in lines
        if line.key in released
    }


class SessionStanding(Struct, frozen=True):
    """How a session's results stand as a whole: the last release, if there is one."""

    release: int | None
    said: Words


def standing_of_session(headquarters: Headquarters, session: str) -> SessionStanding:
    """In the words of the session's page."""
    found = latest(headquarters, session)
    if found is None:
        return SessionStanding(None, PROVISIONAL)
    said = Words(f"已发布，第 {found.release} 次", f"released, number {found.release}")
    return SessionStanding(found.release, said)


def standings_of(headquarters: Headquarters, chosen: Iterable[str]) -> dict[str, Standings | None]:
    """By session; None where a released list was altered, which keeps no other from being read."""
    found: dict[str, Standings | None] = {}
    for session in chosen:
        try:
            found[session] = standings(headquarters, session)
        except ListAltered:
            found[session] = None
    return found


def standing(known: Standings | None, kind: str, row: ResultRow) -> Words:
    """What the standings of its session say of a row."""
    if kind != "examination":
        return NO_EXAMINATION
    if known is None:
        return ALTERED
    return known.get((row.specification, row.candidate.admission), PROVISIONAL)


def results_sheet(headquarters: Headquarters, session: str) -> bytes:
    """The results as .xlsx; everything people typed is text and can be no formula."""
    kind = show_session(headquarters, session).kind
    known = standings(headquarters, session)
    rows = [
        sheet_row(row, session, kind, standing(known, kind, row))
        for row in result_rows(headquarters, session)
    ]
    return sheet_bytes(SHEETS[kind], HEAD, rows)


def sheet_row(row: ResultRow, session: str, kind: str, said: Words) -> list[Cell]:
    """A row of the sheet."""
    return [*cells(row), session, KINDS[kind].zh, said.zh]
