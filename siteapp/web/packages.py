"""Packages at the site's page: out of the courier's folder, or a file that is sent; tens of MB.

A file that is sent goes to the data disk as it comes and is never held in memory.
"""

from pathlib import Path

from flask import Blueprint, redirect, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from siteapp.staff import LEADERS
from siteapp.web.bodies import MAX_PACKAGE, PACKAGES
from siteapp.web.guard import member, role, site
from sync.errors import AlreadyThere, ExamError, NotFound

packages = Blueprint("packages", __name__)


@packages.get(PACKAGES)
@role(*LEADERS)
def packages_page() -> Response:
    """Only a way back: after a refused import the language switch asks for this address."""
    return redirect("/admin")


@packages.post(PACKAGES)
@role("administrator")
def import_package() -> Response:
    """Take in a package: one that the courier fetched, or an uploaded file."""
    request.max_content_length = MAX_PACKAGE
    uploaded = request.files.get("file")
    sent = uploaded is not None and bool(uploaded.filename)
    path = _arrived(uploaded) if uploaded and sent else _fetched(request.form.get("digest", ""))
    try:
        plan = site().shelf.receive(path)
    except AlreadyThere as error:
        # A repeated click or a reload: the session is there, which is what was asked for.
        return redirect(f"/admin/sessions/{error.facts['what']}", 303)
    except ExamError as error:
        site().staff.audit(member().name, "import-refused", error.code)
        raise
    site().staff.audit(member().name, "import", plan.id)
    return redirect(f"/admin/sessions/{plan.id}", 303)


def _arrived(uploaded: FileStorage) -> Path:
    """Where the file lies until the request is over (`siteapp.web.arriving`)."""
    uploaded.stream.flush()
    return Path(uploaded.stream.name)


def _fetched(digest: str) -> Path:
    for entry in site().spool.incoming():
        if entry.digest == digest:
            return entry.path
    raise NotFound(what=digest[:12])
