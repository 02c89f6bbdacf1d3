"""The columns of a certificate platform: the mapping checked, the sheet made of a release."""

from pathlib import Path

import openpyxl
import pytest
from desk_world import Desk
from msgspec.structs import replace
from settled import FIRST, ONE, put_out, sat
from test_result_lists import LINE, LIST

from sync.errors import NotFound
from sync.headquarters.errors import NameRefused
from sync.headquarters.released.errors import MappingRefused, NothingReleased
from sync.headquarters.released.mapping import read_mapping
from sync.headquarters.released.platform import (
    SAMPLE,
    find_mapping,
    keep_mapping,
    list_mappings,
    platform_sheet,
    sample_mapping,
    sheet_rows,
)
from sync.sheet_writer import sheet_bytes

HEAD = 'title = "平台"\nsheet = "成绩"\n'


def mapping(*columns: str, head: str = HEAD) -> bytes:
    """A mapping of these columns, each the lines below its name."""
    parts = [f'[[column]]\nname = "列{n}"\n{one}\n' for n, one in enumerate(columns)]
    return (head + "".join(parts)).encode()


def test_the_sample_is_marked_as_one_and_can_be_read() -> None:
    found = read_mapping(sample_mapping())
    assert found.sample
    assert "样例" in found.title
    assert len(sheet_rows(LIST, found)[0]) == len(found.column) == 15


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ('field = "identity"', "110101199001011237"),
        ('field = "name"', "示例考生01"),
        ('field = "marks.theory"', 80),
        ('field = "marks.theory"\nas_text = true', "80"),
        ('field = "marks.practical"\nempty = "—"', "—"),
        ('field = "state.theory"', "passed"),
        ('text = "居民身份证"', "居民身份证"),
        ('field = "date"\ndate = "YYYY年MM月DD日"', "2026年12月05日"),
        ('field = "date"', "2026-12-05"),
        ('field = "place"', 1),
        ('field = "session"', "am"),
        ('field = "level"', "初级"),
        ('field = "release"', 1),
        ('field = "code"', LIST.codes()[0]),
    ],
)
def test_each_field_becomes_its_cell(column: str, value: object) -> None:
    assert sheet_rows(LIST, read_mapping(mapping(column))) == [[value]]


def test_outcomes_and_certificates_that_a_platform_does_not_take_are_left_out() -> None:
    lines = (LINE, replace(LINE, admission="2", outcome="absent"))
    some = replace(LIST, lines=lines)
    columns = ('field = "place"', 'field = "admission"')
    only = read_mapping(mapping(*columns, head=HEAD + 'outcomes = ["absent"]\n'))
    assert sheet_rows(some, only) == [[1, "2"]]
    other = read_mapping(mapping(*columns, head=HEAD + 'specifications = ["560003-junior"]\n'))
    assert sheet_rows(some, other) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfe", "cannot be read"),
        (b"nonsense =", "cannot be read"),
        (HEAD.encode(), "column"),
        (mapping('field = "name"', head='title = ""\nsheet = "x"\n'), "title or sheet"),
        (mapping('field = "password"'), "no field password"),
        (mapping('field = "__class__"'), "no field"),
        (mapping('field = "name"\ntext = "x"'), "either field or text"),
        (mapping(""), "either field or text"),
        (mapping('field = "name"\nformula = "=1"'), "cannot be read"),
        (mapping('field = "date"\ndate = "%c"'), "a date is one of"),
        (mapping('field = "name"\ndate = "YYYYMMDD"'), "a date is one of"),
        (mapping('field = "outcome"\nvalues = { passed = "1" }'), "values lacks"),
        (mapping('field = "sex"\nvalues = { "男" = "1", "女" = "2", x = "3" }'), "values has no"),
        (mapping(*['field = "name"'] * 61), "1 to 60 columns"),
        (mapping('field = "name"', head=HEAD + 'outcomes = ["awaiting"]\n'), "no such outcome"),
        (mapping('field = "name"') + b'[[column]]\nname = "\xe5\x88\x970"\ntext = "x"', "twice"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deeply"),
        (b"#" * 70_000, "too large"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(data: bytes, said: str) -> None:
    with pytest.raises(MappingRefused) as refused:
        read_mapping(data)
    assert any(said in problem.en for problem in refused.value.problems)


@pytest.mark.parametrize("name", ["=1+1", "+86", "-2", "@sum", '=HYPERLINK("http://x")', "\t=1"])
def test_no_cell_can_be_a_formula_and_identity_numbers_stay_text(name: str, tmp_path: Path) -> None:
    some = replace(LIST, lines=(replace(LINE, name=name, school=name),))
    found = read_mapping(mapping('field = "name"', 'field = "identity"', 'field = "school"'))
    path = tmp_path / "x.xlsx"
    path.write_bytes(sheet_bytes("x", ["a", "b", "c"], sheet_rows(some, found)))
    cells = openpyxl.load_workbook(path).active[2]  # type: ignore[index]
    assert [cell.data_type for cell in cells] == ["s", "s", "s"]
    assert [cell.number_format for cell in cells] == ["@", "@", "@"]
    assert cells[1].value == "110101199001011237"


def test_a_mapping_is_kept_under_a_name_and_the_last_counts(published_desk: Desk) -> None:
    desk = published_desk
    keep_mapping(desk.hq, FIRST, "ours", mapping('field = "name"'))
    keep_mapping(desk.hq, FIRST, "ours", mapping('field = "name"', 'field = "sex"'))
    assert [one.name for one in list_mappings(desk.hq)] == ["ours", SAMPLE]
    assert len(find_mapping(desk.hq, "ours").column) == 2
    for name, error in ((SAMPLE, MappingRefused), ("Ours", NameRefused), ("a/b", NameRefused)):
        with pytest.raises(error):
            keep_mapping(desk.hq, FIRST, name, mapping('field = "name"'))
    with pytest.raises(NotFound):
        find_mapping(desk.hq, "none")


def test_the_sheet_is_made_of_the_release_asked_for(published_desk: Desk) -> None:
    desk = published_desk
    sat(desk)
    keep_mapping(desk.hq, FIRST, "ours", mapping('field = "admission"', 'field = "outcome"'))
    with pytest.raises(NothingReleased):
        platform_sheet(desk.hq, FIRST, "morning", "ours")
    put_out(desk)
    path = desk.folder / "p.xlsx"
    path.write_bytes(platform_sheet(desk.hq, FIRST, "morning", "ours"))
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(path).active.rows]  # type: ignore[union-attr]
    assert rows[:2] == [["列0", "列1"], [ONE, "passed"]]
    with pytest.raises(NotFound):
        platform_sheet(desk.hq, FIRST, "morning", "ours", release=2)
