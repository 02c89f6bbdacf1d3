"""Results: what each candidate reached in each certificate, out as a sheet; practical marks in."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from sync.errors import MarksRefused
from sync.exam.outcomes import ELSEWHERE, UNSCORED, by_people, outcome
from sync.exam.sitting import CandidatePlan
from sync.exam.specification import Specification, Struct
from sync.headquarters.errors import MarksUnreadable
from sync.headquarters.marking.scoring import Scored, scored_rows
from sync.headquarters.planning.sessions import (
    SittingRow,
    find,
    list_sittings,
    published_plan,
)
from sync.headquarters.store.assessing_tables import assessments, review_marks
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import entries, practical_marks
from sync.spreadsheet import Cell, SheetUnreadable, read_sheet
from sync.words import Words

HEAD = (
    "准考证号",
    "姓名",
    "身份证号",
    "性别",
    "单位",
    "座位号",
    "证书",
    "等级",
    "理论成绩",
    "实训成绩",
    "结果",
    "作答题数",
    "交卷方式",
    "回执码",
    "回执核对",
    "场次",
    "场次性质",
)
ADMISSION, PRACTICAL, SITTING = "准考证号", "实训成绩", "考试编号"

OUTCOMES: Mapping[str, Words] = {
    "passed": Words("合格", "passed"),
    "failed": Words("不合格", "failed"),
    "absent": Words("缺考", "absent"),
    "violation": Words("违纪", "violation"),
    "missing": Words("未收到", "missing"),
    "awaiting": Words("待实训成绩", "awaiting marks"),
    "awaiting-theory": Words("待理论成绩", "awaiting theory"),
    "unscored": Words("未评分", "not scored"),
}
WAYS: Mapping[str, Words] = {
    "candidate": Words("考生交卷", "by the candidate"),
    "forced": Words("强制收卷", "forced collection"),
    "time": Words("到时自动收卷", "when time was up"),
}
KINDS: Mapping[str, Words] = {
    "examination": Words("正式考试", "examination"),
    "rehearsal": Words("试考", "rehearsal"),
    "practice": Words("练习", "practice"),
}
# What a sheet of results is called, so that nobody takes one for another.
SHEETS: Mapping[str, str] = {
    "examination": "成绩",
    "rehearsal": "试考成绩（不作数）",
    "practice": "练习成绩（不作数）",
}


class ResultRow(Struct, frozen=True):
    """One candidate in one certificate; `outcome` is a key of OUTCOMES."""

    candidate: CandidatePlan
    specification: str
    title: Words
    certificate: Words
    level: Words
    theory: Scored
    practical: int | None
    outcome: str


class Known:
    """What a session has of each candidate: what was scored, and the marks people gave."""

    def __init__(self, headquarters: Headquarters, session: str) -> None:
        self.sittings = list_sittings(headquarters, session)
        scored = scored_rows(headquarters, session)
        self.scored = {(row.sitting, row.admission): row for row in scored}
        self.marks = _practical(headquarters, session)
        self.reviews = _reviews(headquarters, session)
        self.desks = _desks(headquarters, session)

    def own(self, sitting: SittingRow, admission: str) -> Scored:
        """What was scored of one sitting."""
        key = (sitting.plan.id, admission)
        return self.scored.get(key, Scored(*key, state=UNSCORED))

    def of(self, specification: str, candidate: CandidatePlan) -> list[SittingRow]:
        """The candidate's sittings of one certificate in this session."""
        return [
            row
            for row in self.sittings
            if row.plan.specification == specification and row.plan.id in candidate.sittings
        ]

    def practical(self, specification: str, candidate: CandidatePlan) -> int | None:
        """The practical marks: given for the practical sitting, else for the theory beside it.

        Of a sitting that is marked at a desk only what the desk came to: a sheet that names
        another of the candidate's sittings is no way round its assessors.
        """
        every = self.of(specification, candidate)
        own = [row for row in every if row.plan.id in self.desks] or every
        ordered = sorted(own, key=lambda row: row.plan.component != "practical")
        found = (self.marks.get((row.plan.id, candidate.admission)) for row in ordered)
        return next((marks for marks in found if marks is not None), None)

    def review(self, specification: str, candidate: CandidatePlan) -> int | None:
        """What the committee of the review came to."""
        return self.reviews.get((specification, candidate.admission))

    def reached(self, rules: Specification, candidate: CandidatePlan) -> dict[str, str]:
        """component → state, as `outcome` reads it."""
        own = self.of(rules.code, candidate)
        states = {row.plan.component: self.own(row, candidate.admission).state for row in own}
        marks = {
            "practical": self.practical(rules.code, candidate),
            "review": self.review(rules.code, candidate),
        }
        for component in rules.components:
            if component.name != "theory":
                sat = states.get(component.name, ELSEWHERE)
                states[component.name] = by_people(component, sat, marks.get(component.name))
        return states


