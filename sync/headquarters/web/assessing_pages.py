"""The marking desk on pages: an assessor's next script, and how an officer sees the whole."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.errors import NotFound
from sync.exam.assessing import DISTANCE
from sync.exam.items import Deliverable
from sync.exam.sitting import attempt_id
from sync.headquarters.assessing import desk, figures, panel, review
from sync.headquarters.assessing.errors import JudgementRefused, PanelRefused
from sync.headquarters.intake.handed_files import take_file
from sync.headquarters.planning import sessions
from sync.headquarters.register.staff import list_members
from sync.headquarters.web.guard import headquarters, member, role, stamp
from sync.headquarters.web.showing import shown_as

assessing_pages = Blueprint("assessing_pages", __name__)


def assessor_home() -> dict[str, Any]:
    """What an assessor's first page says: what they marked, what is left for them."""
    own = desk.of_assessor(headquarters(), member().name)._asdict()
    return own | {"reviews": review.of_member(headquarters(), member().name)}


@assessing_pages.post("/scripts/next")
@role("marker")
def next_script() -> Answer:
    """Take the next script, or go on with the one that is held."""
    return redirect(f"/scripts/{desk.claim(headquarters(), stamp())}", 303)


@assessing_pages.get("/scripts/<number>")
@role("marker")
def script_page(number: str) -> str:
    """A script with its rubric; nothing of the candidate and of other marks."""
    return _script_page(number, None)


def _script_page(number: str, refused: JudgementRefused | None) -> str:
    script = desk.read_script(headquarters(), member().name, number)
    return render_template("script.html", script=script, refused=refused, asked=request.form)


@assessing_pages.post("/scripts/<number>")
@role("marker")
def judge(number: str) -> Answer | tuple[str, int]:
    """Give the marks; what was typed stays on the page if something is missing."""
    if request.form.get("act") == "return":
        desk.give_back(headquarters(), stamp(), number)
        return redirect("/", 303)
    marks = {
        name.removeprefix("c-"): _whole(text)
        for name, text in request.form.items()
        if name.startswith("c-")
    }
    try:
        desk.submit(headquarters(), stamp(), number, marks, request.form.get("note", ""))
    except JudgementRefused as refused:
        return _script_page(number, refused), refused.http_status
    return redirect("/", 303)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else None


@assessing_pages.get("/scripts/<number>/<deliverable>")
@role("marker")
def script_file(number: str, deliverable: str) -> Response:
    """A file of a script: shown in a page of its own that may do nothing, or for download."""
    script = desk.read_script(headquarters(), member().name, number)
    asked: Deliverable | None = next(
        (d for d in script.task.deliverables if (d.id, d.kind) == (deliverable, "file")), None
    )
    sha256 = script.content.get(deliverable)
    if asked is None or not sha256:
        raise NotFound(what=f"{number} {deliverable[:40]}")
    attempt = attempt_id(script.sitting, desk.candidate_of(headquarters(), script.id))
    item = f"{script.task.id}/{deliverable}"
    with tempfile.TemporaryDirectory(dir=headquarters().folder / "incoming") as folder:
        target = Path(folder) / "file"
        found = take_file(headquarters(), script.session, attempt, item, sha256, target)
        # Not one byte goes out before all are known to be the candidate's; unlinked once open.
        opened = target.open("rb")
    return shown_as(f"{number}-{deliverable}", found.name, opened, found.size)


@assessing_pages.get("/sessions/<session>/assessing")
@role("exam-officer", "auditor")
def assessing_page(session: str) -> str:
    """Every practical sitting of a session: its desk, or the form to open one."""
    row = sessions.show_session(headquarters(), session)
    sittings = [
        (one, found and found.seen_by(member().name))
        for one in sessions.list_sittings(headquarters(), session)
        if one.plan.component == "practical"
        for found in [figures.progress(headquarters(), session, one.plan.id)]
    ]
    markers = [one.name for one in list_members(headquarters()) if "marker" in one.roles]
    return render_template("assessing.html", row=row, sittings=sittings, markers=markers)


@assessing_pages.post("/sessions/<session>/assessing")
@role("exam-officer")
def open_desk(session: str) -> Answer:
    """Open the desk of a sitting with its panel, or take in what came since."""
    form = request.form
    sitting = form.get("sitting", "")
    if form.get("act") == "refresh":
        panel.refresh_desk(headquarters(), stamp(), session, sitting)
    else:
        chosen = panel.Panel(
            assessors=tuple(form.getlist("assessor")),
            arbiters=tuple(form.getlist("arbiter")),
            places=_number("places", 3),
            distance=_number("distance", DISTANCE),
            reason=form.get("reason", "").strip()[:500],
        )
        panel.open_desk(headquarters(), stamp(), session, sitting, chosen)
    return redirect(f"/sessions/{session}/assessing", 303)


def _number(name: str, default: int) -> int:
    text = request.form.get(name, str(default))
    found = _whole(text)
    if found is None:
        raise PanelRefused(reason_zh=f"{text[:20]} 不是数字", reason_en=f"{text[:20]} is no number")
    return found
