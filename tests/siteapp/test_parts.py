"""Parts with times of their own: each closes at its end, what is granted goes to the open one."""

import msgspec
import pytest
from conducted import MINUTE, Room, make_plan, said

from siteapp.conduct import acts, by_two, late, lost, parts, pausing
from siteapp.conduct.acts import GRACE_MS, Save
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.outage import noted
from siteapp.conduct.shares import shares
from siteapp.conduct.spans import Span
from siteapp.errors import TooEarly
from sync.exam.sitting import check_plan

PART_OF = {"q1": 0, "q2": 1, "q3": 2}
AM = "am-1121"


class Parted(Room):
    """Two seats write a paper of 20, 10 and 30 minutes."""

    def __init__(self) -> None:
        plan = make_plan()
        first = msgspec.structs.replace(plan.sittings[0], part_minutes=(20, 10, 30))
        plan = msgspec.structs.replace(plan, sittings=(first, *plan.sittings[1:]))
        super().__init__(check_plan(plan))
        self.open()
        self.silences: dict[tuple[str, str], list[Span]] = {}
        for seat in (1, 2):
            self.begin(self.attempt(seat))
        self.began = self.now

    @property
    def mine(self) -> Attempt:
        return self.attempt(1)

    def at(self, minutes: float) -> list[str]:
        """So long after the start, after what the clock does by itself."""
        self.now = self.began + int(minutes * MINUTE)
        return self.happen(parts.parts_over(self.session, self.now))

    def left(self) -> list[float]:
        """Minutes until each part from the open one on ends."""
        told = parts.told(self.mine, self.now)
        return [ms / MINUTE for ms in told["left_ms"]] if told else []

    def send(self, *saves: tuple[int, str, Span | None]) -> tuple[list[str], str | None]:
        """What the first seat's page sends: number, item, when it was made."""
        sent = parts.Sent(1, "x", [Save(n, item, ["a"], made) for n, item, made in saves])
        heard = {(AM, self.attempt(seat).id): self.now for seat in (1, 2)}
        known = late.Room(heard, self.silences, 0)
        events, no = parts.part_save(self.session, self.mine, sent, self.now, known, PART_OF)
        return self.happen(events), getattr(no, "code", None)


@pytest.fixture
def room() -> Parted:
    return Parted()


def test_each_part_closes_at_its_end_and_the_next_opens(room: Parted) -> None:
    assert (room.at(19.9), room.mine.part) == ([], 0)
    assert (room.at(20.2), room.mine.part) == (["part", "part"], 1)
    assert room.left() == [pytest.approx(9.8), pytest.approx(39.8)]
    # Two at once after a long look away; the last ends with the paper, not by itself.
    room = Parted()
    assert (room.at(59), room.mine.part, room.left()) == (["part"] * 4, 2, [1.0])
    assert room.at(65) == []
    assert room.collect() == ["hand-in"] * 2
    assert room.replayed() == room.session


def test_an_answer_to_a_closed_part_is_evidence_one_on_its_way_counts(room: Parted) -> None:
    room.at(20)
    assert room.send((1, "q1", None)) == (["response"], None)
    room.at(20 + (GRACE_MS + 1) / MINUTE)
    assert room.send((2, "q1", None), (3, "q2", None)) == (["evidence", "response"], "part-closed")
    assert said(room.mine) == {"q1": "a", "q2": "a"}
    assert room.mine.late == {("x", 2)}
    # An answer to a part that is to come is kept: refusing it could only lose it.
    assert room.send((4, "q3", None)) == (["response"], None)


def test_control_without_times_of_parts_the_same_answer_counts() -> None:
    room = Room()
    room.open()
    room.begin(room.attempt())
    room.now += 21 * MINUTE
    assert parts.parts_over(room.session, room.now) == []
    assert room.save(room.attempt(), (1, "q1", "a")) == (["response"], None)


def test_what_was_made_in_time_behind_a_silence_of_the_room_counts_in_a_closed_part(
    room: Parted,
) -> None:
    away = Span(room.began + 19 * MINUTE, room.began + 23 * MINUTE)
    room.silences = {(AM, room.attempt(seat).id): [away] for seat in (1, 2)}
    room.at(23)
    made = Span(away.from_ms, room.began + 20 * MINUTE - 1_000)
    assert room.send((1, "q1", made)) == (["late", "response"], None)
    too_late = Span(away.from_ms, room.began + 20 * MINUTE + 1_000)
    assert room.send((2, "q1", too_late)) == (["evidence"], "part-closed")


def test_what_is_granted_goes_to_the_part_that_runs(room: Parted) -> None:
    room.at(25)
    room.happen(by_two.give([room.mine], 5 * MINUTE, "停电", "chief", "", 30 * MINUTE))
    assert room.left() == [10.0, 40.0]
    room.at(35.2)
    room.happen(by_two.give([room.mine], 5 * MINUTE, "停电", "chief", "", 30 * MINUTE))
    assert (room.mine.part, room.left()) == (2, [pytest.approx(34.8)])
    assert room.mine.deadline_ms == room.began + 70 * MINUTE


def test_no_part_ends_in_a_pause_or_while_lost_time_is_to_be_decided(room: Parted) -> None:
    room.at(19)
    room.happen(pausing.pause([room.mine], room.now, "消防", "chief"))
    room.at(40)
    assert (room.mine.part, room.left()[0]) == (0, 1.0)
    room.happen(pausing.resume([room.mine], room.now, "chief"))
    room.happen(noted(room.session, False, 5 * MINUTE, 5 * MINUTE))
    assert room.mine.held
    room.at(50)
    assert room.mine.part == 0
    room.happen(lost.decide([room.mine], False, "未受影响", "chief"))
    assert (room.at(50), room.mine.part) == (["part"], 1)


def test_nobody_hands_in_before_the_last_part_but_the_clock_and_the_staff_may(room: Parted) -> None:
    room.at(29)
    with pytest.raises(TooEarly):
        room.hand_in(room.mine, 0)
    assert acts.earliest_hand_in_ms(room.session, room.mine, room.now) == MINUTE
    room.at(30.2)
    assert room.hand_in(room.mine, 0) == ["hand-in"]
    two = Parted()
    assert two.happen(acts.collect(two.mine, "身体不适", "chief", {}))[-1] == "hand-in"


def test_more_time_granted_in_advance_is_shared_by_the_length_of_the_parts() -> None:
    assert shares((20, 10, 30), 12 * MINUTE) == (24 * MINUTE, 12 * MINUTE, 36 * MINUTE)
    assert sum(shares((7, 11, 13), 10 * MINUTE)) == 41 * MINUTE
    assert shares((), 5 * MINUTE) == ()
