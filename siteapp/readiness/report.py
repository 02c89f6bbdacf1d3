"""The report of one session: what machines and server found, made into one signed statement."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from siteapp.readiness.catalogue import CATALOGUE
from siteapp.readiness.checks import (
    ORDER,
    ServerFacts,
    Threshold,
    gathered,
    judge_seats,
    judge_server,
    worst,
    worst_first,
)
from siteapp.readiness.drill import finding
from siteapp.readiness.machine import Checked, MachineReport, judge_machine, round_trip_ms
from sync.errors import DocumentRefused
from sync.exam.sitting import SessionPlan
from sync.reports import report_path
from sync.wire.documents import read, sign
from sync.wire.files import write_durably
from sync.wire.keys import SigningKey, VerifyKey
from sync.wire.readiness import (
    CheckedMachine,
    Finding,
    Level,
    Premises,
    ReadinessReport,
    RehearsedStep,
)

HOUR_MS = 3_600_000
SPOOL = "spool"


class Looked(NamedTuple):
    """One machine and what was found of it."""

    checked: Checked
    findings: list[Finding]


def from_rows(rows: Iterable[dict[str, Any]]) -> list[Checked]:
    """The kept reports; one of another version is left out."""
    found = []
    for row in rows:
        try:
            report = msgspec.json.decode(row["report"], type=MachineReport)
        except msgspec.DecodeError:
            continue
        kept = (row["address"], row["at"], row["visits"], row["forgot"], row["browser"])
        found.append(Checked(report, *kept))
    return found


def look_at(machines: Sequence[Checked], threshold: Threshold, now: int) -> list[Looked]:
    """Judge every machine that reported lately; seats that two machines claim are named."""
    lately = [m for m in machines if 0 <= now - m.at <= threshold("readiness_hours") * HOUR_MS]
    seats = [m.report.seat for m in lately]
    looked = []
    for machine in lately:
        findings = judge_machine(machine, threshold)
        if seats.count(machine.report.seat) > 1:
            findings.append(Finding("seat-twice", "warn", None, None, machine.address, ()))
        looked.append(Looked(machine, findings))
    return looked


def assemble(
    site: str,
    serial: int,
    plan: SessionPlan,
    machines: Sequence[Checked],
    server: ServerFacts,
    threshold: Threshold,
    now: int,
    rehearsal: tuple[RehearsedStep, ...] | None = None,
) -> ReadinessReport:
    """Everything that is known, judged, the worst first."""
    looked = look_at(machines, threshold, now)
    # Of machines that claim one seat the worse one counts: nobody makes another's machine good.
    level: dict[int, Level] = {}
    for one in looked:
        seat = one.checked.report.seat
        level[seat] = min(level.get(seat, "ok"), worst(one.findings), key=ORDER.index)
    good = [seat for seat, of in level.items() if of != "fail"]
    wanted = [candidate.seat for candidate in plan.candidates]
    seats, ready, spares = judge_seats(wanted, good, threshold)
    of_machines = gathered((one.checked.report.seat, one.findings) for one in looked)
    drilled = finding(rehearsal or (), now, threshold("drill_days"))
    judged = [*judge_server(server, threshold), drilled]
    return ReadinessReport(
        site=site,
        session=plan.id,
        serial=serial,
        at=now,
        ready=is_ready([*judged, *seats]),
        candidates=len(wanted),
        seats_ready=ready,
        spares=spares,
        premises=Premises(1, 1 + (server.spare is not None), len(level), None),
        findings=tuple(worst_first([*judged, *seats, *of_machines])),
        machines=tuple(_line(one) for one in looked),
        rehearsal=rehearsal,
    )


def is_ready(findings: Iterable[Finding]) -> bool:
    """No failure, and nothing unknown that must be known.

    A machine that fails does so through the seats: one bad spare keeps nobody from the start.
    """
    return not any(
        one.level == "fail" or (one.level == "unknown" and CATALOGUE[one.check].needed)
        for one in findings
    )


def _line(one: Looked) -> CheckedMachine:
    report = one.checked.report
    return CheckedMachine(
        seat=report.seat,
        level=worst(one.findings),
        browser=one.checked.browser,
        round_trip_ms=round_trip_ms(report),
        down_kbit=report.down_kbit,
        full_load_ms=int(report.load.ms) if report.load else None,
    )


def keep_report(data: Path, report: ReadinessReport, signer: SigningKey) -> bytes:
    """Sign the report and keep it as the newest of its session; the envelope."""
    place = report_path(data / SPOOL, report.session)
    place.parent.mkdir(parents=True, exist_ok=True)
    envelope = sign(report, signer)
    write_durably(place, envelope)
    return envelope


def kept_report(data: Path, session: str, key: VerifyKey) -> ReadinessReport | None:
    """The newest report of a session if it is there, whole, and this site's own."""
    try:
        found = read(report_path(data / SPOOL, session).read_bytes(), ReadinessReport, [key])
    except (FileNotFoundError, DocumentRefused):
        return None
    return found if found.session == session else None


def counts(report: ReadinessReport | None, now: int, hours: int) -> bool:
    """A report that says ready, and is neither too old nor of a time that has not come."""
    return bool(report and report.ready and 0 <= now - report.at <= hours * HOUR_MS)
