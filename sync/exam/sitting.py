"""The plan of a session: what headquarters hands to a site, and what both then talk about."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import UNSET, UnsetType

from sync.errors import PlanRefused
from sync.exam.specification import Struct
from sync.words import Words

SessionKind = Literal["examination", "rehearsal", "practice"]


class SittingPlan(Struct, frozen=True):
    """One specification × component in a session; times in minutes from the sitting's start.

    `break_minutes`: rest before it, for who has handed in another one of the session.
    `part_minutes`: of its forms' parts in their order, where each has a time of its own.
    `lockdown`: it is taken in Safe Exam Browser; a plan that says nothing of it does not ask.
    """

    id: str
    specification: str
    component: str
    title: Words
    minutes: int
    forms: tuple[str, ...]
    earliest_hand_in: int = 30
    break_minutes: int = 0
    part_minutes: tuple[int, ...] = ()
    # Left out unless it is asked for, so that plans of before it stay as they were written.
    lockdown: Literal["required"] | UnsetType = UNSET


class CandidatePlan(Struct, frozen=True):
    """A person on the roster; `identity` travels sealed and is not kept in clear at the site.

    `rests`: so many rests of `rest_minutes` were approved for each paper.
    """

    admission: str
    name: str
    identity: str
    sex: Literal["男", "女"]
    school: str
    seat: int
    sittings: tuple[str, ...]
    extra_minutes: int = 0
    rests: int = 0
    rest_minutes: int = 0


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
        for sitting in self.sittings:
            if sitting.id == sitting_id:
                return sitting
        raise KeyError(sitting_id)


def attempt_id(sitting: str, admission: str) -> str:
    """The name of one candidate's run through one sitting, the same at site and headquarters."""
    return f"{sitting}/{admission}"


def form_for(sitting: SittingPlan, seat: int, run: int = 0) -> str:
    """Neighbours get different forms where there are several; so does who takes it again."""
    return sitting.forms[(seat + run) % len(sitting.forms)]


# Papers may be opened so long before the start.
UNLOCK_AHEAD_MS = 15 * 60_000


def starts_ms(starts_at: str) -> int:
    """A start in ms since 1970; ValueError for no time with an offset."""
    starts = datetime.fromisoformat(starts_at)
    if starts.tzinfo is None:
        raise ValueError(starts_at)
    return int(starts.timestamp() * 1000)


def unlock_due_ms(starts_at: str) -> int:
    """From when on papers may be opened (ms since 1970); ValueError for no time with an offset."""
    return starts_ms(starts_at) - UNLOCK_AHEAD_MS


_START = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def is_start(text: str) -> bool:
    """Whether it is a time as a plan has it: ISO 8601, to the minute or second, with an offset."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return bool(_START.fullmatch(text))


# Ids become parts of file names and addresses.
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ADMISSION = re.compile(r"[0-9A-Za-z]{1,40}")


# Longer than this is no half-day.
MAX_MINUTES = 600
MAX_BREAK = 240
MAX_RESTS, MAX_REST_MINUTES = 20, 60


def check_plan(plan: SessionPlan) -> SessionPlan:
    """The same plan, or PlanRefused listing what contradicts itself."""
    problems = [
        Words(f"编号不合规：{name}", f"not a valid id: {name}")
        for name in (plan.id, plan.site, *(s.id for s in plan.sittings))
        if not _ID.fullmatch(name)
    ]
    if not is_start(plan.starts_at):
        said = plan.starts_at[:40]
        problems.append(Words(f"开始时间不带时区：{said}", f"no time with an offset: {said}"))
    problems += _repeated(plan)
    if not plan.sittings:
        problems.append(Words("场次没有科目", "the session has no sitting"))
    problems += [p for s in plan.sittings for p in _sitting_problems(s)]
    there = {s.id for s in plan.sittings}
    problems += [p for c in plan.candidates for p in _candidate_problems(c, there)]
    if problems:
        raise PlanRefused(problems, session=plan.id)
    return plan


def _repeated(plan: SessionPlan) -> Iterator[Words]:
    for zh, en, values in (
        ("科目", "sitting", [s.id for s in plan.sittings]),
        ("试卷", "form", [f for s in plan.sittings for f in s.forms]),
        ("准考证号", "admission", [c.admission for c in plan.candidates]),
        ("座位号", "seat", [str(c.seat) for c in plan.candidates]),
    ):
        for value, times in Counter(values).items():
            if times > 1:
                yield Words(f"重复的{zh}：{value}", f"{en} repeated: {value}")


def _sitting_problems(sitting: SittingPlan) -> Iterator[Words]:
    if not sitting.forms:
        yield Words(f"{sitting.id} 没有试卷", f"{sitting.id} has no form")
    if not 0 < sitting.minutes <= MAX_MINUTES:
        yield Words(
            f"{sitting.id} 的时长不合理：{sitting.minutes} 分钟",
            f"{sitting.id}: {sitting.minutes} minutes",
        )
    if sitting.earliest_hand_in < 0:
        yield Words(f"{sitting.id} 的最早交卷时间为负", f"{sitting.id}: earliest hand-in below 0")
    if not 0 <= sitting.break_minutes <= MAX_BREAK:
        yield Words(f"{sitting.id} 的休息时间不合理", f"{sitting.id}: break out of range")
    parts = sitting.part_minutes
    if parts and (min(parts) <= 0 or sum(parts) != sitting.minutes):
        yield Words(
            f"{sitting.id} 各部分时间合计不等于总时长", f"{sitting.id}: parts are not its minutes"
        )


def _candidate_problems(candidate: CandidatePlan, sittings: set[str]) -> Iterator[Words]:
    who, theirs = candidate.admission, candidate.sittings
    if not _ADMISSION.fullmatch(who):
        yield Words(f"准考证号不合规：{who}", f"not a valid admission number: {who}")
    if not theirs or not set(theirs) <= sittings:
        yield Words(f"{who} 的科目不在本场次", f"{who}: sitting not in this session")
    if len(set(theirs)) != len(theirs):
        yield Words(f"{who} 的科目重复", f"{who}: a sitting is given twice")
    if candidate.seat <= 0 or not 0 <= candidate.extra_minutes <= MAX_MINUTES:
        yield Words(f"{who} 的座位号或加时不合理", f"{who}: seat or extra time out of range")
    if not rests_in_range(candidate.rests, candidate.rest_minutes):
        yield Words(f"{who} 的休息安排不合理", f"{who}: rests out of range")


def rests_in_range(rests: int, minutes: int) -> bool:
    """Whether so many rests of so many minutes may be approved; none has no minutes either."""
    here = 0 <= rests <= MAX_RESTS and 0 <= minutes <= MAX_REST_MINUTES
    return here and (rests > 0) == (minutes > 0)
