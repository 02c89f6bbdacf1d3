"""Items into the bank and out of it, as files: looked at line by line, all or nothing."""

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.errors import NotFound
from sync.headquarters.content import specifications
from sync.headquarters.content.bank_arrivals import hold, look, take
from sync.headquarters.content.bank_keeping import held_items, media_of
from sync.headquarters.content.bank_search import Asked, find_items
from sync.headquarters.content.drafts import KIND_WORDS, Draft
from sync.headquarters.content.html import html_to_text
from sync.headquarters.content.imports.writing import items_sheet, package, template_sheet
from sync.headquarters.content_errors import ImportUnreadable
from sync.headquarters.store.engine import record
from sync.headquarters.web.downloads import file_answer, sheet_answer
from sync.headquarters.web.guard import headquarters, role, stamp

bank_import_pages = Blueprint("bank_import_pages", __name__)
OFFICER = "exam-officer"
SHELF = "/bank/<code>"
MOST_FILE = 40 * 1024 * 1024
# So many lines are shown; what is wrong is shown whole up to as many.
SHOWN = 200
# More than any bank of one specification.
ALL = 100_000


@bank_import_pages.get("/bank/template.xlsx")
@role(OFFICER)
def template() -> Response:
    """The form to fill in, with an example of each kind."""
    return sheet_answer(template_sheet(), "items")


@bank_import_pages.get(f"{SHELF}/import")
@role(OFFICER)
def import_page(code: str) -> str:
    """Where a file is handed in, and what may be in it."""
    return render_template(
        "bank_import.html", specification=specifications.specification(headquarters(), code)
    )


@bank_import_pages.post(f"{SHELF}/preview")
@role(OFFICER)
def preview(code: str) -> str:
    """What each line of the file would do; nothing is taken."""
    specification = specifications.specification(headquarters(), code)
    sent = request.files.get("file")
    data = sent.stream.read(MOST_FILE + 1) if sent else b""
    if not data or len(data) > MOST_FILE:
        raise ImportUnreadable(
            reason_zh="没有选择文件，或文件超过 40 MiB", reason_en="no file, or over 40 MiB"
        )
    field = request.form.get("field", "")[:80]
    digest = hold(headquarters(), (sent.filename if sent else "") or "", data)
    return render_template(
        "bank_preview.html",
        specification=specification,
        found=look(headquarters(), digest, specification, field),
        field=field,
        shown=SHOWN,
        kinds=KIND_WORDS,
        text=html_to_text,
    )


@bank_import_pages.post(f"{SHELF}/import")
@role(OFFICER)
def import_all(code: str) -> Answer:
    """Take the file that was looked at; it is read and checked again."""
    specification = specifications.specification(headquarters(), code)
    digest, field = request.form.get("digest", ""), request.form.get("field", "")[:80]
    take(headquarters(), stamp(), digest, specification, field)
    return redirect(f"/bank/{code}?state=draft", 303)


@bank_import_pages.get(f"{SHELF}/export.zip")
@role(OFFICER)
def export_package(code: str) -> Response:
    """All items that are not retired as a QTI 3.0 package, with keys; recorded."""
    drafts = _drafts(code)
    data = package(drafts, media_of(headquarters(), drafts))
    return file_answer(data, f"bank-{code}.zip", "application/zip")


@bank_import_pages.get(f"{SHELF}/export.xlsx")
@role(OFFICER)
def export_sheet(code: str) -> Response:
    """The same as a sheet, without the kinds that a sheet cannot hold; recorded."""
    return sheet_answer(items_sheet(_drafts(code)), f"bank-{code}")


def _drafts(code: str) -> list[Draft]:
    """What an export of a shelf holds; that it was taken is recorded."""
    specifications.specification(headquarters(), code)
    lines = find_items(headquarters(), code, Asked(), ALL)
    names = [one.id for one in lines if one.state != "retired"]
    if not names:
        raise NotFound(what=f"items {code}")
    held = held_items(headquarters(), names)
    with headquarters().store.writing() as db:
        record(db, stamp(), "items.export", specification=code, items=len(held))
    return [held[name].draft for name in sorted(held)]
