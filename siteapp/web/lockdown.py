"""Safe Exam Browser and full-screen windows: who must use one, how it is opened, its file."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from siteapp.conduct.attempt import Attempt
from siteapp.conduct.lockdown import let_in
from siteapp.conduct.session import Session
from siteapp.errors import EntryRefused, SebNeeded
from siteapp.kiosk import lines
from siteapp.lockdown import LONGEST, SHORTEST, fit
from siteapp.readiness.asked import Browser
from siteapp.staff import LEADERS
from siteapp.web.acting import ROOM_STAFF, carry_out, written
from siteapp.web.guard import ROOM, json_body, member, role, site
from sync.exam.sitting import SessionPlan
from sync.words import Words

lockdown = Blueprint("lockdown", __name__)

KEY_HEADER = "X-SafeExamBrowser-ConfigKeyHash"
# What its page script was told, sent by our page: `hash address`. Engines without headers have it.
SCRIPT_HEADER = "X-Examsite-Seb"


def shown(said: str, page: str) -> Browser:
    """What the browser of this request shows, its page's script having told `said` for `page`."""
    homes = (request.host_url, site().lockdown.address)
    return Browser(request.headers.get(KEY_HEADER, ""), request.url, said, page, homes)


def look(session: Session, attempt: Attempt) -> bool:
    """Whether the caller's browser will do for this attempt; the wall shows what it was."""
    if not site().lockdown.demanded(session.sitting_of(attempt)):
        return True
    said, _, page = request.headers.get(SCRIPT_HEADER, "")[:600].partition(" ")
    found = site().lockdown.look(session.plan.id, attempt.id, shown(said, page))
    return found or attempt.any_browser


def check(session: Session, attempt: Attempt) -> None:
    """SebNeeded where the sitting is taken in Safe Exam Browser and this is none."""
    if not look(session, attempt):
        raise SebNeeded


def coming() -> list[SessionPlan]:
    """The plans of this site's sessions that are not over."""
    return [s.plan for s in list(site().live.sessions.values()) if not s.closed]


@lockdown.get("/browser")
@role(ROOM)
def how_to() -> str:
    """How the exam page is opened here: Safe Exam Browser, or a window that fills the screen."""
    kiosks, needed = lines(site().lockdown.address), site().lockdown.needed(coming())
    return render_template("browser.html", needed=needed, kiosks=kiosks)


@lockdown.get("/admin/browser")
@role(*LEADERS)
def page() -> str:
    """What the configuration is for, its keys, the code that ends it, and the file."""
    sessions = list(site().live.sessions.values())
    return render_template(
        "administrator-browser.html", lockdown=site().lockdown, sessions=sessions
    )


@lockdown.post("/admin/browser/file")
@role("administrator")
def file() -> Response:
    """The `.seb` file, behind a password unless there is none."""
    password = request.form.get("password", "")
    if not fit(password):
        raise EntryRefused(
            reason=Words(
                f"密码须为 {SHORTEST}–{LONGEST} 个英文字符",
                f"password: {SHORTEST} to {LONGEST} ASCII characters",
            )
        )
    site().staff.audit(member().name, "seb-file", "*" if password else "-")
    answer = Response(site().lockdown.file(password), content_type="application/seb")
    name = f"{site().identity.site}.seb"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@lockdown.post("/api/room/<session_id>/any-browser")
@role(*ROOM_STAFF)
def any_browser(session_id: str) -> dict[str, Any]:
    """A candidate may use any browser, for a reason."""
    given = json_body(admission=str, reason=str)
    who, reason, by = given["admission"], written(given, "reason"), member().name
    return carry_out(
        session_id, "any-browser", who, lambda s: let_in(s.current_attempt(who), reason, by)
    )
