"""Pages of the pilot's quota and of the calendar: looked at as pictures, imported as sheets."""

import json
from calendar import Calendar
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import msgspec
from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.headquarters.planning import sessions
from sync.headquarters.register import calendar, places, quotas
from sync.headquarters.register.application import certificates
from sync.headquarters.register.refusals import RegisterSheetRefused
from sync.headquarters.register.roll import names_of_sites
from sync.headquarters.register.sheets import Preview, texts_of
from sync.headquarters.register.staff import DESK
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.web.downloads import sheet_answer
from sync.headquarters.web.guard import headquarters, role, stamp
from sync.headquarters.web.register_pages import OFFICER, TONES, today
from sync.words import Words

quota_pages = Blueprint("quota_pages", __name__)
MOST_SHEET = 2 * 1024 * 1024
Look = Callable[[Headquarters, list[list[str]]], Preview]
TITLES = {
    "quota": Words("导入指标：逐行核对", "Import quotas: row by row"),
    "calendar": Words("导入考试日程：逐行核对", "Import a calendar: row by row"),
}


def _year(known: list[int]) -> tuple[int, list[int]]:
    """The year asked for, and those to choose from."""
    here = today().year
    asked = min(max(request.args.get("year", here, int), 2000), 2100)
    return asked, sorted({*known, here, asked}, reverse=True)


@quota_pages.get("/quota")
@role(*DESK)
def quota_page() -> str:
    """A year's quotas, each with a bar of what is used."""
    year, choices = _year(quotas.years(headquarters()))
    return render_template(
        "quota.html",
        year=year,
        years=choices,
        rows=quotas.list_quotas(headquarters(), year),
        words=quotas.STATES,
        titles=certificates(),
        sites=names_of_sites(headquarters()),
        tones=TONES,
    )


@quota_pages.get("/calendar")
@role(*DESK)
def calendar_page() -> str:
    """A year drawn: its sittings, the sessions of sites, and where too few are registered."""
    with headquarters().store.reading() as db:
        year, choices = _year(calendar.years(db))
        found = calendar.of_year(db, year)
        turnout = places.turnout(db, found, year)
    near = sessions.list_sessions(headquarters(), year=year)
    made = [s for s in near if _in_year(s.starts_at, year)]
    return render_template(
        "calendar.html",
        year=year,
        years=choices,
        sittings=found,
        turnout=turnout,
        sites=names_of_sites(headquarters()),
        few=calendar.FEW,
        shipped=found == calendar.builtin().get(year),
        sessions={
            n: [s for s in made if _of(found, s) == n] for n in [*(c.number for c in found), None]
        },
        months=_drawn(found, made, year),
    )


def _in_year(starts_at: str, year: int) -> bool:
    return calendar.local(starts_at).year == year


def _of(found: tuple[calendar.CalendarSitting, ...], row: sessions.SessionRow) -> int | None:
    """The number of the calendar's sitting that a session is in."""
    one = calendar.find(found, calendar.local(row.starts_at))
    return one.number if one and row.kind == "examination" else None


class Day(NamedTuple):
    """A day of the drawing: what is sat there, and how many sessions sites hold."""

    day: int
    sitting: int | None
    sessions: int


def _drawn(
    found: tuple[calendar.CalendarSitting, ...], made: list[sessions.SessionRow], year: int
) -> list[list[list[Day | None]]]:
    """Twelve months of weeks of days; None for days of other months."""
    sat = {half.day: one.number for one in found for half in one.half_days}
    held = Counter(calendar.local(s.starts_at).date().isoformat() for s in made)

    def drawn(day: date, month: int) -> Day | None:
        name = day.isoformat()
        return Day(day.day, sat.get(name), held[name]) if day.month == month else None

    return [
        [[drawn(day, m) for day in week] for week in Calendar().monthdatescalendar(year, m)]
        for m in range(1, 13)
    ]


@quota_pages.get("/quota/template.xlsx")
@role(OFFICER)
def quota_template() -> Response:
    """An empty sheet of quotas."""
    return sheet_answer(quotas.template(), "quota")


@quota_pages.get("/calendar/template.xlsx")
@role(OFFICER)
def calendar_template() -> Response:
    """A sheet of the calendar, with 2024's as the example."""
    return sheet_answer(calendar.template(), "calendar")


@quota_pages.post("/quota/preview")
@role(OFFICER)
def quota_preview() -> str:
    """What each row of the sheet would do; nothing is taken."""
    return _preview("quota", quotas.preview)


@quota_pages.post("/calendar/preview")
@role(OFFICER)
def calendar_preview() -> str:
    """What each row of the sheet would do; nothing is taken."""
    return _preview("calendar", calendar.preview)


def _preview(kind: str, look: Look) -> str:
    sent = request.files.get("sheet")
    texts = texts_of(sent.stream.read(MOST_SHEET) if sent else b"")
    return render_template(
        "sheet_preview.html",
        kind=kind,
        title=TITLES[kind],
        found=look(headquarters(), texts),
        rows=json.dumps(texts, ensure_ascii=False),
    )


@quota_pages.post("/quota/import")
@role(OFFICER)
def quota_import() -> Answer:
    """Take the rows that were looked at; they are checked again."""
    quotas.take(headquarters(), stamp(), _texts())
    return redirect("/quota", 303)


@quota_pages.post("/calendar/import")
@role(OFFICER)
def calendar_import() -> Answer:
    """Take the rows that were looked at; they are checked again."""
    calendar.take(headquarters(), stamp(), _texts())
    return redirect("/calendar", 303)


def _texts() -> list[list[str]]:
    request.max_form_memory_size = MOST_SHEET
    try:
        return msgspec.json.decode(request.form.get("rows", ""), type=list[list[str]])
    except msgspec.DecodeError as error:
        raise RegisterSheetRefused([Words(str(error), str(error))]) from None
