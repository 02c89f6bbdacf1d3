"""Rosters as schools keep them: every problem is listed with its row, nothing is guessed."""

from datetime import date, datetime, time
from typing import Any

import pytest
import world
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import RosterRefused
from sync.exam.roster import COLUMNS, RosterRow, check_digit, read_rows

HEAD = list(COLUMNS)


def row(number: int = 1, **changed: Any) -> list[Any]:
    """A right row of the sheet; 男 on odd numbers, as the identity number says."""
    values = {
        "准考证号": f"2026{number:06d}",
        "姓名": "赵䶮",
        "身份证号": world.identity_number(number),
        "性别": "男" if number % 2 else "女",
        "单位": "示例职业学校",
        "座位号": number,
    }
    return [(values | changed)[column] for column in COLUMNS]


def problems(*rows: list[Any], head: list[Any] = HEAD) -> list[str]:
    with pytest.raises(RosterRefused) as refused:
        read_rows([head, *rows])
    assert refused.value.facts["count"] == len(refused.value.problems)
    return [words.zh for words in refused.value.problems]


def test_a_roster_that_is_seated_by_rule_needs_no_seats_and_keeps_none() -> None:
    short = [HEAD[:-1], row(1)[:-1], row(2)[:-1]]
    assert [one.seat for one in read_rows(short, seats=False)] == [0, 0]
    assert [one.seat for one in read_rows([HEAD, row(1, 座位号="x")], seats=False)] == [0]
    assert problems(row(1)[:-1], head=HEAD[:-1]) == ["缺少列：座位号"]


def test_a_right_roster_is_read() -> None:
    assert read_rows([HEAD, row(1), row(2)]) == (
        RosterRow("2026000001", "赵䶮", world.identity_number(1), "男", "示例职业学校", 1),
        RosterRow("2026000002", "赵䶮", world.identity_number(2), "女", "示例职业学校", 2),
    )


def test_columns_may_stand_in_any_order_with_marks_and_others_between() -> None:
    head = ["序号", *(f" {c}* " for c in reversed(COLUMNS)), "备注"]
    rows = [["1", *reversed(row(1)), "走读"], [2, *reversed(row(2)), None]]
    assert read_rows([head, *rows]) == read_rows([HEAD, row(1), row(2)])


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(column: str) -> None:
    assert problems(row(), head=[c for c in COLUMNS if c != column]) == [f"缺少列：{column}"]


def test_a_column_given_twice_is_named() -> None:
    assert problems([*row(), 5], head=[*COLUMNS, "座位号"]) == ["列重复：座位号"]


@pytest.mark.parametrize("rows", [[], [[]], [HEAD], [HEAD, [None] * 6], [HEAD, [], ["", " "]]])
def test_a_sheet_without_candidates_is_refused(rows: list[list[Any]]) -> None:
    with pytest.raises(RosterRefused):
        read_rows(rows)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("身份证号", 999999200601011000, "身份证号是数值格式"),
        ("身份证号", 9.99999200601011e17, "身份证号是数值格式"),
        ("准考证号", 2026000001.0, "准考证号是数值格式"),
        ("身份证号", "99999920060101100", "身份证号应为 18 位"),
        ("身份证号", "9999992006010110051", "身份证号应为 18 位"),
        ("身份证号", None, "身份证号为空"),
        ("身份证号", "999999200602301008", "身份证号中的出生日期不存在"),
        ("身份证号", "999999000001011000", "身份证号中的出生日期不存在"),
        (
            "身份证号",
            "99999918991231100" + check_digit("99999918991231100"),
            "身份证号中的出生日期",
        ),
        ("准考证号", "2026-0001", "准考证号应为 6–20 位"),
        ("准考证号", "20260", "准考证号应为 6–20 位"),
        ("准考证号", "2" * 21, "准考证号应为 6–20 位"),
        ("准考证号", "../../etc", "准考证号应为 6–20 位"),
        ("准考证号", "　", "准考证号为空"),
        ("姓名", "", "姓名为空"),
        ("姓名", "\u200b\ufeff ", "姓名为空"),
        ("姓名", "王" * 61, "姓名过长"),
        ("姓名", "王小明\n女", "姓名含有换行或控制字符"),
        ("姓名", "王\x00小明", "姓名含有换行或控制字符"),
        ("姓名", "王\ud800", "姓名含有换行或控制字符"),
        ("姓名", True, "姓名不是文本格式"),
        ("单位", datetime(2026, 9, 1), "单位不是文本格式"),
        ("单位", 110, "单位是数值格式"),
        ("性别", "male", "性别应为男或女：male"),
        ("性别", None, "性别应为男或女："),
        ("性别", 1, "性别应为男或女：int"),
        ("性别", "女", "性别与身份证号不符"),
        ("座位号", 0, "座位号应为 1–9999"),
        ("座位号", -1, "座位号应为 1–9999"),
        ("座位号", 10_000, "座位号应为 1–9999"),
        ("座位号", 1.5, "座位号应为 1–9999"),
        ("座位号", float("nan"), "座位号应为 1–9999"),
        ("座位号", float("inf"), "座位号应为 1–9999"),
        ("座位号", True, "座位号应为 1–9999"),
        ("座位号", None, "座位号应为 1–9999"),
        ("座位号", "A07", "座位号应为 1–9999：A07"),
        pytest.param("座位号", 10**5000, "座位号应为 1–9999", id="a number of 5001 digits"),
    ],
)
def test_a_wrong_cell_is_said_with_its_row_and_column(column: str, value: Any, said: str) -> None:
    (problem,) = problems(row(2), row(1, **{column: value}))
    assert problem.startswith(f"第 3 行：{said}")
    assert len(problem) < 60


