"""What is to be done next, from the package to the last receipt; derived, nothing is ticked. Pure.

Every state follows from what the site knows. A step of the preparation that was not done before the
sitting began is *missed*: it is said, and no longer asked for.
"""

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from sync.exam.sitting import UNLOCK_AHEAD_MS, SessionKind, SessionPlan, unlock_due_ms

StepId = Literal[
    "import",
    "roster",
    "rooms",
    "rehearse",
    "print",
    "check",
    "unlock",
    "open",
    "close",
    "reconcile",
    "record",
    "deliver",
]
State = Literal["done", "now", "later", "late", "missed"]
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
# What a room is made ready with; each may be done at any time before the sitting.
PREPARATION: tuple[StepId, ...] = ("import", "roster", "rooms", "rehearse", "print", "check")
# One after another: the next has its turn when the one before is done.
CHAIN: tuple[StepId, ...] = ("unlock", "open", "close", "reconcile", "record", "deliver")
# What each of these waits for; a delivery goes by itself and waits for no paper.
AFTER: Mapping[StepId, StepId] = {
    "open": "unlock",
    "close": "open",
    "reconcile": "close",
    "record": "close",
    "deliver": "reconcile",
}
# A practice or a rehearsal is held without them.
EXAMINATION_ONLY: tuple[StepId, ...] = ("rehearse", "print", "check", "record")
# What candidates and doors need on paper before they come.
PAPERS = frozenset({"tickets", "door", "labels", "sign-in"})
# How long after its hour each is late.
OPEN_MS, CLOSE_MS = 15 * MINUTE_MS, HOUR_MS
RECONCILE_MS, DELIVER_MS = 2 * HOUR_MS, 24 * HOUR_MS


class Facts(NamedTuple):
    """What the site knows of one session at the wall clock's `now`; `starts`, `ends` by the plan.

    `starts` is None for a plan whose start is no time: then no step has an hour.
    """

    now: int
    starts: int | None
    ends: int | None
    kind: SessionKind
    photos_missing: int
    unplaced: int
    rehearsed: bool
    printed: Collection[str]
    checked: bool
    unlocked: bool
    begun: bool
    closed: bool
    problems: int
    recorded: bool
    delivered: bool
    check_hours: int = 24


class Step(NamedTuple):
    """One step: from when it can be done and until when it should be, if that is known."""

    id: StepId
    state: State
    from_ms: int | None
    due_ms: int | None


def starts_and_ends(plan: SessionPlan) -> tuple[int | None, int | None]:
    """When the session begins and when its longest candidate is through, by the plan, in ms."""
    try:
        starts = unlock_due_ms(plan.starts_at) + UNLOCK_AHEAD_MS
    except ValueError:
        return None, None
    by_sitting = {one.id: one.minutes + one.break_minutes for one in plan.sittings}
    each = [sum(by_sitting[s] + c.extra_minutes for s in c.sittings) for c in plan.candidates]
    return starts, starts + max(each, default=0) * MINUTE_MS


def steps(facts: Facts) -> list[Step]:
    """All steps of the session in their order."""
    done = _done(facts)
    hours = _hours(facts)
    found = []
    for name in (*PREPARATION, *CHAIN):
        if name in EXAMINATION_ONLY and facts.kind != "examination":
            continue
        start, due = hours.get(name, (None, None))
        if done[name]:
            state: State = "done"
        elif name in PREPARATION:
            state = "missed" if facts.begun else _state(facts.now, start, due)
        else:
            free = name not in AFTER or done[AFTER[name]]
            state = _state(facts.now, start, due) if free else "later"
        found.append(Step(name, state, start, due))
    return found


def following(line: Collection[Step]) -> Step | None:
    """The one thing to do next; None if all is done.

    When papers are to be opened nothing of the preparation stands in front of that.
    """
    asked = [one for one in line if one.state in ("late", "now")]
    running = [one for one in asked if one.id in CHAIN]
    rest = [one for one in line if one.state == "later"]
    return next(iter([*running, *asked, *rest]), None)


def _done(facts: Facts) -> Mapping[StepId, bool]:
    return {
        "import": True,
        "roster": not facts.photos_missing,
        "rooms": not facts.unplaced,
        "rehearse": facts.rehearsed,
        "print": set(facts.printed) >= PAPERS,
        "check": facts.checked,
        "unlock": facts.unlocked,
        "open": facts.begun,
        "close": facts.closed,
        # Before the close nothing has to add up.
        "reconcile": facts.closed and not facts.problems,
        "record": facts.recorded,
        "deliver": facts.delivered,
    }


def _hours(facts: Facts) -> Mapping[StepId, tuple[int | None, int | None]]:
    """From when to when; a check counts for so many hours, so an earlier one would not last."""
    if facts.starts is None or facts.ends is None:
        return {}
    at, end = facts.starts, facts.ends
    return {
        "roster": (None, at - 2 * DAY_MS),
        "rooms": (None, at - 2 * DAY_MS),
        "rehearse": (None, at - DAY_MS),
        "print": (None, at - DAY_MS),
        "check": (at - facts.check_hours * HOUR_MS, at - HOUR_MS),
        "unlock": (at - UNLOCK_AHEAD_MS, at),
        "open": (at - UNLOCK_AHEAD_MS, at + OPEN_MS),
        "close": (at, end + CLOSE_MS),
        "reconcile": (end, end + RECONCILE_MS),
        "record": (end, end + RECONCILE_MS),
        "deliver": (end, end + DELIVER_MS),
    }


def _state(now: int, start: int | None, due: int | None) -> State:
    if due is not None and now > due:
        return "late"
    return "later" if start is not None and now < start else "now"
