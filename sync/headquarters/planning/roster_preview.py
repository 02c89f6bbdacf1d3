"""A roster before it is taken: every row with its problems, and what else speaks against it."""

from pathlib import Path
from typing import NamedTuple

from sync.errors import ExamError, InputRefused, RosterRefused, RosterUnreadable
from sync.exam.roster import RowRead, look_at_rows
from sync.headquarters.planning.rosters import Seating, take_roster
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.spreadsheet import SheetUnreadable, read_sheet
from sync.words import Words


class RosterPreview(NamedTuple):
    """What a sheet would do. `refused`: what is wrong with the whole, in words."""

    columns: tuple[str, ...]
    rows: tuple[RowRead, ...]
    refused: tuple[Words, ...]

    @property
    def wrong(self) -> int:
        """How many rows have a problem."""
        return sum(bool(row.problems) for row in self.rows)

    @property
    def good(self) -> bool:
        """It could be taken as it is."""
        return bool(self.rows) and not self.wrong and not self.refused


class _Undone(Exception):
    """Takes the trial back with its transaction."""


def preview_roster(
    headquarters: Headquarters,
    by: Stamp,
    *,
    session: str,
    sitting: str,
    file: Path,
    replace: bool = False,
    seating: Seating | None = None,
) -> RosterPreview:
    """What taking this sheet would do: it is tried, and taken back whatever comes of it."""
    try:
        cells = read_sheet(file)
    except SheetUnreadable as error:
        raise RosterUnreadable(reason=str(error)) from None
    try:
        columns, rows = look_at_rows(cells, seats=seating is None)
    except RosterRefused as error:
        return RosterPreview((), (), tuple(error.problems))
    if any(row.problems for row in rows):
        return RosterPreview(columns, rows, ())
    taken = tuple(row.row for row in rows if row.row is not None)
    try:
        with headquarters.store.writing() as db:
            take_roster(db, by, session, sitting, taken, file.name, replace, seating)
            raise _Undone
    except _Undone:
        return RosterPreview(columns, rows, ())
    except ExamError as error:
        return RosterPreview(columns, rows, said_by(error))


def said_by(error: ExamError) -> tuple[Words, ...]:
    """Each problem of a refusal, or the refusal itself."""
    if isinstance(error, InputRefused) and error.problems:
        return tuple(error.problems)
    return (Words(error.say("zh"), error.say("en")),)
