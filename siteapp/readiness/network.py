"""What agents and the network tell about the seats, joined with what browsers reported. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from siteapp.lan.protocol import Facts
from siteapp.lan.sightings import Machine, Sighting
from siteapp.readiness.checks import Threshold, judge, known
from siteapp.readiness.machine import Checked
from sync.wire.readiness import Finding, Level

# A look through the room says who is silent only while it is fresh.
FRESH_MS = 5 * 60_000
MOST_SAID = 200


class Network(NamedTuple):
    """The room's network as it is now; `looked_at` is when it was looked through, 0 for never.

    `servers`, `sharers`: other servers, and who else answers to our name; None: nobody listens.
    """

    machines: Sequence[Machine]
    looked_at: int
    now: int
    servers: tuple[str, ...] | None = None
    sharers: tuple[str, ...] | None = None

    @property
    def fresh(self) -> bool:
        """Whether who is not heard is silent, and not only unasked."""
        return bool(self.looked_at) and 0 <= self.now - self.looked_at <= FRESH_MS


UNSEEN = Network((), 0, 0)


def sightings_of(checked: Sequence[Checked]) -> list[Sighting]:
    """What the reports say of machines, for the one list: each was a page at that address."""
    return [
        Sighting(
            "browser",
            one.address,
            one.at,
            one.at,
            marker=one.report.marker,
            seat=one.report.seat,
            browser=one.browser,
        )
        for one in checked
    ]


def machine_of(checked: Checked, network: Network) -> Machine | None:
    """The machine of the list from which that report came; None if two might be it."""
    mark, address = checked.report.marker, checked.address
    by_mark = [m for m in network.machines if mark in m.marks]
    both = [m for m in by_mark if address in m.addresses]
    for found in (both, by_mark):
        if len(found) == 1:
            return found[0]
    here = [m for m in network.machines if not by_mark and address in m.addresses]
    return here[0] if len(here) == 1 and not here[0].flags else None


def judge_seat(checked: Checked, network: Network, threshold: Threshold) -> list[Finding]:
    """What is known of that machine beside what its browser said."""
    machine = machine_of(checked, network)
    found = judge_agent(machine, threshold) if machine is not None and machine.agent else []
    if machine is not None and network.fresh and machine.state == "away":
        found.append(Finding("machine-silent", "warn", None, None, machine.address, ()))
    return found


def judge_agent(machine: Machine, threshold: Threshold) -> list[Finding]:
    """By the facts of its agent; one of another version tells none that we can read."""
    facts = _facts(machine)
    if facts is None:
        return [Finding("agent", "warn", machine.version, None, "", ())]
    found = [
        known("agent", True, ""),
        judge("agent-disk", facts.disk_free_mib, threshold),
        judge("agent-memory", facts.memory_mib, threshold),
        judge("agent-load", facts.load_percent, threshold),
        _displays(facts, threshold),
        known("virtual", not facts.virtual, facts.virtual, "warn"),
        _zone(facts, threshold),
        _remote(facts),
    ]
    return found + _battery(facts, threshold)


def _facts(machine: Machine) -> Facts | None:
    """As the protocol has them; a list that was kept by another version may hold others."""
    if machine.facts is None:
        return None
    told = {name: machine.facts.get(name) for name in Facts.__struct_fields__}
    try:
        return msgspec.convert(told, Facts)
    except msgspec.ValidationError:
        return None


def _battery(facts: Facts, threshold: Threshold) -> list[Finding]:
    """None for a machine that has no battery: there is nothing to judge."""
    if facts.battery is None:
        return []
    limit, percent = threshold("check_battery_percent"), facts.battery.percent
    level: Level = "ok" if facts.battery.plugged else "warn" if percent >= limit else "fail"
    return [Finding("battery", level, percent, limit, "", ())]


def _displays(facts: Facts, threshold: Threshold) -> Finding:
    limit, count = threshold("check_displays"), facts.displays
    level: Level = "unknown" if count is None else "ok" if count <= limit else "warn"
    return Finding("displays", level, count, limit, "", ())


def _zone(facts: Facts, threshold: Threshold) -> Finding:
    limit, minutes = threshold("check_zone_minutes"), facts.zone_minutes
    # Findings count from nought: west of Greenwich is said in words.
    said = "" if minutes >= 0 else f"UTC−{-minutes // 60}:{-minutes % 60:02}"
    level: Level = "ok" if minutes == limit else "warn"
    return Finding("time-zone", level, minutes if minutes >= 0 else None, limit, said, ())


def _remote(facts: Facts) -> Finding:
    if facts.remote is None:
        return known("remote-control", None, "")
    return known("remote-control", not facts.remote, ", ".join(facts.remote)[:MOST_SAID])


def judge_rest(checked: Sequence[Checked], network: Network) -> list[Finding]:
    """What is in the room beside the machines that reported."""
    return [
        *_without_agent(checked, network),
        _unchecked(checked, network),
        _others("other-server", network.servers),
        _others("host-name", network.sharers),
    ]


def _without_agent(checked: Sequence[Checked], network: Network) -> list[Finding]:
    """The seats of whose machines only a browser has told."""
    found = [(one.report.seat, machine_of(one, network)) for one in checked]
    seats = {seat for seat, machine in found if machine is None or not machine.agent}
    if not seats:
        return []
    return [Finding("agent", "unknown", len(seats), None, "", tuple(sorted(seats)))]


def _unchecked(checked: Sequence[Checked], network: Network) -> Finding:
    if not network.fresh:
        return known("unchecked", None, "")
    marks = {one.report.marker for one in checked}
    addresses = {one.address for one in checked}
    new = [
        m
        for m in network.machines
        if m.state in ("on", "here") and not marks & set(m.marks) and m.address not in addresses
    ]
    # One that has an agent or a page is a student machine; any other may be a printer.
    sure = [m for m in new if m.agent or m.browser]
    level: Level = "warn" if sure else "unknown" if new else "ok"
    said = ", ".join(m.address for m in (*sure, *(m for m in new if m not in sure)))
    return Finding("unchecked", level, len(new), None, said[:MOST_SAID], ())


def _others(check: str, found: tuple[str, ...] | None) -> Finding:
    said = "; ".join(found or ())[:MOST_SAID]
    return known(check, None if found is None else not found, said, "warn")
