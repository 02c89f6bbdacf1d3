"""The plan of a session: what headquarters hands to a site, and what both then talk about."""

import re
from typing import Literal

from sync.errors import PlanRefused
from sync.exam.specification import Struct
from sync.words import Words

SessionKind = Literal["examination", "rehearsal", "practice"]


class SittingPlan(Struct, frozen=True):
    """One specification × component in a session; times in minutes from the sitting's start."""

    id: str
    specification: str
    component: str
    title: Words
    minutes: int
    forms: tuple[str, ...]
    earliest_hand_in: int = 30


class CandidatePlan(Struct, frozen=True):
    """A person on the roster; `identity` travels sealed and is not kept in clear at the site."""

    admission: str
    name: str
    identity: str
    sex: Literal["男", "女"]
    school: str
    seat: int
    sittings: tuple[str, ...]
    extra_minutes: int = 0


class SessionPlan(Struct, frozen=True):
    """One half-day in a site's rooms. `starts_at` is ISO 8601 with offset."""

    id: str
    site: str
    name: Words
    kind: SessionKind
    starts_at: str
    room: str
    sittings: tuple[SittingPlan, ...]
    candidates: tuple[CandidatePlan, ...]

    def sitting(self, sitting_id: str) -> SittingPlan:
        """The sitting with that id (KeyError if none: plans are checked when made)."""
        return next(s for s in self.sittings if s.id == sitting_id)


def attempt_id(sitting: str, admission: str) -> str:
    """The name of one candidate's run through one sitting, the same at site and headquarters."""
    return f"{sitting}/{admission}"


def form_for(sitting: SittingPlan, seat: int) -> str:
    """Neighbours get different forms where there are several."""
    return sitting.forms[seat % len(sitting.forms)]


# Ids become parts of file names and addresses.
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def check_plan(plan: SessionPlan) -> SessionPlan:
    """The same plan, or PlanRefused listing what contradicts itself."""
    problems = []
    sittings = [s.id for s in plan.sittings]
    for name in (plan.id, plan.site, *sittings):
        if not _ID.fullmatch(name):
            problems.append(Words(f"编号不合规：{name}", f"not a valid id: {name}"))
    for what, values in (
        ("sitting", sittings),
        ("form", [f for s in plan.sittings for f in s.forms]),
        ("admission", [c.admission for c in plan.candidates]),
        ("seat", [str(c.seat) for c in plan.candidates]),
    ):
        problems += [
            Words(f"重复的 {what}：{v}", f"{what} repeated: {v}")
            for v in sorted({v for v in values if values.count(v) > 1})
        ]
    if not sittings:
        problems.append(Words("场次没有科目", "the session has no sitting"))
    for candidate in plan.candidates:
        if not candidate.sittings or not set(candidate.sittings) <= set(sittings):
            who = candidate.admission
            problems.append(Words(f"{who} 的科目不在本场次", f"{who}: sitting not in this session"))
    problems += [
        Words(f"{s.id} 没有试卷", f"{s.id} has no form") for s in plan.sittings if not s.forms
    ]
    if problems:
        raise PlanRefused(problems, session=plan.id)
    return plan
