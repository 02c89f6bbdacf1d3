"""The check page of student machines: measures from the browser, no sign-in, nothing installed.

While somebody is writing nothing is pulled: saves come first.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from flask import Blueprint, Response, render_template, request

from siteapp.conduct.machines import Mark, seen
from siteapp.errors import NoMeasuring, RequestRefused
from siteapp.readiness.asked import completed, judge_asked
from siteapp.readiness.checks import worst, worst_first
from siteapp.readiness.machine import Checked, MachineReport, browser_of, judge_machine, read_report
from siteapp.store import checked, records
from siteapp.store.live import Live
from siteapp.store.writer import Statement
from siteapp.web.asked import lockdown, wants
from siteapp.web.guard import ROOM, role, site
from siteapp.web.machine import MOST_MACHINES
from sync.readiness.catalogue import CATALOGUE
from sync.wire.readiness import Finding

checking = Blueprint("checking", __name__)
# No machine restarts in less; a page that is only loaded again is no other visit.
VISIT_MS = 60_000


@checking.get("/check")
@role(ROOM)
def check_page() -> str:
    """The page that each student machine opens."""
    return render_template("check.html", wants=wants())


def _now() -> int:
    """Let a small request pass, or TooFast; the site's clock."""
    now = site().live.clock.now()
    site().readiness.ask(request.remote_addr or "", now)
    return now


@checking.get("/api/check/ping")
@role(ROOM)
def ping() -> dict[str, object]:
    """The server's time, the common pull that is coming, and the drill that is on, if any."""
    coming = site().readiness.coming(now := _now())
    pull = {"round": coming.round, "in_ms": coming.due_ms - now} if coming else None
    told = {"numbers": site().rooms.numbers.showing(now), "drill": site().drill.invitation()}
    return {"wall": site().live.clock.wall(), "pull": pull, **told}


@checking.get("/api/check/blob")
@role(ROOM)
def blob() -> Response:
    """Bytes to measure with; NoMeasuring while a sitting is open."""
    sessions = site().live.sessions.values()
    if any(phase == "open" for session in sessions for phase in session.sittings.values()):
        raise NoMeasuring
    data = site().readiness.pull(request.remote_addr or "", site().live.clock.now())
    return Response(data, mimetype="application/octet-stream")


@checking.post("/api/check/up")
@role(ROOM)
def up() -> dict[str, object]:
    """Takes a piece and forgets it; how large one may be is kept before this."""
    _now()
    return {"bytes": len(request.get_data())}


@checking.post("/api/check/result")
@role(ROOM)
def result() -> dict[str, object]:
    """Keep what a machine measured, and answer with what it means."""
    _now()
    report, address = read_report(request.get_data()), request.remote_addr or ""
    report = msgspec.structs.replace(report, lockdown=lockdown(request, report))
    kept = _keep(report, address)
    found = judge_machine(kept, site().settings.number) + judge_asked(kept, wants())
    found = worst_first(found)
    return {"level": worst(found), "findings": [shown(one) for one in found]}


def _keep(report: MachineReport, address: str) -> Checked:
    live, seat, wall = site().live, report.seat, site().live.clock.wall()
    before = checked.before(live.rows, address, seat)
    report = completed(report, _read(before))
    visits = 1
    if before and before["marker"] == report.marker:
        visits = before["visits"] + _is_another_visit(before, report, wall)
    row = records.machine(live, address, seat)
    known = Mark(**(row | {"seals": bool(row["seals"])})) if row else None
    mark = seen(known, report.marker, report.secure, wall)
    browser = browser_of(request.headers.get("User-Agent", ""))
    text = msgspec.json.encode(report).decode()
    live.store(
        *_room_for(live, bool(before), bool(row)),
        checked.keep(address, seat, report.marker, wall, visits, browser, text),
        records.keep_machine(address, seat, mark.marker, mark.since_ms, mark.seals, mark.forgot),
    )
    return Checked(report, address, wall, visits, mark.forgot, browser)


def _room_for(live: Live, checked_before: bool, known: bool) -> Iterator[Statement]:
    if not checked_before and checked.count(live.rows) >= MOST_MACHINES:
        yield records.make_room("machine_check")
    if not known and len(records.machines(live)) >= MOST_MACHINES:
        yield records.make_room("machine")


def _read(before: dict[str, Any] | None) -> MachineReport | None:
    try:
        return read_report(before["report"].encode()) if before else None
    except RequestRefused:
        # Kept by another version.
        return None


def _is_another_visit(before: dict[str, Any], report: MachineReport, wall: int) -> bool:
    """Another page than before, and time enough between for the machine to have restarted."""
    same = f'"visit":"{report.visit}"' in before["report"]
    return not same and abs(wall - before["at"]) >= VISIT_MS


def shown(one: Finding) -> dict[str, object]:
    """A finding with its words, for a page or a command."""
    check = CATALOGUE[one.check]
    pairs = {"title": check.title, "why": check.why, "who": check.who, "how": check.how}
    words = {name: {"zh": pair.zh, "en": pair.en} for name, pair in pairs.items()}
    told = msgspec.to_builtins(one)
    return {**told, **words, "unit": check.unit, "of_machine": check.of_machine}
