"""The deliveries of this site: every batch and how far it is, as a page that renews itself."""

from typing import Any

from flask import Blueprint, render_template

from siteapp.staff import LEADERS
from siteapp.web.administrator import server_facts
from siteapp.web.guard import role, site
from sync.progress import by_session

deliveries = Blueprint("deliveries", __name__)


@deliveries.get("/admin/deliveries")
@role(*LEADERS)
def deliveries_page() -> str:
    """Every batch and how far it is; nothing leaves the site before the second receipt."""
    return render_template("administrator-deliveries.html", **_told())


@deliveries.get("/api/deliveries")
@role(*LEADERS)
def deliveries_state() -> dict[str, Any]:
    """The same for the page that asks again by itself; it keeps no page awake."""
    return {"drawn": render_template("deliveries-told.html", **_told())}


def _told() -> dict[str, Any]:
    status = site().spool.status()
    held = status.held if status else {}
    progress = {one.session: one for one in by_session(site().spool)}
    shown = []
    for session in reversed(list(site().live.sessions.values())):
        batches = [
            row | {"refusal": site().spool.refusal(row["digest"]), "held": held.get(row["digest"])}
            for row in site().packer.delivery(session.plan.id)
        ]
        packed = sum(b["count"] for b in batches)
        archived = sum(b["count"] for b in batches if b["state"] == "archived")
        shown.append(
            {
                "session": session,
                "batches": batches,
                "packed": packed,
                "archived": archived,
                "files": site().filer.tally(session),
                "delivered": site().delivered(session),
                "progress": progress.get(session.plan.id),
            }
        )
    return {"shown": shown, "facts": server_facts()}
