"""Items in a spreadsheet, in the columns that schools use: an item a row, or an option a row."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from sync.headquarters.content.drafts import (
    Draft,
    Found,
    Kind,
    Place,
    Refusal,
    identifier_of,
    whole,
)
from sync.headquarters.content.html import text_to_html
from sync.headquarters.content.imports.sheet_marks import Marks
from sync.headquarters.content_errors import ImportUnreadable
from sync.words import Words

LETTERS = "ABCDEFGH"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "题目编号", "试题编号", "id"),
    "kind": ("题型", "试题类型", "题目类型", "type"),
    "stem": ("题干", "题目", "试题", "题目内容", "试题内容", "问题", "stem", "question"),
    "key": ("答案", "正确答案", "参考答案", "标准答案", "key", "answer"),
    "marks": ("分值", "分数", "marks", "score"),
    "difficulty": ("难度", "难易度", "难易程度", "难度等级", "难度系数", "difficulty"),
    "reason": ("解析", "答案解析", "试题解析", "reason", "explanation"),
    "situation": ("情景", "材料", "案例", "situation"),
    "field": ("工作领域", "领域", "知识点", "章节", "field"),
    "task": ("工作任务", "任务", "工作内容", "task"),
    "option": ("选项", "选项内容", "option"),
    "letter": ("选项标号", "选项编号", "标号", "选项字母", "letter"),
    "right": ("是否正确", "是否答案", "正确", "right"),
}
# The number of a row, which every sheet counts from 1 again: no name of an item.
COUNTED = ("序号", "题号", "no", "no.")
NAMES = {name: column for column, names in COLUMNS.items() for name in names}
_KINDS: Mapping[Kind, str] = {
    "single": "单选题 单选 单项选择题 单项选择 选择题 single",
    "multiple": "多选题 多选 多项选择题 多项选择 不定项选择题 不定项 multiple",
    "truth": "判断题 判断 是非题 对错题 truth",
    "entry": "填空题 填空 entry",
    "text": "简答题 简答 问答题 问答 论述题 论述 案例分析题 text",
    "upload": "上传题 操作题 实操题 实训题 upload",
    "ordering": "排序题 排序 ordering",
}
KINDS: Mapping[str, Kind] = {name: kind for kind, names in _KINDS.items() for name in names.split()}
TRUE = {"a", "对", "正确", "是", "√", "✓", "t", "true", "1", "y", "yes"}
FALSE = {"b", "错", "错误", "否", "×", "✗", "x", "f", "false", "0", "n", "no"}
DIFFICULTIES = {"易": 0.85, "较易": 0.75, "中": 0.6, "中等": 0.6, "较难": 0.5, "难": 0.4}
_OPTION = re.compile(r"(?:选项)?([A-H]|[1-8])\Z")
_LISTED = re.compile(r"(?:^|[\n|；;])\s*([A-H])\s*[.．、:：)）]\s*", re.MULTILINE)
_SEPARATORS = re.compile(r"[\s,;/|、。.]+")
# From so many digits on a number in a cell has lost some.
MOST_DIGITS = 15


class Row(NamedTuple):
    """A row by its columns: what the cells are, and its number in the sheet."""

    line: int
    cells: dict[str, object]

    def text(self, column: str) -> str:
        """What a person sees in a cell; lines stay."""
        return shown(self.cells.get(column))


def read_sheet_items(rows: Sequence[Sequence[object]], file: str, marks: Marks) -> Found:
    """The items of a sheet's rows; ImportUnreadable if it has no head with 题干 and 题型."""
    start, columns, unread = _head(rows)
    found: list[tuple[Draft, Place]] = []
    refused: list[Refusal] = []
    table = [
        Row(number, {name: row[place] for place, name in columns.items() if place < len(row)})
        for number, row in enumerate(rows[start:], start=start + 1)
        if any(cell and shown(cell) for cell in row)
    ]
    for lines in _grouped(table, "option" in columns.values()):
        wrong = [*_doubts(lines, columns, marks)]
        draft = None
        if not wrong:
            try:
                draft = _item(lines)
            except ValueError as error:
                wrong.append(error.args[0])
        if draft:
            found.append((draft, Place(file, lines[0].line)))
        name = lines[0].text("id")
        refused += [Refusal(file, lines[0].line, name, "item-refused", one) for one in wrong]
    kept, more = whole(found)
    return Found(tuple(kept), tuple(refused + more), unread=unread)


