"""How far each machine trusts this server: the staff's page, and what a machine installs."""

from collections import Counter

from flask import Blueprint, Response, render_template

from siteapp.errors import NoSuchPage
from siteapp.staff import LEADERS
from siteapp.store import checked, records
from siteapp.trust import FILES, read_statement, seats, statement_path
from siteapp.web.guard import ROOM, role, site
from siteapp.web.headers import HEADERS

trust = Blueprint("trust", __name__)


@trust.get("/trust")
@role(ROOM)
def trust_page() -> str:
    """For a student machine: is this page trusted here, and how to make it so."""
    told = read_statement(site().folder)
    return render_template("trust.html", told=told)


@trust.get("/trust/<name>")
@role(ROOM)
def trust_file(name: str) -> Response:
    """The CA's certificate, or the kit; NoSuchPage where no CA was made."""
    path = statement_path(site().folder).parent / name
    if name not in FILES or not path.is_file():
        raise NoSuchPage
    response = Response(path.read_bytes(), content_type="application/octet-stream", headers=HEADERS)
    response.headers["Content-Disposition"] = f'attachment; filename="examsite-{name}"'
    return response


@trust.get("/admin/trust")
@role(*LEADERS)
def seats_page() -> str:
    """Every seat: plain HTTP, a certificate that is not believed, or trusted."""
    live = site().live
    found = seats(records.machines(live), checked.all_checked(live.rows))
    return render_template(
        "administrator-trust.html",
        told=read_statement(site().folder),
        seats=found,
        counts=Counter(one.state for one in found),
        address=site().lan.address,
    )
