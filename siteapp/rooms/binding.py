"""Which machine stands at which seat, and what has changed since they were bound. Pure.

A machine belongs to the seat that it was bound to, whatever seat its page names: a claim is shown
and does not win. What tells machines apart: docs/design/rooms.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from siteapp.lan.sightings import Machine
from siteapp.rooms.plan import Bound, RoomPlan

What = Literal["swapped", "claimed", "replaced", "moved", "mark-lost", "other-address", "missing"]
# What somebody must look at before the start; the rest is worth knowing.
GRAVE: tuple[What, ...] = ("swapped", "claimed", "replaced", "moved")
ORDER: tuple[What, ...] = (*GRAVE, "mark-lost", "missing", "other-address")


class Notice(NamedTuple):
    """What has changed at a seat; `machine` is a key of the list of machines.

    `other`: the seat that the machine belongs to or names; 0 if none. `was`: its former address.
    """

    what: What
    seat: int
    other: int
    machine: str
    address: str
    was: str = ""


def bound_to(seat: int, machine: Machine) -> Bound:
    """The machine with the names that it has now; those that a clone has too name nobody."""
    cloned = "cloned" in machine.flags
    return Bound(
        seat=seat,
        mac=machine.mac,
        agent="" if cloned else machine.agent,
        mark="" if cloned or not machine.marks else machine.marks[0],
        address=machine.address,
    )


def bind(plan: RoomPlan, pairs: Mapping[int, Machine]) -> RoomPlan:
    """The plan with these machines at these seats; whatever they or the seats had before goes."""
    new = [bound_to(seat, machine) for seat, machine in pairs.items()]
    kept = [
        one
        for one in plan.machines
        if one.seat not in pairs and not any(_named_alike(one, other) for other in new)
    ]
    # Also where only its address told who was there.
    former = recognise(plan, list(pairs.values()))
    kept = [one for one in kept if one.seat not in former]
    return RoomPlan(rooms=plan.rooms, machines=tuple(sorted([*kept, *new], key=lambda b: b.seat)))


def unbind(plan: RoomPlan, seats: Iterable[int]) -> RoomPlan:
    """The plan with no machine at these seats."""
    gone = set(seats)
    kept = tuple(one for one in plan.machines if one.seat not in gone)
    return RoomPlan(rooms=plan.rooms, machines=kept)


def recognise(plan: RoomPlan, machines: Sequence[Machine]) -> dict[int, Machine]:
    """seat → the machine that was bound to it, where it is among these.

    The surest name first: hardware address, agent, browser mark. The address alone counts where
    nothing contradicts it, and only if nobody else is there.
    """
    found: dict[int, Machine] = {}
    free = {one.key: one for one in machines if one.state != "announced"}
    for kind in ("mac", "agent", "mark", "address"):
        named: dict[str, list[Machine]] = {}
        for one in free.values():
            for name in _names(one, kind):
                named.setdefault(name, []).append(one)
        for bound in plan.machines:
            fits = [
                one
                for one in named.get(getattr(bound, kind), ())
                if one.key in free and not _contradicts(bound, one, kind)
            ]
            if bound.seat not in found and len(fits) == 1:
                found[bound.seat] = free.pop(fits[0].key)
    return found


def _names(one: Machine, kind: str) -> list[str]:
    """What names this machine and no other: nothing of a clone, no address that several share."""
    cloned, shared = "cloned" in one.flags, "shared-address" in one.flags
    told = {
        "mac": [one.mac],
        "agent": [] if cloned else [one.agent],
        "mark": [] if cloned else one.marks,
        "address": [] if shared else [one.address],
    }
    return [name for name in told[kind] if name]


def _contradicts(bound: Bound, one: Machine, kind: str) -> bool:
    """True if a surer name than this kind says that it is another machine."""
    other_mac = bool(bound.mac and one.mac) and bound.mac != one.mac
    agents = _names(one, "agent")
    other_agent = bool(bound.agent and agents) and bound.agent not in agents
    return (kind != "mac" and other_mac) or (kind in ("mark", "address") and other_agent)


def changes(plan: RoomPlan, machines: Sequence[Machine]) -> list[Notice]:
    """Everything that is not as it was bound, what matters most first."""
    at = recognise(plan, machines)
    homes = {machine.key: seat for seat, machine in at.items()}
    found = [*_claims(plan, machines, at, homes), *_of_bound(plan, at)]
    return sorted(found, key=lambda one: (ORDER.index(one.what), one.seat))


def homeless(plan: RoomPlan, machines: Sequence[Machine]) -> list[Machine]:
    """Machines that were seen and belong to no seat."""
    known = {one.key for one in recognise(plan, machines).values()}
    return [one for one in machines if one.key not in known]


def _live(machine: Machine | None) -> bool:
    return machine is not None and machine.state in ("here", "on")


def _named(machine: Machine) -> int:
    """The seat that its page names."""
    return machine.seat or machine.claims


def _claims(
    plan: RoomPlan,
    machines: Sequence[Machine],
    at: Mapping[int, Machine],
    homes: Mapping[str, int],
) -> Iterator[Notice]:
    """Machines whose page names a seat that is not theirs."""
    bound = {one.seat for one in plan.machines}
    for machine in machines:
        seat, home = _named(machine), homes.get(machine.key, 0)
        if not seat or seat == home or not _live(machine):
            continue
        owner = at.get(seat)
        if home and owner is not None and _named(owner) == home and _live(owner):
            if seat < home:
                yield Notice("swapped", seat, home, machine.key, machine.address)
        elif seat not in bound:
            if home:
                yield Notice("moved", seat, home, machine.key, machine.address)
        else:
            what: What = "claimed" if _live(owner) else "replaced"
            yield Notice(what, seat, home, machine.key, machine.address)


def _of_bound(plan: RoomPlan, at: Mapping[int, Machine]) -> Iterator[Notice]:
    """Machines that are away, at another address, or have forgotten their mark."""
    for bound in plan.machines:
        machine = at.get(bound.seat)
        if machine is None or machine.state == "away":
            yield Notice("missing", bound.seat, 0, machine.key if machine else "", bound.address)
            continue
        said = (bound.seat, 0, machine.key, machine.address)
        if bound.mark and machine.marks and bound.mark not in machine.marks:
            yield Notice("mark-lost", *said)
        if bound.address and machine.address != bound.address:
            yield Notice("other-address", *said, bound.address)


def _named_alike(one: Bound, other: Bound) -> bool:
    pairs = ((one.mac, other.mac), (one.agent, other.agent), (one.mark, other.mark))
    return any(a and a == b for a, b in pairs)
