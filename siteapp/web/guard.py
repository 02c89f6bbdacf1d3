"""What every route has: a declared role, an answer for errors, a language, safe headers."""

import functools
import unicodedata
from collections.abc import Callable
from typing import Any, cast

from flask import (
    Flask,
    Request,
    Response,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from siteapp.errors import (
    CrossOrigin,
    MissingSaves,
    NoSuchPage,
    Overloaded,
    RequestRefused,
    ServerFault,
    SignInNeeded,
    StaffLocked,
    TooLarge,
    WrongMethod,
)
from siteapp.site import Site
from siteapp.staff import LEADERS, ROLES, Member, role_needed
from siteapp.store.live import Token
from siteapp.web.answers import bearer
from siteapp.web.headers import HEADERS
from siteapp.web.menu import shown
from sync.disk import SyncFailed
from sync.errors import ExamError
from sync.origin import same_origin
from sync.words import Language

COOKIE = "examsite-staff"
ROLE_ATTRIBUTE = "examsite_roles"
# Who may use a route: anyone in the room, a signed-in candidate, or staff roles.
ROOM, CANDIDATE = "room", "candidate"
# What a locked page may ask for besides the wall.
ALWAYS = ("staff.sign_out", "staff.unlock")
STAFF = ROLES

# What Flask itself answers, in our words.
IN_WORDS: dict[int, type[ExamError]] = {404: NoSuchPage, 405: WrongMethod, 413: TooLarge}

View = Callable[..., Any]


def role(*roles: str) -> Callable[[View], View]:
    """Declare who may use a route; it is enforced here, and a test finds routes without one."""

    def declare(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            _admit(roles)
            return view(*args, **kwargs)

        setattr(guarded, ROLE_ATTRIBUTE, roles)
        return guarded

    return declare


def _admit(roles: tuple[str, ...]) -> None:
    if CANDIDATE in roles:
        g.whom = bearer(site(), request.headers.get("Authorization", ""))
    elif ROOM not in roles:
        member = current_member()
        if member is None:
            raise SignInNeeded
        if member.role not in roles:
            raise role_needed(roles)
        _awake()
        g.member = member


def _awake() -> None:
    """What a person does keeps a page awake; at a locked one the wall is all there is."""
    token, looks = request.cookies.get(COOKIE, ""), request.method in ("GET", "HEAD")
    on_wall = looks and (request.path == "/room" or request.path.startswith("/api/room/"))
    if on_wall or request.endpoint in ALWAYS:
        return
    if site().staff.locked(token):
        raise StaffLocked
    # What a page asks for by itself is nobody's hand; a hand is told by the page (`staff.here`).
    if not (looks and request.path.startswith("/api/")):
        site().staff.here(token)


def site() -> Site:
    """The site that this application serves."""
    return cast(Site, g.site)


def whom() -> Token:
    """The signed-in candidate's token; only in a route of role CANDIDATE."""
    return cast(Token, g.whom)


def member() -> Member:
    """The signed-in member of staff; only in a route of a staff role."""
    return cast(Member, g.member)


def current_member() -> Member | None:
    """Who is signed in as staff, if anyone."""
    token = request.cookies.get(COOKIE, "")
    return site().staff.whom(token) if token else None


def language() -> Language:
    """The language of this person: `?lang=`, then the cookie, then Chinese."""
    asked = request.args.get("lang") or request.cookies.get("lang")
    return "en" if asked == "en" else "zh"


def t(zh: str, en: str) -> str:
    """The text in the person's language."""
    return en if language() == "en" else zh


def install(app: Flask, the_site: Site) -> None:
    """Hooks for every request of the application."""

    @app.before_request
    def before() -> None:
        g.site = the_site
        if not same_origin(request.method, request.headers):
            raise CrossOrigin

    @app.after_request
    def after(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.args.get("lang") in ("zh", "en"):
            response.set_cookie("lang", request.args["lang"], samesite="Strict", max_age=31_536_000)
        return response

    @app.context_processor
    def words() -> dict[str, Any]:
        member = current_member()
        menu = member and shown(member.role, request.path)
        bell = the_site.alarms.unseen() if member and member.role in LEADERS else 0
        told = {"member": member, "menu": menu, "site": the_site, "bell": bell}
        return {"t": t, "lang": language()} | told

    app.register_error_handler(ExamError, _answer)
    app.register_error_handler(HTTPException, _answer_http)


def _answer(error: Exception) -> Any:
    assert isinstance(error, ExamError)  # noqa: S101  (registered for nothing else)
    if wants_page(request):
        if isinstance(error, SignInNeeded | StaffLocked):
            return redirect("/staff/sign-in")
        return render_template("error.html", error=error), error.http_status
    body: dict[str, Any] = {"error": error.to_json()}
    if isinstance(error, MissingSaves):
        body["missing"] = error.missing
    response = jsonify(body)
    response.status_code = error.http_status
    if error.http_status == 429:
        response.headers["Retry-After"] = str(error.facts.get("seconds", 1))
    elif isinstance(error, Overloaded):
        response.headers["Retry-After"] = "1"
    return response


def _answer_http(error: HTTPException) -> Any:
    """Flask's own errors (404, 405, 413, 500) in our words, without echoing the address."""
    status = error.code or 500
    if isinstance(getattr(error, "original_exception", None), SyncFailed):
        # Never tried again: the process ends and reads the disk anew.
        site().fatal()
    known = IN_WORDS.get(status, ServerFault if status >= 500 else None)
    response = make_response(_answer(known() if known else RequestRefused(reason=error.name)))
    response.status_code = status
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def wants_page(incoming: Request) -> bool:
    """True for a person's browser asking for a page, False for a script asking for JSON."""
    return not incoming.path.startswith("/api/") and "text/html" in incoming.headers.get(
        "Accept", ""
    )


def json_body(**kinds: type) -> dict[str, Any]:
    """The request's JSON object with exactly these members of these types, or RequestRefused."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise RequestRefused(reason="not a JSON object")
    for name, kind in kinds.items():
        value = body.get(name)
        if type(value) is not kind or (isinstance(value, str) and not _plain_text(value)):
            raise RequestRefused(reason=name)
    return {name: body[name] for name in kinds}


def _plain_text(text: str) -> bool:
    """No control characters but line ends and tabs, no lone surrogates: they fit no document."""
    return not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\r\n\t" for c in text)
