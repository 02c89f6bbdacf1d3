"""A roster as schools keep it: rows of a sheet in, candidates out, every problem listed."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from sync.errors import RosterRefused
from sync.exam.specification import Struct
from sync.words import Words

COLUMNS = ("准考证号", "姓名", "身份证号", "性别", "单位", "座位号")
ADMISSION, NAME, IDENTITY, SEX, SCHOOL, SEAT = COLUMNS

Value = object


class RosterRow(Struct, frozen=True):
    """One candidate of one sitting."""

    admission: str
    name: str
    identity: str
    sex: Literal["男", "女"]
    school: str
    seat: int


def check_digit(identity: str) -> str:
    """The eighteenth character of a citizen identity number (GB 11643-1999, ISO 7064 mod 11-2)."""
    total = sum(int(digit) * (2 ** (17 - i) % 11) for i, digit in enumerate(identity[:17]))
    return "10X98765432"[total % 11]


def read_rows(rows: Sequence[Sequence[Value]]) -> tuple[RosterRow, ...]:
    """The roster in `rows` (head first, values as the sheet types them), or RosterRefused."""
    problems: list[Words] = []
    where = _columns(rows[0] if rows else (), problems)
    if problems:
        raise RosterRefused(problems)
    found: list[RosterRow] = []
    for number, row in enumerate(rows[1:], start=2):
        values = {name: row[i] if i < len(row) else None for name, i in where.items()}
        if all(_blank(value) for value in values.values()):
            continue
        entry = _row(number, values, problems)
        if entry:
            found.append(entry)
    _repeats(found, problems)
    if not found and not problems:
        problems.append(Words("名单中没有考生", "The roster has no candidates"))
    if problems:
        raise RosterRefused(problems)
    return tuple(found)


def _blank(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _columns(head: Sequence[Value], problems: list[Words]) -> dict[str, int]:
    names = [re.sub(r"[\s*＊]", "", str(cell)) for cell in head]
    where = {}
    for column in COLUMNS:
        if column not in names:
            problems.append(Words(f"缺少列：{column}", f"Column missing: {column}"))
        elif names.count(column) > 1:
            problems.append(Words(f"列重复：{column}", f"Column given twice: {column}"))
        else:
            where[column] = names.index(column)
    return where


def _row(number: int, values: dict[str, Value], problems: list[Words]) -> RosterRow | None:
    before = len(problems)
    identity = _identity(number, values[IDENTITY], problems)
    admission = _text(number, ADMISSION, values[ADMISSION], problems)
    if admission and not re.fullmatch(r"[0-9A-Za-z]{6,20}", admission):
        _say(
            problems,
            number,
            "准考证号应为 6–20 位数字或字母",
            "admission number: 6–20 digits or letters",
        )
    name = _text(number, NAME, values[NAME], problems)
    school = _text(number, SCHOOL, values[SCHOOL], problems)
    sex = str(values[SEX] or "").strip()
    if sex not in ("男", "女"):
        _say(problems, number, f"性别应为男或女：{sex}", f"sex must be 男 or 女: {sex}")
    elif identity and (int(identity[16]) % 2 == 1) != (sex == "男"):
        _say(problems, number, "性别与身份证号不符", "sex does not fit the identity number")
    seat = _seat(number, values[SEAT], problems)
    if len(problems) > before:
        return None
    return RosterRow(admission, name, identity, "男" if sex == "男" else "女", school, seat)


def _say(problems: list[Words], number: int, zh: str, en: str) -> None:
    problems.append(Words(f"第 {number} 行：{zh}", f"Row {number}: {en}"))


def _text(number: int, column: str, value: Value, problems: list[Words]) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        _say(
            problems,
            number,
            f"{column}是数值格式，可能丢失数字；请把该列设为文本后重新录入",
            f"{column} is a numeric cell and may have lost digits; make it text and enter it again",
        )
        return ""
    text = "" if value is None else str(value).strip()
    if not text:
        _say(problems, number, f"{column}为空", f"{column} is empty")
    elif len(text) > 60:
        _say(problems, number, f"{column}过长", f"{column} is too long")
    return text


def _identity(number: int, value: Value, problems: list[Words]) -> str:
    text = _text(number, IDENTITY, value, problems).upper()
    if not text:
        return ""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        _say(problems, number, "身份证号应为 18 位", "identity number: 18 characters")
    elif not _born(text):
        _say(
            problems, number, "身份证号中的出生日期不存在", "identity number: no such date of birth"
        )
    elif check_digit(text) != text[17]:
        _say(problems, number, "身份证号校验位不符", "identity number: check digit does not fit")
    else:
        return text
    return ""


def _born(identity: str) -> bool:
    try:
        date(int(identity[6:10]), int(identity[10:12]), int(identity[12:14]))
    except ValueError:
        return False
    return True


def _seat(number: int, value: Value, problems: list[Words]) -> int:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "")
    if not re.fullmatch(r"[0-9]{1,4}", text.strip()) or int(text) == 0:
        _say(problems, number, f"座位号应为 1–9999：{text}", f"seat must be 1–9999: {text}")
        return 0
    return int(text)


def _repeats(rows: Iterable[RosterRow], problems: list[Words]) -> None:
    for column, get in (
        (ADMISSION, lambda r: r.admission),
        (IDENTITY, lambda r: r.identity),
        (SEAT, lambda r: str(r.seat)),
    ):
        seen: set[str] = set()
        for row in rows:
            value = get(row)
            if value in seen:
                shown = value if column != IDENTITY else f"…{value[-4:]}"
                problems.append(Words(f"{column}重复：{shown}", f"{column} repeated: {shown}"))
            seen.add(value)
