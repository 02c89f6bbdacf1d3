"""The judgement of the drill: what proves each step, and that no proof is given for nothing."""

from dataclasses import replace
from typing import Any

import pytest

from siteapp.conduct.spans import Span
from siteapp.errors import DrillStep
from siteapp.readiness.drill import (
    STEPS,
    TRANSITIONS,
    Facts,
    PageFacts,
    Phase,
    Rehearsed,
    Step,
    advance,
    finding,
    happening,
    percentile,
    proofs,
    share,
)
from siteapp.readiness.drill_state import DrillState, StepState, outcome
from siteapp.readiness.drill_words import STEP_WORDS
from sync.readiness.rehearsal_words import PROOFS, step_said, step_title
from sync.readiness.rehearsal_words import STEPS as TITLES

NOW = 100_000
AWAY = Span(20_000, 50_000)


def page(seat: int, **given: Any) -> PageFacts:
    """A page that is here, with nothing left over."""
    usual: dict[str, Any] = {
        "heard": NOW - 500,
        "made": 9,
        "acknowledged": 9,
        "found": 9,
        "waited": 2,
        "saved_paced": 3,
        "burst": True,
    }
    return PageFacts(seat, **usual | given)


CUT = page(1, silences=(AWAY,))
# What each step looks like when everything has happened.
DONE: dict[Step, Facts] = {
    "sitting": Facts(0, NOW, rehearsed=(Rehearsed("trial", 3, 3, True),)),
    "load": Facts(0, NOW, (page(1),), slow_ms=90, burst_at=60_000, limits={"drill_ack_ms": 100}),
    "service": Facts(0, NOW, (page(1), page(2)), outages=(AWAY,)),
    "server-cable": Facts(0, NOW, (CUT, replace(CUT, seat=2)), links_down=(AWAY,)),
    "machine-cable": Facts(0, NOW, (CUT, page(2, waited=0))),
    "disk": Facts(0, NOW, (page(1),), refused=4, room_again=True),
    "outside": Facts(0, NOW, (page(1),), outside_before=True, outside_down=(AWAY,)),
}
SILENT_NOW = page(1, heard=AWAY.from_ms)
LIMITS = {"drill_ack_ms": 89}
MISSING: list[tuple[Step, str, dict[str, Any]]] = [
    ("sitting", "rehearsed", {"rehearsed": ()}),
    ("sitting", "sat", {"rehearsed": (Rehearsed("trial", 0, 0, True),)}),
    ("sitting", "handed-in", {"rehearsed": (Rehearsed("trial", 3, 2, True),)}),
    ("sitting", "packed", {"rehearsed": (Rehearsed("trial", 3, 3, False),)}),
    ("load", "pages", {"pages": ()}),
    ("load", "paced", {"pages": (page(1), page(2, saved_paced=0))}),
    ("load", "burst", {"pages": (page(1), page(2, burst=False))}),
    ("load", "quick", {"slow_ms": None}),
    ("load", "quick", {"limits": LIMITS}),
    ("load", "ran-on", {"outages": (AWAY,)}),
    ("load", "whole", {"pages": (page(1, made=10),)}),
    ("service", "stopped", {"outages": ()}),
    ("service", "back", {"pages": (page(1), SILENT_NOW)}),
    ("service", "waited", {"pages": (page(1, waited=0),)}),
    ("server-cable", "unplugged", {"links_down": ()}),
    ("server-cable", "all-silent", {"pages": (CUT, page(2))}),
    ("server-cable", "plugged", {"link_is_down": True}),
    ("machine-cable", "pages", {"pages": (CUT,)}),
    ("machine-cable", "one-silent", {"pages": (page(1), page(2))}),
    ("machine-cable", "one-silent", {"pages": (CUT, replace(CUT, seat=2), page(3))}),
    ("machine-cable", "others-heard", {"pages": (CUT, replace(CUT, seat=2))}),
    ("machine-cable", "link-kept", {"links_down": (AWAY,)}),
    ("machine-cable", "back", {"pages": (SILENT_NOW, page(2))}),
    ("machine-cable", "waited", {"pages": (replace(CUT, waited=0), page(2))}),
    ("disk", "refused", {"refused": 0}),
    ("disk", "room-again", {"room_again": False}),
    ("outside", "was-in-touch", {"outside_before": False}),
    ("outside", "outside-away", {"outside_down": ()}),
    ("outside", "room-on", {"pages": (CUT,)}),
    ("outside", "in-touch", {"outside_is_down": True}),
]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_proved_when_everything_was_seen(step: Step) -> None:
    assert [one.code for one in proofs(step, DONE[step]) if not one.met] == []
    assert happening(step, DONE[step]) == "proved"


@pytest.mark.parametrize(("step", "proof", "given"), MISSING)
def test_each_proof_is_missed_when_its_fact_is_not_there(
    step: Step, proof: str, given: dict[str, Any]
) -> None:
    facts = replace(DONE[step], **given)
    assert proof in [one.code for one in proofs(step, facts) if not one.met]
    assert happening(step, facts) != "proved"