def test_a_misread_digit_of_an_identity_number_is_noticed() -> None:
    right = world.identity_number(1)
    for place in range(17):
        digit = str((int(right[place]) + 1) % 10)
        wrong = right[:place] + digit + right[place + 1 :]
        (problem,) = problems(row(1, 身份证号=wrong))
        assert "校验位不符" in problem or "出生日期不存在" in problem


@pytest.mark.parametrize("known", ["11010519491231002X", "440524188001010014"])
def test_the_check_character_is_that_of_the_standards_examples(known: str) -> None:
    assert check_digit(known) == known[17]


def test_a_seat_may_be_typed_as_number_or_text() -> None:
    for seat in (7, 7.0, "7", " 07 ", "７"):
        (read,) = read_rows([HEAD, row(1, 座位号=seat)])
        assert read.seat == 7


def test_full_width_and_zero_width_characters_in_numbers_do_no_harm() -> None:
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    identity, admission = world.identity_number(1), "2026000001"
    typed = row(
        1,
        身份证号=f"\u200b{identity.translate(wide)}\ufeff",
        准考证号=f"　{admission.translate(wide)}",
        性别="男\u200b",
        姓名=" 赵䶮\u200b",
    )
    assert read_rows([HEAD, typed]) == read_rows([HEAD, row(1)])


def test_a_small_x_at_the_end_of_an_identity_number_is_taken() -> None:
    number = next(n for n in range(1, 99) if world.identity_number(n).endswith("X"))
    (read,) = read_rows([HEAD, row(number, 身份证号=world.identity_number(number).lower())])
    assert read.identity == world.identity_number(number)


@pytest.mark.parametrize("name", ["赵䶮", "陈𠮷", "㛃", "𬭚", "买买提·艾力", "Anna-Maria O'Neil"])
def test_rare_characters_in_a_name_are_kept_as_they_are(name: str) -> None:
    (read,) = read_rows([HEAD, row(1, 姓名=name)])
    assert read.name == name


def test_repeated_numbers_are_said_with_both_rows_and_identities_shortened() -> None:
    twice = row(2, 准考证号="2026000001", 座位号="1", 身份证号=world.identity_number(1), 性别="男")
    said = problems(row(1), row(3), twice)
    assert said == [
        "第 4 行：准考证号重复：2026000001（同第 2 行）",
        f"第 4 行：身份证号重复：…{world.identity_number(1)[-4:]}（同第 2 行）",
        "第 4 行：座位号重复：1（同第 2 行）",
    ]


def test_a_repeat_in_a_row_with_another_problem_is_listed_at_once() -> None:
    said = problems(row(1, 姓名=""), row(2, 座位号=1))
    assert said == ["第 2 行：姓名为空", "第 3 行：座位号重复：1（同第 2 行）"]


def test_all_problems_of_all_rows_are_listed_and_blank_rows_counted() -> None:
    said = problems([None] * 6, row(1, 姓名="", 性别="?"), ["", " "], row(2, 座位号=0))
    assert [problem[:7] for problem in said] == ["第 3 行：姓", "第 3 行：性", "第 5 行：座"]


def test_a_short_row_lacks_what_is_not_there() -> None:
    assert problems(row(1)[:4]) == ["第 2 行：单位为空", "第 2 行：座位号应为 1–9999："]


def test_no_problem_shows_a_whole_identity_number() -> None:
    wrong = world.identity_number(1)[:17] + "0"
    assert not any(wrong in problem for problem in problems(row(1, 身份证号=wrong)))


cells = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=70)
    | st.binary(max_size=4)
    | st.dates()
    | st.just(time(8, 30))
    | st.just(date(2026, 11, 21))
    | st.sampled_from(row(1) + row(2) + HEAD)
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(cells, max_size=8), max_size=6),
    st.sampled_from([HEAD, HEAD[:5], [*HEAD, "座位号"], None]),
)
def test_whatever_the_cells_are_nothing_but_a_refusal_is_raised(
    rows: list[list[Any]], head: list[Any] | None
) -> None:
    try:
        read = read_rows(rows if head is None else [head, *rows])
    except RosterRefused as refused:
        assert refused.problems
        for problem in refused.problems:
            assert problem.zh and problem.en
    else:
        assert read and all(check_digit(r.identity) == r.identity[17] for r in read)
