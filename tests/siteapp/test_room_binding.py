"""Machines and their seats: who is recognised by what, and what has changed since."""

import pytest

from siteapp.lan.sightings import LIVE_MS, Machine, Sighting, merge
from siteapp.rooms.binding import Notice, bind, changes, homeless, recognise, unbind
from siteapp.rooms.plan import Bound, Cell, RoomGrid, RoomPlan, sound

NOW = 10_000_000
OLD = LIVE_MS + 1
CELLS = tuple(Cell(1, n, "seat", n) for n in range(1, 5))
EMPTY = RoomPlan(rooms=(RoomGrid("A", 1, 4, CELLS),))
# Places in the room: address, hardware address, browser mark.
ONE = ("10.0.0.1", "02:00:00:00:00:01", "markone")
TWO = ("10.0.0.2", "02:00:00:00:00:02", "marktwo")
THREE = ("10.0.0.3", "02:00:00:00:00:03", "markthree")
Names = tuple[str, str, str]


def seen(*who: tuple[Names, int], ago: int = 0) -> list[Machine]:
    """The list of machines, each with the seat that its page names."""
    sightings = []
    for (address, mac, mark), seat in who:
        at = NOW - ago
        if mark:
            sightings.append(Sighting("browser", address, at, at, marker=mark, seat=seat))
        if mac:
            sightings.append(Sighting("neighbour", address, at, at, mac=mac))
    return merge(sightings, NOW)


def by_mark(machines: list[Machine]) -> dict[str, Machine]:
    return {one.marks[0]: one for one in machines}


@pytest.fixture
def plan() -> RoomPlan:
    """Two machines at the seats 1 and 2."""
    known = by_mark(seen((ONE, 1), (TWO, 2)))
    return sound(bind(EMPTY, {1: known["markone"], 2: known["marktwo"]}))


def told(plan: RoomPlan, *who: tuple[Names, int]) -> list[tuple[str, int, int]]:
    return [(one.what, one.seat, one.other) for one in changes(plan, seen(*who))]


def test_as_they_were_bound_there_is_nothing_to_say(plan: RoomPlan) -> None:
    assert told(plan, (ONE, 1), (TWO, 2)) == []
    assert told(plan, (ONE, 0), (TWO, 0)) == []


def test_two_machines_that_changed_places_are_noticed_once(plan: RoomPlan) -> None:
    assert told(plan, (ONE, 2), (TWO, 1)) == [("swapped", 1, 2)]


def test_a_machine_that_claims_anothers_seat_is_shown_and_does_not_win(plan: RoomPlan) -> None:
    machines = seen((ONE, 1), (TWO, 2), (THREE, 1))
    (notice,) = changes(plan, machines)
    assert (notice.what, notice.seat, notice.address) == ("claimed", 1, THREE[0])
    assert recognise(plan, machines)[1].marks == ["markone"]
    assert told(plan, (ONE, 1), (TWO, 1)) == [("claimed", 1, 2)]


def test_a_claim_that_came_before_the_owner_does_not_win_either(plan: RoomPlan) -> None:
    early = Sighting("browser", THREE[0], NOW, NOW - 500_000, marker="markthree", seat=1)
    late = Sighting("browser", ONE[0], NOW, NOW, marker="markone", seat=1)
    machines = merge([early, late], NOW)
    assert recognise(plan, machines)[1].address == ONE[0]
    assert [one.what for one in changes(plan, machines)] == ["claimed", "missing"]


def test_a_new_machine_at_the_seat_of_one_that_is_gone_is_noticed(plan: RoomPlan) -> None:
    found = told(plan, (THREE, 1), (TWO, 2))
    assert found == [("replaced", 1, 0), ("missing", 1, 0)]
    assert told(plan, (ONE, 3), (TWO, 2)) == [("moved", 3, 1)]


def test_the_same_machine_with_another_address_stays_at_its_seat(plan: RoomPlan) -> None:
    elsewhere = ("10.0.0.77", ONE[1], ONE[2])
    assert told(plan, (elsewhere, 1), (TWO, 2)) == [("other-address", 1, 0)]
    (notice,) = changes(plan, seen((elsewhere, 1), (TWO, 2)))
    assert notice == Notice("other-address", 1, 0, f"mac-{ONE[1]}", "10.0.0.77", ONE[0])


def test_addresses_that_were_dealt_out_anew_move_no_machine(plan: RoomPlan) -> None:
    swapped = ((TWO[0], *ONE[1:]), 1), ((ONE[0], *TWO[1:]), 2)
    assert told(plan, *swapped) == [("other-address", 1, 0), ("other-address", 2, 0)]


def test_a_machine_that_forgot_its_mark_is_known_by_what_is_left(plan: RoomPlan) -> None:
    assert told(plan, ((*ONE[:2], "fresh"), 1), (TWO, 2)) == [("mark-lost", 1, 0)]
    marks_only = bind(EMPTY, {1: seen((("10.0.0.1", "", "markone"), 1))[0]})
    assert told(marks_only, (("10.0.0.1", "", "fresh"), 1)) == [("mark-lost", 1, 0)]


def test_another_hardware_address_is_another_machine_also_at_the_same_address(
    plan: RoomPlan,
) -> None:
    other = (ONE[0], THREE[1], "fresh")
    assert told(plan, (other, 1), (TWO, 2)) == [("replaced", 1, 0), ("missing", 1, 0)]


def test_behind_one_address_only_the_marks_tell_machines_apart() -> None:
    behind = [("10.9.9.9", "", mark) for mark in ("a", "b", "c")]
    machines = by_mark(seen(*((one, 0) for one in behind)))
    plan = sound(bind(EMPTY, {1: machines["a"], 2: machines["b"]}))
    assert told(plan, (behind[0], 2), (behind[1], 1), (behind[2], 0)) == [("swapped", 1, 2)]
    assert told(plan, (behind[0], 1), (behind[2], 2)) == [("replaced", 2, 0), ("missing", 2, 0)]


def test_a_cloned_disk_names_nobody() -> None:
    clones = seen(((ONE[0], ONE[1], "same"), 1), ((TWO[0], TWO[1], "same"), 2))
    assert all("cloned" in one.flags for one in clones)
    plan = sound(bind(EMPTY, dict(enumerate(clones, start=1))))
    assert [one.mark for one in plan.machines] == ["", ""]
    assert changes(plan, clones) == []


def test_a_machine_that_is_bound_anew_leaves_its_former_seat(plan: RoomPlan) -> None:
    machines = seen((ONE, 1), (TWO, 2))
    moved = sound(bind(plan, {3: by_mark(machines)["markone"]}))
    assert [one.seat for one in moved.machines] == [2, 3]
    taken = sound(bind(plan, {1: by_mark(machines)["marktwo"]}))
    assert [(one.seat, one.mark) for one in taken.machines] == [(1, "marktwo")]
    assert [one.marks for one in homeless(taken, machines)] == [["markone"]]


def test_a_silent_machine_is_missing_and_what_only_announces_itself_is_nobody(
    plan: RoomPlan,
) -> None:
    old = seen((ONE, 1), ago=OLD) + seen((TWO, 2))
    assert [(one.what, one.seat) for one in changes(plan, old)] == [("missing", 1)]
    announced = merge([Sighting("announced", ONE[0], NOW, NOW)], NOW)
    assert recognise(plan, announced) == {}


def test_a_seat_can_be_freed(plan: RoomPlan) -> None:
    assert [one.seat for one in unbind(plan, [1, 4]).machines] == [2]
    assert Bound(2, TWO[1], "", TWO[2], TWO[0]) in plan.machines
