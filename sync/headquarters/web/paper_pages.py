"""The papers of a sitting out of the bank: wished for, looked at as drawn, then fixed."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from sync.errors import ExamError, InputRefused
from sync.exam.sitting import MAX_BREAK
from sync.exam.specification import Specification
from sync.headquarters.content import specifications
from sync.headquarters.content_errors import BankMoved
from sync.headquarters.planning import sessions
from sync.headquarters.planning.bank_papers import Proposal, Wish, fix, propose
from sync.headquarters.web.guard import headquarters, role, stamp

paper_pages = Blueprint("paper_pages", __name__)
OFFICER = "exam-officer"
PAPERS = "/sessions/<session>/papers"
MOST_FORMS = 8


@paper_pages.get(PAPERS)
@role(OFFICER)
def papers_page(session: str) -> str:
    """The form; with a sitting in the address, the papers that would be, or why there are none."""
    return _page(session, request.args)


def _page(session: str, asked: MultiDict[str, str], moved: BankMoved | None = None) -> str:
    found: Proposal | None = None
    refused: ExamError | None = moved
    if asked.get("sitting"):
        try:
            found = propose(headquarters(), session, asked["sitting"], _wish(asked))
        except InputRefused as error:
            refused = error
    return render_template(
        "papers.html",
        row=sessions.show_session(headquarters(), session),
        sittings=sessions.list_sittings(headquarters(), session),
        drawable=_drawable(),
        asked=asked,
        found=found,
        refused=refused,
        most=MOST_FORMS,
    )


def _drawable() -> list[Specification]:
    """The specifications whose theory papers are drawn."""
    every = specifications.all_specifications(headquarters())
    return [one for one in every if one.component("theory").parts]


@paper_pages.post(PAPERS)
@role(OFFICER)
def fix_papers(session: str) -> Answer | tuple[str, int]:
    """Keep the papers that were looked at as those of the sitting."""
    form = request.form
    more: dict[str, Any] = {
        "earliest_hand_in": _number(form, "hand-in", 600) or 0,
        "break_minutes": _number(form, "break", MAX_BREAK) or 0,
    }
    wish, sitting = _wish(form), form.get("sitting", "")
    try:
        fix(headquarters(), stamp(), session, sitting, wish, form.get("digest") or "-", **more)
    except BankMoved as moved:
        return _page(session, form, moved), moved.http_status
    return redirect(f"/sessions/{session}", 303)


def _wish(asked: MultiDict[str, str]) -> Wish:
    return Wish(
        specification=asked.get("specification", "")[:60],
        forms=max(1, min(_number(asked, "forms", MOST_FORMS) or 1, MOST_FORMS)),
        seed=asked.get("seed", "").strip()[:80],
        low=_number(asked, "low", 100),
        high=_number(asked, "high", 100),
        repeats=_number(asked, "repeats", 100),
    )


def _number(asked: MultiDict[str, str], name: str, most: int) -> int | None:
    text = asked.get(name, "").strip()
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) <= 4 else None
