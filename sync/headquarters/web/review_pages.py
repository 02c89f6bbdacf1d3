"""The review on pages: an officer sets up the committee, each member fills in the form."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.errors import NotFound
from sync.headquarters.assessing import review
from sync.headquarters.assessing.errors import CommitteeRefused, JudgementRefused
from sync.headquarters.planning import sessions
from sync.headquarters.register.staff import list_members
from sync.headquarters.web.guard import headquarters, member, role, stamp

review_pages = Blueprint("review_pages", __name__)
OFFICE = "/sessions/<session>/review"
MINE = "/reviews/<session>/<code>"


@review_pages.get(OFFICE)
@role("exam-officer", "auditor")
def review_page(session: str) -> str:
    """Every review of a session: its committee and how far it is, or the form to set one up."""
    return _review_page(session, None)


def _review_page(session: str, refused: CommitteeRefused | None) -> str:
    found = review.reviews_of(headquarters(), session)
    markers = [one.name for one in list_members(headquarters()) if "marker" in one.roles]
    return render_template(
        "review.html",
        row=sessions.show_session(headquarters(), session),
        reviews=[
            (one, review.committee(headquarters(), session, code)) for code, one in found.items()
        ],
        markers=markers,
        form=review.form_text(),
        refused=refused,
        asked=request.form,
    )


@review_pages.post(OFFICE)
@role("exam-officer")
def open_review(session: str) -> Answer | tuple[str, int]:
    """Set up a committee with its form; what was typed stays if it cannot be."""
    form = request.form
    code, members = form.get("specification", "")[:60], form.getlist("member")
    try:
        review.open_review(
            headquarters(), stamp(), session, code, members, form.get("form", "")[:4000]
        )
    except CommitteeRefused as refused:
        return _review_page(session, refused), refused.http_status
    return redirect(f"/sessions/{session}/review", 303)


@review_pages.get(MINE)
@role("marker")
def my_review(session: str, code: str) -> str:
    """A member's candidates: whom they have marked and whom not."""
    found = review.for_member(headquarters(), member().name, session, code)
    return render_template("review_mine.html", found=found, session=session, me=member().name)


@review_pages.get(f"{MINE}/<admission>")
@role("marker")
def form_page(session: str, code: str, admission: str) -> str:
    """The form for one candidate."""
    return _form_page(session, code, admission, None)


def _form_page(session: str, code: str, admission: str, refused: JudgementRefused | None) -> str:
    found = review.for_member(headquarters(), member().name, session, code)
    own = [one for one in found.candidates if one.candidate.admission == admission]
    if not own:
        raise NotFound(what=f"{session} {admission[:20]}")
    return render_template(
        "review_form.html",
        found=found,
        session=session,
        one=own[0],
        mine=next((g for g in own[0].given if g.name == member().name), None),
        refused=refused,
        asked=request.form,
    )


@review_pages.post(f"{MINE}/<admission>")
@role("marker")
def judge(session: str, code: str, admission: str) -> Answer | tuple[str, int]:
    """Give the marks; what was typed stays on the page if something is missing."""
    marks: dict[str, Any] = {
        name.removeprefix("c-"): _whole(text)
        for name, text in request.form.items()
        if name.startswith("c-")
    }
    note = request.form.get("note", "")
    try:
        review.judge(headquarters(), stamp(), session, code, admission, marks, note)
    except JudgementRefused as refused:
        return _form_page(session, code, admission, refused), refused.http_status
    return redirect(f"/reviews/{session}/{code}", 303)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else None
