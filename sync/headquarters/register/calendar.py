"""The calendar of sittings: two half-days each, and the levels that they offer.

A year comes from a sheet. 2024's ships, as published, and counts until a sheet replaces it.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from sync.exam.specification import Struct
from sync.headquarters.register.sheets import (
    Change,
    Line,
    Preview,
    plain,
    require_good,
    rows_of,
    whole,
)
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.register_tables import calendar_sittings
from sync.moments import BEIJING
from sync.spreadsheet import sheet_bytes
from sync.words import Words

LEVELS = ("初级", "中级", "高级")
COLUMNS = ("年度", "场次号", "第一天", "第一天时段", "第二天", "第二天时段", "级别")
YEAR, NUMBER, FIRST, FIRST_HOURS, SECOND, SECOND_HOURS, OFFERED = COLUMNS
# In principle a site has at least so many candidates in a sitting.
FEW = 40
_HOURS = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]")


class HalfDay(Struct, frozen=True):
    """A day (ISO 8601) and its hours, as 08:30-12:30."""

    day: str
    hours: str

    def has(self, start: datetime) -> bool:
        """Whether something that begins then begins in this half-day."""
        begins, _, ends = self.hours.partition("-")
        local = start.astimezone(BEIJING)
        return local.date().isoformat() == self.day and begins <= local.strftime("%H:%M") < ends


class CalendarSitting(Struct, frozen=True):
    """One sitting of the year."""

    year: int
    number: int
    first: HalfDay
    second: HalfDay
    levels: tuple[str, ...]

    @property
    def half_days(self) -> tuple[HalfDay, HalfDay]:
        """Both of them."""
        return self.first, self.second


@cache
def builtin() -> dict[int, tuple[CalendarSitting, ...]]:
    """The published calendars that ship, by year."""
    text = resources.files("sync.headquarters.register").joinpath("calendar-2024.json").read_text()
    facts: dict[str, Any] = json.loads(text)
    return {
        2024: tuple(
            CalendarSitting(
                year=2024,
                number=one["no"],
                first=HalfDay(one["days"][0], facts["half_days"][0]),
                second=HalfDay(one["days"][1], facts["half_days"][1]),
                levels=tuple(one["levels"]),
            )
            for one in facts["list"]
        )
    }


def of_year(db: Connection, year: int) -> tuple[CalendarSitting, ...]:
    """A year's sittings by number."""
    query = select(calendar_sittings).where(calendar_sittings.c.year == year)
    rows = db.execute(query.order_by(calendar_sittings.c.number)).all()
    found = tuple(
        CalendarSitting(
            year=row.year,
            number=row.number,
            first=HalfDay(row.first_day, row.first_hours),
            second=HalfDay(row.second_day, row.second_hours),
            levels=tuple(row.levels.split(" ")),
        )
        for row in rows
    )
    return found or builtin().get(year, ())


def years(db: Connection) -> list[int]:
    """The years that have a calendar, the newest first."""
    there = set(db.scalars(select(calendar_sittings.c.year).distinct()))
    return sorted(there | set(builtin()), reverse=True)


def local(starts_at: str) -> datetime:
    """A session's start in Beijing's time."""
    return datetime.fromisoformat(starts_at).astimezone(BEIJING)


def find(sittings: Iterable[CalendarSitting], start: datetime) -> CalendarSitting | None:
    """The sitting in one of whose half-days something begins."""
    for one in sittings:
        if any(half.has(start) for half in one.half_days):
            return one
    return None


def preview(headquarters: Headquarters, texts: list[list[str]]) -> Preview:
    """What a sheet says, row by row; RegisterSheetRefused if it has no such columns."""
    with headquarters.store.reading() as db:
        lines, _ = _read(db, texts)
    return Preview(COLUMNS, tuple(lines), texts)


def take(headquarters: Headquarters, by: Stamp, texts: list[list[str]]) -> int:
    """Each year in the sheet becomes as the sheet has it; how many sittings. All or nothing."""
    with headquarters.store.writing() as db:
        lines, found = _read(db, texts)
        require_good(lines)
        said = sorted({one.year for one in found})
        db.execute(delete(calendar_sittings).where(calendar_sittings.c.year.in_(said)))
        db.execute(insert(calendar_sittings), [_row(one) for one in found])
        record(db, by, "calendar.import", years=said, sittings=len(found))
    return len(found)


