"""The outcome of a certificate, by table: what was reached in each component → the result."""

import itertools

import pytest

from sync.exam.catalogue import find
from sync.exam.outcomes import ELSEWHERE, by_people, open_components, outcome

LIVE, REVIEWED = find("530051-junior"), find("4-01-02-07-A1")
STATES = (
    *("passed", "failed", "absent", "violation", "missing", "unscored", "awaiting"),
    ELSEWHERE,
)


@pytest.mark.parametrize(
    ("theory", "practical", "expected", "open_"),
    [
        ("passed", "passed", "passed", ()),
        ("passed", "failed", "failed", ()),
        ("passed", "awaiting", "awaiting", ("practical",)),
        ("passed", ELSEWHERE, "awaiting", ("practical",)),
        ("passed", "absent", "failed", ()),
        ("passed", "violation", "violation", ()),
        ("passed", "missing", "missing", ("practical",)),
        ("failed", "passed", "failed", ()),
        ("failed", "awaiting", "failed", ("practical",)),
        ("failed", ELSEWHERE, "failed", ()),
        ("absent", "absent", "absent", ()),
        ("absent", ELSEWHERE, "absent", ()),
        ("absent", "passed", "failed", ()),
        ("absent", "awaiting", "failed", ("practical",)),
        ("violation", "awaiting", "violation", ()),
        ("violation", "missing", "violation", ()),
        ("missing", "passed", "missing", ("theory",)),
        ("unscored", "unscored", "unscored", ("theory", "practical")),
        (ELSEWHERE, "passed", "awaiting-theory", ("theory",)),
        (ELSEWHERE, "awaiting", "awaiting", ("theory", "practical")),
        (ELSEWHERE, "failed", "failed", ()),
    ],
)
def test_the_outcome_of_two_components(
    theory: str, practical: str, expected: str, open_: tuple[str, ...]
) -> None:
    reached = {"theory": theory, "practical": practical}
    assert (outcome(LIVE, reached), open_components(LIVE, reached)) == (expected, open_)


def test_a_certificate_with_a_review_awaits_it() -> None:
    both = {"theory": "passed", "practical": "passed"}
    assert outcome(REVIEWED, both) == "awaiting"
    assert open_components(REVIEWED, both) == ("review",)
    assert outcome(REVIEWED, both | {"review": "passed"}) == "passed"
    assert outcome(REVIEWED, both | {"review": "failed"}) == "failed"


def test_nothing_passes_but_what_passed_in_every_component() -> None:
    for states in itertools.product(STATES, repeat=3):
        reached = dict(zip(("theory", "practical", "review"), states, strict=True))
        passed = outcome(REVIEWED, reached) == "passed"
        assert passed == (set(states) == {"passed"})
        final = not open_components(REVIEWED, reached)
        assert final or not passed


@pytest.mark.parametrize(
    ("sat", "marks", "state"),
    [
        ("awaiting", 60, "passed"),
        ("awaiting", 59, "failed"),
        ("awaiting", None, "awaiting"),
        (ELSEWHERE, 60, "passed"),
        (ELSEWHERE, None, ELSEWHERE),
        ("absent", 90, "absent"),
        ("violation", 90, "violation"),
        ("missing", None, "missing"),
    ],
)
def test_a_component_that_people_mark(sat: str, marks: int | None, state: str) -> None:
    assert by_people(LIVE.component("practical"), sat, marks) == state
