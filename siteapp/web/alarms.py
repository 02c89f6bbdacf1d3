"""The page of alarms: what is wrong now, what to do, and that somebody has seen it."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from siteapp.alarms.words import words_of
from siteapp.errors import RequestRefused
from siteapp.staff import LEADERS
from siteapp.web.acting import said_why
from siteapp.web.guard import member, role, site
from siteapp.web.times import china_time

alarms = Blueprint("alarms", __name__)
# Milliseconds since 1970 have so many digits until the year 2286.
DIGITS = 13


@alarms.get("/admin/alarms")
@role(*LEADERS)
def alarms_page() -> str:
    """Everything that is wrong now, the grave first."""
    shown = [
        {"it": one, "said": words_of(one.id), "since": china_time(one.since)}
        for one in site().alarms.on()
    ]
    return render_template("administrator-alarms.html", shown=shown)


@alarms.post("/admin/alarms/<alarm>")
@role(*LEADERS)
def acknowledge(alarm: str) -> Response:
    """Somebody has seen to it, and says how; it rings again only when its cause comes back."""
    since = request.form.get("since", "")
    if not (since.isascii() and since.isdigit() and len(since) <= DIGITS):
        raise RequestRefused(reason="since")
    reason = said_why(request.form.get("reason", ""))
    site().alarms.acknowledge(alarm, int(since), member().name, reason)
    return redirect("/admin/alarms", 303)
