"""A roster as schools keep it: rows of a sheet in, candidates out, every problem listed."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from sync.errors import RosterRefused
from sync.exam.specification import Struct
from sync.words import Words

COLUMNS = ("准考证号", "姓名", "身份证号", "性别", "单位", "座位号")
ADMISSION, NAME, IDENTITY, SEX, SCHOOL, SEAT = COLUMNS
# May be missing: only a quota that lists majors asks for it.
MAJOR = "专业"

# A name or a school is shorter.
MAX_TEXT = 60

# Of a number in a cell nobody needs to see more.
LARGEST = 10**15

Value = object


class RosterRow(Struct, frozen=True):
    """One candidate of one sitting."""

    admission: str
    name: str
    identity: str
    sex: Literal["男", "女"]
    school: str
    seat: int
    major: str = ""


def check_digit(identity: str) -> str:
    """The eighteenth character of a citizen identity number (GB 11643-1999, ISO 7064 mod 11-2)."""
    total = sum(int(digit) * (2 ** (17 - i) % 11) for i, digit in enumerate(identity[:17]))
    return "10X98765432"[total % 11]


def read_rows(rows: Sequence[Sequence[Value]], seats: bool = True) -> tuple[RosterRow, ...]:
    """The roster in `rows` (head first, values as the sheet types them), or RosterRefused.

    `seats=False`: whatever the sheet says of seats is passed over, and every seat is 0.
    """
    _, found = look_at_rows(rows, seats)
    problems = [
        Words(f"第 {row.number} 行：{p.zh}", f"Row {row.number}: {p.en}")
        for row in found
        for p in row.problems
    ]
    if problems:
        raise RosterRefused(problems)
    return tuple(row.row for row in found if row.row is not None)


class RowRead(NamedTuple):
    """One row as it was read, by the sheet's own number; `row` is None where there are problems."""

    number: int
    cells: tuple[str, ...]
    problems: tuple[Words, ...]
    row: RosterRow | None


def look_at_rows(
    rows: Sequence[Sequence[Value]], seats: bool = True
) -> tuple[tuple[str, ...], tuple[RowRead, ...]]:
    """The columns and every row with its own problems; RosterRefused if it is no roster at all."""
    problems: list[Words] = []
    where = _columns(rows[0] if rows else (), problems, seats)
    if problems:
        raise RosterRefused(problems)
    found: list[RowRead] = []
    seen: dict[tuple[str, str | int], int] = {}
    for number, row in enumerate(rows[1:], start=2):
        values = {name: row[i] if i < len(row) else None for name, i in where.items()}
        if all(_blank(value) for value in values.values()):
            continue
        wrong: list[Words] = []
        entry = _row(number, values, wrong, seen)
        cells = tuple(_cell(value) for value in values.values())
        found.append(RowRead(number, cells, tuple(wrong), entry))
    if not found:
        raise RosterRefused([Words("名单中没有考生", "The roster has no candidates")])
    return tuple(where), tuple(found)


