"""From facts to findings. Pure: what was measured and the thresholds come in, judgements go out.

What is not known is `unknown`, never `ok`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sync.wire.readiness import Finding, Level

# The worst first.
ORDER: tuple[Level, ...] = ("fail", "warn", "unknown", "ok")
Threshold = Callable[[str], int]
# Whether the second server has every answer; `unknown` beside the service, None if there is none.
Spare = bool | Literal["unknown"] | None


class Rule(NamedTuple):
    """A number against its setting: `least` or at most; where a warning becomes a failure.

    `fails_at` is a factor of the setting; 0: it never fails.
    """

    setting: str
    least: bool
    fails_at: float


RULES: dict[str, Rule] = {
    "cores": Rule("check_cores", True, 0),
    "memory": Rule("check_memory_mib", True, 0),
    "storage": Rule("check_storage_mib", True, 0.5),
    "round-trip": Rule("check_round_trip_ms", False, 4),
    "jitter": Rule("check_jitter_ms", False, 4),
    "loss": Rule("check_loss_percent", False, 5),
    "down": Rule("check_down_kbit", True, 0.25),
    "up": Rule("check_up_kbit", True, 0.25),
    "machine-clock": Rule("check_clock_s", False, 0),
    "agent-disk": Rule("check_machine_disk_mib", True, 0.25),
    "agent-memory": Rule("check_memory_mib", True, 0),
    "agent-load": Rule("check_machine_load_percent", False, 0),
    "full-load": Rule("check_full_load_ms", False, 3),
    "sync-usual": Rule("check_sync_ms", False, 10),
    "sync-worst": Rule("check_sync_worst_ms", False, 4),
    "server-memory": Rule("check_server_memory_mib", True, 0.5),
    "load": Rule("check_load_percent", False, 0),
    "temperature": Rule("check_temperature_c", False, 1.125),
    "key-end": Rule("check_key_days", True, 0),
    "register-age": Rule("check_register_days", False, 0),
    "front-certificate": Rule("check_front_days", True, 0),
    "link": Rule("check_link_mbit", True, 0.5),
    "camera-light": Rule("check_camera_light", True, 0.5),
    "camera-focus": Rule("check_camera_focus", True, 0.5),
    "camera-frozen": Rule("check_camera_change", True, 1),
    "camera-clock": Rule("check_camera_clock_s", False, 60),
    "recorder-days": Rule("check_recorder_days", True, 0),
}


def judge(check: str, value: int | None, threshold: Threshold, said: str = "") -> Finding:
    """One number by its rule; no number is unknown."""
    rule = RULES[check]
    limit = threshold(rule.setting)
    if value is None:
        return Finding(check, "unknown", None, limit, said, ())
    edge = limit * rule.fails_at
    if rule.least:
        level: Level = "ok" if value >= limit else "fail" if value < edge else "warn"
    else:
        level = "ok" if value <= limit else "fail" if rule.fails_at and value > edge else "warn"
    return Finding(check, level, value, limit, said, ())


def known(check: str, good: bool | None, said: str, bad: Level = "fail") -> Finding:
    """Something that is so or is not; None is unknown."""
    level: Level = "unknown" if good is None else "ok" if good else bad
    return Finding(check, level, None, None, said, ())


@dataclass(frozen=True)
class ServerFacts:
    """What the server found out about itself; None is what it could not."""

    free_mib: int
    disk_mib: int | None
    needed_mib: int
    sync_usual_ms: int | None
    sync_worst_ms: int | None
    memory_mib: int | None
    memory_total_mib: int | None
    load_percent: int | None
    processors: int | None
    temperature_c: int | None
    on_mains: bool | None
    power: str
    link_mbit: int | None
    links: tuple[str, ...]
    clock_synchronised: bool | None
    clock_source: str
    sqlite: str
    sqlite_good: bool
    package: bool | None
    package_said: str
    spare: Spare


def judge_server(facts: ServerFacts, threshold: Threshold) -> list[Finding]:
    """Everything about the server."""
    cores = f"{facts.processors} CPU" if facts.processors else ""
    found = [
        _disk(facts),
        judge("sync-usual", facts.sync_usual_ms, threshold),
        judge("sync-worst", facts.sync_worst_ms, threshold),
        judge("server-memory", facts.memory_mib, threshold),
        judge("load", facts.load_percent, threshold, cores),
        judge("temperature", facts.temperature_c, threshold),
        known("power", facts.on_mains, facts.power),
        _link(facts, threshold),
        known("server-clock", facts.clock_synchronised, facts.clock_source, "warn"),
        known("sqlite", facts.sqlite_good, facts.sqlite),
        known("package", facts.package, facts.package_said),
    ]
    # No second server is a choice that everybody should see; one that lags is a fault.
    paired = None if facts.spare == "unknown" else facts.spare is True
    found.append(known("second-server", paired, "", "fail" if facts.spare is False else "warn"))
    return found


def _disk(facts: ServerFacts) -> Finding:
    free, needed = facts.free_mib, facts.needed_mib
    level: Level = "fail" if free < needed else "warn" if free < 2 * needed else "ok"
    return Finding("disk", level, free, needed, "", ())


def _link(facts: ServerFacts, threshold: Threshold) -> Finding:
    said = ", ".join(facts.links)[:200]
    if not facts.links:
        return Finding("link", "fail", None, threshold("check_link_mbit"), said, ())
    return judge("link", facts.link_mbit, threshold, said)


def judge_seats(
    wanted: Iterable[int], good: Iterable[int], threshold: Threshold
) -> tuple[list[Finding], int, int]:
    """Findings on seats and spares; how many of the wanted seats are good; how many spares."""
    wanted, good = set(wanted), set(good)
    ready, spares = len(wanted & good), len(good - wanted)
    missing = tuple(sorted(wanted - good))
    level: Level = "ok" if not missing else "warn" if spares >= len(missing) else "fail"
    seats = Finding("seats", level, ready, len(wanted), "", missing)
    # Rounded up: of five seats ten per cent is one.
    need = -(-len(wanted) * threshold("check_spare_percent") // 100)
    # A spare that stands in for a seat is none any more.
    left = max(0, spares - len(missing))
    enough: Level = "ok" if left >= need else "warn" if left else "fail"
    said = f"{spares} - {len(missing)}" if missing else ""
    return [seats, Finding("spares", enough, left, need, said, ())], ready, spares


def gathered(of_seats: Iterable[tuple[int, Iterable[Finding]]]) -> list[Finding]:
    """Findings of many machines as one a check and level, with the seats and the worst value."""
    groups: dict[tuple[str, Level], list[tuple[int, Finding]]] = {}
    for seat, findings in of_seats:
        for one in findings:
            groups.setdefault((one.check, one.level), []).append((seat, one))
    return [_one(check, level, of) for (check, level), of in groups.items()]


def _one(check: str, level: Level, of: list[tuple[int, Finding]]) -> Finding:
    rule = RULES.get(check)
    values = [one.value for _, one in of if one.value is not None]
    low = rule is None or rule.least
    worst = (min if low else max)(values) if values else None
    said = next((one.said for _, one in of if one.value == worst), "")
    seats = tuple(sorted({seat for seat, _ in of}))
    return Finding(check, level, worst, of[0][1].limit, said, seats)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """As people should read them."""
    return sorted(findings, key=lambda one: (ORDER.index(one.level), one.check))


def worst(findings: Iterable[Finding]) -> Level:
    """The level of all of them together; of nothing, nothing is known."""
    return min((one.level for one in findings), key=ORDER.index, default="unknown")
