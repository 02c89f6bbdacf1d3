"""The page on which an officer says which version sites must have."""

from importlib.metadata import version

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.headquarters.register import versions
from sync.headquarters.register.staff import DESK
from sync.headquarters.web.guard import headquarters, role, stamp

version_pages = Blueprint("version_pages", __name__)


@version_pages.get("/versions")
@role(*DESK)
def versions_page() -> str:
    """What is required now, and what was before."""
    rules = versions.history(headquarters())
    return render_template("versions.html", rules=rules, here=version("examsite"))


@version_pages.post("/versions")
@role("exam-officer")
def require_version() -> Answer:
    """Require a version of all sites."""
    given = request.form
    versions.require(headquarters(), stamp(), given.get("oldest", ""), given.get("reason", ""))
    return redirect("/versions", 303)
