"""The review (综合评审) of the two highest levels: a committee's form, never a drawn paper.

An odd number of at least three members hear a candidate and fill in the same form, each without
seeing what the others gave. The mean, rounded half up, counts; with the last member it is settled.
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select

from sync.errors import AlreadyThere, NotFound
from sync.exam.assessing import problems, whole
from sync.exam.items import Criterion, PracticalTask
from sync.exam.sitting import CandidatePlan
from sync.exam.specification import Component, Specification
from sync.headquarters.assessing.errors import (
    CommitteeRefused,
    JudgementRefused,
    NotOnCommittee,
)
from sync.headquarters.planning.rosters import candidate_plans
from sync.headquarters.planning.sessions import find, list_sittings
from sync.headquarters.register.staff import list_members
from sync.headquarters.store.assessing_tables import (
    committee_marks,
    committee_members,
    committees,
    review_marks,
)
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.words import Words

REVIEW = "review"
LEAST = 3
LONGEST_NOTE = 2000
# What a committee reviews is published, its weights are not (assumed): each may be set when the
# committee is set up.
FORM = (("申报材料与工作业绩", 40), ("技术总结", 20), ("答辩", 40))
MOST_CRITERIA = 12
_LINE = re.compile(r"(.{1,60}?)[\s:：]+(\d{1,3})\s*分?")


class Given(NamedTuple):
    """What one member gave one candidate."""

    name: str
    total: int
    note: str


class Seen(NamedTuple):
    """A candidate of a review; `marks` once all members have given theirs."""

    candidate: CandidatePlan
    given: tuple[Given, ...]
    marks: int | None


class Committee(NamedTuple):
    """A review that is open: who marks it, by which form, and how far it is."""

    specification: Specification
    form: PracticalTask
    members: tuple[str, ...]
    candidates: tuple[Seen, ...]


def reviews_of(headquarters: Headquarters, session: str) -> dict[str, Specification]:
    """The certificates of a session that have a review, by code."""
    rows = list_sittings(headquarters, session)
    found = {row.specification.code: row.specification for row in rows}
    return {
        code: one
        for code, one in sorted(found.items())
        if any(component.name == REVIEW for component in one.components)
    }


def read_form(text: str, full: int) -> tuple[Criterion, ...]:
    """A form as it is typed, a criterion and its marks a line; CommitteeRefused otherwise."""
    criteria: list[Criterion] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        fits = _LINE.fullmatch(line)
        if fits is None or not int(fits[2]):
            raise CommitteeRefused(
                reason_zh=f"评审表的一行应为“项目 分数”：{line[:30]}",
                reason_en=f"a line of the form is a criterion and its marks: {line[:30]}",
            )
        name = f"c{len(criteria) + 1}"
        criteria.append(Criterion(name, "", fits[1].strip(), int(fits[2]), "", "", ""))
    total = sum(one.marks for one in criteria)
    if not 1 <= len(criteria) <= MOST_CRITERIA or total != full:
        raise CommitteeRefused(
            reason_zh=f"评审表 {len(criteria)} 项合计 {total} 分，应为 {full} 分",
            reason_en=f"the form's {len(criteria)} criteria add up to {total}, not {full}",
        )
    return tuple(criteria)


def form_text() -> str:
    """The form that is offered, as it is typed."""
    return "\n".join(f"{title} {marks}" for title, marks in FORM)


def open_review(
    headquarters: Headquarters,
    by: Stamp,
    session: str,
    code: str,
    members: Sequence[str],
    form: str = "",
) -> None:
    """Set up the committee of a review; CommitteeRefused says which rule is not kept.

    AlreadyThere if it has one: who marks and by what stays as it is.
    """
    rules = _rules(headquarters, session, code)
    component = rules.component(REVIEW)
    criteria = read_form(form.strip() or form_text(), component.full_mark)
    _check(headquarters, component, members)
    here = {"session": session, "specification": code}
    with headquarters.store.writing() as db:
        if db.scalar(select(committees.c.at).filter_by(**here)):
            raise AlreadyThere(what=f"{session} {code}")
        said = msgspec.json.encode(criteria).decode()
        db.execute(insert(committees).values(**here, criteria=said, who=by.who, at=by.at))
        db.execute(insert(committee_members), [here | {"name": name} for name in members])
        told = {one.title: one.marks for one in criteria}
        record(db, by, "review.open", **here, members=list(members), form=told)


def _rules(headquarters: Headquarters, session: str, code: str) -> Specification:
    rules = reviews_of(headquarters, session).get(code)
    if rules is None:
        raise NotFound(what=f"{session} {code[:40]} {REVIEW}")
    return rules


def _check(headquarters: Headquarters, component: Component, members: Sequence[str]) -> None:
    least, count = max(LEAST, component.assessors_at_least), len(set(members))
    if count != len(members) or count % 2 == 0 or count < least:
        raise CommitteeRefused(
            reason_zh=f"{count} 名委员，须为单数且不少于 {least}",
            reason_en=f"{count} members; it must be odd, {least} or more",
        )
    everybody = {one.name: one.roles for one in list_members(headquarters)}
    if wrong := [name for name in members if "marker" not in everybody.get(name, ())]:
        raise CommitteeRefused(
            reason_zh=f"没有考评员账号：{'、'.join(wrong)[:80]}",
            reason_en=f"no account of a marker: {', '.join(wrong)[:80]}",
        )


def committee(headquarters: Headquarters, session: str, code: str) -> Committee | None:
    """An open review with what was given so far; None before it is open."""
    rules = _rules(headquarters, session, code)
    sittings = [
        row.plan.id
        for row in list_sittings(headquarters, session)
        if row.specification.code == code
    ]
    here = {"session": session, "specification": code}
    with headquarters.store.reading() as db:
        said = db.scalar(select(committees.c.criteria).filter_by(**here))
        if said is None:
            return None
        people = candidate_plans(db, session)
        members = _members(db, session, code)
        given: dict[str, list[Given]] = {}
        for row in db.execute(select(committee_marks).filter_by(**here).order_by("name")):
            given.setdefault(row.admission, []).append(Given(row.name, row.total, row.note))
        settled = {
            row.admission: row.marks for row in db.execute(select(review_marks).filter_by(**here))
        }
    own = [one for one in people if set(one.sittings) & set(sittings)]
    seen = tuple(
        Seen(one, tuple(given.get(one.admission, ())), settled.get(one.admission)) for one in own
    )
    return Committee(rules, _form(rules, said), members, seen)


def _members(db: Connection, session: str, code: str) -> tuple[str, ...]:
    query = select(committee_members.c.name).filter_by(session=session, specification=code)
    return tuple(db.scalars(query.order_by(committee_members.c.name)))


def _form(rules: Specification, criteria: str) -> PracticalTask:
    """The form as the rules of marking know it: a task with criteria, nothing to hand in."""
    component = rules.component(REVIEW)
    return PracticalTask(
        id=REVIEW,
        module="",
        title=component.title.zh,
        minutes=component.minutes,
        situation="",
        materials=(),
        deliverables=(),
        criteria=msgspec.json.decode(criteria, type=tuple[Criterion, ...]),
    )


def for_member(headquarters: Headquarters, name: str, session: str, code: str) -> Committee:
    """A review as one of its members sees it: of the others nothing until it is settled."""
    found = None
    if code in reviews_of(headquarters, session):
        found = committee(headquarters, session, code)
    if found is None or name not in found.members:
        raise NotOnCommittee
    hidden = tuple(
        one._replace(given=tuple(g for g in one.given if g.name == name or one.marks is not None))
        for one in found.candidates
    )
    return found._replace(candidates=hidden)


class Open(NamedTuple):
    """A review that waits for somebody."""

    session: str
    specification: str
    name: Words


def of_member(headquarters: Headquarters, name: str) -> list[Open]:
    """The reviews whose committee somebody is on, the latest first."""
    mine = (
        select(committees.c.session, committees.c.specification)
        .join(
            committee_members,
            (committee_members.c.session == committees.c.session)
            & (committee_members.c.specification == committees.c.specification),
        )
        .where(committee_members.c.name == name)
        .order_by(committees.c.at.desc())
    )
    with headquarters.store.reading() as db:
        rows = db.execute(mine).all()
        sessions = {row.session: find(db, row.session) for row in rows}
    return [
        Open(
            row.session,
            row.specification,
            Words(sessions[row.session].name_zh, sessions[row.session].name_en),
        )
        for row in rows
    ]


def judge(
    headquarters: Headquarters,
    by: Stamp,
    session: str,
    code: str,
    admission: str,
    marks: Mapping[str, object],
    note: str = "",
) -> None:
    """Keep a member's marks of a candidate, once and for all; with the last the review is settled.

    JudgementRefused lists what is missing; NotOnCommittee for anybody else; AlreadyThere for a
    second time.
    """
    found = for_member(headquarters, by.who, session, code)
    if admission not in {one.candidate.admission for one in found.candidates}:
        raise NotFound(what=f"{session} {admission[:20]}")
    wrong = problems(marks, found.form)
    if len(note) > LONGEST_NOTE:
        wrong.append(Words("评语不超过 2000 字", "a note has at most 2,000 characters"))
    if wrong:
        raise JudgementRefused(wrong)
    given = {one.id: int(str(marks[one.id])) for one in found.form.criteria}
    here = {"session": session, "specification": code, "admission": admission}
    with headquarters.store.writing() as db:
        # Whoever marks last settles: two who are last at once wait for each other here.
        this = select(committees.c.at).filter_by(session=session, specification=code)
        db.execute(this.with_for_update())
        totals = list(db.scalars(select(committee_marks.c.total).filter_by(**here)))
        if db.scalar(select(committee_marks.c.at).filter_by(**here, name=by.who)):
            raise AlreadyThere(what=f"{admission} {by.who}")
        total, said = sum(given.values()), msgspec.json.encode(given).decode()
        own = {"name": by.who, "marks": said, "total": total, "note": note.strip(), "at": by.at}
        db.execute(insert(committee_marks).values(**here, **own))
        record(db, by, "review.judge", **here, total=total)
        if len(totals) + 1 == len(found.members):
            _settle(db, by, here, [*totals, total])


def _settle(db: Connection, by: Stamp, here: Mapping[str, str], totals: Sequence[int]) -> None:
    """What the committee came to, once everybody has given their marks."""
    marks = whole([Fraction(sum(totals), len(totals))])
    db.execute(insert(review_marks).values(**here, marks=marks))
    record(db, by, "review.settle", **here, marks=marks)
