"""What the checker of the bank says of true/false, text entry, matching and ordering items."""

from typing import Any

import pytest
import world
from kinds import ENTRY, ITEMS, MATCHING, ORDERING, TEXTS, TRUTH, changed

from sync.exam.items import Item
from sync.headquarters.content.bank_rules import item_problems


def problems(item: Item) -> list[str]:
    return [problem.en for problem in item_problems(item, world.LIVE)]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.kind)
def test_a_right_item_has_no_problem(item: Item) -> None:
    assert problems(item) == []


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        (TRUTH, {"options": {"a": "错误", "b": "正确"}}),
        (TRUTH, {"key": ("a", "b"), "why": {}}),
        (TRUTH, {"why": {}}),
        (TRUTH, {"rows": {"1": "x"}}),
        (ENTRY, {"key": ()}),
        (ENTRY, {"key": ("GMV", "ｇｍｖ")}),
        (ENTRY, {"key": (" ",)}),
        (ENTRY, {"key": ("长" * 61,)}),
        (ENTRY, {"options": TEXTS}),
        (MATCHING, {"rows": {"1": "中段", "2": "开始"}}),
        (MATCHING, {"rows": {"1": "中段", "3": "开始", "2": "尾声"}}),
        (MATCHING, {"rows": {"1": "中段", "2": "开始", "3": "开始"}}),
        (MATCHING, {"key": ("1b", "2a")}),
        (MATCHING, {"key": ("1b", "2a", "3a")}),
        (MATCHING, {"key": ("1b", "2a", "3g")}),
        (ORDERING, {"key": ("1a", "2b", "3c", "4d")}),
        (ORDERING, {"key": ("1b", "2b", "3a", "4d")}),
        (ORDERING, {"options": {"a": "甲", "b": "乙"}, "key": ("1b", "2a")}),
        (ORDERING, {"why": {"a": "x"}}),
    ],
)
def test_an_item_with_one_thing_wrong_has_a_problem(item: Item, wrong: dict[str, Any]) -> None:
    assert problems(changed(item, **wrong)) != []
