"""One item of the bank: as a candidate sees it, its versions, its review, and how it is edited."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.errors import NotFound
from sync.exam.specification import Specification
from sync.headquarters.content import specifications
from sync.headquarters.content.bank_items import off_paper
from sync.headquarters.content.bank_review import (
    STATE_WORDS,
    KeptItem,
    State,
    decide,
    kept_item,
    save,
)
from sync.headquarters.content.bank_search import like_items
from sync.headquarters.content.drafts import KIND_WORDS, Draft
from sync.headquarters.content.html import html_to_text
from sync.headquarters.content.likeness import NEARLY
from sync.headquarters.content_errors import ItemChanged, ItemRefused, ReviewRefused
from sync.headquarters.web.guard import HEADERS, headquarters, member, role, stamp
from sync.headquarters.web.item_forms import (
    EDITABLE,
    empty_draft,
    option_slots,
    read_form,
    row_slots,
    typed_text,
)
from sync.headquarters.web.item_views import changes, rich, seen

item_pages = Blueprint("item_pages", __name__)
OFFICER = "exam-officer"
ITEM = "/items/<path:item>"
MOST_FORM = 1024 * 1024
# The preview stands in a frame of our own page, and can do nothing there.
FRAMED = HEADERS["Content-Security-Policy"].replace(
    "frame-ancestors 'none'", "frame-ancestors 'self'; script-src 'none'"
)


@item_pages.before_request
def _bounded() -> None:
    """No item is so long that its form would be longer."""
    request.max_content_length = MOST_FORM


@item_pages.get(ITEM)
@role(OFFICER)
def item_page(item: str) -> str:
    """One item: preview, key and reason, use, near duplicates, versions and decisions."""
    return _item_page(item, None)


def _item_page(item: str, refused: ReviewRefused | ItemChanged | None) -> str:
    kept = kept_item(headquarters(), item)
    draft = kept.draft
    pairs = zip(kept.versions, kept.versions[1:], strict=False)
    return render_template(
        "item.html",
        kept=kept,
        draft=draft,
        refused=refused,
        off=off_paper(draft),
        reason=rich(draft.reason),
        options=option_slots(draft),
        rows=row_slots(draft),
        alike=_alike(kept.specification, draft),
        nearly=NEARLY,
        changes={one.number: changes(before.draft, one.draft) for one, before in pairs},
        mine=kept.version.who == member().name,
        kinds=KIND_WORDS,
        states=STATE_WORDS,
    )


def _alike(code: str, draft: Draft) -> list[dict[str, Any]]:
    found = like_items(headquarters(), code, html_to_text(draft.stem or draft.title), draft.id)
    return [
        {
            "id": name,
            "share": share,
            "stem": html_to_text(kept_item(headquarters(), name).draft.stem),
        }
        for name, share in found
    ]


@item_pages.get(f"{ITEM}/preview")
@role(OFFICER)
def preview(item: str) -> Response:
    """The question in the candidate's own look, for a frame; `version` for a former one."""
    kept = kept_item(headquarters(), item)
    asked = request.args.get("version", "")
    for one in kept.versions:
        if asked in ("", str(one.number)):
            return _preview(one.draft)
    raise NotFound(what=f"{item} {asked[:10]}")


@item_pages.post("/bank/preview")
@role(OFFICER)
def preview_typed() -> Response:
    """What was typed so far, in the candidate's own look; nothing is saved."""
    item, kind = request.form.get("item", ""), request.form.get("kind", "")
    held = kept_item(headquarters(), item).draft if item else _new(kind, "")
    return _preview(read_form(request.form, held))


def _preview(draft: Draft) -> Response:
    response = make_response(render_template("item_preview.html", one=seen(draft), draft=draft))
    response.headers["Content-Security-Policy"] = FRAMED
    return response


@item_pages.post(f"{ITEM}/state")
@role(OFFICER)
def change_state(item: str) -> Answer | tuple[str, int]:
    """Review, retire or reopen the version that was looked at."""
    form = request.form
    wanted = next((one for one in STATE_WORDS if one == form.get("state")), "draft")
    try:
        state: State = wanted  # type: ignore[assignment]
        decide(headquarters(), stamp(), item, _version(), state, form.get("note", ""))
    except (ReviewRefused, ItemChanged) as refused:
        return _item_page(item, refused), refused.http_status
    return redirect(f"/items/{quote(item)}", 303)


@item_pages.get(f"{ITEM}/edit")
@role(OFFICER)
def edit_page(item: str) -> str:
    """The form with what the item is now."""
    kept = kept_item(headquarters(), item)
    specification = _shelf_of(kept)
    return _form(kept.draft, kept.draft, specification, kept.version.number, None, kept)


@item_pages.post(f"{ITEM}/edit")
@role(OFFICER)
def edit(item: str) -> Answer | tuple[str, int]:
    """Save a new version; what was typed stays on the page if it cannot be."""
    kept = kept_item(headquarters(), item)
    specification = _shelf_of(kept)
    typed = read_form(request.form, kept.draft)
    try:
        save(headquarters(), stamp(), typed, specification, _version())
    except (ItemRefused, ItemChanged) as refused:
        # Saved next, it would follow the version that is shown here now.
        seen_now = kept.version.number
        page = _form(kept.draft, typed, specification, seen_now, refused, kept)
        return page, refused.http_status
    return redirect(f"/items/{quote(item)}", 303)


@item_pages.get("/bank/<code>/new")
@role(OFFICER)
def new_page(code: str) -> str:
    """The form of a new item; `kind` and `field` as the address says."""
    specification = specifications.specification(headquarters(), code)
    field = request.args.get("field", "")
    draft = _new(request.args.get("kind", ""), field if field in specification.work_fields else "")
    return _form(draft, draft, specification, 0, None, None)


@item_pages.post("/bank/<code>/new")
@role(OFFICER)
def new(code: str) -> Answer | tuple[str, int]:
    """Save a new item as a draft."""
    specification = specifications.specification(headquarters(), code)
    held = _new(request.form.get("kind", ""), "")
    typed = read_form(request.form, held)
    try:
        save(headquarters(), stamp(), typed, specification, 0)
    except (ItemRefused, ItemChanged) as refused:
        return _form(held, typed, specification, 0, refused, None), refused.http_status
    return redirect(f"/items/{quote(typed.id)}", 303)


def _new(kind: str, field: str) -> Draft:
    return empty_draft(next((one for one in EDITABLE if one == kind), "single"), field)


def _shelf_of(kept: KeptItem) -> Specification:
    """The specification of an item; one that is on no shelf yet gets it from the form."""
    code = kept.specification or request.values.get("specification", "")
    return specifications.specification(headquarters(), code)


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else -1


def _form(
    held: Draft,
    typed: Draft,
    specification: Specification,
    version: int,
    refused: ItemRefused | ItemChanged | None,
    kept: KeptItem | None,
) -> str:
    form = request.form if refused else None
    return render_template(
        "item_edit.html",
        held=held,
        typed=typed,
        specification=specification,
        version=version,
        refused=refused,
        conflict=changes(held, typed) if isinstance(refused, ItemChanged) and kept else [],
        kept=kept,
        form=form,
        options=option_slots(held),
        rows=row_slots(held),
        text=typed_text,
        editable=held.kind in EDITABLE,
        kinds=KIND_WORDS,
    )