def result_rows(headquarters: Headquarters, session: str) -> list[ResultRow]:
    """Every candidate of every sitting, by sitting and seat; NotReady before publishing."""
    plan = published_plan(headquarters, session)
    known = Known(headquarters, session)
    rows = []
    for sitting in known.sittings:
        specification = sitting.specification
        for candidate in plan.candidates:
            if sitting.plan.id not in candidate.sittings:
                continue
            rows.append(
                ResultRow(
                    candidate=candidate,
                    specification=specification.code,
                    title=sitting.plan.title,
                    certificate=specification.name,
                    level=specification.level,
                    theory=known.own(sitting, candidate.admission),
                    practical=known.practical(specification.code, candidate),
                    outcome=outcome(specification, known.reached(specification, candidate)),
                )
            )
    return rows


def _practical(headquarters: Headquarters, session: str) -> dict[tuple[str, str], int]:
    query = select(practical_marks).where(practical_marks.c.session == session)
    with headquarters.store.reading() as db:
        return {(row.sitting, row.admission): row.marks for row in db.execute(query)}


def _desks(headquarters: Headquarters, session: str) -> set[str]:
    with headquarters.store.reading() as db:
        return _at_desk(db, session)


def _at_desk(db: Connection, session: str) -> set[str]:
    """The sittings whose marks assessors give at a desk."""
    return set(db.scalars(select(assessments.c.sitting).where(assessments.c.session == session)))


def _reviews(headquarters: Headquarters, session: str) -> dict[tuple[str, str], int]:
    query = select(review_marks).where(review_marks.c.session == session)
    with headquarters.store.reading() as db:
        return {(row.specification, row.admission): row.marks for row in db.execute(query)}


def cells(row: ResultRow) -> list[Cell]:
    """A row of the sheet, up to the session."""
    candidate, theory = row.candidate, row.theory
    fits = {True: "相符", False: "不符", None: ""}
    return [
        candidate.admission,
        candidate.name,
        candidate.identity,
        candidate.sex,
        candidate.school,
        candidate.seat,
        row.certificate.zh,
        row.level.zh,
        theory.marks if theory.marks is not None else _in_words(theory.state),
        row.practical,
        OUTCOMES[row.outcome].zh,
        theory.answered,
        way(theory.how).zh,
        theory.receipt,
        fits[theory.receipt_fits],
    ]


def _in_words(state: str) -> str:
    """Why there are no theory marks; a practical sitting has none to give."""
    return "" if state == "awaiting" else OUTCOMES[state].zh


def way(how: str | None) -> Words:
    """How an attempt was handed in, in words; an unknown way is shown as it is."""
    return WAYS.get(how, Words(how, how)) if how else Words("", "")


