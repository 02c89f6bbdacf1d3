"""The quarantine and the audit."""

import tempfile
from pathlib import Path

import msgspec
from flask import Blueprint, Response, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as Answer

from sync.headquarters.intake import quarantine
from sync.headquarters.register import staff
from sync.headquarters.watch import audits, board
from sync.headquarters.web.guard import headquarters, role, stamp
from sync.headquarters.web.paging import PAGE, page_asked

desk_pages = Blueprint("desk_pages", __name__)
_WAITING = {"waiting": True, "taken": False}


@desk_pages.get("/quarantine")
@role(*staff.DESK)
def quarantine_page() -> str:
    """Refused files with the reason, and what they say of themselves."""
    page = page_asked()
    shown = request.args.get("show", "")
    waiting = _WAITING.get(shown)
    found = quarantine.refused(headquarters(), waiting=waiting, limit=PAGE + 1, offset=page.offset)
    return render_template(
        "quarantine.html",
        rows=found.rows[:PAGE],
        waiting=found.waiting,
        taken=found.taken,
        shown=shown if waiting is not None else "",
        page=page.of(found.rows),
    )


@desk_pages.get("/quarantine/<digest>/file")
@role("exam-officer")
def quarantined_file(digest: str) -> Response:
    """The file as it came, to be looked at elsewhere; recorded."""
    with tempfile.TemporaryDirectory(dir=headquarters().folder / "incoming") as folder:
        target = Path(folder) / "file"
        quarantine.take_out(headquarters(), stamp(), digest, target)
        # Unlinked once it is open: what is sent needs no name.
        opened = target.open("rb")
    return send_file(
        opened,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=f"refused-{digest}",
    )


@desk_pages.post("/quarantine/<digest>/retry")
@role("exam-officer")
def retry(digest: str) -> Answer:
    """Hold a refused file against all checks once more; the reason, if it fails again."""
    with tempfile.TemporaryDirectory(dir=headquarters().folder / "incoming") as folder:
        quarantine.retry(headquarters(), stamp(), digest, Path(folder))
    return redirect("/quarantine?show=taken", 303)


@desk_pages.get("/audit")
@role("auditor")
def audit_page() -> str:
    """Who did what, the newest first."""
    asked = _audit_asked()
    found = audits.list_audit(headquarters(), asked, PAGE + 1)
    rows = [{"row": row, "what": msgspec.json.decode(row.what)} for row in found[:PAGE]]
    before = found[PAGE - 1].id if len(found) > PAGE else None
    acts = sorted(audits.ACTS.items())
    return render_template("audit.html", rows=rows, asked=asked, acts=acts, before=before)


def _audit_asked() -> audits.Filter:
    day = request.args.get("day", "")
    before = request.args.get("before", "")
    return audits.Filter(
        who=request.args.get("who", "").strip()[:80],
        act=request.args.get("act", "")[:40],
        day=board.checked_day(day) if day else "",
        before=int(before[:15]) if before.isascii() and before.isdecimal() else None,
    )
