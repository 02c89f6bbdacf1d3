"""Items from spreadsheets: the columns that schools use, and cells that are not what they show."""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from sync.headquarters.content.drafts import Draft, Found
from sync.headquarters.content.imports.reading import read_items
from sync.headquarters.content.imports.sheet_marks import Marks
from sync.headquarters.content.imports.sheets import read_sheet_items
from sync.headquarters.content.imports.writing import HEAD, items_sheet, template_sheet
from sync.headquarters.content_errors import ImportUnreadable

WIDE = ["题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "分值", "难度", "解析"]
SINGLE = ["单选题", "直播前先做什么？", "试播", "下播", "发货", "退款", "A", 1, 0.8, "先试播"]


def read(*rows: list[Any], head: list[str] | None = None) -> Found:
    return read_sheet_items([head or WIDE, *rows], "x.xlsx", Marks())


def one(*cells: Any) -> Draft:
    found = read([*cells])
    assert found.refused == ()
    return found.drafts[0][0]


def why(found: Found) -> list[tuple[int, str]]:
    return [(refusal.line, refusal.reason.en) for refusal in found.refused]


def saved(tmp_path: Path, book: Workbook) -> Path:
    book.save(tmp_path / "x.xlsx")
    return tmp_path / "x.xlsx"


def test_a_row_is_an_item() -> None:
    item = one(*SINGLE)
    assert (item.kind, item.key, item.marks, item.difficulty) == ("single", ("a",), 1, 0.8)
    assert item.options == {"a": "试播", "b": "下播", "c": "发货", "d": "退款"}
    assert (item.stem, item.reason) == ("直播前先做什么？", "先试播")


@pytest.mark.parametrize(
    ("kind", "said", "key"),
    [
        ("多选题", "ＡＢ", ("a", "b")),
        ("多选", "B、A", ("a", "b")),
        ("多项选择题", "a,c", ("a", "c")),
        ("单选题", "ｂ", ("b",)),
        ("单选题", "发货", ("c",)),
        ("判断题", "√", ("a",)),
        ("判断题", "错误", ("b",)),
        ("判断题", True, ("a",)),
        ("判断", "Ｆ", ("b",)),
        ("填空题", "GMV|成交总额", ("GMV", "成交总额")),
        ("排序题", "BADC", ("1 b", "2 a", "3 d", "4 c")),
        ("简答题", "言之成理即可", ()),
    ],
)
def test_keys_are_read_as_people_write_them(kind: str, said: object, key: tuple[str, ...]) -> None:
    assert one(kind, "题？", "甲", "乙", "发货", "丁", said).key == key


@pytest.mark.parametrize(
    ("said", "read_as"), [("易", 0.85), ("60%", 0.6), (0.45, 0.45), ("", None)]
)
def test_a_difficulty_is_a_word_or_a_share(said: object, read_as: float | None) -> None:
    assert one(*SINGLE[:8], said).difficulty == read_as


def test_an_option_a_row_makes_the_same_item() -> None:
    head = ["题型", "题干", "选项", "是否正确", "分值"]
    rows = [
        ["多选题", "哪些对？", "A. 甲", "√", 2],
        [None, None, "B、乙"],
        [None, None, "丙", "是"],
    ]
    found = read(*rows, ["判断题", "对吗？", None, None, 1], head=[*head])
    item = found.drafts[0][0]
    assert (item.options, item.key, item.marks) == (
        {"a": "甲", "b": "乙", "c": "丙"},
        ("a", "c"),
        2,
    )
    assert why(found) == [(5, "there is no key")]


def test_options_in_one_cell_are_taken_apart() -> None:
    head = ["题型", "题目", "选项", "正确答案"]
    found = read(["单选题", "哪个？", "A．甲\nB．乙\nC. 丙", "C"], head=head)
    assert found.drafts[0][0].options == {"a": "甲", "b": "乙", "c": "丙"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["抢答题", "题？", "甲", "乙", "", "", "A"], "unknown kind: 抢答题"),
        (["单选题", "题？", "甲", "乙", "", "", "C"], "the key is not among the options: c"),
        (["单选题", "题？", "甲", "乙", "", "", "AB"], "there must be one key"),
        (["单选题", "题？", "甲", "甲", "", "", "A"], "two equal options: 甲"),
        (["单选题", "题？", "甲", "", "丙", "", "A"], "an option is empty"),
        (["单选题", "题？", "甲", "", "", "", "A"], "1 options, 2 needed"),
        (["单选题", "题？", "甲", "乙", "", "", ""], "there is no key"),
        (["单选题", "题？", "甲", "乙", "", "", datetime(2026, 5, 1)], "G2 is a date (2026-05-01)"),
        (["填空题", "证号？", "", "", "", "", 1.10101199003074e17], "G2 is a number that has lost"),
        (["判断题", "题？", "", "", "", "", "也许"], "the key is not 对 or 错: 也许"),
        (["单选题", "题？", "甲", "乙", "", "", "A", "两分"], "not a number: 两分"),
        (["单选题", "题？", "甲", "乙", "", "", "A", 0], "marks must be above 0"),
        (["单选题", "题？", "甲", "乙", "", "", "A", 1, 7], "the difficulty must be 0 to 1"),
        (["单选题", "", "甲", "乙", "", "", "A"], "no stem"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_by_its_line(row: list[Any], reason: str) -> None:
    found = read(row, SINGLE)
    assert [line for line, _ in why(found)] == [2]
    assert reason in why(found)[0][1]
    assert [place.line for _, place in found.drafts] == [3]


def test_the_same_item_twice_is_refused_with_the_place_of_the_first() -> None:
    assert why(read(SINGLE, SINGLE)) == [(3, "the identifier is also at x.xlsx:2")]


def test_markup_in_a_cell_is_text() -> None:
    item = one("单选题", "a<b & <script>x</script>\n第二行", "<i>甲</i>", "乙", "", "", "A")
    assert item.stem == "a&lt;b &amp; &lt;script&gt;x&lt;/script&gt;<br/>第二行"
    assert item.options["a"] == "&lt;i&gt;甲&lt;/i&gt;"


def test_formulas_and_merged_cells_are_found_in_the_file_itself(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in [
        WIDE,
        SINGLE,
        ["单选题", "二？", "甲", "乙", None, None, "A"],
        [None] * 2 + SINGLE[2:],
    ]:
        sheet.append(row)
    sheet["G3"] = '=UPPER("a")'
    sheet.merge_cells("B3:B4")
    found = read_items(saved(tmp_path, book))
    assert [draft.stem for draft, _ in found.drafts] == ["直播前先做什么？"]
    assert why(found) == [
        (3, "G3 is a formula, paste its value"),
        (4, "no stem: merged cells"),
    ]


def test_a_sheet_without_the_columns_is_no_sheet_of_items(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["姓名", "身份证号"])
    with pytest.raises(ImportUnreadable, match="no head"):
        read_items(saved(tmp_path, book))


def test_the_form_can_be_imported_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(template_sheet())
    found = read_items(tmp_path / "t.xlsx")
    kinds = [draft.kind for draft, _ in found.drafts]
    assert (kinds, found.refused) == (["single", "multiple", "truth", "entry"], ())


def test_a_sheet_that_was_written_reads_as_the_same_items(tmp_path: Path) -> None:
    rows = [
        SINGLE,
        ["多选题", "=1+1？", "甲", "乙", "", "", "AB", 2],
        ["判断题", "对？", *[""] * 4, "对"],
    ]
    rows += [
        ["填空题", "缩写？", *[""] * 4, "GMV|gmv2"],
        ["排序题", "序？", "甲", "乙", "", "", "BA"],
    ]
    drafts = [draft for draft, _ in read(*rows).drafts]
    (tmp_path / "o.xlsx").write_bytes(items_sheet(drafts))
    found = read_items(tmp_path / "o.xlsx")
    assert [draft for draft, _ in found.drafts] == drafts
    assert len(drafts) == 5 and HEAD[0] == "编号"


def test_a_sheet_of_no_bytes_or_a_broken_one_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"PK\x03\x04 broken", io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").read()):
        (tmp_path / "x.xlsx").write_bytes(data)
        try:
            assert read_items(tmp_path / "x.xlsx").refused
        except ImportUnreadable as error:
            assert error.exit_status == 6


def test_the_number_of_a_row_names_no_item() -> None:
    """Two sheets that count from 1 would otherwise change each other's items."""
    first = read(["1", *SINGLE], head=["序号", *WIDE]).drafts[0][0]
    other = read(["1", *SINGLE[:1], "谁先做？", *SINGLE[2:]], head=["题号", *WIDE]).drafts[0][0]
    assert first.id == one(*SINGLE).id != other.id
    assert read(["k-1", *SINGLE], head=["编号", *WIDE]).drafts[0][0].id == "k-1"


def test_columns_that_are_not_read_are_named() -> None:
    assert read([1, *SINGLE, "x"], head=["序号", *WIDE, "备注"]).unread == ("备注",)
    assert read(SINGLE).unread == ()
    named = [*WIDE[:8], "难易程度", WIDE[9]]
    assert read(SINGLE, head=named).drafts[0][0].difficulty == 0.8


def test_what_the_template_and_an_export_hold_is_all_read(tmp_path: Path) -> None:
    for data in (template_sheet(), items_sheet([one(*SINGLE)])):
        (tmp_path / "x.xlsx").write_bytes(data)
        assert read_items(tmp_path / "x.xlsx").unread == ()


def test_a_document_is_told_from_a_package_and_a_picture_from_text(tmp_path: Path) -> None:
    for member, said in (("word/document.xml", "Word"), ("readme.txt", "imsmanifest")):
        with zipfile.ZipFile(tmp_path / "x.docx", "w") as packed:
            packed.writestr(member, "<a/>")
        try:
            reasons = [one.reason.en for one in read_items(tmp_path / "x.docx").refused]
        except ImportUnreadable as error:
            reasons = [error.say("en")]
        assert said in reasons[0]
    (tmp_path / "x.txt").write_bytes("网关？{=是 ~否}".encode("gb18030"))
    with pytest.raises(ImportUnreadable, match="UTF-8"):
        read_items(tmp_path / "x.txt")