def _head(rows: Sequence[Sequence[object]]) -> tuple[int, dict[int, str], tuple[str, ...]]:
    """The row below the head, the columns by place, and the names that are no column of ours."""
    for number, row in enumerate(rows[:20]):
        columns: dict[int, str] = {}
        unread: list[str] = []
        for place, cell in enumerate(row):
            name = _column(shown(cell))
            if name and name not in columns.values():
                columns[place] = name
            elif shown(cell) and shown(cell).lower() not in COUNTED:
                unread.append(shown(cell)[:40])
        if "stem" in columns.values() and "kind" in columns.values():
            return number + 1, columns, tuple(unread)
    raise ImportUnreadable(reason_zh="没有表头「题型、题干」", reason_en="no head 题型, 题干")


def _column(cell: str) -> str:
    text = re.sub(r"[\s*＊()（）]|必填|选填", "", unicodedata.normalize("NFKC", cell))
    option = _OPTION.match(text.upper())
    if option:
        letter = option[1]
        return f"option-{LETTERS[int(letter) - 1] if letter.isdigit() else letter}"
    return NAMES.get(text.lower(), "")


def _grouped(table: Sequence[Row], by_option: bool) -> Iterator[list[Row]]:
    """The rows of each item: in the form of an option a row those below without a stem too."""
    group: list[Row] = []
    for row in table:
        if group and by_option and not row.text("stem") and not row.text("kind"):
            group.append(row)
            continue
        if group:
            yield group
        group = [row]
    if group:
        yield group


def _doubts(lines: list[Row], columns: Mapping[int, str], marks: Marks) -> Iterator[Words]:
    """Cells that are not what they show: formulas, dates, numbers that lost digits, merged ones."""
    for row in lines:
        for place, name in columns.items():
            cell = row.cells.get(name)
            where = (row.line, place)
            # Nearly all cells are texts and no formulas: the others alone cost a second look.
            if where in marks.formulas or not isinstance(cell, str | None):
                yield from _doubt(
                    cell, f"{marks.letters(place)}{row.line}", where in marks.formulas
                )
    row = lines[0]
    if not row.text("stem"):
        merged = any((row.line, place) in marks.merged for place in columns)
        zh, en = (
            ("题干为空（合并单元格）", "no stem: merged cells")
            if merged
            else ("题干为空", "no stem")
        )
        yield Words(zh, en)


def _doubt(cell: object, where: str, formula: bool) -> Iterator[Words]:
    if formula:
        yield Words(f"{where} 是公式，请粘贴为值", f"{where} is a formula, paste its value")
    elif isinstance(cell, datetime | date | time):
        zh = f"{where} 被存成了日期（{shown(cell)}），请设为文本"
        yield Words(zh, f"{where} is a date ({shown(cell)}), make it text")
    elif isinstance(cell, int | float) and abs(cell) >= 10**MOST_DIGITS:
        zh = f"{where} 是数值，长号码已丢失末位，请设为文本"
        yield Words(zh, f"{where} is a number that has lost digits, make it text")


