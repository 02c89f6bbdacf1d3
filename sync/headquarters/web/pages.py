"""The staff's pages: sign-in, sessions and what came in, sites."""

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.headquarters.assessing.review import reviews_of
from sync.headquarters.errors import SignInRefused, TooManyTries
from sync.headquarters.intake import archive, receipts
from sync.headquarters.intake.handed_files import files_here
from sync.headquarters.intake.quarantine import count_waiting
from sync.headquarters.marking import results, scoring
from sync.headquarters.marking.reconcile import Reconciliation
from sync.headquarters.planning import publish, release, sessions, unlocking
from sync.headquarters.register import sites, staff
from sync.headquarters.released import sheets
from sync.headquarters.store.engine import record
from sync.headquarters.watch import board
from sync.headquarters.web.assessing_pages import assessor_home
from sync.headquarters.web.downloads import sheet_answer
from sync.headquarters.web.guard import COOKIE, PUBLIC, headquarters, may, now, role, stamp
from sync.headquarters.web.paging import PAGE, page_asked

pages = Blueprint("pages", __name__)


@pages.get("/sign-in")
@role(PUBLIC)
def sign_in_form() -> str:
    """The sign-in page."""
    return render_template("sign_in.html", error=None, name="", next=_next())


@pages.post("/sign-in")
@role(PUBLIC)
def sign_in() -> Answer:
    """Check account and password."""
    name = request.form.get("name", "").strip()
    address = request.remote_addr or ""
    try:
        token = staff.sign_in(
            headquarters(), name, request.form.get("password", ""), address, now()
        )
    except (SignInRefused, TooManyTries) as error:
        page = render_template("sign_in.html", error=error, name=name, next=_next())
        response = make_response(page, error.http_status)
        if isinstance(error, TooManyTries):
            response.headers["Retry-After"] = str(error.facts["seconds"])
        return response
    answer = redirect(_next(), 303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=staff.SESSION_MS // 1000,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return answer


def _next() -> str:
    """Where to go after sign-in: a path of ours, never another host."""
    wanted = request.values.get("next", "/")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\", "/sign-in"))
    return wanted if ours and wanted.isprintable() else "/"


@pages.post("/sign-out")
@role(*staff.ROLES)
def sign_out() -> Answer:
    """End the session of this browser."""
    staff.sign_out(headquarters(), stamp(), request.cookies[COOKIE])
    answer = redirect("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="Strict")
    return answer


@pages.get("/")
@role(*staff.ROLES)
def home() -> str:
    """Sessions with their state and what has come in, a page at a time; the latest first.

    Markers are told what they have to mark.
    """
    if not may(*staff.DESK):
        return render_template("marker.html", **assessor_home())
    page = page_asked()
    found = board.latest(headquarters(), PAGE + 1, page.offset)
    return render_template(
        "home.html",
        sessions=[board.judged(one, now()) for one in found[:PAGE]],
        phases=board.PHASES,
        problems=board.PROBLEMS,
        certain=board.CERTAIN,
        page=page.of(found),
        quarantined=count_waiting(headquarters()),
    )


@pages.get("/sessions/<session>")
@role(*staff.DESK)
def session_page(session: str) -> str:
    """One session: plan, package, batches, reconciliation, results."""
    row = sessions.show_session(headquarters(), session)
    published = row.state == "published"
    return render_template(
        "session.html",
        row=row,
        site=sites.show_site(headquarters(), row.site),
        sittings=sessions.list_sittings(headquarters(), session),
        reviewed=reviews_of(headquarters(), session),
        signed=release.first_signature(headquarters(), session),
        batches=archive.list_batches(headquarters(), session=session),
        trust=receipts.trust(headquarters()),
        at=now(),
        reconciliation=_reconciliation(session) if published else None,
        files_here=files_here(headquarters(), session),
        results=results.result_rows(headquarters(), session) if published else [],
        standing=sheets.standing_of_session(headquarters(), session) if published else None,
        consents=unlocking.consents(headquarters(), row.package_digest or ""),
    )


def _reconciliation(session: str) -> Reconciliation | None:
    return scoring.saved_reconciliation(headquarters(), session)


@pages.get("/sessions/<session>/results.xlsx")
@role("exam-officer")
def results_file(session: str) -> Response:
    """The results as a sheet, with full identity numbers; that it was taken is recorded."""
    sheet = sheets.results_sheet(headquarters(), session)
    with headquarters().store.writing() as db:
        record(db, stamp(), "results.export", session=session)
    return sheet_answer(sheet, f"results-{session}")


@pages.get("/sessions/<session>/codes")
@role("release-officer")
def codes_page(session: str) -> str:
    """Whose code to look at, and who has: an officer sees one official's code and no other."""
    package = publish.package_of(headquarters(), session)
    return render_template(
        "codes.html",
        row=sessions.show_session(headquarters(), session),
        holders=unlocking.holders(headquarters(), package.digest),
        me=stamp().who,
    )


@pages.post("/sessions/<session>/codes")
@role("release-officer")
def code_sheet(session: str) -> str:
    """The sheet of one official; that it was looked at is recorded."""
    official = 2 if request.form.get("official") == "2" else 1
    row = sessions.show_session(headquarters(), session)
    return render_template(
        "codes_shown.html",
        row=row,
        site=sites.show_site(headquarters(), row.site),
        code=unlocking.show_code(headquarters(), stamp(), session, official),
        official=official,
        package=publish.package_of(headquarters(), session),
        printed_at=now(),
    )


@pages.post("/sessions/<session>/online-unlock")
@role("release-officer")
def online_unlock(session: str) -> Answer:
    """One of two officers agrees that the site is unlocked over the network at the hour."""
    unlocking.consent(headquarters(), stamp(), session)
    return redirect(f"/sessions/{session}", 303)