def import_marks(headquarters: Headquarters, by: Stamp, *, session: str, file: Path) -> int:
    """Take a sheet of practical marks; how many. MarksRefused lists all problems, takes nothing.

    Marks in the place of others are each in the audit, before and after.
    """
    try:
        sheet = read_sheet(file)
    except SheetUnreadable as error:
        raise MarksUnreadable(reason=str(error)) from None
    with headquarters.store.writing() as db:
        find(db, session)
        marks = _read_marks(sheet, _entries(db, session))
        _leave_desks_alone(db, session, {sitting for sitting, _ in marks})
        for (sitting, admission), value in marks.items():
            this = {"session": session, "sitting": sitting, "admission": admission}
            before = db.scalar(select(practical_marks.c.marks).filter_by(**this))
            if before not in (None, value):
                record(db, by, "marks.change", **this, before=before, after=value)
            db.execute(delete(practical_marks).filter_by(**this))
            db.execute(insert(practical_marks).values(**this, marks=value))
        record(db, by, "marks.import", session=session, marks=len(marks))
    return len(marks)


def _leave_desks_alone(db: Connection, session: str, named: set[str]) -> None:
    """Marks that assessors give one by one are not overwritten by a sheet."""
    if at_desk := sorted(named & _at_desk(db, session)):
        listed = ", ".join(at_desk)
        raise MarksRefused(
            [Words(f"{listed} 由评分台评分", f"{listed} is marked at the marking desk")]
        )


def _entries(db: Connection, session: str) -> dict[str, list[str]]:
    """admission → sittings."""
    found: dict[str, list[str]] = {}
    query = select(entries.c.admission, entries.c.sitting).where(entries.c.session == session)
    for admission, sitting in db.execute(query):
        found.setdefault(admission, []).append(sitting)
    return found


def _read_marks(
    sheet: Sequence[Sequence[object]], known: Mapping[str, list[str]]
) -> dict[tuple[str, str], int]:
    head = [str(cell or "").strip() for cell in (sheet[0] if sheet else ())]
    lacking = [name for name in (ADMISSION, PRACTICAL) if head.count(name) != 1]
    if lacking:
        raise MarksRefused([Words(f"缺少列：{n}", f"Column missing: {n}") for n in lacking])
    problems: list[Words] = []
    marks: dict[tuple[str, str], int] = {}
    for number, row in enumerate(sheet[1:], start=2):
        cells = dict(zip(head, row, strict=False))
        if all(cell is None for cell in cells.values()):
            continue
        try:
            key, value = _entry(cells, known), _marks(cells.get(PRACTICAL))
            if key in marks:
                raise _RowProblem("准考证号重复", "admission number repeated")
            marks[key] = value
        except _RowProblem as problem:
            zh, en = problem.args
            problems.append(Words(f"第 {number} 行：{zh}", f"Row {number}: {en}"))
    if not marks and not problems:
        problems.append(Words("表中没有成绩", "The sheet has no marks"))
    if problems:
        raise MarksRefused(problems)
    return marks


class _RowProblem(Exception):
    """Why a row cannot be taken: zh, en."""


def _entry(cells: Mapping[str, object], known: Mapping[str, list[str]]) -> tuple[str, str]:
    """Which attempt a row is about; a column for the sitting is needed only if there are two."""
    admission = cells.get(ADMISSION)
    if not isinstance(admission, str):
        raise _RowProblem("准考证号不是文本", "the admission number is not text")
    sittings = known.get(admission.strip())
    if not sittings:
        raise _RowProblem(f"没有考生 {admission}", f"no candidate {admission}")
    named = cells.get(SITTING)
    if named is None and len(sittings) > 1:
        raise _RowProblem(f"请用「{SITTING}」列指明考试", f"name the sitting in a column {SITTING}")
    sitting = sittings[0] if named is None else str(named).strip()
    if sitting not in sittings:
        raise _RowProblem(f"考生不在考试 {sitting} 中", f"not in sitting {sitting}")
    return sitting, admission.strip()


def _marks(value: object) -> int:
    try:
        marks = float(str(value).strip())
    except ValueError:
        raise _RowProblem(f"成绩不是数字：{value}", f"marks are no number: {value}") from None
    if not marks.is_integer() or not 0 <= marks <= 100:
        raise _RowProblem(f"成绩应为 0–100 的整数：{value}", f"marks must be 0–100: {value}")
    return int(marks)
