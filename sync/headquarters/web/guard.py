"""What every request passes: a declared role, same origin, a language, headers, one error page.

A route without a declared role is closed to everybody.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import quote

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import BadRequest, HTTPException

from sync.errors import ExamError, NotAllowed
from sync.headquarters.errors import (
    DatabaseAway,
    FromElsewhere,
    SignInNeeded,
    TooManyTries,
    TryLater,
)
from sync.headquarters.intake.refusals import signed_members
from sync.headquarters.register.proof import proven_site
from sync.headquarters.register.staff import Member, Role, member_of
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.origin import same_origin
from sync.words import Language, Words

log = logging.getLogger(__name__)
PUBLIC, SITE = "public", "site"
COOKIE = "examhq-staff"
LANGUAGE_COOKIE = "lang"
AUTHORIZATION = "Examsite-Authorization"
ATTRIBUTE = "declared_roles"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
View = TypeVar("View", bound=Callable[..., Any])


def role(*roles: str) -> Callable[[View], View]:
    """Declare who may use a route: PUBLIC, SITE or roles of staff."""

    def declare(view: View) -> View:
        setattr(view, ATTRIBUTE, roles)
        return view

    return declare


def headquarters() -> Headquarters:
    """The data folder that this application serves."""
    return cast(Headquarters, current_app.extensions["headquarters"])


def now() -> int:
    """The time of this request's clock, ms since 1970."""
    return cast(Callable[[], int], current_app.extensions["clock"])()


def member() -> Member:
    """Who is signed in; only in routes of staff."""
    return cast(Member, g.member)


def stamp() -> Stamp:
    """Who does this, and now."""
    return Stamp(member().name, now())


def site() -> str:
    """The site that proved itself; only in routes of role SITE."""
    return cast(str, g.site)


def may(*roles: Role) -> bool:
    """Whether whoever is signed in has one of the roles."""
    found: Member | None = g.get("member")
    return found is not None and not set(roles).isdisjoint(found.roles)


def language() -> Language:
    """`?lang=`, then the cookie, then Chinese."""
    asked = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return "en" if asked == "en" else "zh"


def t(zh: str, en: str) -> str:
    """The text in the person's language."""
    return Words(zh, en).in_(language())


def install(app: Flask) -> None:
    """Put the hooks on an application."""
    app.before_request(_admit)
    app.after_request(_finish)
    app.register_error_handler(ExamError, _exam_error)
    app.register_error_handler(HTTPException, _http_error)
    for fault in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(fault, _database_away)
    for unfit in (DataError, OverflowError):
        app.register_error_handler(unfit, _unfit)
    app.context_processor(_names)


def _names() -> dict[str, Any]:
    return {"t": t, "lang": language(), "may": may, "member": g.get("member")}


def _admit() -> None:
    if not same_origin(request.method, request.headers):
        raise FromElsewhere
    if request.endpoint is None:
        return
    roles = getattr(current_app.view_functions[request.endpoint], ATTRIBUTE, ())
    token = request.cookies.get(COOKIE)
    g.member = member_of(headquarters(), token, now()) if token else None
    if PUBLIC in roles:
        return
    if SITE in roles:
        header = request.headers.get(AUTHORIZATION, "")
        g.site = proven_site(headquarters(), header, request.method, request.path, language())
    elif g.member is None:
        raise SignInNeeded
    elif not may(*roles):
        listed = ", ".join(roles)
        raise NotAllowed(reason_zh=f"需要角色 {listed}", reason_en=f"role needed: {listed}")


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    asked = request.args.get("lang")
    if asked in ("zh", "en"):
        response.set_cookie(
            LANGUAGE_COOKIE, asked, max_age=31_536_000, samesite="Strict", httponly=True
        )
    return response


def _is_api() -> bool:
    return request.path.startswith(("/api/", "/.well-known/"))


def _exam_error(error: ExamError) -> Response:
    if _is_api():
        response = jsonify(error.to_json() | signed_members(error))
        response.status_code = error.http_status
    elif isinstance(error, SignInNeeded) and request.method == "GET":
        return cast(Response, redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'))}"))
    else:
        response = make_response(render_template("error.html", error=error), error.http_status)
    if isinstance(error, TooManyTries):
        response.headers["Retry-After"] = str(error.facts["seconds"])
    elif isinstance(error, TryLater):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _database_away(error: SQLAlchemyError) -> Response:
    """What was not committed was not acknowledged, so the sender may try again."""
    log.error("the database does not answer", exc_info=error)
    return _exam_error(DatabaseAway(reason=type(error).__name__))


def _unfit(error: Exception) -> Any:
    """What no database takes, a NUL or a number beyond all, was made by no page."""
    log.warning("a request with what the database does not take: %s", type(error).__name__)
    return _http_error(BadRequest())


def _http_error(error: HTTPException) -> Any:
    """Errors of HTTP itself. Their codes differ from ours: a 404 here says nothing of a batch."""
    code = error.code or 500
    if code < 400:
        return error
    if _is_api():
        words = {"zh": f"HTTP {code}", "en": error.name}
        response = jsonify({"code": f"http-{code}", "message": words, "hint": words})
    else:
        response = make_response(render_template("http_error.html", code=code, name=error.name))
    response.status_code = code
    for name, value in error.get_headers():
        if name.lower() in ("allow", "content-range", "retry-after"):
            response.headers[name] = value
    return response
