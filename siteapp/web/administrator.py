"""The site administrator's pages: what to do next, unlocking, accounts, the audit log."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from siteapp.conduct.session import Session
from siteapp.conduct.unlocking import early_s
from siteapp.errors import EntryRefused, NameTaken, TooManyTries, WrongStaffSignIn
from siteapp.rooms.plan import unplaced
from siteapp.staff import LEADERS, ROLES
from siteapp.store import records
from siteapp.store.database import SQLITE_VERSION
from siteapp.web.audited import ACTS
from siteapp.web.bodies import MAX_PACKAGE
from siteapp.web.day import day_of
from siteapp.web.envelopes import sealed_in
from siteapp.web.guard import STAFF, member, role, site
from siteapp.web.times import china_time
from siteapp.web.two_people import second_for_account, two_of_form
from sync.errors import AlreadyThere, ExamError, NotAllowed, NotFound, UnlockRefused
from sync.wire.unlock import UnlockCode
from sync.words import Words

administrator = Blueprint("administrator", __name__)


def server_facts() -> dict[str, Any]:
    """What this machine can find out about itself."""
    status = site().spool.status()
    contact = status.last_contact if status else None
    return {
        "site": site().identity.site,
        "serial": site().identity.certificate.serial,
        "sqlite": SQLITE_VERSION,
        "disk": site().disk.state(site().live.sessions.values()),
        "headquarters": site().settings.text("headquarters"),
        "courier": status,
        "contact": china_time(contact) if contact else None,
    }


def machine_facts() -> dict[str, list[int]]:
    """Seats of the student machines: all that showed a mark, those on plain HTTP, the forgetful."""
    rows = records.machines(site().live)
    return {
        "all": [row["seat"] for row in rows],
        "plain": [row["seat"] for row in rows if not row["seals"]],
        "forget": [row["seat"] for row in rows if row["forgot"]],
    }


@administrator.get("/admin")
@role(*LEADERS)
def home() -> str:
    """What to do next, from now to the end of the day."""
    sessions = [(s, day_of(s)) for s in reversed(list(site().live.sessions.values()))]
    known = set(records.packages(site().live).values())
    waiting = [e for e in site().spool.incoming() if e.digest not in known]
    return render_template(
        "administrator-home.html",
        sessions=sessions,
        waiting=waiting,
        facts=server_facts(),
        machines=machine_facts(),
        most=MAX_PACKAGE,
    )


@administrator.get("/admin/sessions/<session_id>")
@role(*LEADERS)
def session_page(session_id: str) -> str:
    """What is in a session: sittings and candidates."""
    session = site().live.session(session_id)
    wanted = {c.seat for c in session.plan.candidates}
    return render_template(
        "administrator-session.html",
        session=session,
        day=day_of(session),
        pictured=site().shelf.photographed(session),
        unplaced=unplaced(site().rooms.now().plan, wanted),
    )


@administrator.get("/admin/sessions/<session_id>/unlock")
@role("chief")
def unlock_page(session_id: str) -> str:
    """The form for the two codes."""
    return _unlock_form(site().live.session(session_id), None)


def _unlock_form(session: Session, error: ExamError | None) -> str:
    wall = site().live.clock.wall()
    return render_template(
        "administrator-unlock.html",
        session=session,
        error=error,
        codes=(request.form.get("code1", ""), request.form.get("code2", "")),
        reason=request.form.get("reason", ""),
        early=-(-early_s(session.plan.starts_at, wall) // 60),
        second=request.form.get("second", ""),
        clock=china_time(wall),
        wrong=session.unlock_tries.wrong,
        fault=site().releases.faults.get(session.plan.id),
        online=bool(site().settings.text("headquarters")),
    )


@administrator.post("/admin/sessions/<session_id>/unlock")
@role("chief")
def unlock(session_id: str) -> Response | tuple[str, int]:
    """Open the papers; a wrong code is said as precisely as it can be, and is recorded."""
    session = site().live.session(session_id)
    try:
        one, two = _codes()
        reason = request.form.get("reason", "")[:500]
        second = _second(session, reason)
        site().shelf.unlock(session, (one, two), member().name, reason, second)
    except (UnlockRefused, WrongStaffSignIn, NotAllowed, TooManyTries) as error:
        site().staff.audit(member().name, "unlock-refused", f"{session_id} {error.code}")
        return _unlock_form(session, error), error.http_status
    except AlreadyThere:
        return redirect(f"/admin/sessions/{session_id}", 303)
    site().staff.audit(member().name, "unlock", session_id)
    return redirect(f"/admin/sessions/{session_id}", 303)


def _second(session: Session, reason: str) -> str:
    """Before the hour one person alone does not open the papers; in time nobody is asked."""
    early = early_s(session.plan.starts_at, site().live.clock.wall())
    return two_of_form(STAFF).second if early and reason.strip() else ""


def _codes() -> tuple[UnlockCode, UnlockCode]:
    return (
        UnlockCode.parse(request.form.get("code1", "")[:100], 1),
        UnlockCode.parse(request.form.get("code2", "")[:100], 2),
    )


@administrator.get("/admin/users")
@role("administrator")
def users() -> str:
    """All accounts."""
    return render_template("administrator-users.html", members=site().staff.members(), made=None)


@administrator.post("/admin/users")
@role("administrator")
def add_user() -> str:
    """Two people make an account; its password is on this one answer and nowhere else."""
    name, wanted = request.form.get("name", "").strip(), request.form.get("role", "")
    chosen = next((r for r in ROLES if r == wanted), None)
    if chosen is None:
        raise EntryRefused(reason=Words("请选择身份", "choose a role"))
    if any(one.name == name for one in site().staff.members()):
        raise NameTaken(what=name)
    second = second_for_account(name)
    password = site().staff.add(name, chosen)
    site().staff.audit(member().name, "add-user", f"{name} {chosen} {second}".rstrip())
    return _password(name, chosen, password)


@administrator.post("/admin/users/reset")
@role("administrator")
def reset_password() -> str:
    """Two people give an account a new password; whoever used the old one is out."""
    name = request.form.get("name", "")
    given = next((one.role for one in site().staff.members() if one.name == name), "")
    if not given:
        raise NotFound(what=name)
    second = second_for_account(name)
    password = site().staff.reset(name)
    site().staff.audit(member().name, "reset-password", f"{name} {second}".rstrip())
    return _password(name, given, password)


@administrator.post("/admin/users/remove")
@role("administrator")
def remove_user() -> Response:
    """Two people end an account at once; LastAdministrator keeps the last who could make others."""
    name = request.form.get("name", "")
    second = second_for_account(name)
    site().staff.remove(name)
    site().staff.audit(member().name, "remove-user", f"{name} {second}".rstrip())
    return redirect("/admin/users", 303)


def _password(name: str, given: str, password: str) -> str:
    """On the page of accounts, or alone on the sheet that becomes its envelope."""
    # Of a row's button it is in the address: the row's name is what the button itself sends.
    if request.values.get("as") == "envelope":
        return sealed_in(name, given, password)
    made = {"name": name, "role": given, "password": password}
    return render_template("administrator-users.html", members=site().staff.members(), made=made)


@administrator.get("/admin/audit")
@role(*LEADERS)
def audit() -> str:
    """What staff did, the newest first."""
    rows = site().staff.log()
    for row in rows:
        row["time"] = china_time(row["at"])
    return render_template("administrator-audit.html", rows=rows, acts=ACTS)
