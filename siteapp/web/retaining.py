"""What is still here of each session, when it may go, and what two people do with it."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.retention import due_ms
from siteapp.conduct.session import Session
from siteapp.journal import export
from siteapp.staff import LEADERS
from siteapp.store import destroyed
from siteapp.store.records import note_act
from siteapp.store.writer import Decision, Statement
from siteapp.web.guard import role, site
from siteapp.web.headers import HEADERS
from siteapp.web.times import china_minute
from siteapp.web.two_people import Two, two_of_form

retaining = Blueprint("retaining", __name__)
PLACE = "/admin/retention"


@retaining.get(PLACE)
@role(*LEADERS)
def retention_page() -> str:
    """Every session with what is here of it, and what is left of those that are gone."""
    shown = [_shown(one) for one in reversed(list(site().live.sessions.values()))]
    gone = [
        {"it": one, "time": china_minute(one.at)}
        for one in destroyed.all_destroyed(site().live.rows)
    ]
    days = site().settings.number("retain_days")
    return render_template("administrator-retention.html", shown=shown, gone=gone, days=days)


def _shown(session: Session) -> dict[str, Any]:
    the, standing = site(), site().retention.standing(session)
    due = due_ms(standing, the.retention.days)
    return {
        "session": session,
        "standing": standing,
        "due": china_minute(due) if due is not None else "",
        "ripe": due is not None and the.live.clock.wall() >= due,
        "photos": len(the.shelf.photographed(session)),
        "files": the.filer.tally(session)["files"],
    }


@retaining.post(f"{PLACE}/<session_id>")
@role(*LEADERS)
def order_destruction(session_id: str) -> AnyResponse:
    """Two people order that it goes; it goes when headquarters has archived the order too."""
    session = site().live.session(session_id)
    site().retention.order(session, two_of_form(LEADERS))
    return redirect(PLACE, 303)


@retaining.post(f"{PLACE}/<session_id>/export")
@role(*LEADERS)
def export_evidence(session_id: str) -> Response:
    """The journal in clear as a file, given out by two people; that is in the journal itself."""
    session = site().live.session(session_id)
    two = two_of_form(LEADERS)
    event, line = _vouched(session_id, two, site().live.clock.wall())
    site().live.act(session, lambda _: Decision([event], [line]))
    name = f"{site().identity.site}-{session_id}.jsonl"
    data = export(site().folder / "site.db", session_id)
    response = Response(data, mimetype="application/octet-stream", headers=HEADERS)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _vouched(session: str, two: Two, wall: int) -> tuple[NewEvent, Statement]:
    body = {"act": "export", "attempt": "", "reason": two.reason, "by": two.by}
    line = note_act(wall, two.by, "export", f"{session} {two.second} {two.reason}")
    return NewEvent("vouched", body | {"second": two.second}), line
