"""Who and what is missing on a day, and its incidents with their evidence."""

from flask import Blueprint, Response, render_template, request

from sync.errors import NotFound
from sync.headquarters.planning.sessions import list_sittings, show_session
from sync.headquarters.register import staff
from sync.headquarters.store.engine import record
from sync.headquarters.watch import incidents, missing
from sync.headquarters.web.board_pages import day_asked
from sync.headquarters.web.downloads import sheet_answer
from sync.headquarters.web.guard import headquarters, language, role, stamp
from sync.headquarters.web.paging import PAGE, page_asked
from sync.moments import moment
from sync.words import Words

watch_pages = Blueprint("watch_pages", __name__)


@watch_pages.get("/reconciliation")
@role(*staff.DESK)
def reconciliation_page() -> str:
    """Registered, present, submitted, received over a day or one session; who is missing."""
    day, days, session = _asked()
    account = _account(day, session)
    why = request.args.get("why", "")
    page = page_asked()
    wanted = [line for line in account.lines if why in ("", line.why)]
    counts = {code: sum(line.why == code for line in account.lines) for code in missing.WHYS}
    lines = wanted[page.offset :][:PAGE]
    return render_template(
        "reconciliation.html",
        day=day,
        days=days,
        session=session,
        totals=account.totals,
        agreed=account.agreed,
        counts={code: count for code, count in counts.items() if count},
        whys=missing.WHYS,
        expected=missing.EXPECTED,
        why=why,
        lines=lines,
        titles=_titles({line.session for line in lines}),
        page=page.of(wanted[page.offset :]),
    )


def _titles(of: set[str]) -> dict[tuple[str, str], Words]:
    """What the sittings of these sessions are called."""
    return {
        (session, one.plan.id): one.plan.title
        for session in of
        for one in list_sittings(headquarters(), session)
    }


@watch_pages.get("/reconciliation.xlsx")
@role("exam-officer", "auditor")
def reconciliation_file() -> Response:
    """The whole list as a sheet; that it was taken is recorded."""
    day, _, session = _asked()
    sheet = missing.missing_sheet(_account(day, session), language())
    return _sheet(sheet, "reconciliation", session or day)


def _asked() -> tuple[str, list[tuple[str, int]], str]:
    session = request.args.get("session", "")
    if session:
        return show_session(headquarters(), session).starts_at[:10], _days(), session
    day, days = day_asked()
    return day, days, ""


def _days() -> list[tuple[str, int]]:
    return day_asked()[1]


def _account(day: str, session: str) -> missing.Account:
    if session:
        return missing.account_of_session(headquarters(), session)
    return missing.account_of_day(headquarters(), day)


def _sheet(sheet: bytes, name: str, of: str) -> Response:
    with headquarters().store.writing() as db:
        record(db, stamp(), f"{name}.export", of=of)
    return sheet_answer(sheet, f"{name}-{of}")


@watch_pages.get("/incidents")
@role(*staff.DESK)
def incident_page() -> str:
    """The incidents of a day or one session, by kind and site."""
    day, days, session = _asked()
    asked = _incidents_asked(day, session)
    page = page_asked()
    found = incidents.list_incidents(headquarters(), asked, PAGE + 1, page.offset)
    return render_template(
        "incidents.html",
        day=day,
        days=days,
        session=session,
        asked=asked,
        kinds=incidents.KINDS,
        counts=incidents.count_by_kind(headquarters(), asked),
        rows=[(one, moment(one.at), incidents.told(one)) for one in found[:PAGE]],
        page=page.of(found),
    )


@watch_pages.get("/incidents.xlsx")
@role("exam-officer", "auditor")
def incident_file() -> Response:
    """The incidents asked for as a sheet; that it was taken is recorded."""
    day, _, session = _asked()
    asked = _incidents_asked(day, session)
    found = incidents.list_incidents(headquarters(), asked, incidents.MOST_ROWS)
    return _sheet(incidents.incident_sheet(found, language()), "incidents", session or day)


def _incidents_asked(day: str, session: str) -> incidents.Asked:
    kind = request.args.get("kind", "")
    if kind and kind not in incidents.KINDS:
        raise NotFound(what=kind[:40])
    site = request.args.get("site", "").strip()
    return incidents.Asked(day="" if session else day, session=session, site=site, kind=kind)
