"""What a browser says about its machine: taken strictly, then judged. Hostile until proven dull."""

import re
from statistics import median
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from siteapp.errors import RequestRefused
from siteapp.readiness.checks import Threshold, judge, known
from sync.exam.specification import Struct
from sync.wire.readiness import Finding, Level

MOST_TRIPS = 50
Seat = Annotated[int, Meta(ge=1, le=9999)]
Pixels = Annotated[int, Meta(ge=1, le=100_000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Ms = Annotated[float, Meta(ge=0, le=600_000)]
Mark = Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,32}\Z")]
# Names and numbers are looked for in this order: many browsers name others too.
_BROWSERS = (
    ("Edge", r"Edg/(\d{1,4})"),
    ("Firefox", r"Firefox/(\d{1,4})"),
    ("Chromium", r"Chrome/(\d{1,4})"),
)


Address = Annotated[str, Meta(max_length=500)]
# Safe Exam Browser: none, by name only, with the Config Key of here, with another one.
Lockdown = Literal["", "named", "proved", "wrong"]


class SebKey(Struct, frozen=True, forbid_unknown_fields=True):
    """What Safe Exam Browser gave the page's script: its Config Key hashed with that address."""

    url: Address
    hash: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{64}\Z")]


class Load(Struct, frozen=True, forbid_unknown_fields=True):
    """What this machine took for the same bytes while all others pulled them too."""

    round: Count
    ms: Ms


class MachineReport(Struct, frozen=True, forbid_unknown_fields=True):
    """All that the page measured; null is what this browser does not tell."""

    seat: Seat
    marker: Mark
    visit: Mark
    width: Pixels
    height: Pixels
    cores: Annotated[int, Meta(ge=1, le=4096)] | None
    memory_mib: Count | None
    storage_mib: Count | None
    secure: bool
    worker: bool
    trips: Annotated[tuple[Ms, ...], Meta(max_length=MOST_TRIPS)]
    lost: Annotated[int, Meta(ge=0, le=MOST_TRIPS)]
    down_kbit: Count | None
    up_kbit: Count | None
    clock_ms: Annotated[int, Meta(ge=-(2**53), le=2**53)] | None
    input_method: bool | None
    load: Load | None
    keyboard: bool | None = None
    sound: bool | None = None
    camera: bool | None = None
    seb: SebKey | None = None
    # Whether the page has the whole screen, as in a kiosk.
    window: Literal["screen", "window"] | None = None
    # From the waiting room: a few questions, none of which takes time or room on the network.
    quick: bool = False
    # Said by this server, whatever a page says.
    lockdown: Lockdown = ""


class Checked(NamedTuple):
    """A report as it is kept: from where, when, how often its mark was seen, by which browser."""

    report: MachineReport
    address: str
    at: int
    visits: int
    forgot: int
    browser: str


def read_report(data: bytes) -> MachineReport:
    """The report in a request, or RequestRefused; every number has its bounds."""
    try:
        return msgspec.json.decode(data, type=MachineReport)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestRefused(reason=str(error)[:120]) from None


def browser_of(agent: str) -> str:
    """`Chromium 96`, or `?` for what nobody knows."""
    for name, pattern in _BROWSERS:
        if found := re.search(pattern, agent[:500]):
            return f"{name} {int(found[1])}"
    return "?"


def round_trip_ms(report: MachineReport) -> int | None:
    """The usual round trip, rounded up."""
    return int(-(-median(report.trips) // 1)) if report.trips else None


def judge_machine(checked: Checked, threshold: Threshold) -> list[Finding]:
    """Everything about one machine."""
    report = checked.report
    sent = len(report.trips) + report.lost
    # One clumsy value is no jitter: the ninth decile against the middle.
    high = sorted(report.trips)[len(report.trips) * 9 // 10] if report.trips else None
    jitter = None if high is None else int(high - median(report.trips))
    clock = None if report.clock_ms is None else abs(report.clock_ms) // 1000
    return [
        _browser(checked.browser, threshold),
        _screen(report, threshold),
        judge("cores", report.cores, threshold),
        judge("memory", report.memory_mib, threshold),
        judge("storage", report.storage_mib, threshold),
        _keeps(checked),
        known("secure", report.secure, "", "warn"),
        known("worker", report.worker, "", "warn"),
        judge("round-trip", round_trip_ms(report), threshold),
        judge("jitter", jitter, threshold),
        judge("loss", report.lost * 100 // sent if sent else None, threshold),
        judge("down", report.down_kbit, threshold),
        judge("up", report.up_kbit, threshold),
        judge("machine-clock", clock, threshold),
        known("input-method", report.input_method, ""),
        judge("full-load", None if report.load is None else int(report.load.ms), threshold),
    ]


def _browser(said: str, threshold: Threshold) -> Finding:
    name, _, number = said.partition(" ")
    if not number:
        return Finding("browser", "unknown", None, None, said, ())
    limit = threshold("check_firefox" if name == "Firefox" else "check_chromium")
    level: Level = "ok" if int(number) >= limit else "fail"
    return Finding("browser", level, int(number), limit, said, ())


def _screen(report: MachineReport, threshold: Threshold) -> Finding:
    width, height = threshold("check_width"), threshold("check_height")
    low = min(report.width / width, report.height / height)
    level: Level = "ok" if low >= 1 else "warn" if low >= 0.75 else "fail"
    said = f"{report.width} × {report.height}"
    return Finding("screen", level, report.width, width, said, ())


def _keeps(checked: Checked) -> Finding:
    """A mark that was there again at a later visit was kept; one visit proves nothing."""
    good = False if checked.forgot else True if checked.visits > 1 else None
    found = known("storage-keeps", good, "")
    return msgspec.structs.replace(found, value=checked.visits, limit=2)
