"""`examsite check`: is the site ready? From the shell, also while the service runs."""

import hashlib
from pathlib import Path

import click
import msgspec
from rich.console import Console

from siteapp.cameras.service import of_site
from siteapp.clock import wall_ms
from siteapp.conduct.session import Session
from siteapp.config import Settings
from siteapp.errors import NoSessionYet, SiteNotReady
from siteapp.identity import Identity, load_identity
from siteapp.lockdown import Lockdown
from siteapp.papers import verify_kept
from siteapp.readiness.asked import Wants
from siteapp.readiness.cameras import with_cameras
from siteapp.readiness.checks import ServerFacts
from siteapp.readiness.drill import finding
from siteapp.readiness.drill_state import load, outcome
from siteapp.readiness.ends import find_ends, judge_ends
from siteapp.readiness.looking import kept_beside
from siteapp.readiness.report import SPOOL, Around, assemble, from_rows, keep_report
from siteapp.readiness.room import find_facts
from siteapp.readiness.seating import drawn, judge_seating
from siteapp.readiness.version import find_version
from siteapp.rooms.keeping import kept_plan
from siteapp.standby.folder import PairFolder
from siteapp.store import checked
from siteapp.store.database import SQLITE_VERSION, check_sqlite
from sync.console import OUT_FILE, language, say, show_json, show_table
from sync.errors import NotFound
from sync.exam.sitting import SessionPlan
from sync.printing.page import Tongue
from sync.printing.pdf import keep_pdf
from sync.readiness.drawn import paper
from sync.readiness.view import LEVELS, Line, line_of, rooms_of, verdict_of
from sync.wire.readiness import ReadinessReport
from sync.words import Words


@click.command("check")
@click.option("--session", help="The session to be ready for [the newest].")
@click.option("--keep", is_flag=True, help="Sign the report and keep it for the start.")
@click.option("--pdf", type=OUT_FILE, help="Write the report as a PDF here.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def check_command(
    folder: Path, session: str | None, keep: bool, pdf: Path | None, as_json: bool
) -> None:
    """Is the site ready? Exit status 0 if it is, 3 if something keeps it from that.

    The server is measured now; student machines are as they last reported from /check.
    """
    PairFolder(folder).refuse_spare()
    check_sqlite()
    identity, settings = load_identity(folder), Settings.load(folder)
    if not (folder / "site.db").exists():
        raise NoSessionYet
    report = _report(folder, identity, settings, session)
    envelope = keep_report(folder, report, identity.sign) if keep else b""
    if pdf:
        digest = hashlib.sha256(envelope).hexdigest() if envelope else ""
        tongue = Tongue(language(), beside=True)
        still = of_site(folder, identity, settings).stills.inline
        keep_pdf(pdf, paper(report, identity.certificate.name, tongue, digest, still))
    if as_json:
        show_json(msgspec.to_builtins(report))
    else:
        _tell(report)
    if not report.ready:
        raise SiteNotReady(count=sum(1 for one in report.findings if one.level == "fail"))


def _report(
    folder: Path, identity: Identity, settings: Settings, session: str | None
) -> ReadinessReport:
    with (
        checked.beside(folder / "site.db") as rows,
        Console(stderr=True).status("… " + Words("测量服务器", "measuring").in_(language())),
    ):
        decoded = [msgspec.json.decode(p, type=SessionPlan) for p in checked.plans(rows)]
        plans = {plan.id: plan for plan in decoded}
        if not plans:
            raise NoSessionYet
        if session and session not in plans:
            raise NotFound(what=session)
        plan = plans[session] if session else decoded[-1]
        digest = checked.package(rows, plan.id)
        machines = from_rows(checked.all_checked(rows))
        rooms = kept_plan(rows)
        facts = _facts(folder, identity, settings, plan, digest)
        wall = wall_ms()
    serial = identity.certificate.serial
    done = outcome(load(folder), wall, settings.number("drill_days"))
    network = kept_beside(folder, machines, wall)
    seating = judge_seating(rooms, network.machines, {c.seat for c in plan.candidates})
    ends = find_ends(identity, bool(settings.text("front")), wall)
    version = find_version(folder / SPOOL, identity)
    found = (finding(done), version, *judge_ends(ends, settings.number), *seating)
    around = Around(
        rooms=drawn(rooms),
        rehearsal=done,
        findings=found,
        network=network,
        wants=_wants(settings, Lockdown(identity.candidate_secret, settings), plan),
    )
    cameras = of_site(folder, identity, settings)
    around = with_cameras(around, cameras, settings, plan, wall)
    return assemble(identity.site, serial, plan, machines, facts, settings.number, wall, around)


def _wants(settings: Settings, browser: Lockdown, plan: SessionPlan) -> Wants:
    """By settings and plan: what is in the papers only the running service knows."""
    sound = {"on": True, "off": False}.get(settings.text("check_sound"))
    camera, lockdown = (settings.text(f"check_{name}") == "on" for name in ("camera", "seb"))
    return Wants(sound, camera, lockdown or browser.needed([plan]), browser.wanted([plan]))


def _facts(
    folder: Path, identity: Identity, settings: Settings, plan: SessionPlan, digest: str
) -> ServerFacts:
    reserve = folder / "reserve"

    def verify() -> str:
        verify_kept(folder / "packages" / f"{digest}.package", identity)
        return digest

    return find_facts(
        folder,
        settings,
        [Session.planned(plan)],
        reserve.stat().st_size if reserve.exists() else 0,
        verify,
        # Whether it keeps up only the running service knows.
        "unknown" if PairFolder(folder).peer() else None,
        (SQLITE_VERSION, True),
    )


def _tell(report: ReadinessReport) -> None:
    head = {
        "zh": ["结果", "检查项", "测得", "座位", "怎么处理"],
        "en": ["result", "check", "found", "seats", "what to do"],
    }
    show_table(head[language()], [_row(line_of(one)) for one in report.findings])
    for room in rooms_of(report):
        say(f"{room.name.zh}：{room.verdict.zh}", f"{room.name.en}: {room.verdict.en}")
    whole = verdict_of(report)
    say(f"场次 {report.session}：{whole.zh}", f"Session {report.session}: {whole.en}")


def _row(one: Line) -> list[str]:
    lang = language()
    remedy = f"{one.how.in_(lang)} ({one.who.in_(lang)})" if one.how.zh else ""
    return [LEVELS[one.level].in_(lang), one.title.in_(lang), one.measured, one.seats, remedy]
