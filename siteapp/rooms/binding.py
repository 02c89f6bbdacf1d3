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
    for same in (_same_mac, _same_agent, _same_mark, _same_address):
        for bound in plan.machines:
            if bound.seat in found:
                continue
            fits = [one for one in free.values() if same(bound, one)]
            if len(fits) == 1:
                found[bound.seat] = free.pop(fits[0].key)
    return found


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


def _same_mac(bound: Bound, one: Machine) -> bool:
    return bool(bound.mac) and bound.mac == one.mac


def _same_agent(bound: Bound, one: Machine) -> bool:
    return _no_other_mac(bound, one) and bool(bound.agent) and _agent(one) == bound.agent


def _same_mark(bound: Bound, one: Machine) -> bool:
    """A mark goes with the storage that keeps it: not to another machine, nor to a clone."""
    others = _no_other_mac(bound, one) and _no_other_agent(bound, one)
    return others and "cloned" not in one.flags and bool(bound.mark) and bound.mark in one.marks


def _same_address(bound: Bound, one: Machine) -> bool:
    """Where several share an address it names nobody."""
    others = _no_other_mac(bound, one) and _no_other_agent(bound, one)
    shared = "shared-address" in one.flags
    return others and not shared and bool(bound.address) and bound.address == one.address


def _no_other_mac(bound: Bound, one: Machine) -> bool:
    return not (bound.mac and one.mac) or bound.mac == one.mac


def _no_other_agent(bound: Bound, one: Machine) -> bool:
    return not (bound.agent and _agent(one)) or bound.agent == _agent(one)


def _agent(one: Machine) -> str:
    return "" if "cloned" in one.flags else one.agent


def _named_alike(one: Bound, other: Bound) -> bool:
    pairs = ((one.mac, other.mac), (one.agent, other.agent), (one.mark, other.mark))
    return any(a and a == b for a, b in pairs)
