"""One list of the room's machines from everything that was seen of them, none twice. Pure.

Which evidence joins two sightings, and which never does: docs/design/discovery.md.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from sync.exam.specification import Struct

Source = Literal["browser", "agent", "announced", "neighbour"]
State = Literal["here", "on", "announced", "away"]

# The kernel asks a neighbour anew within 60 s; a lost packet or two make nobody missing.
LIVE_MS = 90_000
# A seat goes to another machine by itself only when its own has been silent so long.
SWAPPED_MS = 10 * 60_000
# One hardware address that speaks for more than this is a router, and names no machine.
MOST_ADDRESSES = 4


class Sighting(Struct, frozen=True):
    """What one source saw at one address; `since` is when this source first did."""

    source: Source
    address: str
    at: int
    since: int = 0
    mac: str = ""
    marker: str = ""
    seat: int = 0
    browser: str = ""
    agent: str = ""
    version: int = 0
    facts: dict[str, object] | None = None


class Machine(Struct, frozen=True):
    """One machine of the room, with the evidence for it. `claims` is a seat that another holds."""

    key: str
    state: State
    seat: int
    claims: int
    address: str
    addresses: list[str]
    mac: str
    agent: str
    version: int
    browser: str
    facts: dict[str, object] | None
    contacts: dict[str, int]
    flags: list[str]
    marks: list[str]


def merge(seen: Iterable[Sighting], now: int) -> list[Machine]:
    """The machines behind these sightings, those with a seat first, then by address."""
    groups = _devices(list(_with_macs(list(seen))), now)
    groups = _joined(groups, now)
    rows = [row for group in groups for row in _by_marker(group, now)]
    holders = _holders(rows, now)
    cloned = _cloned(groups)
    keys: set[str] = set()
    machines = [_machine(row, shared, holders, cloned, keys, now) for row, shared in rows]
    return sorted(machines, key=_place)


Group = list[Sighting]
# The sightings of a machine, and whether it shares its address with another one's browser.
Row = tuple[Group, bool]


def _with_macs(seen: list[Sighting]) -> Iterator[Sighting]:
    """Each with the hardware address that was nearest in time at its address, if one was."""
    neighbours: dict[str, Group] = {}
    for one in seen:
        if one.source == "neighbour":
            neighbours.setdefault(one.address, []).append(one)
    for one in seen:
        near = neighbours.get(one.address)
        if near and one.source != "neighbour":
            at = one.at
            yield _replaced(one, min(near, key=lambda n: abs(n.at - at)).mac)
        else:
            yield one


def _replaced(one: Sighting, mac: str) -> Sighting:
    return Sighting(
        one.source, one.address, one.at, one.since, mac, one.marker, one.seat, one.browser,
        one.agent, one.version, one.facts,
    )  # fmt: skip


def _devices(seen: list[Sighting], now: int) -> list[Group]:
    """By hardware address; where none is known, by address. Two agents are two machines."""
    addresses: dict[str, set[str]] = {}
    agents: dict[tuple[str, str], set[str]] = {}
    for one in seen:
        if one.mac and _live(one, now):
            addresses.setdefault(one.mac, set()).add(one.address)
    routers = {mac for mac, found in addresses.items() if len(found) > MOST_ADDRESSES}
    place = [("", s.address) if s.mac in routers or not s.mac else (s.mac, "") for s in seen]
    for one, where in zip(seen, place, strict=True):
        if one.agent and _live(one, now):
            agents.setdefault(where, set()).add(one.agent)
    found: dict[tuple[str, ...], Group] = {}
    for one, where in zip(seen, place, strict=True):
        several = len(agents.get(where, ())) > 1 and one.agent in agents[where]
        found.setdefault((*where, one.agent if several else ""), []).append(one)
    return list(found.values())


def _joined(groups: list[Group], now: int) -> list[Group]:
    """Groups that one agent or one browser has been in, where nothing speaks against it."""
    kept: list[Group] = []
    by_name: dict[tuple[str, str], list[int]] = {}
    for group in sorted(groups, key=lambda g: -max(s.at for s in g)):
        names = {(kind, getattr(s, kind)) for s in group for kind in ("agent", "marker")}
        names = {name for name in names if name[1]}
        found = {n for name in names for n in by_name.get(name, ())}
        mates = [n for n in sorted(found) if _same(kept[n], group, now)]
        if mates:
            kept[mates[0]].extend(group)
        else:
            kept.append(list(group))
        for name in names:
            by_name.setdefault(name, []).append(mates[0] if mates else len(kept) - 1)
    return kept


def _same(one: Group, other: Group, now: int) -> bool:
    """False where two hardware addresses, two agents or two live places contradict each other."""
    for kind in ("mac", "agent"):
        a, b = ({getattr(s, kind) for s in g} - {""} for g in (one, other))
        if a and b and not a & b:
            return False
    here, there = ({s.address for s in g if _live(s, now)} for g in (one, other))
    return not (here and there and not here & there)


def _by_marker(group: Group, now: int) -> Iterator[Row]:
    """A browser that lives beside another one is a machine of its own until more is known.

    A mark that fell silent before the next one came, at the same seat or none, is the same machine:
    its storage was cleared, or another browser was opened.
    """
    device = [s for s in group if not s.marker]
    marks: dict[str, Group] = {}
    for one in sorted((s for s in group if s.marker), key=lambda s: s.at):
        marks.setdefault(one.marker, []).append(one)
    if not marks:
        yield group, False
        return
    order = sorted(marks.values(), key=lambda g: (not _any_live(g, now), min(s.since for s in g)))
    first = order[0]
    alone: Group = []
    for other in order[1:]:
        former = not _any_live(other, now) and _one_seat(first, other)
        (device if former else alone).extend(other)
    yield first + device, bool(alone)
    for mark in order[1:]:
        if mark[0] in alone:
            yield mark, True


def _one_seat(one: Group, other: Group) -> bool:
    return len({s.seat for s in (*one, *other) if s.seat}) <= 1


def _live(one: Sighting, now: int) -> bool:
    # What only announces itself is no contact: anybody can say it of anybody.
    return one.source != "announced" and now - one.at <= LIVE_MS


def _any_live(group: Group, now: int) -> bool:
    return any(_live(s, now) for s in group)


def _seat(group: Group) -> int:
    seated = [s for s in group if s.seat]
    return max(seated, key=lambda s: s.at).seat if seated else 0


def _holders(rows: list[Row], now: int) -> dict[int, int]:
    """seat → which row holds it: the first that came, until it has long been silent."""
    held: dict[int, tuple[bool, int, int]] = {}
    for group, _ in rows:
        if seat := _seat(group):
            gone = now - max(s.at for s in group if s.source != "announced") > SWAPPED_MS
            since = min(s.since for s in group if s.seat == seat)
            mine = (gone, since, id(group))
            held[seat] = min(held.get(seat, mine), mine)
    return {seat: found[2] for seat, found in held.items()}


def _cloned(groups: list[Group]) -> set[str]:
    """Agents and marks that are in several machines: copied with the disk's image."""
    seen: set[str] = set()
    twice: set[str] = set()
    for group in groups:
        names = {s.agent for s in group} | {s.marker for s in group}
        twice |= names & seen
        seen |= names
    return twice - {""}


