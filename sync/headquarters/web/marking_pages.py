"""Pages about marking: figures of items, corrections of keys, who was marked anew."""

import re

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.errors import NotFound
from sync.exam.item_analysis import ENOUGH, FEW
from sync.exam.items import Item
from sync.headquarters.desk_errors import CorrectionRefused
from sync.headquarters.marking import corrections, item_figures
from sync.headquarters.marking.rulings import in_words, list_corrections
from sync.headquarters.planning import sessions
from sync.headquarters.planning.sessions import SittingRow
from sync.headquarters.released import plots
from sync.headquarters.store.engine import record
from sync.headquarters.web.downloads import sheet_answer
from sync.headquarters.web.guard import headquarters, language, role, stamp
from sync.headquarters.web.ruling_forms import key_now, rows_of, ruling_of

marking_pages = Blueprint("marking_pages", __name__)


@marking_pages.get("/sessions/<session>/items")
@role("exam-officer")
def items_page(session: str) -> str:
    """Difficulty, discrimination, options and time of every item, form by form."""
    row = sessions.show_session(headquarters(), session)
    found = item_figures.saved_statistics(headquarters(), session)
    return render_template(
        "items.html",
        row=row,
        found=found,
        items=_items(session),
        flags=item_figures.FLAGS,
        enough=ENOUGH,
        few=FEW,
        item_map=lambda form: plots.item_map(form, language()),
    )


@marking_pages.get("/sessions/<session>/items.xlsx")
@role("exam-officer")
def items_file(session: str) -> Response:
    """The same as a sheet."""
    sheet = item_figures.statistics_sheet(headquarters(), session)
    return sheet_answer(sheet, f"items-{session}")


@marking_pages.get("/sessions/<session>/corrections")
@role("exam-officer", "auditor")
def corrections_page(session: str) -> str:
    """All corrections with what they changed; with `item`, the form to propose one."""
    row = sessions.show_session(headquarters(), session)
    sittings = sessions.list_sittings(headquarters(), session)
    return render_template(
        "corrections.html",
        row=row,
        corrections=list_corrections(headquarters(), session),
        changes=corrections.list_changes(headquarters(), session),
        items=_items(session),
        chosen=_chosen(session, sittings),
        ruled=in_words,
        rows_of=rows_of,
        key_now=key_now,
    )


@marking_pages.post("/sessions/<session>/corrections")
@role("exam-officer")
def propose(session: str) -> Answer:
    """Propose how an item is marked instead."""
    form = request.form
    name, items = form.get("item", ""), _items(session)
    if name not in items:
        raise NotFound(what=f"{session} {name[:64]}")
    corrections.propose(
        headquarters(),
        stamp(),
        session=session,
        sitting=form.get("sitting", ""),
        item=name,
        ruling=ruling_of(items[name], form),
        reason=form.get("reason", ""),
    )
    return redirect(f"/sessions/{session}/corrections", 303)


@marking_pages.post("/sessions/<session>/corrections/decision")
@role("exam-officer")
def decide(session: str) -> Answer:
    """Confirm a proposal of somebody else, which marks all again, or refuse one."""
    text = request.form.get("number", "")
    if not re.fullmatch("[0-9]{1,9}", text):
        raise NotFound(what=text[:20])
    act = {"confirm": corrections.confirm, "refuse": corrections.refuse}
    said = request.form.get("decision", "")
    if said not in act:
        raise CorrectionRefused(reason_zh="未作决定", reason_en="neither confirmed nor refused")
    act[said](headquarters(), stamp(), session, int(text))
    return redirect(f"/sessions/{session}/corrections", 303)


@marking_pages.get("/sessions/<session>/corrections.xlsx")
@role("exam-officer", "auditor")
def changes_file(session: str) -> Response:
    """Every candidate before and after each correction, as a sheet; that it was taken is kept."""
    sheet = corrections.changes_sheet(headquarters(), session)
    with headquarters().store.writing() as db:
        record(db, stamp(), "corrections.export", session=session)
    return sheet_answer(sheet, f"corrections-{session}")


def _items(session: str) -> dict[str, Item]:
    """All items of a session's forms."""
    found: dict[str, Item] = {}
    for sitting in sessions.list_sittings(headquarters(), session):
        for form in sitting.plan.forms:
            found |= sessions.load_form(headquarters(), session, form)[1].items
    return found


def _chosen(session: str, sittings: list[SittingRow]) -> dict[str, str] | None:
    """The item that the address names, and its sitting; NotFound if there is no such item."""
    item, sitting = request.args.get("item"), request.args.get("sitting")
    if item is None:
        return None
    if item not in _items(session) or sitting not in {row.plan.id for row in sittings}:
        raise NotFound(what=f"{session} {item[:64]}")
    return {"item": item, "sitting": sitting or ""}
