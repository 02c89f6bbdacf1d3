"""Classical item analysis of one form: difficulty, discrimination, options, time, reliability.

Figures about items are read by people and decide nothing, so they are floats; marks never are.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import mul
from statistics import median
from typing import NamedTuple

from sync.exam.items import Bank
from sync.exam.journal import Event
from sync.exam.marking import NO_RULINGS, ItemMark, PaperMark, Ruling, authored_ruling
from sync.exam.specification import Struct

# Kelley's groups: the best and the last 27 per cent.
GROUP_PER_CENT = 27
HARD, WEAK = 0.2, 0.1
# Below so many attempts the figures swing widely, and a page says so.
ENOUGH = 30
# Of fewer people no sheet tells figures: whoever knows them would read single results out of it.
FEW = 5


class Answered(Struct, frozen=True):
    """One attempt: its marks by item, and for how long at most it was at each item (ms)."""

    mark: PaperMark
    times: Mapping[str, int]


class OptionCount(Struct, frozen=True):
    """How many took an option: of all, of the upper and of the lower group."""

    option: str
    key: bool
    all: int
    upper: int
    lower: int


class ItemStatistics(Struct, frozen=True):
    """One item on one form.

    `difficulty` is the mean share of the marks reached (for right or wrong: the share right).
    `discrimination` correlates the item's marks with those of all other items; None where either
    does not vary. `at_most_ms` is the median of an upper bound: see item_times.
    """

    item: str
    of: int
    difficulty: float | None
    discrimination: float | None
    omitted: int
    options: tuple[OptionCount, ...]
    at_most_ms: int | None
    flags: tuple[str, ...]


class FormStatistics(Struct, frozen=True):
    """One form of a sitting; `alpha` is Cronbach's, which is KR-20 where items are right or wrong.

    `group` is the size of the upper and of the lower group.
    """

    sitting: str
    form: str
    attempts: int
    group: int
    mean: float | None
    deviation: float | None
    alpha: float | None
    items: tuple[ItemStatistics, ...]


def item_times(events: Iterable[Event]) -> dict[str, dict[str, int]]:
    """attempt → item → ms from the save before (or the start) to each save of this item, summed.

    An upper bound and no measure: reading another item, waiting and thinking elsewhere are in it,
    by the wall clock of the site. A clock that was set back gives nothing.
    """
    last: dict[str, int] = {}
    found: dict[str, dict[str, int]] = {}
    for event in events:
        attempt = event.body.get("attempt")
        if event.kind not in ("start", "response") or attempt is None:
            continue
        if event.kind == "response" and attempt in last:
            own, item = found.setdefault(attempt, {}), event.body["item"]
            own[item] = own.get(item, 0) + max(0, event.at - last[attempt])
        last[attempt] = event.at
    return found


def form_statistics(
    sitting: str,
    form: str,
    bank: Bank,
    rulings: Mapping[str, Ruling],
    attempts: Sequence[Answered],
) -> FormStatistics:
    """All figures of a form from the attempts at it, in any order."""
    ranked = sorted(attempts, key=lambda one: -one.mark.marks)
    totals = Column.of([one.mark.marks for one in ranked])
    group = group_size(len(ranked))
    times = [one.times for one in ranked]
    columns = list(zip(*(one.mark.items for one in ranked), strict=True))
    marks = [Column.of([mark.marks for mark in column]) for column in columns]
    counting = [own for own, column in zip(marks, columns, strict=True) if column[0].of]
    return FormStatistics(
        sitting=sitting,
        form=form,
        attempts=len(ranked),
        group=group,
        mean=totals.sum / len(ranked) if ranked else None,
        deviation=math.sqrt(totals.variance) if ranked else None,
        alpha=_alpha(counting, totals),
        items=tuple(
            _item(column, Outcome(own, totals, group, times), bank, rulings or NO_RULINGS)
            for column, own in zip(columns, marks, strict=True)
        ),
    )


def group_size(attempts: int) -> int:
    """27 per cent, rounded half up, at least one where the two groups do not overlap."""
    size = (2 * GROUP_PER_CENT * attempts + 100) // 200
    return max(size, 1) if attempts > 1 else 0


class Column(NamedTuple):
    """Marks of one item, or totals, with their sums: whole numbers, so that nothing is rounded."""

    marks: Sequence[int]
    sum: int
    squares: int

    @classmethod
    def of(cls, marks: Sequence[int]) -> "Column":
        """The sums of these marks."""
        return cls(marks, sum(marks), sum(map(mul, marks, marks)))

    @property
    def spread(self) -> int:
        """Their variance times the square of how many they are."""
        return len(self.marks) * self.squares - self.sum * self.sum

    @property
    def variance(self) -> float:
        """The variance of all of them, as of a population."""
        return self.spread / len(self.marks) ** 2


class Outcome(NamedTuple):
    """An item's marks beside the totals of the same attempts, the best first, and their times."""

    own: Column
    totals: Column
    group: int
    times: Sequence[Mapping[str, int]]


