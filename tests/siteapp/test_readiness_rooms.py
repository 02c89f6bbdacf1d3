"""Each room by itself: its own seats, its own spares, and seats that nobody has drawn."""

from siteapp.readiness.report import grouped
from siteapp.readiness.rooms import RoomPlan, in_rows, judge_rooms
from sync.wire.readiness import TRIP_EDGES


def threshold(name: str) -> int:
    return {"check_spare_percent": 10}[name]


def drawn(name: str, seats: range, wanted: range) -> RoomPlan:
    return RoomPlan(name, in_rows(seats, wanted))


WEST, EAST = drawn("西", range(1, 13), range(1, 11)), drawn("东", range(21, 33), range(21, 31))
WANTED = {*range(1, 11), *range(21, 31)}


def test_each_room_says_for_how_many_it_is_ready() -> None:
    good = {*range(1, 13), *range(21, 32)}
    found, rooms = judge_rooms([WEST, EAST], WANTED, good, good, threshold)
    said = [(r.name, r.ready, r.candidates, r.seats_ready, r.spares) for r in rooms]
    assert said == [("西", True, 10, 10, 2), ("东", True, 10, 10, 1)]
    assert [one.said for one in found] == ["西:", "西:", "东:", "东:"]


def test_a_spare_in_the_next_room_is_none() -> None:
    good = {*range(1, 13), *range(22, 31)}
    found, (west, east) = judge_rooms([WEST, EAST], WANTED, good, good, threshold)
    assert (west.ready, east.ready, east.seats_ready) == (True, False, 9)
    assert {(one.check, one.said, one.seats) for one in found if one.level == "fail"} == {
        ("seats", "东:", (21,)),
        ("spares", "东: 0 - 1", ()),
    }
    # The control: were it one room, two spares would stand in for the one that is missing.
    (one,) = judge_rooms([], WANTED, good, good, threshold).rooms
    assert one.seats_ready == 19
    assert one.spares == 2


def test_a_seat_that_nobody_has_drawn_is_shown_in_a_room_without_a_name() -> None:
    good = {*range(1, 13), 99}
    _, rooms = judge_rooms([WEST], {*range(1, 11), 50}, good, good, threshold)
    (place, other) = rooms[1].places
    assert (rooms[1].name, rooms[1].ready, place.seat, place.spare) == ("", False, 50, False)
    assert (other.seat, other.spare, other.column) == (99, True, 2)


def test_a_room_where_nobody_sits_needs_neither_seats_nor_spares() -> None:
    found, rooms = judge_rooms([WEST, EAST], set(range(1, 11)), set(range(1, 13)), (), threshold)
    assert {one.said for one in found} == {"西:"}
    assert (rooms[1].ready, rooms[1].candidates) == (True, 0)


def test_round_trips_are_counted_in_their_groups() -> None:
    edges = [0.0, 2.0, 2.1, 5.0, 200.0, 200.5]
    assert grouped(edges) == (2, 2, 0, 0, 0, 0, 1, 1)
    assert len(grouped([])) == len(TRIP_EDGES) + 1
