"""Marks, receipts and figures as they are made in one pass, against their plain definitions."""

import base64
import hashlib
import json
from collections.abc import Mapping
from statistics import StatisticsError, correlation, pvariance
from typing import Any

import pytest
import world
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.exam.drawing import draw_theory
from sync.exam.item_analysis import corrected_discrimination, cronbach_alpha
from sync.exam.items import plain
from sync.exam.marking import (
    ItemMark,
    Marker,
    PaperMark,
    Ruling,
    authored_ruling,
    mark_item,
    receipt_code,
)

BANK = world.make_bank(world.LIVE)
FORM = draw_theory(BANK, world.LIVE, "f", "seed")
ITEMS = FORM.items()
OPTIONS = st.lists(st.sampled_from("abcdeX"), max_size=5)
STRANGE = st.sampled_from([None, "", [], "a", 3, {"a": 1}, [1], [["a"]], ("a", "b"), ["a", None]])
RESPONSES = st.dictionaries(
    st.sampled_from([item.id for item in ITEMS]), OPTIONS | STRANGE, max_size=12
)
RULINGS = st.dictionaries(
    st.sampled_from([item.id for item in ITEMS]),
    st.builds(
        Ruling,
        st.sampled_from(["keys", "full", "removed"]),
        st.lists(OPTIONS.map(tuple), max_size=3).map(tuple),
    ),
    max_size=8,
)


def by_the_book(
    rulings: Mapping[str, Ruling], rule: str, responses: Mapping[str, Any]
) -> PaperMark:
    """Item by item, each by itself."""
    marks = []
    for part in FORM.parts:
        for item in part.items:
            ruling, said = rulings[item.id], responses.get(item.id)
            if item.choose == "gap":
                said = [plain(said)] if isinstance(said, str) and said else None
            listed = isinstance(said, list | tuple) and said
            taken = tuple(said) if listed and all(isinstance(o, str) for o in said) else None
            of = 0 if ruling.kind == "removed" else part.marks_each
            got = max([mark_item(taken, key, of, rule) for key in ruling.keys], default=0)
            got = {"full": of, "removed": 0}.get(ruling.kind, got)
            marks.append(ItemMark(item.id, taken, got, of))
    return PaperMark(
        tuple(marks),
        sum(mark.marks for mark in marks),
        sum(mark.of for mark in marks),
        sum(mark.response is not None for mark in marks),
    )


@settings(deadline=None, max_examples=60)
@given(RULINGS, st.sampled_from(["all-or-nothing", "part-marks"]), st.lists(RESPONSES, max_size=6))
def test_a_marker_marks_many_as_if_each_were_the_only_one(
    ruled: dict[str, Ruling], rule: str, attempts: list[dict[str, Any]]
) -> None:
    authored = {item.id: authored_ruling(BANK.items[item.id]) for item in ITEMS}
    rulings = authored | ruled
    marker = Marker(FORM, rulings, rule)
    found = [marker.mark(one) for one in attempts * 2]
    assert found == [by_the_book(rulings, rule, one) for one in attempts * 2]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
SAID = st.dictionaries(TEXTS, st.lists(TEXTS, max_size=4) | TEXTS | st.none(), max_size=6)


@settings(deadline=None)
@given(TEXTS, SAID)
def test_a_receipt_is_sha_256_of_compact_json_with_sorted_members(
    attempt: str, responses: dict[str, Any]
) -> None:
    said = {
        item: sorted(response) if isinstance(response, list) else response
        for item, response in responses.items()
        if response
    }
    text = json.dumps([attempt, said], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    code = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()
    assert receipt_code(attempt, responses) == f"{code[:4]}-{code[4:8]}-{code[8:12]}"


COLUMNS = st.integers(2, 12).flatmap(
    lambda people: st.lists(
        st.lists(st.integers(0, 5), min_size=people, max_size=people), min_size=2, max_size=6
    )
)


@settings(deadline=None)
@given(COLUMNS)
def test_figures_from_sums_are_those_of_the_library(columns: list[list[int]]) -> None:
    totals = [sum(row) for row in zip(*columns, strict=True)]
    for own in columns:
        rest = [total - mark for total, mark in zip(totals, own, strict=True)]
        try:
            expected: float | None = correlation(own, rest)
        except StatisticsError:
            expected = None
        assert corrected_discrimination(own, totals) == (
            expected if expected is None else pytest.approx(expected, abs=1e-12)
        )
    count, spread = len(columns), pvariance(totals)
    alpha = None
    if spread:
        alpha = count / (count - 1) * (1 - sum(map(pvariance, columns)) / spread)
    found = cronbach_alpha(columns)
    assert found == (alpha if alpha is None else pytest.approx(alpha, abs=1e-9))
