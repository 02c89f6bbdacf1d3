"""Which columns a certificate platform takes: a TOML file, read and checked. Pure.

The form is specified in docs/specs/results.md.
"""

import tomllib
from collections.abc import Iterator, Mapping

import msgspec

from sync.exam.specification import Struct
from sync.headquarters.released.errors import MappingRefused
from sync.words import Words

LARGEST, MOST_COLUMNS, LONGEST = 64 * 1024, 60, 100
COMPONENTS = ("theory", "practical", "review")
FINAL = ("passed", "failed", "absent", "violation")
STATES = (*FINAL, "elsewhere")
# What a column can hold: names of a line, of its list, and of its components.
FIELDS = frozenset(
    {"place", "admission", "name", "identity", "sex", "school", "specification", "certificate"}
    | {"level", "edition", "outcome", "code", "session", "site", "site_name", "date", "release"}
    | {f"{what}.{component}" for what in ("marks", "state") for component in COMPONENTS}
)
DATES: Mapping[str, str] = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYYMMDD": "%Y%m%d",
    "YYYY年MM月DD日": "%Y年%m月%d日",
}
# Numbers stay numbers in the sheet unless `as` makes them text; all else is text.
NUMBERS = frozenset({"place", "release", *(f"marks.{name}" for name in COMPONENTS)})


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column: a `field` or always the same `text`. `empty` stands where there is no value."""

    name: str
    field: str | None = None
    text: str | None = None
    values: dict[str, str] = {}
    date: str | None = None
    as_text: bool = False
    empty: str = ""


class ColumnMapping(Struct, frozen=True):
    """All columns in their order; rows of other `outcomes` are left out."""

    title: str
    sheet: str
    column: tuple[Column, ...]
    outcomes: tuple[str, ...] = FINAL
    specifications: tuple[str, ...] = ()
    sample: bool = False


def read_mapping(data: bytes) -> ColumnMapping:
    """MappingRefused lists every problem."""
    if len(data) > LARGEST:
        raise MappingRefused([Words("文件过大", "the file is too large")])
    try:
        raw = tomllib.loads(data.decode("utf-8"))
        found = msgspec.convert(raw, ColumnMapping)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        said = str(error)[:200]
        raise MappingRefused([Words(f"无法读取：{said}", f"cannot be read: {said}")]) from None
    except RecursionError:
        raise MappingRefused([Words("嵌套过深", "nested too deeply")]) from None
    if wrong := list(problems(found)):
        raise MappingRefused(wrong)
    return found


def problems(mapping: ColumnMapping) -> Iterator[Words]:
    """What is wrong with a mapping that could be read."""
    if not 1 <= len(mapping.column) <= MOST_COLUMNS:
        yield Words(f"应有 1–{MOST_COLUMNS} 列", f"it needs 1 to {MOST_COLUMNS} columns")
    if not mapping.title.strip() or len(mapping.title) > LONGEST or not mapping.sheet.strip():
        yield Words("缺少 title 或 sheet", "title or sheet is missing")
    unknown = sorted(set(mapping.outcomes) - set(FINAL))
    if unknown or not mapping.outcomes:
        yield Words(f"没有这样的结果：{unknown}", f"no such outcome: {unknown}")
    names = [column.name.strip() for column in mapping.column]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield Words(f"列“{name}”重复", f"column “{name}” is there twice")
    for place, column in enumerate(mapping.column, start=1):
        for zh, en in _of_column(column):
            yield Words(
                f"第 {place} 列“{column.name}”：{zh}", f"column {place} “{column.name}”: {en}"
            )


def _of_column(column: Column) -> Iterator[tuple[str, str]]:
    if not column.name.strip() or len(column.name) > LONGEST:
        yield "列名为空或过长", "its name is empty or too long"
    if (column.field is None) == (column.text is None):
        yield "应有 field 或 text 之一", "it needs either field or text"
    if column.field is not None and column.field not in FIELDS:
        yield f"没有字段 {column.field}", f"there is no field {column.field}"
    if column.date is not None and (column.field != "date" or column.date not in DATES):
        listed = "、".join(DATES)
        yield f"日期格式应为 {listed}", f"a date is one of {', '.join(DATES)}"
    yield from _of_values(column)


def _of_values(column: Column) -> Iterator[tuple[str, str]]:
    if not column.values:
        return
    known = {"outcome": FINAL, "sex": ("男", "女")}.get(column.field or "")
    if column.field and column.field.startswith("state."):
        known = STATES
    if known is None:
        return
    if unknown := sorted(column.values.keys() - set(known)):
        yield f"values 中没有 {unknown}", f"values has no {unknown}"
    if lacking := [one for one in known if one not in column.values]:
        yield f"values 缺少 {lacking}", f"values lacks {lacking}"