def _item(lines: list[Row]) -> Draft:
    """The item of one or more rows; ValueError with Words if a cell cannot be read."""
    row = lines[0]
    named = row.text("kind").lower()
    kind = KINDS.get(named) or KINDS.get(named.removesuffix("题"))
    if kind is None:
        raise ValueError(Words(f"不认识的题型：{named[:20]}", f"unknown kind: {named[:20]}"))
    options, right = _options(lines, kind)
    key = _key(row, kind, options) or right
    stem = text_to_html(row.text("stem"))
    if kind == "ordering":
        order = {str(place): one for place, one in enumerate(key, start=1)}
        key = tuple(f"{place} {one}" for place, one in order.items())
    return Draft(
        id=plain(row.text("id")) or identifier_of(kind, stem, *options.values()),
        kind=kind,
        stem=stem,
        options=options,
        key=key,
        marks=_number(row, "marks", 1.0),
        difficulty=_difficulty(row),
        reason=text_to_html(row.text("reason")),
        situation=text_to_html(row.text("situation")),
        field=row.text("field"),
        task=row.text("task"),
    )


def _options(lines: list[Row], kind: Kind) -> tuple[dict[str, str], tuple[str, ...]]:
    """Options by small letter, and which of them are said to be right in their own row."""
    if kind == "truth":
        return {"a": "正确", "b": "错误"}, ()
    row = lines[0]
    wide = {one: row.text(f"option-{one}") for one in LETTERS}
    last = max((place for place, one in enumerate(LETTERS) if wide[one]), default=-1)
    texts = [wide[one] for one in LETTERS[: last + 1]]
    right: list[str] = []
    if not texts and len(lines) == 1 and _LISTED.search(row.text("option")):
        texts = [part.strip() for part in _LISTED.split(row.text("option"))[2::2]]
    elif not texts:
        filled = [one for one in lines if one.text("option")]
        texts = [re.sub(r"^[A-Ha-h]\s*[.．、:：)）]\s*", "", one.text("option")) for one in filled]
        said = [plain(one.text("right")).lower() in TRUE - {"a"} for one in filled]
        right = [chr(97 + place) for place, yes in enumerate(said) if yes]
    return {chr(97 + n): text_to_html(text) for n, text in enumerate(texts)}, tuple(right)


def _key(row: Row, kind: Kind, options: Mapping[str, str]) -> tuple[str, ...]:
    cell, text = row.cells.get("key"), row.text("key")
    if kind in ("text", "upload") or not text:
        return ()
    if kind == "entry":
        return tuple(part.strip() for part in re.split(r"[|｜\n]", text) if part.strip())
    said = plain(text).lower()
    if kind == "truth":
        if isinstance(cell, bool):
            return ("a",) if cell else ("b",)
        if said in TRUE | FALSE:
            return ("a",) if said in TRUE else ("b",)
        raise ValueError(
            Words(f"答案应为对或错：{text[:20]}", f"the key is not 对 or 错: {text[:20]}")
        )
    for letter, option in options.items():
        if text_to_html(text) == option:
            return (letter,)
    found = tuple(_SEPARATORS.sub("", said))
    return found if kind == "ordering" else tuple(sorted(set(found)))


def _number(row: Row, column: str, default: float) -> float:
    text = plain(row.text(column))
    text = text.removesuffix("分") if text[:1].isdigit() else text
    if not text:
        return default
    try:
        return float(text)
    except ValueError:
        raise ValueError(Words(f"不是数：{text[:20]}", f"not a number: {text[:20]}")) from None


def _difficulty(row: Row) -> float | None:
    text = plain(row.text("difficulty")).removesuffix("%")
    if not text:
        return None
    if text in DIFFICULTIES:
        return DIFFICULTIES[text]
    found = _number(row, "difficulty", 0) if "%" not in row.text("difficulty") else float(text)
    return found / 100 if found > 1 and "%" in row.text("difficulty") else found


def plain(text: str) -> str:
    """A text with full-width letters and digits as narrow ones."""
    return unicodedata.normalize("NFKC", text).strip()


def shown(cell: object) -> str:
    """What a person sees in a cell."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.isprintable():
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    text = "".join(
        c for c in str(cell) if c in "\n\t" or unicodedata.category(c) not in ("Cf", "Cc")
    )
    return text.strip()
