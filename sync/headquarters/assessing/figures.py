"""How the marking goes: pace, means and agreement. Figures for people; they decide nothing."""

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import structs
from sqlalchemy import Connection, func, select

from sync.exam.assessing import Rules
from sync.exam.specification import Struct
from sync.headquarters.assessing.panel import rules_of
from sync.headquarters.store.assessing_tables import (
    assessments,
    judgements,
    panel,
    places,
    scripts,
)
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import practical_marks

# Scripts that two or more have marked before agreement says anything.
ENOUGH = 10


class Assessor(Struct, frozen=True):
    """`minutes`: the median from taking to giving marks; `lean`: mean distance from the others."""

    name: str
    arbiter: bool
    done: int
    minutes: float | None
    mean: float | None
    spread: float | None
    lean: float | None


class TaskFigures(Struct, frozen=True):
    """One task: `alpha` is Krippendorff's for interval data; None: too few."""

    task: str
    scripts: int
    settled: int
    mean: float | None
    spread: float | None
    alpha: float | None


class Progress(Struct, frozen=True):
    """A desk as an officer sees it. `settled`: candidates whose marks are complete.

    `blind`: who looks marks here and is told no figure that others' marks could be read from.
    """

    session: str
    sitting: str
    rules: Rules
    scripts: int
    places: int
    done: int
    arbitration: int
    candidates: int
    settled: int
    assessors: tuple[Assessor, ...]
    tasks: tuple[TaskFigures, ...]
    blind: bool = False

    def seen_by(self, name: str) -> "Progress":
        """The same for this person: an assessor of the desk sees no marks until all are given."""
        if self.done >= self.places or all(one.name != name for one in self.assessors):
            return self
        nothing: dict[str, None] = {"mean": None, "spread": None}
        people = (structs.replace(one, **nothing, lean=None) for one in self.assessors)
        tasks = (structs.replace(one, **nothing, alpha=None) for one in self.tasks)
        return structs.replace(self, blind=True, assessors=tuple(people), tasks=tuple(tasks))


class _Given(Struct, frozen=True):
    """One judgement, for counting."""

    script: int
    task: str
    assessor: str
    arbiter: bool
    total: int
    minutes: float


def list_desks(headquarters: Headquarters, session: str | None = None) -> list[tuple[str, str]]:
    """Session and sitting of every open desk."""
    query = select(assessments.c.session, assessments.c.sitting).order_by(
        assessments.c.session, assessments.c.sitting
    )
    if session is not None:
        query = query.where(assessments.c.session == session)
    with headquarters.store.reading() as db:
        return [(row.session, row.sitting) for row in db.execute(query)]


def progress(headquarters: Headquarters, session: str, sitting: str) -> Progress | None:
    """How far a desk is; None if it is not open."""
    with headquarters.store.reading() as db:
        rules = rules_of(db, session, sitting)
        if rules is None:
            return None
        here = scripts.c.session == session, scripts.c.sitting == sitting
        own = select(scripts.c.id).where(*here)
        given = _given(db, session, sitting)
        count = select(func.count()).select_from(places).where(places.c.script.in_(own))
        marks = select(func.count()).select_from(practical_marks)
        people = db.execute(select(panel).filter_by(session=session, sitting=sitting)).all()
        all_scripts = db.execute(select(scripts.c.id, scripts.c.task).where(*here)).all()
        return Progress(
            session=session,
            sitting=sitting,
            rules=rules,
            scripts=len(all_scripts),
            places=db.scalar(count) or 0,
            done=len(given),
            arbitration=db.scalar(count.where(places.c.place == 0, places.c.done.is_(False))) or 0,
            candidates=db.scalar(select(func.count(scripts.c.admission.distinct())).where(*here))
            or 0,
            settled=db.scalar(marks.filter_by(session=session, sitting=sitting)) or 0,
            assessors=tuple(
                _assessor(row.name, row.arbiter, given)
                for row in sorted(people, key=lambda r: (r.arbiter, r.name))
            ),
            tasks=_tasks([(row.id, row.task) for row in all_scripts], given, rules),
        )


def _given(db: Connection, session: str, sitting: str) -> list[_Given]:
    query = (
        select(judgements, scripts.c.task)
        .join(scripts, scripts.c.id == judgements.c.script)
        .where(scripts.c.session == session, scripts.c.sitting == sitting)
    )
    return [
        _Given(
            script=row.script,
            task=row.task,
            assessor=row.assessor,
            arbiter=row.arbiter,
            total=row.total,
            minutes=(row.at - row.claimed_at) / 60_000,
        )
        for row in db.execute(query)
    ]


def _assessor(name: str, arbiter: bool, given: Sequence[_Given]) -> Assessor:
    mine = [one for one in given if one.assessor == name]
    others: dict[int, list[int]] = defaultdict(list)
    for one in given:
        if one.assessor != name and not one.arbiter:
            others[one.script].append(one.total)
    apart = [one.total - statistics.fmean(others[one.script]) for one in mine if others[one.script]]
    totals = [one.total for one in mine]
    return Assessor(
        name=name,
        arbiter=arbiter,
        done=len(mine),
        minutes=_rounded(statistics.median(one.minutes for one in mine) if mine else None),
        mean=_rounded(statistics.fmean(totals) if totals else None),
        spread=_rounded(statistics.stdev(totals) if len(totals) > 1 else None),
        lean=_rounded(statistics.fmean(apart) if apart else None),
    )


def _tasks(
    all_scripts: Sequence[tuple[int, str]], given: Sequence[_Given], rules: Rules
) -> tuple[TaskFigures, ...]:
    found = []
    for task in sorted({task for _, task in all_scripts}):
        own = [one for one in given if one.task == task]
        by_script: dict[int, dict[str, int]] = defaultdict(dict)
        for one in own:
            if not one.arbiter:
                by_script[one.script][one.assessor] = one.total
        totals = [one.total for one in own if not one.arbiter]
        whole = sum(len(marks) == rules.assessors for marks in by_script.values())
        found.append(
            TaskFigures(
                task=task,
                scripts=sum(name == task for _, name in all_scripts),
                settled=whole,
                mean=_rounded(statistics.fmean(totals) if totals else None),
                spread=_rounded(statistics.stdev(totals) if len(totals) > 1 else None),
                alpha=agreement(list(by_script.values())),
            )
        )
    return tuple(found)


def agreement(marks: Sequence[Mapping[str, int]]) -> float | None:
    """Krippendorff's alpha (interval) of script → assessor → total; None where it says nothing."""
    compared = [list(one.values()) for one in marks if len(one) > 1]
    if len(compared) < ENOUGH:
        return None
    everything = [total for one in compared for total in one]
    expected = _distances(everything)
    if not expected:
        return None
    # Of each script the distances of its pairs, weighed by how many marks it has.
    seen = sum(Fraction(_distances(one), len(one) - 1) for one in compared)
    return round(float(1 - (len(everything) - 1) * seen / expected), 3)


def _distances(totals: Sequence[int]) -> int:
    """The sum of squared distances of all pairs."""
    return len(totals) * sum(total * total for total in totals) - sum(totals) ** 2


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
