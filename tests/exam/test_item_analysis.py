"""Figures of items: against a published example, and against sums done another way."""

from fractions import Fraction

import pytest

from sync.exam.item_analysis import (
    Answered,
    ItemStatistics,
    corrected_discrimination,
    cronbach_alpha,
    form_statistics,
    group_size,
    item_times,
)
from sync.exam.items import Bank, Item
from sync.exam.journal import Event
from sync.exam.marking import ItemMark, PaperMark, Ruling

# LSAT, section 6 (Bock and Lieberman 1970): how often each pattern of 00000 … 11111 occurred.
LSAT = (
    *(3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15),
    *(10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298),
)
PEOPLE = [
    tuple(int(bit) for bit in f"{pattern:05b}")
    for pattern, count in enumerate(LSAT)
    for _ in range(count)
]
COLUMNS = [list(column) for column in zip(*PEOPLE, strict=True)]


def test_the_figures_are_those_published_for_the_lsat() -> None:
    """As descript(LSAT) of the R package ltm (Rizopoulos 2006) prints them."""
    totals = [sum(row) for row in PEOPLE]
    assert len(PEOPLE) == 1000
    assert [sum(column) for column in COLUMNS] == [924, 709, 553, 763, 870]
    assert cronbach_alpha(COLUMNS) == pytest.approx(0.2950, abs=5e-5)
    found = [corrected_discrimination(column, totals) for column in COLUMNS]
    assert found == pytest.approx([0.1128, 0.1532, 0.1728, 0.1444, 0.1216], abs=1e-4)


def test_alpha_of_right_and_wrong_items_is_kr_20_done_exactly() -> None:
    n, k = len(PEOPLE), 5
    shares = [Fraction(sum(column), n) for column in COLUMNS]
    totals = [sum(row) for row in PEOPLE]
    mean = Fraction(sum(totals), n)
    variance = sum((t - mean) ** 2 for t in totals) / n
    kr20 = Fraction(k, k - 1) * (1 - sum(p * (1 - p) for p in shares) / variance)
    assert cronbach_alpha(COLUMNS) == pytest.approx(float(kr20), abs=1e-12)


@pytest.mark.parametrize(
    ("attempts", "size"), [(0, 0), (1, 0), (2, 1), (4, 1), (100, 27), (50, 14)]
)
def test_the_groups_are_27_per_cent(attempts: int, size: int) -> None:
    assert group_size(attempts) == size


def item(name: str, *key: str) -> Item:
    options = dict.fromkeys("abcd", "x")
    return Item(name, "single", "f", "t", 0.5, "s", options, key, "r", {})


BANK = Bank("s", {name: item(name, "a") for name in ("one", "two", "three")}, {}, {})


def attempt(*taken: str, times: dict[str, int] | None = None) -> Answered:
    """One attempt; "" leaves an item out."""
    marks = tuple(
        ItemMark(name, (t,) if t else None, int(t == "a"), 1)
        for name, t in zip(BANK.items, taken, strict=True)
    )
    return Answered(PaperMark(marks, sum(m.marks for m in marks), 3, 3), times or {})


def one_of(attempts: list[Answered], name: str, **rulings: Ruling) -> ItemStatistics:
    found = form_statistics("s", "A", BANK, rulings, attempts)
    return next(i for i in found.items if i.item == name)


FOUR = [
    attempt("a", "a", "a"),
    attempt("a", "a", "b"),
    attempt("b", "a", ""),
    attempt("b", "b", ""),
]


def test_options_are_counted_for_all_and_for_both_groups() -> None:
    found = one_of(FOUR, "three")
    counts = {o.option: (o.key, o.all, o.upper, o.lower) for o in found.options}
    assert counts["a"] == (True, 1, 1, 0)
    assert counts["b"] == (False, 1, 0, 0)
    assert (found.omitted, found.difficulty) == (2, 0.25)


def test_an_item_without_variance_has_no_discrimination_and_an_empty_form_no_figures() -> None:
    same = [attempt("a", "a", "b"), attempt("a", "b", "b")]
    assert one_of(same, "one").discrimination is None
    empty = form_statistics("s", "A", BANK, {}, [])
    assert (empty.mean, empty.alpha, empty.items) == (None, None, ())


def test_flags_name_what_is_odd_and_nothing_else() -> None:
    odd = [attempt("b", "a", "a")] * 9 + [attempt("a", "b", "b")]
    assert one_of(odd, "one").flags == ("hard", "weak", "distractor")
    assert one_of(FOUR, "two").flags == ()
    # With the other key accepted, nothing was taken more than a key.
    assert "distractor" not in one_of(odd, "one", one=Ruling("keys", (("b",),))).flags


def test_time_is_the_sum_of_the_gaps_before_each_save_and_never_negative() -> None:
    told = [("start", "", 0), ("response", "x", 40), ("response", "y", 100), ("response", "x", 130)]
    told.append(("response", "y", 90))
    events = [
        Event(seq, at, kind, {"attempt": "s/1", "item": name})
        for seq, (kind, name, at) in enumerate(told)
    ]
    assert item_times(events) == {"s/1": {"x": 70, "y": 60}}
    half = [attempt("a", "a", "a", times={"one": n}) for n in (10, 20, 90)]
    assert one_of(half, "one").at_most_ms == 20
    assert one_of(half, "two").at_most_ms is None
