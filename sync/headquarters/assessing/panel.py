"""Setting up the desk of a practical sitting: who assesses, and one script a candidate and task."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from sync.errors import AlreadyThere, NotFound, NotReady
from sync.exam.assessing import DISTANCE, Rules, assessors_needed
from sync.exam.items import PracticalTask
from sync.exam.sitting import attempt_id
from sync.exam.specification import Specification
from sync.headquarters.assessing.errors import PanelRefused
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.marking.attempts import attempt_facts
from sync.headquarters.marking.scoring import scored_rows
from sync.headquarters.planning.sessions import SittingRow, list_sittings, load_form
from sync.headquarters.register.staff import list_members
from sync.headquarters.store.assessing_tables import (
    assessments,
    judgements,
    panel,
    places,
    scripts,
)
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import practical_marks

DIGITS = 8


class Panel(NamedTuple):
    """Who marks a sitting: `places` of the assessors a script, and arbiters where they differ."""

    assessors: tuple[str, ...]
    arbiters: tuple[str, ...]
    places: int = 3
    distance: int = DISTANCE
    reason: str = ""


class Opened(NamedTuple):
    """What opening or refreshing did; `changed` are scripts that were judged on other content."""

    scripts: int
    changed: tuple[str, ...] = ()


class Found(NamedTuple):
    """One task of one candidate as the journal has it."""

    admission: str
    task: str
    form: str
    content: str


def open_desk(
    headquarters: Headquarters, by: Stamp, session: str, sitting: str, chosen: Panel
) -> Opened:
    """Open the desk of a scored practical sitting. PanelRefused says which rule is not kept.

    Marks that a sheet gave before are set aside: from now on assessors give them.
    AlreadyThere if it is open, NotReady before everything of the session has come in.
    """
    row = _sitting(headquarters, session, sitting)
    found = list(_handed_in(headquarters, session, row))
    _check(headquarters, row.specification, chosen, len({one.admission for one in found}))
    with headquarters.store.writing() as db:
        if rules_of(db, session, sitting):
            raise AlreadyThere(what=f"{session}/{sitting}")
        here = {"session": session, "sitting": sitting}
        rules = {"assessors": chosen.places, "distance": chosen.distance, "reason": chosen.reason}
        db.execute(insert(assessments).values(**here, **rules, who=by.who, at=by.at))
        people = [(name, False) for name in chosen.assessors]
        people += [(name, True) for name in chosen.arbiters]
        db.execute(insert(panel), [here | {"name": n, "arbiter": a} for n, a in people])
        _set_aside(db, by, here)
        _add(db, session, sitting, found, chosen.places)
        record(db, by, "assessing.open", **here, **chosen._asdict(), scripts=len(found))
    return Opened(len(found))


def _set_aside(db: Connection, by: Stamp, here: Mapping[str, str]) -> None:
    """Marks that a sheet gave before count no more; each is in the audit."""
    for row in db.execute(select(practical_marks).filter_by(**here)).all():
        told = {"admission": row.admission, "before": row.marks, "after": None}
        record(db, by, "marks.change", **here, **told)
    db.execute(delete(practical_marks).filter_by(**here))


def refresh_desk(headquarters: Headquarters, by: Stamp, session: str, sitting: str) -> Opened:
    """Take in what came since: new scripts, and other content of those that nobody has judged."""
    row = _sitting(headquarters, session, sitting)
    found = list(_handed_in(headquarters, session, row))
    with headquarters.store.writing() as db:
        rules = rules_of(db, session, sitting)
        if rules is None:
            raise NotFound(what=f"{session}/{sitting}")
        known = {(r.admission, r.task): r for r in db.execute(_of(session, sitting))}
        new = [one for one in found if (one.admission, one.task) not in known]
        _add(db, session, sitting, new, rules.assessors)
        changed = []
        for one in found:
            old = known.get((one.admission, one.task))
            if old is None or old.content == one.content:
                continue
            if db.scalar(select(judgements.c.script).where(judgements.c.script == old.id)):
                changed.append(old.number)
            else:
                db.execute(
                    update(scripts).where(scripts.c.id == old.id).values(content=one.content)
                )
        what: dict[str, Any] = {"session": session, "sitting": sitting, "scripts": len(new)}
        record(db, by, "assessing.refresh", **what, changed=changed)
    return Opened(len(new), tuple(changed))


def rules_of(db: Connection, session: str, sitting: str) -> Rules | None:
    """The rules of an open desk; None if it is not open."""
    query = select(assessments).filter_by(session=session, sitting=sitting)
    row = db.execute(query).first()
    return Rules(row.assessors, row.distance) if row else None


def task_of(headquarters: Headquarters, session: str, form: str, task: str) -> PracticalTask:
    """A task with its rubric, as it was when the form was drawn."""
    return load_form(headquarters, session, form)[1].tasks[task]


def _of(session: str, sitting: str) -> Any:
    return select(scripts).filter_by(session=session, sitting=sitting)


def _sitting(headquarters: Headquarters, session: str, sitting: str) -> SittingRow:
    for row in list_sittings(headquarters, session):
        if row.plan.id == sitting:
            if row.plan.component == "practical":
                return row
            raise NotReady(
                reason_zh=f"{sitting} 不是实训考核，无需人工评分",
                reason_en=f"{sitting} is no practical; nobody marks it by hand",
            )
    raise NotFound(what=f"{session}/{sitting}")


def _handed_in(headquarters: Headquarters, session: str, row: SittingRow) -> Iterator[Found]:
    """What every candidate handed in, task by task; who is absent or in violation has none."""
    states = {
        one.admission: one.state
        for one in scored_rows(headquarters, session)
        if one.sitting == row.plan.id
    }
    journal = read_journal(headquarters, session)
    if journal.lacking or not states:
        raise NotReady(
            reason_zh="本场次的数据尚未收齐", reason_en="the session has not come in whole"
        )
    facts = attempt_facts(journal)
    for admission in sorted(one for one, state in states.items() if state == "awaiting"):
        own = facts[attempt_id(row.plan.id, admission)]
        form, _ = load_form(headquarters, session, own.form or "")
        for task in form.tasks:
            given = {d.id: own.responses.get(f"{task.id}/{d.id}") for d in task.deliverables}
            yield Found(admission, task.id, form.id, msgspec.json.encode(given).decode())


def _check(
    headquarters: Headquarters, rules: Specification, chosen: Panel, candidates: int
) -> None:
    component = rules.component("practical")
    _check_numbers(chosen, component.assessors_at_least)
    _check_people(headquarters, chosen)
    needed = assessors_needed(candidates, component.candidates_per_assessor)
    if len(chosen.assessors) >= needed:
        return
    published = rules.rule("practical.candidates_per_assessor").basis == "published"
    if published or not chosen.reason.strip():
        raise PanelRefused(
            reason_zh=f"{candidates} 名考生需要 {needed} 名考评员，只有 {len(chosen.assessors)} 名"
            + ("" if published else "；确需如此请写明原因"),
            reason_en=f"{candidates} candidates need {needed} assessors, there are "
            f"{len(chosen.assessors)}" + ("" if published else "; if it must be so, say why"),
        )


def _check_numbers(chosen: Panel, least: int) -> None:
    if chosen.places % 2 == 0 or chosen.places < max(3, least):
        raise PanelRefused(
            reason_zh=f"每份答卷由 {chosen.places} 人评分，须为单数且不少于 {max(3, least)}",
            reason_en=f"{chosen.places} a script; it must be odd, {max(3, least)} or more",
        )
    if not 0 <= chosen.distance <= 100:
        raise PanelRefused(
            reason_zh=f"允许的差距 {chosen.distance} 不是百分比",
            reason_en=f"a distance of {chosen.distance} is no per cent",
        )
    there = len(set(chosen.assessors))
    if there < chosen.places:
        raise PanelRefused(
            reason_zh=f"每份答卷需要 {chosen.places} 名考评员，只有 {there} 名",
            reason_en=f"each script needs {chosen.places} assessors, there are {there}",
        )


def _check_people(headquarters: Headquarters, chosen: Panel) -> None:
    everybody = {one.name: one.roles for one in list_members(headquarters)}
    names = [*chosen.assessors, *chosen.arbiters]
    if wrong := _without_role(names, everybody):
        raise PanelRefused(
            reason_zh=f"没有考评员账号：{'、'.join(wrong)}",
            reason_en=f"no account of a marker: {', '.join(wrong)}",
        )
    if not chosen.arbiters or set(chosen.arbiters) & set(chosen.assessors):
        raise PanelRefused(
            reason_zh="须另有一名不参加评分的仲裁人",
            reason_en="an arbiter is needed who is none of the assessors",
        )


def _without_role(names: Sequence[str], everybody: Mapping[str, Sequence[str]]) -> list[str]:
    return [name for name in names if "marker" not in everybody.get(name, ())]


def _add(db: Connection, session: str, sitting: str, found: Iterable[Found], each: int) -> None:
    """Scripts under numbers of chance, in an order of chance, each with its places."""
    wanted = sorted(found, key=lambda _: secrets.token_bytes(8))
    for one in wanted:
        number = _fresh_number(db)
        row = {"number": number, "session": session, "sitting": sitting, **one._asdict()}
        made = db.execute(insert(scripts).values(**row))
        script = made.inserted_primary_key[0] if made.inserted_primary_key else 0
        empty = {"script": script, "assessor": None, "claimed_at": None, "done": False}
        db.execute(insert(places), [empty | {"place": n} for n in range(1, each + 1)])


def _fresh_number(db: Connection) -> str:
    while True:
        number = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        if db.scalar(select(scripts.c.id).where(scripts.c.number == number)) is None:
            return number
