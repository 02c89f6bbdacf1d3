"""Objective marking and receipt codes."""

from typing import Any

import msgspec
import pytest
import world
from hypothesis import given
from hypothesis import strategies as st

from sync.exam.drawing import draw_theory
from sync.exam.marking import ItemMark, mark_item, mark_theory, receipt_code

BANK = world.make_bank(world.LIVE)
FORM = draw_theory(BANK, world.LIVE, "f", "seed")


@pytest.mark.parametrize(
    ("response", "key", "strict", "lenient"),
    [
        (["a"], "a", 2, 2),
        (["b"], "a", 0, 0),
        (["a", "c"], "ac", 2, 2),
        (["c", "a"], "ac", 2, 2),
        (("c", "a"), "ac", 2, 2),
        (["a"], "ac", 0, 1),
        (["a", "b"], "abd", 0, 1),
        (["a", "b"], "ac", 0, 0),
        (["a", "b", "c"], "ac", 0, 0),
        (["a", "b", "c", "d"], "ac", 0, 0),
        (["a", "a"], "a", 2, 2),
        (["a", "a"], "ac", 0, 1),
        (["a", "c", "c"], "ac", 2, 2),
        ([], "ac", 0, 0),
        ("", "a", 0, 0),
        (None, "a", 0, 0),
        ("a", "a", 0, 0),
        (["A"], "a", 0, 0),
        ([" a"], "a", 0, 0),
        ({"a": 1}, "a", 0, 0),
        (7, "a", 0, 0),
        (True, "a", 0, 0),
        ([1], "a", 0, 0),
        (["a", None], "ac", 0, 0),
        ([["a"]], "a", 0, 0),
        ([{"a": 1}], "a", 0, 0),
    ],
)
def test_a_response_gets_its_marks(response: object, key: str, strict: int, lenient: int) -> None:
    assert mark_item(response, tuple(key), 2, "all-or-nothing") == strict
    assert mark_item(response, tuple(key), 2, "part-marks") == lenient


def test_half_of_an_odd_mark_is_rounded_down() -> None:
    assert mark_item(["a"], ("a", "b"), 3, "part-marks") == 1
    assert mark_item(["a"], ("a", "b"), 1, "part-marks") == 0


@given(st.sets(st.sampled_from("abcde")), st.sets(st.sampled_from("abcde"), min_size=1))
def test_part_marks_never_give_less_and_a_wrong_option_never_helps(
    taken: set[str], key: set[str]
) -> None:
    strict = mark_item(sorted(taken), tuple(sorted(key)), 2, "all-or-nothing")
    lenient = mark_item(sorted(taken), tuple(sorted(key)), 2, "part-marks")
    assert strict == (2 if taken == key else 0)
    assert lenient == (2 if taken == key else 1 if taken and taken < key else 0)


def right() -> dict[str, Any]:
    return {item.id: list(BANK.items[item.id].key) for item in FORM.items()}


def test_a_perfect_paper_gets_a_hundred_marks() -> None:
    mark = mark_theory(FORM, BANK, world.LIVE, right())
    assert (mark.marks, mark.of, mark.answered, len(mark.items)) == (100, 100, 65, 65)


def test_an_empty_paper_gets_none_and_lists_every_item() -> None:
    mark = mark_theory(FORM, BANK, world.LIVE, {})
    assert (mark.marks, mark.of, mark.answered) == (0, 100, 0)
    assert [m.item for m in mark.items] == [i.id for i in FORM.items()]


def test_each_part_counts_with_its_own_marks() -> None:
    for part, marks in zip(FORM.parts, (30, 60, 10), strict=True):
        only = {i.id: list(BANK.items[i.id].key) for i in part.items}
        assert mark_theory(FORM, BANK, world.LIVE, only).marks == marks


def test_what_is_no_response_is_not_answered_and_other_items_are_not_touched() -> None:
    strange = [[["a"]], 7, None, "", [], {"a": 1}, [None], "a"]
    responses = right() | dict(zip([i.id for i in FORM.parts[0].items], strange, strict=False))
    mark = mark_theory(FORM, BANK, world.LIVE, responses)
    assert (mark.marks, mark.answered) == (100 - len(strange), 65 - len(strange))
    assert mark.items[0] == ItemMark(FORM.parts[0].items[0].id, None, 0, 1)


def test_a_response_to_an_item_of_another_paper_gets_nothing() -> None:
    other = next(i for i in BANK.items.values() if i.id not in right())
    assert mark_theory(FORM, BANK, world.LIVE, {other.id: list(other.key)}).marks == 0


def test_a_corrected_key_changes_the_marks() -> None:
    first = FORM.items()[0].id
    corrected = msgspec.structs.replace(BANK.items[first], key=("z",))
    bank = msgspec.structs.replace(BANK, items=BANK.items | {first: corrected})
    assert mark_theory(FORM, bank, world.LIVE, right()).marks == 99


responses = st.dictionaries(
    st.text(min_size=1, max_size=6).filter(str.isprintable),
    st.lists(st.sampled_from("abcde"), unique=True).map(sorted)
    | st.text(max_size=10).filter(str.isprintable),
    max_size=6,
)


@given(responses)
def test_a_receipt_code_ignores_order_and_cleared_answers(said: dict[str, Any]) -> None:
    code = receipt_code("live/2026000001", said)
    turned = {i: r[::-1] if isinstance(r, list) else r for i, r in reversed(said.items())}
    assert receipt_code("live/2026000001", turned) == code
    cleared = {f"cleared-{n}-longer": empty for n, empty in enumerate(([], "", None))}
    assert receipt_code("live/2026000001", said | cleared) == code


@given(responses, st.text("abc", min_size=1, max_size=4))
def test_a_receipt_code_changes_with_any_response(said: dict[str, Any], item: str) -> None:
    codes = {
        receipt_code("live/1", {**said, item: response})
        for response in (["a"], ["b"], ["a", "b"], "a", "b", "text", None)
    }
    assert len(codes) == 7


def test_a_receipt_code_is_of_one_attempt_and_can_be_read_out() -> None:
    one, other = receipt_code("live/1", {"q": ["a"]}), receipt_code("live/2", {"q": ["a"]})
    assert one != other
    assert one == "23HJ-PAJL-WQRR"


def test_an_item_that_is_named_like_an_option_makes_another_code() -> None:
    assert receipt_code("l/1", {"q": ["a"]}) != receipt_code("l/1", {"q": "a"})
    assert receipt_code("l/1", {"q": ["a", "b"]}) != receipt_code("l/1", {"q": ["a,b"]})
