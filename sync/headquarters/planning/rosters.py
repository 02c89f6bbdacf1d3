"""Rosters: the candidates of a sitting from a sheet, and the sheet to fill in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from sync.errors import AlreadyThere, NotFound, RosterRefused, RosterUnreadable
from sync.exam.roster import COLUMNS, MAJOR, RosterRow, read_rows
from sync.exam.seating import Rule, seat_by
from sync.exam.sitting import CandidatePlan
from sync.exam.specification import Specification
from sync.headquarters.planning.arrangements import NOTHING, arranged
from sync.headquarters.planning.sessions import draft, find
from sync.headquarters.register.conditions import require_roster
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import candidates, entries, sittings
from sync.spreadsheet import SheetUnreadable, read_sheet, sheet_bytes
from sync.words import Words


class Seating(NamedTuple):
    """How seats are given: the rule, the first seat, and what decides the lots."""

    rule: Rule
    first: int
    seed: str


def import_roster(
    headquarters: Headquarters,
    by: Stamp,
    *,
    session: str,
    sitting: str,
    file: Path,
    replace: bool = False,
    seating: Seating | None = None,
) -> int:
    """Take a sheet as the roster of a sitting; how many candidates. All problems are listed.

    A sitting has one roster: AlreadyThere if it has, unless `replace`. Of an examination it must
    keep to the quota and its majors (sync.headquarters.register.conditions). With `seating` the
    seats are given by rule, whatever the sheet says of them; the seed is in the record.
    """
    rows = read_roster(file, seats=seating is None)
    with headquarters.store.writing() as db:
        take_roster(db, by, session, sitting, rows, file.name, replace, seating)
    return len(rows)


def take_roster(
    db: Connection,
    by: Stamp,
    session: str,
    sitting: str,
    rows: Sequence[RosterRow],
    name: str,
    replace: bool,
    seating: Seating | None,
) -> None:
    """As import_roster, of rows that were read, in a transaction that may be taken back."""
    told: dict[str, Any] = {}
    row = draft(db, session)
    specification = _specification(db, session, sitting)
    here = (entries.c.session == session) & (entries.c.sitting == sitting)
    if db.scalar(select(entries.c.admission).where(here).limit(1)):
        if not replace:
            raise AlreadyThere(what=f"{session}/{sitting} {name}")
        _clear(db, session, sitting)
    if seating:
        rows, told = _seated(db, session, rows, seating), seating._asdict()
    problems = _conflicts(db, session, rows)
    if problems:
        raise RosterRefused(problems)
    _insert(db, session, sitting, rows)
    require_roster(db, row, sitting, specification)
    said = {"session": session, "sitting": sitting, "candidates": len(rows), **told}
    record(db, by, "roster.import", **said)


def _seated(
    db: Connection, session: str, rows: Sequence[RosterRow], seating: Seating
) -> tuple[RosterRow, ...]:
    """Who has a seat in the session keeps it; the others get theirs by rule."""
    query = select(candidates.c.admission, candidates.c.seat).where(candidates.c.session == session)
    seats = {row.admission: row.seat for row in db.execute(query)}
    same = [row for row in rows if row.admission in seats]
    kept = [msgspec.structs.replace(row, seat=seats[row.admission]) for row in same]
    new = [row for row in rows if row.admission not in seats]
    taken = frozenset(seats.values())
    given = seat_by(seating.rule, new, seating.seed, seating.first, taken)
    return (*kept, *given)


def read_roster(file: Path, seats: bool = True) -> tuple[RosterRow, ...]:
    """The rows of a roster sheet; RosterUnreadable or RosterRefused."""
    try:
        return read_rows(read_sheet(file), seats)
    except SheetUnreadable as error:
        raise RosterUnreadable(reason=str(error)) from None


def _specification(db: Connection, session: str, sitting: str) -> Specification:
    this = (sittings.c.session == session) & (sittings.c.id == sitting)
    text = db.scalar(select(sittings.c.specification).where(this))
    if text is None:
        raise NotFound(what=f"{session}/{sitting}")
    return msgspec.json.decode(text, type=Specification)


def _clear(db: Connection, session: str, sitting: str) -> None:
    """Forget a sitting's roster, and whoever is on no other."""
    db.execute(delete(entries).where(entries.c.session == session, entries.c.sitting == sitting))
    still = select(entries.c.admission).where(entries.c.session == session)
    db.execute(
        delete(candidates).where(
            candidates.c.session == session, candidates.c.admission.not_in(still)
        )
    )


