"""Signing in and out of the staff's pages."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from siteapp.errors import Overloaded, TooManyTries, WrongStaffSignIn
from siteapp.web.guard import COOKIE, ROOM, STAFF, json_body, member, role, site

staff = Blueprint("staff", __name__)
HOME = {"administrator": "/admin", "chief": "/room", "invigilator": "/room"}


@staff.get("/staff/sign-in")
@role(ROOM)
def sign_in_page() -> str:
    """The form."""
    return render_template("staff-sign-in.html", error=None, name="")


@staff.post("/staff/sign-in")
@role(ROOM)
def sign_in() -> AnyResponse | tuple[str, int]:
    """Name and password → a cookie that no script and no other site can use."""
    name = request.form.get("name", "").strip()[:60]
    try:
        token = site().staff.sign_in(
            name, request.form.get("password", "")[:200], request.remote_addr or ""
        )
    except (WrongStaffSignIn, TooManyTries, Overloaded) as error:
        return render_template("staff-sign-in.html", error=error, name=name), error.http_status
    response = redirect("/staff", 303)
    response.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=request.is_secure)
    return response


@staff.get("/staff")
@role(*STAFF)
def home() -> AnyResponse:
    """Where this role begins."""
    return redirect(HOME[member().role])


@staff.post("/api/staff/here")
@role(*STAFF)
def here() -> dict[str, Any]:
    """A person moves or types at this page; a lock stays."""
    return {}


@staff.post("/api/staff/unlock")
@role(*STAFF)
def unlock() -> dict[str, Any]:
    """The password of who is signed in opens the lock."""
    password = json_body(password=str)["password"][:200]
    address = request.remote_addr or ""
    site().staff.unlock(request.cookies[COOKIE], member().name, password, address)
    return {}


@staff.post("/staff/sign-out")
@role(*STAFF)
def sign_out() -> Response:
    """End the session."""
    site().staff.sign_out(request.cookies[COOKIE])
    response = make_response(redirect("/staff/sign-in", 303))
    response.delete_cookie(COOKIE, samesite="Strict", httponly=True)
    return response
