"""Several assessors' marks become one: by table, with exact means and one rounding."""

from fractions import Fraction

import pytest

from sync.exam.assessing import Rules, assessors_needed, problems, settled, too_far, whole
from sync.exam.items import Criterion, Deliverable, PracticalTask

THREE = Rules()
TASK = PracticalTask(
    id="t",
    module="m",
    title="脚本",
    minutes=40,
    situation="某店铺准备开播。",
    materials=(),
    deliverables=(Deliverable("d1", "text", "方案", "请写出方案"),),
    criteria=(
        Criterion("c1", "d1", "完整", 20, "齐全", "部分", "没有"),
        Criterion("c2", "d1", "准确", 5, "齐全", "部分", "没有"),
    ),
)


@pytest.mark.parametrize(
    ("totals", "full", "expected"),
    [
        ([20, 21, 22], 25, Fraction(21)),
        ([20, 20, 22], 25, Fraction(62, 3)),
        # A tenth of 25 is 2.5: three apart is too far, two is not.
        ([20, 20, 23], 25, None),
        ([20, 22], 25, None),
        ([0, 0, 0], 25, Fraction(0)),
        ([40, 44, 44], 40, Fraction(128, 3)),
    ],
)
def test_marks_that_agree_are_averaged_and_others_wait(totals, full, expected) -> None:
    assert settled(totals, full, THREE) == expected


def test_the_arbiter_decides_whatever_the_others_gave() -> None:
    assert settled([0, 10, 25], 25, THREE, arbiter=13) == 13
    assert settled([0], 25, THREE, arbiter=0) == 0


@pytest.mark.parametrize(("distance", "far"), [(0, True), (11, True), (12, False), (100, False)])
def test_the_distance_is_a_share_of_the_marks_of_the_task(distance: int, far: bool) -> None:
    assert too_far([20, 23], 25, Rules(distance=distance)) is far


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        ([Fraction(62, 3), Fraction(62, 3), Fraction(62, 3)], 62),
        ([Fraction(1, 2)], 1),
        ([Fraction(61, 3), Fraction(1, 6)], 21),
        ([Fraction(59), Fraction(149, 300)], 59),
        ([Fraction(59), None], None),
        ([], 0),
    ],
)
def test_a_paper_is_rounded_once_and_half_up(tasks, expected) -> None:
    assert whole(tasks) == expected


@pytest.mark.parametrize(
    ("marks", "wrong"),
    [
        ({"c1": 20, "c2": 0}, 0),
        ({"c1": 21, "c2": -1}, 2),
        ({"c1": 3}, 1),
        ({"c1": 3, "c2": None}, 1),
        ({"c1": True, "c2": 1}, 1),
        ({"c1": 3, "c2": 1, "c9": 1}, 1),
    ],
)
def test_each_criterion_is_marked_within_its_marks(marks, wrong: int) -> None:
    assert len(problems(marks, TASK)) == wrong


@pytest.mark.parametrize(("candidates", "needed"), [(0, 0), (1, 1), (5, 1), (6, 2), (40, 8)])
def test_one_assessor_serves_five_candidates(candidates: int, needed: int) -> None:
    assert assessors_needed(candidates, 5) == needed
    assert assessors_needed(candidates, 0) == 0
