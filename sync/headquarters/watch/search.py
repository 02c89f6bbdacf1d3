"""Searching results over all published sessions: by name, number, site, session, certificate."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select

from sync.exam.specification import Struct
from sync.headquarters.marking.results import SHEETS, ResultRow, result_rows
from sync.headquarters.released.sheets import HEAD, sheet_row, standing, standings_of
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import candidates, entries, sessions, sites, sittings
from sync.spreadsheet import sheet_bytes
from sync.words import Words

MOST_ROWS = 20_000
EXAMINATION = "examination"
_FROM = (
    entries.join(sessions, sessions.c.id == entries.c.session)
    .join(sites, sites.c.id == sessions.c.site)
    .join(
        candidates,
        and_(
            candidates.c.session == entries.c.session,
            candidates.c.admission == entries.c.admission,
        ),
    )
    .join(
        sittings, and_(sittings.c.session == entries.c.session, sittings.c.id == entries.c.sitting)
    )
)


class Wanted(Struct, frozen=True):
    """What is searched for; empty means anything. `person` is a part of a name or of a number.

    Only sessions of one `kind` at a time: nothing of a practice or rehearsal is ever found, or
    exported, among the results of examinations.
    """

    person: str = ""
    site: str = ""
    session: str = ""
    specification: str = ""
    kind: str = EXAMINATION

    @property
    def anything(self) -> bool:
        """Whether nothing narrows the search."""
        return not (self.person or self.site or self.session or self.specification)


class Found(Struct, frozen=True):
    """A result with where it was sat."""

    session: str
    site: str
    site_name: str
    kind: str
    row: ResultRow
    standing: Words


def count(headquarters: Headquarters, wanted: Wanted) -> int:
    """How many attempts the search finds."""
    query = select(func.count()).select_from(_FROM).where(_where(wanted))
    with headquarters.store.reading() as db:
        return db.scalar(query) or 0


def search(headquarters: Headquarters, wanted: Wanted, limit: int, offset: int = 0) -> list[Found]:
    """By day, site, session, sitting and seat; only sessions with a hit on this page are read."""
    key = (entries.c.session, entries.c.sitting, entries.c.admission)
    about = (sessions.c.site, sites.c.name, sessions.c.kind)
    order = (
        *(sessions.c.starts_at.desc(), sessions.c.site, entries.c.session),
        *(sittings.c.position, candidates.c.seat),
    )
    query = select(*key, *about).select_from(_FROM).where(_where(wanted)).order_by(*order)
    with headquarters.store.reading() as db:
        hits = db.execute(query.limit(limit).offset(offset)).all()
    known = standings_of(headquarters, dict.fromkeys(hit.session for hit in hits))
    rows = {
        (session, row.theory.sitting, row.candidate.admission): row
        for session in known
        for row in result_rows(headquarters, session)
    }
    return [
        Found(
            *(hit.session, hit.site, hit.name, hit.kind, row),
            standing(known[hit.session], hit.kind, row),
        )
        for hit in hits
        if (row := rows.get(tuple(hit[:3])))
    ]


def export(headquarters: Headquarters, by: Stamp, wanted: Wanted) -> bytes:
    """What the search finds as .xlsx, with full identity numbers; recorded."""
    found = search(headquarters, wanted, MOST_ROWS)
    said = {name: getattr(wanted, name) for name in wanted.__struct_fields__}
    with headquarters.store.writing() as db:
        record(db, by, "results.export", **{k: v for k, v in said.items() if v}, rows=len(found))
    return results_sheet_of(found, wanted.kind)


def results_sheet_of(found: Sequence[Found], kind: str) -> bytes:
    """As the sheet of one session; everything people typed is text and can be no formula."""
    rows = [sheet_row(one.row, one.session, one.kind, one.standing) for one in found]
    return sheet_bytes(SHEETS[kind], HEAD, rows)


def _where(wanted: Wanted) -> ColumnElement[bool]:
    parts = [sessions.c.state == "published", sessions.c.kind == wanted.kind]
    if wanted.person:
        name, number = candidates.c.name, candidates.c.admission
        like = (c.icontains(wanted.person, autoescape=True) for c in (name, number))
        parts.append(or_(*like))
    if wanted.site:
        like = (c.icontains(wanted.site, autoescape=True) for c in (sites.c.id, sites.c.name))
        parts.append(or_(*like))
    if wanted.session:
        parts.append(entries.c.session == wanted.session)
    if wanted.specification:
        # The plan is canonical JSON of ours, and the code one of ours too.
        said = f'"specification":"{wanted.specification}"'
        parts.append(sittings.c.plan.contains(said, autoescape=True))
    return and_(*parts)
