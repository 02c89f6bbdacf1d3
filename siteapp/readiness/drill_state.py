"""What the drill keeps over a restart: its steps, and what was seen of the one that runs."""

import logging
from pathlib import Path

import msgspec

from siteapp.conduct.spans import Span
from siteapp.readiness.checks import ORDER
from siteapp.readiness.drill import LEVELS, STEPS, Phase, Proof, Step
from sync.exam.specification import Struct
from sync.wire.files import write_durably
from sync.wire.readiness import Level, Rehearsal
from sync.wire.readiness import Step as StepTold

log = logging.getLogger("examsite.drill")

FOLDER, STATE = "drill", "state.json"
DAY_MS = 86_400_000


class StepState(Struct, frozen=True):
    """One step; `began` on the drill's clock, `at` by the wall clock, for people."""

    step: Step
    phase: Phase = "waiting"
    began: int = 0
    at: int = 0
    by: str = ""
    reason: str = ""
    broken: bool = False
    proofs: tuple[Proof, ...] = ()
    pages: int = 0
    answers: int = 0
    middle_ms: int | None = None
    slow_ms: int | None = None


class Seen(Struct, frozen=True):
    """The server's evidence of the running step; a stretch that goes on has its start alone."""

    links: tuple[str, ...] = ()
    outages: tuple[Span, ...] = ()
    links_down: tuple[Span, ...] = ()
    link_from: int | None = None
    outside_before: bool = False
    outside_down: tuple[Span, ...] = ()
    outside_from: int | None = None
    refused: int = 0
    full_until: int | None = None
    burst_at: int | None = None


class DrillState(Struct, frozen=True):
    """All of it. `part` numbers the steps that were begun, so that pages know a new one."""

    run: str = ""
    on: bool = False
    part: int = 0
    wanted: int = 0
    running: Step | None = None
    steps: tuple[StepState, ...] = tuple(StepState(one) for one in STEPS)
    seen: Seen = Seen()

    def step(self, name: str) -> StepState:
        """The state of one step; KeyError if there is none of that name."""
        for one in self.steps:
            if one.step == name:
                return one
        raise KeyError(name)

    def with_step(self, new: StepState) -> "DrillState":
        """The same with that step as it is now."""
        steps = tuple(new if one.step == new.step else one for one in self.steps)
        return msgspec.structs.replace(self, steps=steps)


def load(folder: Path) -> DrillState:
    """What is kept; nothing, or what nobody can read, is a drill that never was."""
    path = folder / FOLDER / STATE
    try:
        return msgspec.json.decode(path.read_bytes(), type=DrillState)
    except FileNotFoundError:
        return DrillState()
    except (msgspec.DecodeError, UnicodeDecodeError, OSError):
        log.exception("the drill's state cannot be read; it counts as none")
        return DrillState()


def keep(folder: Path, state: DrillState) -> None:
    """On the disk when this returns."""
    (folder / FOLDER).mkdir(exist_ok=True)
    write_durably(folder / FOLDER / STATE, msgspec.json.encode(state))


def outcome(state: DrillState, now: int, days: int) -> Rehearsal | None:
    """For the report, by the wall clock; None if no step was ever begun or skipped."""
    last = max(one.at for one in state.steps)
    if not last:
        return None
    steps = tuple(_told(one, 0 <= now - one.at <= days * DAY_MS) for one in state.steps)
    return Rehearsal(last, min((one.level for one in steps), key=ORDER.index), steps)


def _told(one: StepState, fresh: bool) -> StepTold:
    """The level of one step; what is too old, or of a time to come, is as if never done."""
    level: Level = "fail" if one.broken else LEVELS[one.phase] if fresh else "unknown"
    counted = None if one.step == "sitting" else one.answers or None
    value = one.slow_ms if one.step == "load" else counted
    return StepTold(one.step, level, value, said(one)[:200])


def said(one: StepState) -> str:
    """Why it is not green: the reason given, or the proofs that are missing."""
    if one.phase == "passed":
        return ""
    missing = ", ".join(proof.code for proof in one.proofs if not proof.met)
    return one.reason or missing