def cronbach_alpha(columns: Sequence[Sequence[int]]) -> float | None:
    """k/(k−1)·(1 − Σ item variances / variance of totals); None where totals do not vary."""
    totals = [sum(row) for row in zip(*columns, strict=True)]
    return _alpha([Column.of(column) for column in columns], Column.of(totals))


def _alpha(columns: Sequence[Column], totals: Column) -> float | None:
    count = len(columns)
    if count < 2 or not totals.spread:
        return None
    parts = sum([column.variance for column in columns])
    return count / (count - 1) * (1 - parts / totals.variance)


def corrected_discrimination(marks: Sequence[int], totals: Sequence[int]) -> float | None:
    """Pearson's correlation of an item with the rest of the paper (corrected point-biserial)."""
    return _discrimination(Column.of(marks), Column.of(totals))


def _discrimination(own: Column, totals: Column) -> float | None:
    """Of sums alone: the rest of the paper is the total without the item."""
    count = len(own.marks)
    if count < 2:
        return None
    both = count * sum(map(mul, own.marks, totals.marks)) - own.sum * totals.sum
    rest = totals.spread - 2 * both + own.spread
    if not own.spread or not rest:
        return None
    return float((both - own.spread) / math.sqrt(own.spread * rest))


def _takers(marks: Sequence[ItemMark]) -> Counter[str]:
    """option → how many took it; few different responses are given by many."""
    found: Counter[str] = Counter()
    for response, count in Counter([mark.response for mark in marks]).items():
        for option in set(response or ()):
            found[option] += count
    return found


def _item(
    marks: Sequence[ItemMark], outcome: Outcome, bank: Bank, rulings: Mapping[str, Ruling]
) -> ItemStatistics:
    item, of, group = marks[0].item, marks[0].of, outcome.group
    keys = (rulings.get(item) or authored_ruling(bank.items[item])).keys
    right = {option for key in keys for option in key}
    whole, upper, lower = (
        _takers(some) for some in (marks, marks[:group], marks[len(marks) - group :])
    )
    options = tuple(
        OptionCount(option, option in right, whole[option], upper[option], lower[option])
        for option in bank.items[item].offered
    )
    difficulty = outcome.own.sum / len(marks) / of if of else None
    rest = _discrimination(outcome.own, outcome.totals) if of else None
    times = [spent[item] for spent in outcome.times if item in spent]
    return ItemStatistics(
        item=item,
        of=of,
        difficulty=difficulty,
        discrimination=rest,
        omitted=[mark.response for mark in marks].count(None),
        options=options,
        at_most_ms=round(median(times)) if times else None,
        flags=tuple(_flags(difficulty, rest, options)),
    )


def _flags(
    difficulty: float | None, discrimination: float | None, options: Sequence[OptionCount]
) -> Iterable[str]:
    if difficulty is not None and difficulty < HARD:
        yield "hard"
    if discrimination is not None and discrimination < WEAK:
        yield "weak"
    keyed = [one.all for one in options if one.key]
    others = [one.all for one in options if not one.key]
    if keyed and others and max(others) > min(keyed):
        yield "distractor"