def _machine(
    group: Group, shared: bool, holders: dict[int, int], cloned: set[str], keys: set[str], now: int
) -> Machine:
    newest = sorted(group, key=lambda s: (s.source == "announced", -s.at))
    told = [s for s in newest if s.agent]
    seat = _seat(group)
    holds = holders.get(seat) == id(group)
    names = {s.agent for s in group} | {s.marker for s in group}
    flags = {
        "shared-address": shared,
        "cloned": bool(names & cloned),
        "seat-claimed": bool(seat) and not holds,
        "other-version": bool(told) and told[0].facts is None,
    }
    key = _key(group, keys)
    keys.add(key)
    return Machine(
        key=key,
        state=_state(group, now),
        seat=seat if holds else 0,
        claims=0 if holds else seat,
        address=newest[0].address,
        addresses=list(dict.fromkeys(s.address for s in newest)),
        mac=next((s.mac for s in newest if s.mac), ""),
        agent=told[0].agent if told else "",
        version=told[0].version if told else 0,
        browser=next((s.browser for s in newest if s.browser), ""),
        facts=told[0].facts if told else None,
        contacts=_contacts(group),
        flags=[name for name, raised in flags.items() if raised],
        marks=list(dict.fromkeys(s.marker for s in newest if s.marker)),
    )


def _contacts(group: Group) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in group:
        found[one.source] = max(found.get(one.source, 0), one.at)
    return found


def _state(group: Group, now: int) -> State:
    live = {s.source for s in group if _live(s, now)}
    if "browser" in live:
        return "here"
    if live:
        return "on"
    return "announced" if {s.source for s in group} == {"announced"} else "away"


def _key(group: Group, taken: set[str]) -> str:
    """A name for the page's row that stays while the machine is the same."""
    for kind in ("mac", "agent", "marker", "address"):
        for name in sorted({f"{kind}-{getattr(s, kind)}" for s in group if getattr(s, kind)}):
            if name not in taken:
                return name
    return f"more-{len(taken)}"


def _place(one: Machine) -> tuple[object, ...]:
    # Who claims a seat stands beside who holds it.
    seat = one.seat or one.claims
    return (seat == 0, seat, one.seat == 0, _order(one.address), one.key)


def _order(address: str) -> tuple[int, ...]:
    parts = address.split(".")
    return tuple(int(p) for p in parts) if all(p.isdecimal() for p in parts) else (999,)