def test_every_proof_of_every_step_is_among_those_that_can_be_missed() -> None:
    shared = {"pages", "whole", "back", "waited"}
    tried = {(step, proof) for step, proof, _ in MISSING}
    for step in STEPS:
        for one in proofs(step, DONE[step]):
            assert (step, one.code) in tried or one.code in shared, (step, one.code)


@pytest.mark.parametrize("given", [{"found": 8}, {"doubled": 1}])
@pytest.mark.parametrize("step", STEPS[1:])
def test_an_answer_lost_or_doubled_breaks_any_step(step: Step, given: dict[str, int]) -> None:
    pages = (*DONE[step].pages, page(9, **given))
    assert happening(step, replace(DONE[step], pages=pages)) == "broken"


def test_who_was_not_there_when_it_began_is_not_waited_for() -> None:
    facts = Facts(60_000, NOW, (page(1), page(2, heard=29_000)), outages=(Span(70_000, 72_000),))
    assert happening("service", facts) == "proved"
    late = replace(facts, pages=(page(1), page(2, heard=31_000)))
    (back,) = [one for one in proofs("service", late) if one.code == "back"]
    assert (back.met, back.seats) == (False, (2,))


def test_a_step_that_nobody_ends_is_ended_by_its_time() -> None:
    waiting = replace(DONE["disk"], refused=0)
    assert happening("disk", replace(waiting, now=15 * 60_000)) is None
    pages = (page(1, heard=15 * 60_000 + 1),)
    assert happening("disk", replace(waiting, now=15 * 60_000 + 1, pages=pages)) == "ended"


def test_a_restart_ends_the_load_before_its_burst_and_nothing_else() -> None:
    early = replace(DONE["load"], now=30_000, pages=(page(1, heard=29_900),))
    assert happening("load", early) is None
    assert happening("load", replace(early, outages=(Span(20_000, 21_000),))) == "ended"


def test_a_phase_goes_only_where_the_table_says() -> None:
    assert advance("waiting", "begin") == "running"
    for phase in ("waiting", "running", "passed", "failed", "skipped"):
        for act in ("begin", "proved", "broken", "ended", "skip"):
            if (phase, act) not in TRANSITIONS:
                with pytest.raises(DrillStep):
                    advance(phase, act)  # type: ignore[arg-type]
    assert [act for phase, act in TRANSITIONS if TRANSITIONS[phase, act] == "passed"] == ["proved"]


def test_few_pages_write_faster_so_that_the_server_gets_a_full_room() -> None:
    assert share(40, 40) == (5_000, 1)
    assert share(3, 40) == (375, 14)
    assert share(0, 0) == (5_000, 1)
    assert (percentile([], 99), percentile([5], 99)) == (None, 5)
    assert percentile(list(range(1, 201)), 99) == 198


DAY = 86_400_000


def state(phase: Phase, at: int = 5, broken: bool = False) -> DrillState:
    """All steps passed at 5, but for the last."""
    every = DrillState()
    for one in STEPS:
        every = every.with_step(StepState(one, "passed", at=5))
    return every.with_step(StepState("outside", phase, at=at, broken=broken, reason="why"))


@pytest.mark.parametrize(
    ("phase", "level"),
    [("passed", "ok"), ("failed", "warn"), ("skipped", "warn"), ("running", "warn")],
)
def test_only_what_passed_is_green_in_the_report(phase: Phase, level: str) -> None:
    done = outcome(state(phase), now=6, days=30)
    found = finding(done)
    assert (found.level, found.value, found.limit) == (level, 6 + (phase == "passed"), 7)
    assert done is not None and [one.step for one in done.steps] == list(STEPS)
    assert (done.steps[-1].level == "ok") == (phase == "passed")


def test_what_lost_an_answer_fails_and_a_drill_of_long_ago_is_none() -> None:
    assert finding(outcome(state("failed", broken=True), 6, 30)).level == "fail"
    assert finding(outcome(state("passed"), 30 * DAY + 5, 30)).level == "ok"
    for now in (30 * DAY + 6, 4):
        found = finding(outcome(state("passed"), now, 30))
        assert (found.level, found.value) == ("warn", 0)
    assert outcome(DrillState(), 6, 30) is None
    assert (finding(None).level, finding(None).value) == ("warn", 0)


def test_every_step_and_proof_has_its_words_and_a_reason_stays_as_written() -> None:
    codes = {one.code for step in STEPS for one in proofs(step, DONE[step])}
    assert codes == set(PROOFS) and set(STEPS) == set(TITLES) == set(STEP_WORDS)
    assert step_said("unplugged, back").en.startswith("Missing: The server's cable was out")
    assert step_said("没有外网").en == "没有外网"
    assert step_title("newer").en == "newer"
