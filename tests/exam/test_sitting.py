"""The plan of a session: what contradicts itself is refused, all at once."""

from itertools import pairwise
from typing import Any

import msgspec
import pytest
import world

from sync.errors import PlanRefused
from sync.exam.sitting import SessionPlan, SittingPlan, attempt_id, check_plan, form_for
from sync.words import Words

replace = msgspec.structs.replace
SITTINGS = tuple(
    SittingPlan(name, world.LIVE.code, "theory", Words("科目", "subject"), 60, (f"{name}-a",))
    for name in ("live", "media")
)
PLAN = SessionPlan(
    id="am-1121",
    site="site-01",
    name=Words("上午场", "Morning session"),
    kind="examination",
    starts_at="2026-11-21T08:30:00+08:00",
    room="第一机房",
    sittings=SITTINGS,
    candidates=world.candidates("live", 1, 2),
)
PERSON = PLAN.candidates[0]


def problems(plan: SessionPlan) -> list[str]:
    with pytest.raises(PlanRefused) as refused:
        check_plan(plan)
    assert plan.id in refused.value.say("zh")
    return [problem.en for problem in refused.value.problems]


def candidate(**changed: Any) -> SessionPlan:
    return replace(PLAN, candidates=(replace(PERSON, **changed),))


def sitting(**changed: Any) -> SessionPlan:
    return replace(PLAN, sittings=(replace(SITTINGS[0], **changed), SITTINGS[1]))


def test_a_sound_plan_is_returned_as_it_is() -> None:
    assert check_plan(PLAN) is PLAN


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (replace(PLAN, id="../../etc"), "not a valid id: ../../etc"),
        (replace(PLAN, site="Site 1"), "not a valid id: Site 1"),
        (replace(PLAN, starts_at="2026-11-21T08:30"), "no time with an offset: 2026-11-21T08:30"),
        (sitting(id="live/1", forms=("a",)), "not a valid id: live/1"),
        (sitting(id="media", forms=("b",)), "sitting repeated: media"),
        (sitting(forms=("media-a",)), "form repeated: media-a"),
        (sitting(forms=()), "live has no form"),
        (sitting(minutes=0), "live: 0 minutes"),
        (sitting(minutes=601), "live: 601 minutes"),
        (sitting(earliest_hand_in=-1), "live: earliest hand-in below 0"),
        (candidate(sittings=()), "2026000001: sitting not in this session"),
        (candidate(sittings=("other",)), "2026000001: sitting not in this session"),
        (candidate(sittings=("live", "live")), "2026000001: a sitting is given twice"),
        (candidate(admission="../x"), "not a valid admission number: ../x"),
        (candidate(seat=0), "2026000001: seat or extra time out of range"),
        (candidate(extra_minutes=-5), "2026000001: seat or extra time out of range"),
    ],
)
def test_a_contradiction_is_said(plan: SessionPlan, said: str) -> None:
    assert said in problems(plan)


def test_a_number_or_seat_that_two_have_is_said() -> None:
    other = replace(PLAN.candidates[1], seat=1, admission="2026000001")
    assert problems(replace(PLAN, candidates=(PERSON, other))) == [
        "admission repeated: 2026000001",
        "seat repeated: 1",
    ]


def test_a_session_without_sittings_is_refused() -> None:
    assert "the session has no sitting" in problems(replace(PLAN, sittings=(), candidates=()))


def test_all_contradictions_are_listed_at_once() -> None:
    plan = replace(candidate(seat=-1, sittings=("x",)), id="A B")
    assert len(problems(plan)) == 3


def test_a_sitting_is_found_by_its_id_and_an_unknown_one_is_a_key_error() -> None:
    assert PLAN.sitting("media") is SITTINGS[1]
    with pytest.raises(KeyError, match="other"):
        PLAN.sitting("other")


def test_neighbours_get_different_forms_and_the_same_seat_the_same() -> None:
    two = replace(SITTINGS[0], forms=("a", "b"))
    forms = [form_for(two, seat) for seat in range(1, 9)]
    assert all(one != other for one, other in pairwise(forms))
    assert form_for(two, 3) == form_for(two, 3)
    assert {form_for(SITTINGS[0], seat) for seat in range(9)} == {"live-a"}


def test_an_attempt_has_the_same_name_everywhere() -> None:
    assert attempt_id("live", "2026000001") == "live/2026000001"
