"""Searching results, and checking a candidate's receipt code."""

from flask import Blueprint, Response, render_template, request

from sync.headquarters.content import specifications
from sync.headquarters.marking.results import KINDS
from sync.headquarters.watch import receipt_codes, search
from sync.headquarters.web.downloads import sheet_answer
from sync.headquarters.web.guard import headquarters, role, stamp
from sync.headquarters.web.paging import PAGE, page_asked
from sync.moments import moment

result_pages = Blueprint("result_pages", __name__)
# What a person may type into a field of the search.
MOST = 80


@result_pages.get("/results")
@role("exam-officer", "auditor")
def results_page() -> str:
    """Results by name, number, site, session and certificate; nothing before something is asked."""
    wanted = _wanted()
    page = page_asked()
    found = [] if wanted.anything else _found(wanted, page.offset)
    known = specifications.all_specifications(headquarters())
    return render_template(
        "results.html",
        wanted=wanted,
        kinds=KINDS,
        known=known,
        rows=found[:PAGE],
        count=0 if wanted.anything else search.count(headquarters(), wanted),
        most=search.MOST_ROWS,
        page=page.of(found),
    )


def _found(wanted: search.Wanted, offset: int) -> list[search.Found]:
    return search.search(headquarters(), wanted, PAGE + 1, offset)


@result_pages.get("/results.xlsx")
@role("exam-officer")
def results_file() -> Response:
    """What the search finds as a sheet, with full identity numbers; recorded."""
    return sheet_answer(search.export(headquarters(), stamp(), _wanted()), "results")


def _wanted() -> search.Wanted:
    asked = {n: request.args.get(n, "").strip()[:MOST] for n in search.Wanted.__struct_fields__}
    kind = asked["kind"] if asked["kind"] in KINDS else search.EXAMINATION
    return search.Wanted(**asked | {"kind": kind})


@result_pages.get("/receipt")
@role("exam-officer", "auditor")
def receipt_page() -> str:
    """A receipt code against what was received."""
    text = request.args.get("code", "").strip()[:40]
    code = receipt_codes.normal(text) if text else None
    found = receipt_codes.held(headquarters(), code) if code else []
    return render_template(
        "receipt.html", text=text, code=code, found=[(one, moment(one.at)) for one in found]
    )
