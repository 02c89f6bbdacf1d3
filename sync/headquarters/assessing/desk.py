"""Marking a script: taken by one, marked once, never seen by the others; then settled."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, tuple_, update

from sync.exam.assessing import Rules, problems, settled, too_far, whole
from sync.exam.items import PracticalTask
from sync.headquarters.assessing.errors import JudgementRefused, NothingToAssess, NotYourScript
from sync.headquarters.assessing.panel import rules_of, task_of
from sync.headquarters.store.assessing_tables import judgements, panel, places, scripts
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import practical_marks
from sync.words import Words

LONGEST_NOTE = 2000
ARBITER = 0


class Script(NamedTuple):
    """A script as whoever marks it sees it: nothing of the candidate."""

    id: int
    number: str
    session: str
    sitting: str
    task: PracticalTask
    content: dict[str, Any]
    arbiter: bool
    mine: dict[str, int] | None


def claim(headquarters: Headquarters, by: Stamp) -> str:
    """The number of the script that this assessor marks next; the one already held, if any.

    NothingToAssess if none is left. Two who ask at once never get the same place.
    """
    with headquarters.store.writing() as db:
        held = db.scalar(_held(by.who).with_only_columns(scripts.c.number).limit(1))
        if held:
            return str(held)
        taken = db.execute(
            update(places)
            .where(tuple_(places.c.script, places.c.place).in_(_free(by.who)))
            .values(assessor=by.who, claimed_at=by.at)
            .returning(places.c.script)
        ).first()
        if taken is None:
            raise NothingToAssess
        number = db.scalar(select(scripts.c.number).where(scripts.c.id == taken.script))
        record(db, by, "assessing.claim", script=number)
    return str(number)


def _held(name: str) -> Any:
    return (
        select(scripts, places.c.place, places.c.claimed_at)
        .join(places, places.c.script == scripts.c.id)
        .where(places.c.assessor == name, places.c.done.is_(False))
    )


def _open_to(name: str) -> Any:
    """The free places of scripts that somebody has not had and is seated for."""
    had = select(places.c.script).where(places.c.assessor == name)
    seated = and_(
        panel.c.session == scripts.c.session,
        panel.c.sitting == scripts.c.sitting,
        panel.c.name == name,
        panel.c.arbiter == (places.c.place == ARBITER),
    )
    return (
        select(places.c.script, places.c.place)
        .join(scripts, scripts.c.id == places.c.script)
        .join(panel, seated)
        .where(places.c.assessor.is_(None), places.c.script.not_in(had))
    )


def _free(name: str) -> Any:
    """The next place for somebody: task by task, by chance."""
    return (
        _open_to(name)
        .order_by(scripts.c.session, scripts.c.task, scripts.c.number, places.c.place)
        .limit(1)
        # SQLite has no such words and needs none: a transaction there writes alone.
        .with_for_update(skip_locked=True, of=places)
    )


def read_script(headquarters: Headquarters, name: str, number: str) -> Script:
    """A script that this assessor holds or has marked; NotYourScript for any other."""
    query = (
        select(scripts, places.c.place)
        .join(places, places.c.script == scripts.c.id)
        .where(scripts.c.number == number, places.c.assessor == name)
    )
    with headquarters.store.reading() as db:
        row = db.execute(query).first()
        own = row and db.scalar(select(judgements.c.marks).filter_by(script=row.id, assessor=name))
    if row is None:
        raise NotYourScript(number=number[:20])
    return Script(
        id=row.id,
        number=row.number,
        session=row.session,
        sitting=row.sitting,
        task=task_of(headquarters, row.session, row.form, row.task),
        content=json.loads(row.content),
        arbiter=row.place == ARBITER,
        mine=json.loads(own) if own else None,
    )


def give_back(headquarters: Headquarters, by: Stamp, number: str) -> None:
    """Return a script unmarked, for another assessor."""
    with headquarters.store.writing() as db:
        row = _mine(db, by.who, number)
        place = and_(places.c.script == row.id, places.c.place == row.place)
        db.execute(update(places).where(place).values(assessor=None, claimed_at=None))
        record(db, by, "assessing.return", script=number)


def submit(
    headquarters: Headquarters, by: Stamp, number: str, marks: Mapping[str, object], note: str
) -> None:
    """Keep an assessor's marks of a script they hold; with the last of them it is settled.

    JudgementRefused lists what is missing or beyond a criterion; then nothing is kept.
    """
    with headquarters.store.reading() as db:
        found = _mine(db, by.who, number)
    task = task_of(headquarters, found.session, found.form, found.task)
    wrong = problems(marks, task)
    if len(note) > LONGEST_NOTE:
        wrong.append(Words("评语不超过 2000 字", "a note has at most 2,000 characters"))
    if wrong:
        raise JudgementRefused(wrong)
    with headquarters.store.writing() as db:
        # Whoever marks last settles: two who are last at once wait for each other here.
        db.execute(select(scripts.c.id).where(scripts.c.id == found.id).with_for_update())
        row = _mine(db, by.who, number)
        given = {one.id: int(str(marks[one.id])) for one in task.criteria}
        db.execute(
            insert(judgements).values(
                script=row.id,
                assessor=by.who,
                arbiter=row.place == ARBITER,
                marks=json.dumps(given, sort_keys=True),
                total=sum(given.values()),
                note=note.strip(),
                claimed_at=row.claimed_at,
                at=by.at,
            )
        )
        place = and_(places.c.script == row.id, places.c.place == row.place)
        db.execute(update(places).where(place).values(done=True))
        record(db, by, "assessing.judge", script=number, total=sum(given.values()))
        _conclude(headquarters, db, by, row)


def _mine(db: Connection, name: str, number: str) -> Row[Any]:
    row: Row[Any] | None = db.execute(_held(name).where(scripts.c.number == number)).first()
    if row is None:
        raise NotYourScript(number=number[:20])
    return row


def _conclude(headquarters: Headquarters, db: Connection, by: Stamp, script: Row[Any]) -> None:
    """Ask an arbiter where marks are too far apart; else keep what the candidate reached."""
    rules = rules_of(db, script.session, script.sitting) or Rules()
    full = task_of(headquarters, script.session, script.form, script.task).marks
    totals, arbiter = given_totals(db, script.id)
    if arbiter is None and len(totals) == rules.assessors and too_far(totals, full, rules):
        empty = {"script": script.id, "place": ARBITER, "done": False}
        db.execute(insert(places).values(**empty))
        record(db, by, "assessing.arbitrate", script=script.number, totals=totals)
        return
    own = db.execute(
        select(scripts).filter_by(
            session=script.session, sitting=script.sitting, admission=script.admission
        )
    )
    marks = whole([_settled(headquarters, db, one, rules) for one in own])
    if marks is not None:
        this = {"session": script.session, "sitting": script.sitting}
        this |= {"admission": script.admission}
        db.execute(delete(practical_marks).filter_by(**this))
        db.execute(insert(practical_marks).values(**this, marks=marks))
        record(db, by, "assessing.settle", **this, marks=marks)


def given_totals(db: Connection, script: int) -> tuple[list[int], int | None]:
    """The assessors' totals of a script, and the arbiter's."""
    query = select(judgements.c.total, judgements.c.arbiter).filter_by(script=script)
    rows = db.execute(query.order_by(judgements.c.total)).all()
    return [r.total for r in rows if not r.arbiter], next(
        (r.total for r in rows if r.arbiter), None
    )


def _settled(
    headquarters: Headquarters, db: Connection, script: Row[Any], rules: Rules
) -> Fraction | None:
    totals, arbiter = given_totals(db, script.id)
    full = task_of(headquarters, script.session, script.form, script.task).marks
    return settled(totals, full, rules, arbiter)


class Work(NamedTuple):
    """What an assessor has done and may do: `left` scripts they could still be given."""

    held: str | None
    done: int
    left: int
    mine: list[dict[str, Any]]


def of_assessor(headquarters: Headquarters, name: str) -> Work:
    """An assessor's own work, the latest first; of others only how much is left."""
    done = (
        select(scripts.c.number, scripts.c.task, judgements.c.total, judgements.c.at)
        .join(scripts, scripts.c.id == judgements.c.script)
        .where(judgements.c.assessor == name)
        .order_by(judgements.c.at.desc())
    )
    free = _open_to(name).subquery()
    left = select(func.count(free.c.script.distinct()))
    with headquarters.store.reading() as db:
        mine = [dict(row._mapping) for row in db.execute(done)]
        held = db.scalar(_held(name).with_only_columns(scripts.c.number).limit(1))
        return Work(held, len(mine), db.scalar(left) or 0, mine[:50])


def candidate_of(headquarters: Headquarters, script: int) -> str:
    """Whose script it is; for the way to its files, never for an assessor's eyes."""
    with headquarters.store.reading() as db:
        return str(db.scalar(select(scripts.c.admission).where(scripts.c.id == script)))