def _row(one: CalendarSitting) -> dict[str, object]:
    return {
        "year": one.year,
        "number": one.number,
        "first_day": one.first.day,
        "first_hours": one.first.hours,
        "second_day": one.second.day,
        "second_hours": one.second.hours,
        "levels": " ".join(one.levels),
    }


def _read(db: Connection, texts: list[list[str]]) -> tuple[list[Line], list[CalendarSitting]]:
    lines: list[Line] = []
    found: list[CalendarSitting] = []
    there: dict[int, tuple[CalendarSitting, ...]] = {}
    for number, cells in rows_of(texts, COLUMNS):
        problems: list[Words] = []
        one = _sitting(cells, problems)
        change: Change = "new"
        if one is not None:
            problems += _clashes(one, found)
            found.append(one)
            known = there.setdefault(one.year, of_year(db, one.year))
            old = next((o for o in known if o.number == one.number), None)
            change = "new" if old is None else "same" if old == one else "changed"
        lines.append(Line(number, tuple(cells.values()), tuple(problems), change if one else "new"))
    return lines, found


def _sitting(cells: dict[str, str], problems: list[Words]) -> CalendarSitting | None:
    year, number = whole(cells[YEAR], 2000, 2100), whole(cells[NUMBER], 1, 99)
    if year is None:
        problems.append(Words("年度应为四位年份", "year: four digits"))
    if number is None:
        problems.append(Words("场次号应为 1–99", "number: 1–99"))
    first = _half(cells[FIRST], cells[FIRST_HOURS], problems)
    second = _half(cells[SECOND], cells[SECOND_HOURS], problems)
    levels = tuple(x for x in re.split(r"[\s、,，;；]+", cells[OFFERED]) if x)
    if not levels or not set(levels) <= set(LEVELS):
        problems.append(
            Words(f"级别只能是{'、'.join(LEVELS)}", f"levels: some of {' '.join(LEVELS)}")
        )
    if first and second and (second.day, second.hours) <= (first.day, first.hours):
        problems.append(Words("第二天不在第一天之后", "the second half-day is not the later one"))
    for half in (first, second):
        if half and year is not None and date.fromisoformat(half.day).year != year:
            problems.append(Words(f"{half.day} 不在 {year} 年", f"{half.day} is not in {year}"))
    if problems or not (year and number and first and second):
        return None
    ordered = tuple(level for level in LEVELS if level in levels)
    return CalendarSitting(year, number, first, second, ordered)


def _half(day: str, hours: str, problems: list[Words]) -> HalfDay | None:
    said = plain(day).replace("/", "-").replace(".", "-")
    when = re.sub(r"\s", "", plain(hours)).replace("–", "-").replace("~", "-")
    try:
        found = date.fromisoformat(said)
    except ValueError:
        problems.append(Words(f"日期应为 2026-12-05：{day}", f"a day as 2026-12-05: {day}"))
        return None
    begins, _, ends = when.partition("-")
    if not _HOURS.fullmatch(when) or begins >= ends:
        problems.append(Words(f"时段应为 08:30-12:30：{hours}", f"hours as 08:30-12:30: {hours}"))
        return None
    return HalfDay(found.isoformat(), when)


def _clashes(one: CalendarSitting, others: Sequence[CalendarSitting]) -> list[Words]:
    """Where a row says something twice, or overlaps another: a start must name one sitting."""
    problems = []
    for other in others:
        if (one.year, one.number) == (other.year, other.number):
            problems.append(
                Words(f"场次号 {one.number} 重复", f"number {one.number} is given twice")
            )
        elif any(_overlap(a, b) for a in one.half_days for b in other.half_days):
            problems.append(
                Words(f"与第 {other.number} 次考试时间重叠", f"overlaps sitting {other.number}")
            )
    return problems


def _overlap(a: HalfDay, b: HalfDay) -> bool:
    begins_a, _, ends_a = a.hours.partition("-")
    begins_b, _, ends_b = b.hours.partition("-")
    return a.day == b.day and begins_a < ends_b and begins_b < ends_a


def template() -> bytes:
    """A sheet to fill in; it has 2024's sittings as an example, which are known anyway."""
    rows = [
        (
            str(one.year),
            str(one.number),
            one.first.day,
            one.first.hours,
            one.second.day,
            one.second.hours,
            "、".join(one.levels),
        )
        for one in builtin()[2024]
    ]
    return sheet_bytes("考试日程", COLUMNS, rows, spare_rows=20)