def _conflicts(db: Connection, session: str, rows: Sequence[RosterRow]) -> list[Words]:
    """Where the roster and those of the other sittings contradict each other."""
    there = db.execute(select(candidates).where(candidates.c.session == session)).all()
    by_admission = {row.admission: row for row in there}
    by_identity = {row.identity: row for row in there}
    by_seat = {row.seat: row for row in there}
    problems: list[Words] = []
    for row in rows:
        same = by_admission.get(row.admission) or by_identity.get(row.identity)
        if same is not None:
            problems += _same_person(row, same)
        elif row.seat in by_seat:
            other = by_seat[row.seat]
            problems.append(
                Words(
                    f"{row.name}：座位 {row.seat} 已由 {other.name} 使用",
                    f"{row.name}: seat {row.seat} is {other.name}'s in this session",
                )
            )
    return problems


def _same_person(row: RosterRow, same: Row[Any]) -> list[Words]:
    pairs = (
        ("身份证号", row.identity, same.identity),
        ("准考证号", row.admission, same.admission),
        ("姓名", row.name, same.name),
        ("座位号", row.seat, same.seat),
        (MAJOR, row.major, same.major),
    )
    return [
        Words(
            f"{row.name}（{row.admission}）：{column}与本场次其他科目名单不一致",
            f"{row.name} ({row.admission}): {column} differs from another roster of this session",
        )
        for column, here, there in pairs
        # A roster may leave the major out.
        if here != there and (column != MAJOR or (here and there))
    ]


def _insert(db: Connection, session: str, sitting: str, rows: Sequence[RosterRow]) -> None:
    known = set(db.scalars(select(candidates.c.admission).where(candidates.c.session == session)))
    for row in rows:
        if row.admission not in known:
            db.execute(
                insert(candidates).values(
                    session=session,
                    admission=row.admission,
                    name=row.name,
                    identity=row.identity,
                    sex=row.sex,
                    school=row.school,
                    major=row.major,
                    seat=row.seat,
                )
            )
        elif row.major:
            this = (candidates.c.session == session) & (candidates.c.admission == row.admission)
            db.execute(update(candidates).where(this).values(major=row.major))
        db.execute(
            insert(entries).values(session=session, sitting=sitting, admission=row.admission)
        )


def candidate_plans(db: Connection, session: str) -> tuple[CandidatePlan, ...]:
    """The candidates of a session by seat, each with the sittings they are in."""
    find(db, session)
    query = (
        select(entries.c.admission, entries.c.sitting)
        .join(
            sittings,
            (sittings.c.session == entries.c.session) & (sittings.c.id == entries.c.sitting),
        )
        .where(entries.c.session == session)
        .order_by(sittings.c.position)
    )
    taken: dict[str, list[str]] = {}
    for admission, sitting in db.execute(query):
        taken.setdefault(admission, []).append(sitting)
    granted = arranged(db, session)
    people = select(candidates).where(candidates.c.session == session).order_by(candidates.c.seat)
    return tuple(
        CandidatePlan(
            admission=row.admission,
            name=row.name,
            identity=row.identity,
            sex=row.sex,
            school=row.school,
            seat=row.seat,
            sittings=tuple(taken[row.admission]),
            **granted.get(row.admission, NOTHING)._asdict(),
        )
        for row in db.execute(people)
    )


def template() -> bytes:
    """An empty roster sheet with all columns as text."""
    return sheet_bytes("考生名单", (*COLUMNS, MAJOR), [], spare_rows=200)
