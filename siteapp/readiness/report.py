"""The report of one session: what machines and server found, made into one signed statement."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from siteapp.readiness.asked import NOTHING_ASKED, Wants, judge_asked
from siteapp.readiness.checks import (
    ORDER,
    ServerFacts,
    Threshold,
    gathered,
    judge_server,
    worst,
    worst_first,
)
from siteapp.readiness.machine import Checked, MachineReport, judge_machine, round_trip_ms
from siteapp.readiness.network import UNSEEN, Network, judge_rest, judge_seat, machine_of
from siteapp.readiness.rooms import RoomPlan, judge_rooms
from sync.errors import DocumentRefused
from sync.exam.sitting import SessionPlan
from sync.readiness.catalogue import CATALOGUE
from sync.reports import report_path
from sync.wire.documents import read, sign
from sync.wire.files import write_durably
from sync.wire.keys import SigningKey, VerifyKey
from sync.wire.readiness import (
    TRIP_EDGES,
    TRIP_GROUPS,
    Camera,
    CheckedMachine,
    Finding,
    Level,
    Premises,
    ReadinessReport,
    Rehearsal,
    Server,
)

HOUR_MS = 3_600_000
SPOOL = "spool"


class Looked(NamedTuple):
    """One machine and what was found of it."""

    checked: Checked
    findings: list[Finding]


class Around(NamedTuple):
    """What others found: rooms as drawn, cameras, the rehearsal, their findings, the network.

    `asides` are shown and keep nobody from the start, as those of a single machine.
    """

    rooms: Sequence[RoomPlan] = ()
    cameras: tuple[Camera, ...] | None = None
    rehearsal: Rehearsal | None = None
    findings: tuple[Finding, ...] = ()
    asides: tuple[Finding, ...] = ()
    network: Network = UNSEEN
    wants: Wants = NOTHING_ASKED


ALONE = Around()


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


def look_at(
    machines: Sequence[Checked], threshold: Threshold, now: int, around: Around = ALONE
) -> list[Looked]:
    """Judge every machine that reported lately; seats that two machines claim are named."""
    hours = threshold("readiness_hours") * HOUR_MS
    lately = _not_moved([m for m in machines if 0 <= now - m.at <= hours], around.network)
    seats = [m.report.seat for m in lately]
    looked = []
    for machine in lately:
        findings = judge_machine(machine, threshold)
        findings += judge_seat(machine, around.network, threshold)
        findings += judge_asked(machine, around.wants)
        if seats.count(machine.report.seat) > 1:
            findings.append(Finding("seat-twice", "warn", None, None, machine.address, ()))
        looked.append(Looked(machine, findings))
    return looked


def _not_moved(machines: Sequence[Checked], network: Network) -> list[Checked]:
    """Without what a machine said at an address that it has no more; a copied mark hides nobody."""
    found: list[Checked] = []
    newest: dict[tuple[int, str], str] = {}
    for one in sorted(machines, key=lambda m: -m.at):
        machine = machine_of(one, network)
        at_seat = (one.report.seat, machine.key if machine else one.address)
        if newest.setdefault(at_seat, one.address) == one.address:
            found.append(one)
    return sorted(found, key=lambda m: (m.report.seat, -m.at, m.address))


def assemble(
    site: str,
    serial: int,
    plan: SessionPlan,
    machines: Sequence[Checked],
    server: ServerFacts,
    threshold: Threshold,
    now: int,
    around: Around = ALONE,
) -> ReadinessReport:
    """Everything that is known, judged, the worst first."""
    looked = look_at(machines, threshold, now, around)
    level = _levels(looked)
    good = [seat for seat, of in level.items() if of != "fail"]
    wanted = {candidate.seat for candidate in plan.candidates}
    seats, rooms = judge_rooms(around.rooms, wanted, good, level, threshold)
    of_machines = gathered((one.checked.report.seat, one.findings) for one in looked)
    rest = judge_rest([one.checked for one in looked], around.network)
    judged = [*judge_server(server, threshold), *seats, *rest, *around.findings]
    return ReadinessReport(
        site=site,
        session=plan.id,
        serial=serial,
        at=now,
        ready=is_ready(judged),
        candidates=len(wanted),
        seats_ready=sum(room.seats_ready for room in rooms),
        spares=sum(room.spares for room in rooms),
        premises=_premises(around, server, len(level)),
        rooms=rooms,
        trips=grouped(trip for one in looked for trip in one.checked.report.trips),
        findings=tuple(worst_first([*judged, *of_machines, *around.asides])),
        machines=tuple(_line(one) for one in looked),
        cameras=around.cameras,
        rehearsal=around.rehearsal,
    )


def _levels(looked: Iterable[Looked]) -> dict[int, Level]:
    """Each seat's: of machines that claim one the worse counts; nobody makes another's good."""
    level: dict[int, Level] = {}
    for one in looked:
        seat = one.checked.report.seat
        level[seat] = min(level.get(seat, "ok"), worst(one.findings), key=ORDER.index)
    return level


def _premises(around: Around, server: ServerFacts, machines: int) -> Premises:
    main = Server("main", server.processors, server.memory_total_mib, server.disk_mib)
    spare = (Server("spare", None, None, None),) if server.spare is not None else ()
    cameras = around.cameras
    # What is listed and gives no picture is no camera of the premises.
    seen = None if cameras is None else sum(c.kind == "camera" and bool(c.still) for c in cameras)
    return Premises(max(1, len(around.rooms)), (main, *spare), machines, seen)


def grouped(trips: Iterable[float]) -> tuple[int, ...]:
    """How many round trips lie in each group of TRIP_EDGES."""
    counts = [0] * TRIP_GROUPS
    for trip in trips:
        counts[bisect_left(TRIP_EDGES, trip)] += 1
    return tuple(counts)


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
        cores=report.cores,
        memory_mib=report.memory_mib,
        width=report.width,
        height=report.height,
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
