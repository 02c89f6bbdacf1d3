"""The fault drill: its states, and what proves each step. Pure: facts in, judgement out.

docs/design/rehearsal.md has the table of steps and proofs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from siteapp.conduct.spans import Span
from siteapp.errors import DrillStep
from sync.exam.specification import Struct
from sync.wire.readiness import Finding, Level, Rehearsal

Step = Literal["sitting", "load", "service", "server-cable", "machine-cable", "disk", "outside"]
STEPS: Final[tuple[Step, ...]] = (
    "sitting",
    "load",
    "service",
    "server-cable",
    "machine-cable",
    "disk",
    "outside",
)
Phase = Literal["waiting", "running", "passed", "failed", "skipped"]
Happening = Literal["begin", "proved", "broken", "ended", "skip"]

TRANSITIONS: Final[Mapping[tuple[Phase, Happening], Phase]] = {
    ("waiting", "begin"): "running",
    ("passed", "begin"): "running",
    ("failed", "begin"): "running",
    ("skipped", "begin"): "running",
    ("running", "proved"): "passed",
    ("running", "broken"): "failed",
    ("running", "ended"): "failed",
    ("waiting", "skip"): "skipped",
    ("failed", "skip"): "skipped",
    ("running", "skip"): "skipped",
}

# Who was heard so shortly before a step takes part in it.
LATELY_MS = 30_000
# A page that is not heard for so long is silent now.
QUIET_MS = 10_000


def advance(phase: Phase, happening: Happening) -> Phase:
    """The next phase, or DrillStep: not from here."""
    try:
        return TRANSITIONS[phase, happening]
    except KeyError:
        raise DrillStep(phase=phase, act=happening) from None


class Times(NamedTuple):
    """How long things take, ms."""

    every: int = 2_000
    paced: int = 30_000
    pace: int = 5_000
    burst_ahead: int = 6_000
    full: int = 60_000
    longest: int = 15 * 60_000
    longest_load: int = 3 * 60_000


TIMES: Final = Times()


@dataclass(frozen=True)
class PageFacts:
    """One seat's page: what it says, and what the server knows of it. Times on the site's clock.

    `waited`: the most answers that were unsent at one time during the step.
    """

    seat: int
    heard: int
    silences: tuple[Span, ...] = ()
    made: int = 0
    acknowledged: int = 0
    found: int = 0
    doubled: int = 0
    waited: int = 0
    saved_paced: int = 0
    burst: bool = False


class Rehearsed(NamedTuple):
    """A rehearsal session that is closed here: who sat, who handed in, whether all is packed."""

    session: str
    sat: int
    handed_in: int
    packed: bool


@dataclass(frozen=True)
class Facts:
    """What the server saw since the step began; the last of a list may still be going on."""

    began: int
    now: int
    pages: tuple[PageFacts, ...] = ()
    wanted: int = 0
    outages: tuple[Span, ...] = ()
    links_down: tuple[Span, ...] = ()
    link_is_down: bool = False
    refused: int = 0
    room_again: bool = False
    outside_before: bool = False
    outside_down: tuple[Span, ...] = ()
    outside_is_down: bool = False
    burst_at: int | None = None
    middle_ms: int | None = None
    slow_ms: int | None = None
    rehearsed: tuple[Rehearsed, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)


class Proof(Struct, frozen=True):
    """One thing that must be seen: whether it was, a number to show, the seats that lack it."""

    code: str
    met: bool
    value: int | None = None
    seats: tuple[int, ...] = ()


def taking_part(facts: Facts) -> tuple[PageFacts, ...]:
    """The pages that the step is about."""
    return tuple(one for one in facts.pages if one.heard >= facts.began - LATELY_MS)


def is_broken(facts: Facts) -> bool:
    """An acknowledged answer is lost, or one was kept twice."""
    return any(lost(one) or one.doubled for one in facts.pages)


def lost(page: PageFacts) -> int:
    """Acknowledged answers that are not in the journal."""
    return max(0, page.acknowledged - page.found)


def _pages(facts: Facts, least: int = 1) -> Proof:
    count = len(taking_part(facts))
    return Proof("pages", count >= least, count)


def _of_all(code: str, pages: Sequence[PageFacts], good: Callable[[PageFacts], bool]) -> Proof:
    lacking = tuple(sorted({one.seat for one in pages if not good(one)}))
    return Proof(code, bool(pages) and not lacking, len(pages) - len(lacking), lacking)


def _back(facts: Facts, since: int | None) -> Proof:
    """Everybody was heard after that moment, and lately."""
    if since is None:
        return Proof("back", False, 0)
    return _of_all(
        "back",
        taking_part(facts),
        lambda one: one.heard > since and facts.now - one.heard < QUIET_MS,
    )


def _waited(facts: Facts) -> Proof:
    waited = sum(one.waited for one in facts.pages)
    return Proof("waited", waited > 0, waited)


def _whole(facts: Facts) -> Proof:
    """All that was written is acknowledged, and all that is acknowledged is on the disk, once."""
    good = _of_all(
        "whole",
        taking_part(facts),
        lambda one: 0 < one.made == one.acknowledged and lost(one) == 0 and not one.doubled,
    )
    return Proof("whole", good.met, sum(one.found for one in taking_part(facts)), good.seats)


def _end(spans: Iterable[Span]) -> int | None:
    return max((one.to_ms for one in spans), default=None)


def _silent_in(page: PageFacts, facts: Facts, frame: Span | None = None) -> bool:
    """Silent for long during the step, or during a part of it; also if it still is."""
    spans = list(page.silences)
    if facts.now - page.heard >= QUIET_MS:
        spans.append(Span(page.heard, facts.now))
    low = max(facts.began, frame.from_ms if frame else 0)
    high = frame.to_ms if frame else facts.now
    return any(one.from_ms < high and one.to_ms > low for one in spans)


def _seconds(spans: Iterable[Span]) -> int:
    return sum(one.to_ms - one.from_ms for one in spans) // 1000


def _sitting(facts: Facts) -> list[Proof]:
    best = max(facts.rehearsed, key=lambda one: (one.packed, one.handed_in), default=None)
    sat = best.sat if best else 0
    done = best is not None and sat > 0 and best.handed_in == sat
    return [
        Proof("rehearsed", best is not None, len(facts.rehearsed)),
        Proof("sat", sat > 0, sat),
        Proof("handed-in", done, best.handed_in if best else 0),
        Proof("packed", best is not None and best.packed),
    ]


def _load(facts: Facts) -> list[Proof]:
    pages, limit = taking_part(facts), facts.limits["drill_ack_ms"]
    slow = facts.slow_ms
    return [
        _pages(facts),
        _of_all("paced", pages, lambda one: one.saved_paced > 0),
        _of_all("burst", pages, lambda one: one.burst),
        Proof("quick", slow is not None and slow <= limit, slow),
        Proof("ran-on", not facts.outages),
        _whole(facts),
    ]


def _service(facts: Facts) -> list[Proof]:
    up = _end(facts.outages)
    return [
        _pages(facts),
        Proof("stopped", bool(facts.outages), _seconds(facts.outages)),
        _back(facts, up),
        _waited(facts),
        _whole(facts),
    ]


def _server_cable(facts: Facts) -> list[Proof]:
    down = facts.links_down
    pages = taking_part(facts)
    frame = Span(down[0].from_ms, down[-1].to_ms) if down else None
    return [
        _pages(facts),
        Proof("unplugged", bool(down), _seconds(down)),
        _of_all("all-silent", pages, lambda one: bool(frame) and _silent_in(one, facts, frame)),
        Proof("plugged", bool(down) and not facts.link_is_down),
        _back(facts, _end(down)),
        _waited(facts),
        _whole(facts),
    ]


def _machine_cable(facts: Facts) -> list[Proof]:
    pages = taking_part(facts)
    silent = tuple(one.seat for one in pages if _silent_in(one, facts))
    heard = len(pages) - len(silent)
    return [
        _pages(facts, 2),
        Proof("one-silent", len(silent) == 1, len(silent), silent),
        Proof("others-heard", bool(silent) and heard > 0, heard),
        Proof("link-kept", not facts.links_down),
        _back(facts, facts.began),
        Proof("waited", any(one.waited > 0 for one in pages if one.seat in silent)),
        _whole(facts),
    ]


def _disk(facts: Facts) -> list[Proof]:
    return [
        _pages(facts),
        Proof("refused", facts.refused > 0, facts.refused),
        Proof("room-again", facts.room_again),
        _waited(facts),
        _whole(facts),
    ]


def _outside(facts: Facts) -> list[Proof]:
    pages, down = taking_part(facts), facts.outside_down
    frame = Span(down[0].from_ms, down[-1].to_ms) if down else None
    return [
        _pages(facts),
        Proof("was-in-touch", facts.outside_before),
        Proof("outside-away", bool(down), _seconds(down)),
        _of_all("room-on", pages, lambda one: bool(frame) and not _silent_in(one, facts, frame)),
        Proof("in-touch", bool(down) and not facts.outside_is_down),
        _whole(facts),
    ]


_PROOFS: Final[Mapping[Step, Callable[[Facts], list[Proof]]]] = {
    "sitting": _sitting,
    "load": _load,
    "service": _service,
    "server-cable": _server_cable,
    "machine-cable": _machine_cable,
    "disk": _disk,
    "outside": _outside,
}


def proofs(step: Step, facts: Facts) -> tuple[Proof, ...]:
    """What must be seen in that step, and whether it was."""
    return tuple(_PROOFS[step](facts))


def happening(step: Step, facts: Facts, times: Times = TIMES) -> Happening | None:
    """What has become of a running step; None while it goes on."""
    if step != "sitting" and is_broken(facts):
        return "broken"
    passed, longest = facts.now - facts.began, times.longest
    if step == "load":
        longest = times.longest_load
        if facts.burst_at is None or facts.now < facts.burst_at + times.pace:
            return "ended" if facts.outages or passed > longest else None
    if all(one.met for one in proofs(step, facts)):
        return "proved"
    return "ended" if passed > longest else None


def share(pages: int, wanted: int, times: Times = TIMES) -> tuple[int, int]:
    """For the load: how often each page saves, ms, and how many saves it makes at one moment."""
    pages = max(1, pages)
    return max(100, times.pace * pages // max(pages, wanted)), max(1, -(-wanted // pages))


def percentile(values: Sequence[int], of: int) -> int | None:
    """The value that `of` per cent are not above; None of none."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * of // 100) - 1)] if ordered else None


# What became of a step, in the report's levels: only what passed is green.
LEVELS: Final[Mapping[Phase, Level]] = {
    "waiting": "unknown",
    "running": "unknown",
    "passed": "ok",
    "failed": "warn",
    "skipped": "warn",
}


def finding(done: Rehearsal | None) -> Finding:
    """The drill in the report: how many of the steps passed, and which did not."""
    steps = done.steps if done else ()
    green = len({one.step for one in steps if one.level == "ok"})
    whole, broken = green == len(STEPS), done is not None and done.level == "fail"
    level: Level = "ok" if whole else "fail" if broken else "warn"
    return Finding("rehearsal", level, green, len(STEPS), "", ())
