"""Items that are no choice among options: what may be answered, what is shown, how it is marked."""

import json
from typing import Any

import kinds
import msgspec
import pytest
import world
from kinds import BANK, ENTRY, MATCHING, ORDERING, RIGHT, TRUTH

from sync.exam.items import fits, plain
from sync.exam.marking import Ruling, mark_theory
from sync.exam.paper import References, authored, candidate_view

FORM = kinds.form_of("f")
LENIENT = msgspec.structs.replace(world.LIVE, multiple_marking="part-marks")


def marks(responses: dict[str, Any], lenient: bool = False, **rulings: Ruling) -> dict[str, int]:
    rules = {item.id: rulings[item.kind] for item in kinds.ITEMS if item.kind in rulings}
    paper = mark_theory(FORM, BANK, LENIENT if lenient else world.LIVE, responses, rules)
    return {one.item: one.marks for one in paper.items}


def test_every_right_answer_gets_all_marks_and_an_empty_paper_none() -> None:
    assert set(marks(RIGHT).values()) == {2}
    assert set(marks({}).values()) == {0}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("gmv", 2),
        ("ＧＭＶ", 2),
        (" GMV\t", 2),
        ("成交总额", 2),
        ("GMV。", 0),
        ("G M V", 0),
        (" ", 0),
    ],
)
def test_a_text_is_right_if_it_is_one_of_those_taken(text: str, right: int) -> None:
    assert marks({ENTRY.id: text})[ENTRY.id] == right


@pytest.mark.parametrize("response", [["gmv"], ["GMV"], [], None, 7, {"a": 1}])
def test_what_is_no_text_gets_nothing_for_a_text(response: object) -> None:
    assert marks({ENTRY.id: response})[ENTRY.id] == 0


def test_pairs_are_marked_as_several_options_are() -> None:
    some, wrong = ["1b", "2a"], ["1b", "2a", "3d"]
    assert marks({MATCHING.id: some})[MATCHING.id] == 0
    assert marks({MATCHING.id: some}, lenient=True)[MATCHING.id] == 1
    assert marks({MATCHING.id: wrong}, lenient=True)[MATCHING.id] == 0
    assert marks({ORDERING.id: ["1c", "2b", "3a", "4d"]}, lenient=True)[ORDERING.id] == 0


def test_another_text_that_officers_take_counts_too() -> None:
    ruling = Ruling("keys", (("gmv",), ("销售总额",)))
    assert marks({ENTRY.id: "销售总额"}, entry=ruling)[ENTRY.id] == 2
    assert marks({ENTRY.id: "成交总额"}, entry=ruling)[ENTRY.id] == 0


@pytest.mark.parametrize(
    ("choose", "taken", "together"),
    [
        ("truth", "a b", False),
        ("match", "1a 1b", False),
        ("match", "1a 2a", True),
        ("order", "1a 2a", False),
        ("order", "1a 1b", False),
        ("order", "1b 2a", True),
        ("gap", "a", False),
        ("file", "a", False),
    ],
)
def test_a_row_has_one_option_and_an_option_one_place(
    choose: str, taken: str, together: bool
) -> None:
    assert fits(choose, taken.split()) is together


def test_what_is_shown_leads_back_to_pairs_and_says_nothing_of_ids_or_keys() -> None:
    key = b"k" * 32
    view = json.loads(json.dumps(candidate_view(FORM, key)))
    known = References(authored(FORM), key)
    shown = {known[i["ref"]].item: i for part in view["parts"] for i in part["items"]}
    assert [o["text"] for o in shown[TRUTH.id]["options"]] == ["正确", "错误"]
    item, meant = shown[MATCHING.id], known[shown[MATCHING.id]["ref"]].options
    rows = {text: row for row, text in MATCHING.rows.items()}
    for row in item["rows"]:
        for option, ref in zip(item["options"], row["refs"], strict=True):
            assert meant[ref] == rows[row["text"]] + _id(option["text"])
    places = shown[ORDERING.id]["rows"]
    assert len(places) == 4 and len({ref for row in places for ref in row["refs"]}) == 16
    text = json.dumps(view, ensure_ascii=False)
    assert not any(word in text for word in ("GMV", "成交总额", "530051-1", "见流程", '"1b"'))


def _id(text: str) -> str:
    return next(one for one, said in kinds.TEXTS.items() if said == text)


def test_widths_cases_and_white_space_are_alike() -> None:
    assert plain(" Ｌｉｖｅ　 Stream\n") == "live stream"
