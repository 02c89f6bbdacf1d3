"""Classical item analysis of one form: difficulty, discrimination, options, time, reliability.

Figures about items are read by people and decide nothing, so they are floats; marks never are.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from statistics import StatisticsError, correlation, fmean, median, pvariance

from sync.exam.items import Bank
from sync.exam.journal import Event
from sync.exam.marking import NO_RULINGS, PaperMark, Ruling, authored_ruling
from sync.exam.specification import Struct

# Kelley's groups: the best and the last 27 per cent.
GROUP_PER_CENT = 27
HARD, WEAK = 0.2, 0.1
# Below so many attempts the figures swing widely, and a page says so.
ENOUGH = 30


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
    totals = [one.mark.marks for one in ranked]
    group = group_size(len(ranked))
    columns = [list(column) for column in zip(*(one.mark.items for one in ranked), strict=True)]
    return FormStatistics(
        sitting=sitting,
        form=form,
        attempts=len(ranked),
        group=group,
        mean=fmean(totals) if totals else None,
        deviation=math.sqrt(pvariance(totals)) if totals else None,
        alpha=cronbach_alpha([[m.marks for m in c] for c in columns if c[0].of]),
        items=tuple(
            _item(column[0].item, place, ranked, group, bank, rulings or NO_RULINGS)
            for place, column in enumerate(columns)
        ),
    )


def group_size(attempts: int) -> int:
    """27 per cent, rounded half up, at least one where the two groups do not overlap."""
    size = (2 * GROUP_PER_CENT * attempts + 100) // 200
    return max(size, 1) if attempts > 1 else 0


def cronbach_alpha(columns: Sequence[Sequence[int]]) -> float | None:
    """k/(k−1)·(1 − Σ item variances / variance of totals); None where totals do not vary."""
    count = len(columns)
    if count < 2 or not columns[0]:
        return None
    whole = pvariance([sum(row) for row in zip(*columns, strict=True)])
    if not whole:
        return None
    parts = sum(float(pvariance(column)) for column in columns)
    return count / (count - 1) * (1 - parts / float(whole))


def corrected_discrimination(marks: Sequence[int], totals: Sequence[int]) -> float | None:
    """Pearson's correlation of an item with the rest of the paper (corrected point-biserial)."""
    rest = [total - own for own, total in zip(marks, totals, strict=True)]
    try:
        return float(correlation(marks, rest))
    except StatisticsError:
        return None


def _item(
    item: str,
    place: int,
    ranked: Sequence[Answered],
    group: int,
    bank: Bank,
    rulings: Mapping[str, Ruling],
) -> ItemStatistics:
    marks = [one.mark.items[place] for one in ranked]
    of, got = marks[0].of, [mark.marks for mark in marks]
    keys = (rulings.get(item) or authored_ruling(bank.items[item])).keys
    right = {option for key in keys for option in key}
    taken = [set(mark.response or ()) for mark in marks]
    whole, upper, lower = (
        Counter(chain.from_iterable(some))
        for some in (taken, taken[:group], taken[len(taken) - group :])
    )
    options = tuple(
        OptionCount(option, option in right, whole[option], upper[option], lower[option])
        for option in bank.items[item].offered
    )
    difficulty = fmean(got) / of if of else None
    rest = corrected_discrimination(got, [one.mark.marks for one in ranked]) if of else None
    times = [one.times[item] for one in ranked if item in one.times]
    return ItemStatistics(
        item=item,
        of=of,
        difficulty=difficulty,
        discrimination=rest,
        omitted=sum(mark.response is None for mark in marks),
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
