"""How several assessors' marks become one: distance, arbitration, rounding. Pure.

Marks are whole numbers; means are exact fractions, and one rounding (half up) happens at the end,
over all tasks of a paper.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from sync.exam.items import PracticalTask
from sync.exam.specification import Struct
from sync.words import Words

# Of a task's marks, in per cent: two who read the rubric should not differ by more (assumed).
DISTANCE = 10


class Rules(Struct, frozen=True):
    """`assessors`: an odd number of at least three; `distance`: per cent of a task's marks."""

    assessors: int = 3
    distance: int = DISTANCE


def problems(marks: Mapping[str, object], task: PracticalTask) -> list[Words]:
    """What is wrong with one assessor's marks by criterion; empty if they can be kept."""
    found = []
    for criterion in task.criteria:
        given = marks.get(criterion.id)
        if not isinstance(given, int) or isinstance(given, bool):
            found.append(Words(f"“{criterion.title}”未评分", f"“{criterion.title}” has no marks"))
        elif not 0 <= given <= criterion.marks:
            found.append(
                Words(
                    f"“{criterion.title}”应为 0–{criterion.marks} 分，不能是 {given}",
                    f"“{criterion.title}” has 0 to {criterion.marks} marks, not {given}",
                )
            )
    unknown = marks.keys() - {criterion.id for criterion in task.criteria}
    found += [Words(f"没有评分点 {one}", f"no criterion {one}") for one in sorted(unknown)]
    return found


def too_far(totals: Sequence[int], full: int, rules: Rules) -> bool:
    """Whether the farthest two differ by more than the rule allows of `full` marks."""
    return 100 * (max(totals) - min(totals)) > rules.distance * full


def settled(
    totals: Sequence[int], full: int, rules: Rules, arbiter: int | None = None
) -> Fraction | None:
    """The marks of one task: the mean, or the arbiter's; None while somebody must still mark."""
    if arbiter is not None:
        return Fraction(arbiter)
    if len(totals) < rules.assessors or too_far(totals, full, rules):
        return None
    return Fraction(sum(totals), len(totals))


def whole(tasks: Iterable[Fraction | None]) -> int | None:
    """The marks of a paper, rounded half up; None while a task is not settled."""
    known = list(tasks)
    if any(one is None for one in known):
        return None
    return int(sum((one for one in known if one is not None), Fraction()) + Fraction(1, 2))


def assessors_needed(candidates: int, each: int) -> int:
    """How many assessors so many candidates need, at one for `each` (0: no rule)."""
    return -(-candidates // each) if each else 0