def _cell(value: Value) -> str:
    """What a person sees in a cell."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        # A number of thousands of digits is not even to be written out.
        return f"{value:.15g}" if abs(value) < LARGEST else "…"
    return str(value)[:MAX_TEXT]


def _blank(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not _visible(value))


def _visible(text: str) -> str:
    """Without what nobody sees: blanks around it, zero-width marks anywhere."""
    return "".join(c for c in text if unicodedata.category(c) != "Cf").strip()


def _plain(text: str) -> str:
    """For numbers and codes: full-width digits and letters become plain ones."""
    return _visible(unicodedata.normalize("NFKC", text))


def _columns(head: Sequence[Value], problems: list[Words], seats: bool) -> dict[str, int]:
    names = [re.sub(r"[\s*]", "", _plain(cell)) if isinstance(cell, str) else "" for cell in head]
    where = {}
    for column in COLUMNS if seats else COLUMNS[:-1]:
        if column not in names:
            problems.append(Words(f"缺少列：{column}", f"Column missing: {column}"))
        elif names.count(column) > 1:
            problems.append(Words(f"列重复：{column}", f"Column given twice: {column}"))
        else:
            where[column] = names.index(column)
    if names.count(MAJOR) > 1:
        problems.append(Words(f"列重复：{MAJOR}", f"Column given twice: {MAJOR}"))
    elif MAJOR in names:
        where[MAJOR] = names.index(MAJOR)
    return where


def _row(
    number: int,
    values: dict[str, Value],
    problems: list[Words],
    seen: dict[tuple[str, str | int], int],
) -> RosterRow | None:
    before = len(problems)
    admission = _admission(values[ADMISSION], problems)
    name = _text(NAME, values[NAME], problems)
    identity = _identity(values[IDENTITY], problems)
    sex = _sex(values[SEX], identity, problems)
    school = _text(SCHOOL, values[SCHOOL], problems)
    seat = _seat(values[SEAT], problems) if SEAT in values else 0
    said = values.get(MAJOR)
    major = "" if _blank(said) else _text(MAJOR, said, problems)
    for column, value in ((ADMISSION, admission), (IDENTITY, identity), (SEAT, seat)):
        first = seen.setdefault((column, value), number)
        if value and first != number:
            shown = f"…{identity[-4:]}" if column == IDENTITY else value
            _say(
                problems,
                f"{column}重复：{shown}（同第 {first} 行）",
                f"{column} repeated: {shown} (as in row {first})",
            )
    if len(problems) > before:
        return None
    return RosterRow(admission, name, identity, sex, school, seat, major)


def _say(problems: list[Words], zh: str, en: str) -> None:
    problems.append(Words(zh, en))


def _shown(value: Value) -> str:
    """A cell's content as a message quotes it."""
    text = "" if value is None else value if isinstance(value, str) else type(value).__name__
    return text if len(text) <= 20 else f"{text[:20]}…"


def _text(column: str, value: Value, problems: list[Words]) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        _say(
            problems,
            f"{column}是数值格式，可能丢失数字；请把该列设为文本后重新录入",
            f"{column} is a numeric cell and may have lost digits; make it text and enter it again",
        )
    elif value is not None and not isinstance(value, str):
        _say(problems, f"{column}不是文本格式", f"{column} is not a text cell")
    elif not (text := _visible(value or "")):
        _say(problems, f"{column}为空", f"{column} is empty")
    elif len(text) > MAX_TEXT:
        _say(problems, f"{column}过长", f"{column} is too long")
    elif any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text):
        _say(
            problems,
            f"{column}含有换行或控制字符",
            f"{column} holds a line break or control character",
        )
    else:
        return text
    return ""


def _admission(value: Value, problems: list[Words]) -> str:
    text = _plain(_text(ADMISSION, value, problems))
    if not text or re.fullmatch(r"[0-9A-Za-z]{6,20}", text):
        return text
    _say(
        problems,
        "准考证号应为 6–20 位数字或字母",
        "admission number: 6–20 digits or letters",
    )
    return ""


def _sex(value: Value, identity: str, problems: list[Words]) -> Literal["男", "女"]:
    sex = _visible(value) if isinstance(value, str) else ""
    if sex not in ("男", "女"):
        shown = _shown(value)
        _say(problems, f"性别应为男或女：{shown}", f"sex must be 男 or 女: {shown}")
    elif identity and (int(identity[16]) % 2 == 1) != (sex == "男"):
        _say(problems, "性别与身份证号不符", "sex does not fit the identity number")
    return "男" if sex == "男" else "女"


def _identity(value: Value, problems: list[Words]) -> str:
    text = _plain(_text(IDENTITY, value, problems)).upper()
    if not text:
        return ""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        _say(problems, "身份证号应为 18 位", "identity number: 18 characters")
    elif not _born(text):
        _say(problems, "身份证号中的出生日期不存在", "identity number: no such date of birth")
    elif check_digit(text) != text[17]:
        _say(problems, "身份证号校验位不符", "identity number: check digit does not fit")
    else:
        return text
    return ""


def _born(identity: str) -> bool:
    try:
        born = date(int(identity[6:10]), int(identity[10:12]), int(identity[12:14]))
    except ValueError:
        return False
    return born.year >= 1900


def _seat(value: Value, problems: list[Words]) -> int:
    """Schools type seat numbers as numbers, which loses nothing."""
    seat = 0
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", _plain(value)):
        seat = int(_plain(value))
    elif isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
        seat = int(value) if 0 < value <= 9999 else 0
    if not seat:
        shown = _shown(value)
        _say(problems, f"座位号应为 1–9999：{shown}", f"seat must be 1–9999: {shown}")
    return seat
