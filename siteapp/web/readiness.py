"""Is the site ready? The page of findings, the common pull, the signed report, and the gate."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from flask import Blueprint, Response, render_template, request

from siteapp.conduct.session import Session
from siteapp.errors import NoMeasuring, ReadinessMissing
from siteapp.papers import verify_kept
from siteapp.readiness.cameras import with_cameras
from siteapp.readiness.checks import ServerFacts
from siteapp.readiness.drill import finding
from siteapp.readiness.drill_state import outcome
from siteapp.readiness.ends import find_ends, judge_ends
from siteapp.readiness.looking import seen_by
from siteapp.readiness.network import Network
from siteapp.readiness.report import (
    SPOOL,
    Around,
    assemble,
    counts,
    from_rows,
    keep_report,
    kept_report,
)
from siteapp.readiness.room import find_facts
from siteapp.readiness.seating import drawn, judge_seating
from siteapp.readiness.version import find_version
from siteapp.staff import LEADERS
from siteapp.store import checked, records
from siteapp.store.database import SQLITE_VERSION
from siteapp.web.asked import wants
from siteapp.web.checking import shown
from siteapp.web.guard import language, member, role, site
from siteapp.web.headers import PAPER_POLICY
from siteapp.web.times import china_time
from sync.errors import NotFound
from sync.printing.page import Tongue
from sync.printing.pdf import pdf
from sync.readiness.drawn import body, paper
from sync.reports import report_path
from sync.wire.readiness import ReadinessReport

readiness = Blueprint("readiness", __name__)


def _find(session: Session) -> ServerFacts:
    """Measure the server for this session."""
    the = site()
    told = the.standby.told()
    return find_facts(
        the.folder,
        the.settings,
        list(the.live.sessions.values()),
        the.disk.reserve.held,
        lambda: _verified(session.plan.id),
        None if told is None else told["state"] == "both",
        (SQLITE_VERSION, True),
    )


def _verified(session: str) -> str:
    digest = records.packages(site().live)[session]
    verify_kept(site().shelf.folder / f"{digest}.package", site().identity)
    return digest


def _report(session: Session, anew: bool = False) -> ReadinessReport:
    live, the = site().live, site()
    wall = live.clock.wall()
    facts = the.readiness.facts(session.plan.id, live.clock.now(), lambda: _find(session), anew)
    machines = from_rows(checked.all_checked(live.rows))
    return assemble(
        the.identity.site,
        the.identity.certificate.serial,
        session.plan,
        machines,
        facts,
        the.settings.number,
        wall,
        _around(session, seen_by(the.lan, machines, look=not _writing()), wall),
    )


def _around(session: Session, network: Network, wall: int) -> Around:
    """The rooms as they are drawn, and what is not where it belongs; the drill; the cameras."""
    the, plan = site(), site().rooms.now().plan
    seating = judge_seating(plan, network.machines, {c.seat for c in session.plan.candidates})
    done = outcome(the.drill.state, the.live.clock.wall(), the.settings.number("drill_days"))
    front = bool(the.settings.text("front"))
    ends = the.readiness.ends(wall, lambda: find_ends(the.identity, front, wall))
    version = find_version(the.spool.folder, the.identity)
    found = (finding(done), version, *judge_ends(ends, the.settings.number), *seating)
    around = Around(
        rooms=drawn(plan), rehearsal=done, findings=found, network=network, wants=wants()
    )
    return with_cameras(around, the.cameras, the.settings, session.plan, wall)


def _writing() -> bool:
    """True while a sitting is open: then the network is left in peace."""
    return any(p == "open" for s in site().live.sessions.values() for p in s.sittings.values())


def _kept(session: str) -> ReadinessReport | None:
    return kept_report(site().folder, session, site().identity.sign.public)


@readiness.get("/admin/readiness")
@role(*LEADERS)
def readiness_page() -> str:
    """The page; it asks for the state of one session by itself."""
    sessions = list(reversed(site().live.sessions.values()))
    return render_template("administrator-readiness.html", sessions=sessions)


@readiness.get("/api/readiness/<session_id>")
@role(*LEADERS)
def readiness_state(session_id: str) -> dict[str, Any]:
    """Everything that is known now, and the newest signed report."""
    session = site().live.session(session_id)
    report, kept = _report(session), _kept(session_id)
    wall, hours = site().live.clock.wall(), site().settings.number("readiness_hours")
    pull = site().readiness.coming(now := site().live.clock.now())
    return {
        "report": msgspec.to_builtins(report)
        | {"findings": [shown(one) for one in report.findings], "time": china_time(report.at)},
        "drawn": body(report, Tongue(language()), _still),
        "kept": {"time": china_time(kept.at), "ready": kept.ready} if kept else None,
        "counts": counts(kept, wall, hours),
        "hours": hours,
        "asks": session.plan.kind == "examination",
        "pull_in_ms": pull.due_ms - now if pull else None,
    }


def _still(digest: str) -> str | None:
    """Where staff see the picture of that digest; papers leave the site, so they have none."""
    camera = site().cameras.stills.camera_of(digest)
    return camera and f"/api/cameras/{camera}/still?{digest[:16]}"


@readiness.post("/api/readiness/<session_id>/pull")
@role(*LEADERS)
def pull_together(session_id: str) -> dict[str, Any]:
    """All open check pages pull at the same moment; NoMeasuring while a sitting is open."""
    session = site().live.session(session_id)
    if _writing():
        raise NoMeasuring
    pull = site().readiness.pull_together(now := site().live.clock.now())
    site().staff.audit(member().name, "pull", session.plan.id)
    return {"round": pull.round, "in_ms": pull.due_ms - now}


@readiness.post("/api/readiness/<session_id>/sign")
@role(*LEADERS)
def sign_report(session_id: str) -> dict[str, Any]:
    """Measure the server anew, sign what is known now, and keep it."""
    report = _report(site().live.session(session_id), anew=True)
    keep_report(site().folder, report, site().identity.sign)
    site().staff.audit(member().name, "readiness", f"{session_id} {'+' if report.ready else '-'}")
    return {"ready": report.ready}


@readiness.get("/admin/readiness/<session_id>/statement")
@role(*LEADERS)
def statement(session_id: str) -> Response:
    """The signed report as a file."""
    site().live.session(session_id)
    path: Path = report_path(site().folder / SPOOL, session_id)
    if not path.exists():
        raise NotFound(what=session_id)
    name = f"readiness-{site().identity.site}-{session_id}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(path.read_bytes(), mimetype="application/json", headers=headers)


@readiness.get("/admin/readiness/<session_id>/paper")
@role(*LEADERS)
def paper_page(session_id: str) -> Response:
    """The newest signed report as a page for the printer, both languages beside each other."""
    return Response(_paper(session_id), headers={"Content-Security-Policy": PAPER_POLICY})


@readiness.get("/admin/readiness/<session_id>/paper.pdf")
@role(*LEADERS)
def paper_file(session_id: str) -> Response:
    """The same as a PDF for the archive and for the school's application."""
    made = pdf(_paper(session_id))
    site().staff.audit(member().name, "readiness-paper", session_id)
    name = f"readiness-{site().identity.site}-{session_id}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, mimetype="application/pdf", headers=headers)


def _paper(session_id: str) -> str:
    """Of the signed report alone: what is printed is what was signed."""
    site().live.session(session_id)
    kept = _kept(session_id)
    if kept is None:
        raise NotFound(what=session_id)
    envelope = report_path(site().folder / SPOOL, session_id).read_bytes()
    digest = hashlib.sha256(envelope).hexdigest()
    tongue, name = Tongue(language(), beside=True), site().identity.certificate.name
    return paper(kept, name, tongue, digest, site().cameras.stills.inline)


def overruled(session: Session) -> str:
    """What the chief overrules by opening this session now: empty if nothing.

    Asked once, before the first sitting; a rehearsal is how one gets ready.
    """
    begun = any(phase != "waiting" for phase in session.sittings.values())
    if begun or session.plan.kind != "examination" or not session.unlocked:
        return ""
    the = site()
    kept, hours = _kept(session.plan.id), the.settings.number("readiness_hours")
    if counts(kept, the.live.clock.wall(), hours):
        return ""
    if "reason" not in (request.get_json(silent=True) or {}):
        raise ReadinessMissing(hours=hours)
    return ReadinessMissing.code
