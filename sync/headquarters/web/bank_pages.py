"""The bank's pages: a shelf a specification, its items as looked for, where it is thin."""

from collections import Counter
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.exam.items import Bank, Item, in_text
from sync.exam.specification import PART_TITLES
from sync.headquarters.content import specifications
from sync.headquarters.content.bank import builtin_bank, builtin_codes
from sync.headquarters.content.bank_filing import complete_cards
from sync.headquarters.content.bank_keeping import media_file, take_samples
from sync.headquarters.content.bank_review import STATE_WORDS
from sync.headquarters.content.bank_search import (
    STATES,
    USES,
    Asked,
    count_states,
    find_items,
    supplies,
)
from sync.headquarters.content.drafts import KIND_WORDS
from sync.headquarters.web.downloads import media_answer
from sync.headquarters.web.guard import headquarters, role, stamp
from sync.headquarters.web.item_forms import EDITABLE
from sync.headquarters.web.paging import PAGE, page_asked

bank_pages = Blueprint("bank_pages", __name__)
OFFICER = "exam-officer"
# A bar is full with this many forms; two are for neighbours.
FULL = 4
SHELF = "/bank/<code>"


@bank_pages.get("/bank")
@role(OFFICER)
def shelves() -> str:
    """Every specification with how many items it has in each state."""
    complete_cards(headquarters())
    counts = count_states(headquarters())
    found = specifications.all_specifications(headquarters())
    return render_template(
        "bank_shelves.html",
        found=sorted(found, key=lambda one: one.code not in counts),
        counts=counts,
        states=STATE_WORDS,
        samples=builtin_codes(),
        loose=counts.get("", Counter()),
    )


@bank_pages.get(SHELF)
@role(OFFICER)
def shelf(code: str) -> str:
    """Items of one specification by what is looked for, and where the bank is thin."""
    complete_cards(headquarters())
    page, asked = page_asked(), _asked()
    lines = find_items(headquarters(), code, asked, PAGE + 1, page.offset)
    specification = specifications.specification(headquarters(), code)
    return render_template(
        "bank.html",
        specification=specification,
        lines=lines[:PAGE],
        asked=asked,
        page=page.of(lines),
        supplies=supplies(headquarters(), specification),
        counts=count_states(headquarters(), code).get(code, Counter()),
        full=FULL,
        band=specification.component("theory").difficulty,
        kinds=KIND_WORDS,
        editable=EDITABLE,
        parts=PART_TITLES,
        states=STATE_WORDS,
        state_names=STATES,
        uses=USES,
        samples=code in builtin_codes(),
    )


def _asked() -> Asked:
    said = {
        name: request.args.get(name, "").strip()[:80]
        for name in ("text", "kind", "field", "task", "state", "use")
    }
    return Asked(**said, low=_share("low"), high=_share("high"))


def _share(name: str) -> int | None:
    text = request.args.get(name, "")
    return min(int(text), 100) if text.isascii() and text.isdecimal() and len(text) <= 3 else None


@bank_pages.get("/bank/media/<name>")
@role(OFFICER)
def media(name: str) -> Response:
    """A picture, sound or film that items show; it can do nothing in a page."""
    return media_answer(media_file(headquarters(), f"media/{name}"), name)


@bank_pages.post(f"{SHELF}/samples")
@role(OFFICER)
def load_samples(code: str) -> Answer:
    """Put the items that ship into the bank, as samples."""
    take_samples(headquarters(), stamp(), code)
    return redirect(f"/bank/{code}", 303)


@bank_pages.get(f"{SHELF}/samples")
@role(OFFICER)
def samples_page(code: str) -> str:
    """The items that ship, with their keys, by work field, kind and words."""
    bank = builtin_bank(code)
    field = request.args.get("field", "")
    kind = request.args.get("kind", "")
    text = request.args.get("text", "").strip()
    chosen: dict[str, Any] = {"field": field, "kind": kind, "text": text}
    return render_template(
        "samples.html",
        specification=specifications.specification(headquarters(), code),
        bank=bank,
        items=[i for i in bank.items.values() if _fits(i, bank, field, kind, text)],
        counts=Counter((i.field, i.kind) for i in bank.items.values()),
        chosen=chosen,
    )


def _fits(item: Item, bank: Bank, field: str, kind: str, text: str) -> bool:
    said = [item.id, item.stem, item.task, *item.options.values()]
    if item.situation:
        said.append(in_text(bank.situations[item.situation].text))
    return (
        field in ("", item.field)
        and kind in ("", item.kind)
        and (not text or any(text in part for part in said))
    )
