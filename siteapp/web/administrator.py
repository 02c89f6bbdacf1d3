"""The site administrator's pages: what to do next, packages, unlocking, deliveries, accounts."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from siteapp.conduct.session import Session
from siteapp.conduct.unlocking import early_s
from siteapp.errors import RequestRefused
from siteapp.staff import ROLES
from siteapp.store import records
from siteapp.store.database import SQLITE_VERSION
from siteapp.web.audited import ACTS
from siteapp.web.envelopes import sealed_in
from siteapp.web.guard import STAFF, member, role, site
from sync.errors import AlreadyThere, ExamError, NotFound, UnlockRefused
from sync.moments import BEIJING
from sync.progress import by_session
from sync.wire.unlock import UnlockCode
from sync.words import Words

administrator = Blueprint("administrator", __name__)
STEPS = ("import", "unlock", "open", "close", "delivered")


def steps(session: Session) -> list[dict[str, Any]]:
    """The line of steps of one session, each done or not, the first undone one marked next."""
    phases = session.sittings.values()
    done = {
        "import": True,
        "unlock": session.unlocked,
        "open": all(phase != "waiting" for phase in phases),
        "close": session.closed,
        "delivered": site().delivered(session),
    }
    following = next((step for step in STEPS if not done[step]), None)
    return [{"id": step, "done": done[step], "next": step == following} for step in STEPS]


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


def china_time(ms: int) -> str:
    """A moment in China's time, as everywhere in the room, whatever this machine's zone is."""
    return datetime.fromtimestamp(ms / 1000, BEIJING).strftime("%m-%d %H:%M:%S")


@administrator.get("/admin")
@role("administrator", "chief")
def home() -> str:
    """What to do next, from now to the end of the day."""
    sessions = [(s, steps(s)) for s in reversed(list(site().live.sessions.values()))]
    known = set(records.packages(site().live).values())
    waiting = [e for e in site().spool.incoming() if e.digest not in known]
    return render_template(
        "administrator-home.html",
        sessions=sessions,
        waiting=waiting,
        facts=server_facts(),
        machines=machine_facts(),
    )


@administrator.get("/admin/packages")
@role("administrator", "chief")
def packages_page() -> Response:
    """Only a way back: after a refused import the language switch asks for this address."""
    return redirect("/admin")


@administrator.post("/admin/packages")
@role("administrator")
def import_package() -> str | Response | tuple[str, int]:
    """Take in a package: one that the courier fetched, or an uploaded file."""
    uploaded = request.files.get("file")
    path = site().folder / "spooling" / f"{secrets.token_hex(8)}.upload"
    try:
        if uploaded and uploaded.filename:
            path.parent.mkdir(exist_ok=True)
            uploaded.save(path)
            plan = site().shelf.receive(path)
        else:
            plan = site().shelf.receive(_fetched(request.form.get("digest", "")))
    except AlreadyThere as error:
        # A repeated click or a reload: the session is there, which is what was asked for.
        return redirect(f"/admin/sessions/{error.facts['what']}", 303)
    except ExamError as error:
        site().staff.audit(member().name, "import-refused", error.code)
        raise
    finally:
        path.unlink(missing_ok=True)
    site().staff.audit(member().name, "import", plan.id)
    return redirect(f"/admin/sessions/{plan.id}", 303)


def _fetched(digest: str) -> Path:
    for entry in site().spool.incoming():
        if entry.digest == digest:
            return entry.path
    raise NotFound(what=digest[:12])


@administrator.get("/admin/sessions/<session_id>")
@role("administrator", "chief")
def session_page(session_id: str) -> str:
    """What is in a session: sittings and candidates."""
    session = site().live.session(session_id)
    return render_template("administrator-session.html", session=session, steps=steps(session))


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
        site().shelf.unlock(session, (one, two), member().name, reason)
    except UnlockRefused as error:
        site().staff.audit(member().name, "unlock-refused", f"{session_id} {error.code}")
        return _unlock_form(session, error), error.http_status
    except AlreadyThere:
        return redirect(f"/admin/sessions/{session_id}", 303)
    site().staff.audit(member().name, "unlock", session_id)
    return redirect(f"/admin/sessions/{session_id}", 303)


def _codes() -> tuple[UnlockCode, UnlockCode]:
    return (
        UnlockCode.parse(request.form.get("code1", "")[:100], 1),
        UnlockCode.parse(request.form.get("code2", "")[:100], 2),
    )


@administrator.get("/admin/deliveries")
@role("administrator", "chief")
def deliveries() -> str:
    """Every batch and how far it is; nothing leaves the site before the second receipt."""
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
    return render_template("administrator-deliveries.html", shown=shown, facts=server_facts())


@administrator.get("/admin/users")
@role("administrator")
def users() -> str:
    """All accounts."""
    return render_template("administrator-users.html", members=site().staff.members(), made=None)


@administrator.post("/admin/users")
@role("administrator")
def add_user() -> str:
    """Make an account; its password is on this one answer and nowhere else."""
    name, wanted = request.form.get("name", "").strip(), request.form.get("role", "")
    chosen = next((r for r in ROLES if r == wanted), None)
    if chosen is None or not name.isprintable() or not 1 <= len(name) <= 40:
        raise RequestRefused(
            reason=Words("用户名须有 1–40 字，并选择身份", "a name of 1–40 characters, and a role")
        )
    password = site().staff.add(name, chosen)
    site().staff.audit(member().name, "add-user", f"{name} {chosen}")
    return _password(name, chosen, password)


@administrator.post("/admin/users/reset")
@role("administrator")
def reset_password() -> str:
    """A new password for an account; NotFound if there is none. Whoever used the old one is out."""
    name = request.form.get("name", "")
    given = next((one.role for one in site().staff.members() if one.name == name), "")
    password = site().staff.reset(name)
    site().staff.audit(member().name, "reset-password", name)
    return _password(name, given, password)


def _password(name: str, given: str, password: str) -> str:
    """On the page of accounts, or alone on the sheet that becomes its envelope."""
    if request.form.get("as") == "envelope":
        return sealed_in(name, given, password)
    made = {"name": name, "role": given, "password": password}
    return render_template("administrator-users.html", members=site().staff.members(), made=made)


@administrator.get("/admin/audit")
@role(*STAFF[:2])
def audit() -> str:
    """What staff did, the newest first."""
    rows = site().staff.log()
    for row in rows:
        row["time"] = china_time(row["at"])
    return render_template("administrator-audit.html", rows=rows, acts=ACTS)
