"""How a sitting is conducted: who may do what when, and what it leads to."""

import pytest
from conducted import MINUTE, OF, Room, make_plan, said

from siteapp.conduct import acts
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.received import MAX_MISSING, Received
from siteapp.conduct.session import Session
from siteapp.errors import (
    AlreadyHandedIn,
    MissingSaves,
    NotOpenYet,
    RequestRefused,
    SeatTaken,
    TooEarly,
)
from sync.errors import ExamError, NotFound, NotReady
from sync.exam.journal import Event
from sync.exam.marking import receipt_code
from sync.words import Words


@pytest.fixture
def room() -> Room:
    """A room whose first sitting is open."""
    room = Room()
    room.open()
    return room


@pytest.fixture
def attempt(room: Room) -> Attempt:
    """The first candidate, writing."""
    room.begin(room.attempt())
    return room.attempt()


def test_a_candidate_goes_through_the_phases_in_order(room: Room) -> None:
    attempt = room.attempt()
    phases: list[str] = [attempt.phase]
    for act in (
        lambda: acts.sign_in(room.session, attempt, "x"),
        lambda: acts.confirm(attempt),
        lambda: acts.start(room.session, attempt, room.now),
        lambda: acts.hand_in(room.session, attempt, "time", "x", 0, room.now, 3),
    ):
        room.happen(act())
        phases.append(attempt.phase)
    assert phases == ["expected", "signed-in", "confirmed", "started", "handed-in"]


def test_nobody_starts_unconfirmed_or_before_the_sitting_is_open() -> None:
    room = Room()
    attempt = room.attempt()
    room.happen(acts.sign_in(room.session, attempt, "x"))
    room.happen(acts.confirm(attempt))
    with pytest.raises(NotOpenYet):
        acts.start(room.session, attempt, room.now)
    room.open()
    with pytest.raises(NotOpenYet):
        acts.start(room.session, room.attempt(2), room.now)
    assert room.happen(acts.start(room.session, attempt, room.now)) == ["start"]


def test_sealed_papers_keep_a_sitting_closed() -> None:
    session = Session.planned(make_plan())
    with pytest.raises(NotReady, match="sealed"):
        acts.open_sitting(session, "live", "chief")


def test_starting_or_confirming_again_changes_nothing(room: Room, attempt: Attempt) -> None:
    deadline = attempt.deadline_ms
    room.now += 5 * MINUTE
    assert acts.start(room.session, attempt, room.now) == []
    assert acts.confirm(attempt) == []
    assert attempt.deadline_ms == deadline


def test_the_deadline_is_start_and_allowance_and_grants(room: Room) -> None:
    for seat, minutes in ((1, 60), (3, 70)):
        attempt = room.attempt(seat)
        room.begin(attempt)
        assert attempt.deadline_ms == room.now + minutes * MINUTE
        room.happen(acts.extend([attempt], 5 * MINUTE, "停电", "chief"))
        room.happen(acts.extend([attempt], 90_000, "重启", "chief"))
        assert attempt.deadline_ms == room.now + minutes * MINUTE + 6 * MINUTE + 30_000


def test_make_up_time_is_for_those_who_are_writing(room: Room, attempt: Attempt) -> None:
    every = [room.attempt(seat) for seat in (1, 2, 3)]
    assert room.happen(acts.extend(every, MINUTE, "停电", "chief")) == ["extension"]
    assert room.attempt(2).granted_ms == 0


@pytest.mark.parametrize("ms", [0, -1, -60 * MINUTE])
def test_make_up_time_never_takes_time_away(attempt: Attempt, ms: int) -> None:
    with pytest.raises(RequestRefused):
        acts.extend([attempt], ms, "", "chief")


def test_a_save_counts_until_the_deadline_and_a_moment_longer(room: Room, attempt: Attempt) -> None:
    room.now = attempt.deadline_ms + acts.GRACE_MS
    assert room.save(attempt, (1, "q1", "a")) == (["response"], None)
    room.now += 1
    assert room.save(attempt, (2, "q1", "b")) == (["evidence"], "time-is-up")
    assert said(attempt) == {"q1": "a"}


def test_a_save_refused_as_late_counts_when_it_comes_again_in_make_up_time(
    room: Room, attempt: Attempt
) -> None:
    room.now = attempt.deadline_ms + acts.GRACE_MS + 1
    late = (1, "q1", "b")
    assert room.save(attempt, late) == (["evidence"], "time-is-up")
    assert room.save(attempt, late) == ([], "time-is-up")
    room.happen(acts.extend([attempt], 10 * MINUTE, "停电", "chief"))
    assert room.save(attempt, late) == (["response"], None)
    assert said(attempt) == {"q1": "b"}


def test_evidence_holds_up_no_hand_in(room: Room, attempt: Attempt) -> None:
    room.save(attempt, (1, "q1", "a"))
    room.now = attempt.deadline_ms + acts.GRACE_MS + 1
    room.save(attempt, (2, "q1", "b"))
    assert room.hand_in(attempt, 2, how="time") == ["hand-in"]


def test_a_repeat_is_harmless_within_a_request_and_over_requests(
    room: Room, attempt: Attempt
) -> None:
    assert room.save(attempt, (1, "q1", "a"), (1, "q1", "a")) == (["response"], None)
    assert room.save(attempt, (1, "q1", "a")) == ([], None)
    assert said(attempt) == {"q1": "a"}


def test_a_number_used_again_for_something_else_is_never_called_saved(
    room: Room, attempt: Attempt
) -> None:
    room.save(attempt, (1, "q1", "a"))
    for saves in ([(1, "q1", "c")], [(1, "q2", "a")], [(2, "q1", "a"), (2, "q1", "b")]):
        before = len(room.journal)
        with pytest.raises(ExamError) as reused:
            room.save(attempt, *saves)
        assert (reused.value.code, len(room.journal)) == ("sequence-reused", before)
    room.session = room.replayed()
    with pytest.raises(ExamError):
        room.save(room.attempt(), (1, "q1", "c"))
    assert room.save(room.attempt(), (1, "q1", "a")) == ([], None)


def test_a_late_lower_number_is_kept_and_overwrites_nothing(room: Room, attempt: Attempt) -> None:
    room.save(attempt, (3, "q1", "c"))
    assert room.save(attempt, (2, "q1", "b"), (1, "q2", "a")) == (["response", "response"], None)
    assert said(attempt) == {"q1": "c", "q2": "a"}
    assert attempt.received["x"] == Received(upto=3)


def test_what_comes_from_a_left_seat_is_evidence_and_overwrites_nothing(
    room: Room, attempt: Attempt
) -> None:
    room.save(attempt, (1, "q1", "a"))
    room.happen(acts.move(room.session, attempt, 40, "坏机", "chief"))
    assert room.save(attempt, (2, "q1", "b"), seat_term=1) == (["evidence"], "seat-moved")
    assert room.save(attempt, (1, "q1", "c"), instance="y") == (["response"], None)
    assert said(attempt) == {"q1": "c"}
    assert (attempt.seat, attempt.seat_term) == (40, 2)


def test_after_coming_back_to_the_first_machine_what_is_saved_there_stands(
    room: Room, attempt: Attempt
) -> None:
    room.save(attempt, (1, "q1", "a"))
    room.happen(acts.sign_in(room.session, attempt, "y"))
    room.save(attempt, (1, "q1", "b"), instance="y")
    room.happen(acts.sign_in(room.session, attempt, "x"))
    assert room.save(attempt, (2, "q1", "c")) == (["response"], None)
    assert said(attempt) == {"q1": "c"}


def test_a_hand_in_waits_for_what_is_missing_and_gives_one_receipt(
    room: Room, attempt: Attempt
) -> None:
    room.now += 30 * MINUTE
    room.save(attempt, (1, "q1", "a"), (4, "q2", "b"))
    with pytest.raises(MissingSaves) as missing:
        room.hand_in(attempt, 4)
    assert missing.value.missing == [2, 3]
    room.save(attempt, (2, "q1", ""), (3, "q3", "c"))
    assert room.hand_in(attempt, 4) == ["hand-in"]
    assert room.hand_in(attempt, 4) == []
    assert attempt.receipt == receipt_code(attempt.id, {"q2": ["b"], "q3": ["c"]})
    assert attempt.answered() == 2


def test_a_page_that_claims_a_huge_number_of_saves_costs_nothing(
    room: Room, attempt: Attempt
) -> None:
    room.save(attempt, (2, "q1", "a"))
    with pytest.raises(MissingSaves) as missing:
        room.hand_in(attempt, 2**31 - 1)
    assert missing.value.missing == [1, *range(3, MAX_MISSING + 2)]


def test_a_hand_in_before_its_time_says_how_long_to_wait(room: Room, attempt: Attempt) -> None:
    room.now += 10 * MINUTE - 1
    with pytest.raises(TooEarly, match="in 21 minutes"):
        room.hand_in(attempt, 0)
    room.now += 20 * MINUTE + 1
    assert room.hand_in(attempt, 0) == ["hand-in"]


def test_nobody_waits_longer_to_hand_in_than_the_time_they_have() -> None:
    plan = make_plan()
    room = Room(plan)
    room.open()
    attempt = room.attempt()
    room.begin(attempt)
    attempt.allowance_ms = 20 * MINUTE
    assert acts.earliest_hand_in_ms(room.session, attempt, room.now) == 20 * MINUTE
    assert acts.earliest_hand_in_ms(room.session, attempt, room.now + 99 * MINUTE) == 0


def test_after_the_hand_in_nothing_changes_the_answers(room: Room, attempt: Attempt) -> None:
    room.save(attempt, (1, "q1", "a"))
    room.hand_in(attempt, 1, how="time")
    assert room.save(attempt, (2, "q1", "b")) == (["evidence"], "already-handed-in")
    assert said(attempt) == {"q1": "a"}
    for act in (
        lambda: acts.sign_in(room.session, attempt, "y"),
        lambda: acts.move(room.session, attempt, 40, "", "chief"),
    ):
        with pytest.raises(AlreadyHandedIn, match=attempt.receipt):
            act()
    assert acts.start(room.session, attempt, room.now) == []
    assert acts.tell([attempt], Words("注意", "Listen"), "chief") == []


def test_expired_attempts_are_collected_once_after_a_moment_for_their_pages(room: Room) -> None:
    for seat in (1, 3):
        room.begin(room.attempt(seat))
    room.save(room.attempt(1), (1, "q1", "a"))
    room.now = room.attempt(1).deadline_ms + 2 * acts.GRACE_MS
    assert room.collect() == []
    room.now += 1
    assert room.collect() == ["hand-in"]
    assert room.collect() == []
    assert (room.attempt(1).phase, room.attempt(1).how) == ("handed-in", "time")
    # Who has ten minutes more is still writing.
    assert room.attempt(3).phase == "started"


def test_make_up_time_granted_in_time_keeps_an_attempt_from_being_collected(
    room: Room, attempt: Attempt
) -> None:
    room.now = attempt.deadline_ms + acts.GRACE_MS + 1
    room.happen(acts.extend([attempt], MINUTE, "停电", "chief"))
    room.now += acts.GRACE_MS + 1
    assert room.collect() == []
    assert room.save(attempt, (1, "q1", "a")) == (["response"], None)


def test_closing_collects_from_everyone_who_is_writing_and_counts_them(room: Room) -> None:
    for seat in (1, 2):
        room.begin(room.attempt(seat))
    room.hand_in(room.attempt(1), 0, how="time")
    assert room.close() == ["hand-in", "close"]
    assert room.close() == []
    assert [room.attempt(seat).phase for seat in (1, 2, 3)] == (
        ["handed-in", "handed-in", "expected"]
    )
    assert room.attempt(2).how == "forced"
    close = room.journal[-1]
    assert b'"attempts":3' in close and b'"handed_in":2' in close


def test_a_closed_sitting_takes_nobody_in_and_is_not_opened_again(room: Room) -> None:
    room.close()
    with pytest.raises(NotOpenYet):
        acts.sign_in(room.session, room.attempt(), "x")
    with pytest.raises(NotReady):
        acts.open_sitting(room.session, "live", "chief")
    assert not room.session.closed
    room.close("media")
    assert room.session.closed


def test_one_paper_is_collected_with_its_reason_in_the_record(room: Room, attempt: Attempt) -> None:
    assert room.happen(acts.collect(attempt, "违纪", "chief", OF)) == ["incident", "hand-in"]
    assert acts.collect(attempt, "违纪", "chief", OF) == []
    with pytest.raises(NotOpenYet):
        acts.collect(room.attempt(2), "", "chief", OF)


def test_a_candidate_moves_with_all_attempts_that_are_not_over(
    room: Room, attempt: Attempt
) -> None:
    room.happen(acts.move(room.session, attempt, 40, "坏机", "chief"))
    assert [(a.seat, a.seat_term) for a in room.session.attempts_of(attempt.admission)] == (
        [(40, 2), (40, 2)]
    )
    room.hand_in(attempt, 0, how="time")
    room.happen(acts.move(room.session, room.attempt(1, "media"), 41, "坏机", "chief"))
    assert (attempt.seat, room.attempt(1, "media").seat) == (40, 41)


def test_a_second_click_on_a_move_fences_nobody(room: Room, attempt: Attempt) -> None:
    room.happen(acts.move(room.session, attempt, 40, "坏机", "chief"))
    assert acts.move(room.session, attempt, 40, "坏机", "chief") == []


def test_nobody_is_moved_onto_a_neighbour(room: Room, attempt: Attempt) -> None:
    with pytest.raises(SeatTaken, match="Seat 2"):
        acts.move(room.session, attempt, 2, "", "chief")


def test_the_seat_of_an_absent_candidate_and_of_one_who_is_done_can_be_taken(
    room: Room, attempt: Attempt
) -> None:
    for sitting in ("live", "media"):
        room.happen(acts.absent(room.attempt(2, sitting), "chief"))
    assert room.happen(acts.move(room.session, attempt, 2, "坏机", "chief")) == ["move"]
    room.close()
    room.close("media")
    assert room.session.at_seat(3) is None


def test_who_has_started_is_not_absent_and_who_comes_after_all_is_there(
    room: Room, attempt: Attempt
) -> None:
    with pytest.raises(NotReady):
        acts.absent(attempt, "chief")
    late = room.attempt(2)
    assert room.happen(acts.absent(late, "chief")) == ["absent"]
    assert acts.absent(late, "chief") == []
    room.begin(late)
    assert (late.absent, late.phase) == (False, "started")


def test_flags_are_set_and_cleared_once(room: Room, attempt: Attempt) -> None:
    assert room.happen(acts.flag(attempt, "q1", True)) == ["flag"]
    assert acts.flag(attempt, "q1", True) == []
    assert attempt.flags == {"q1"}
    assert room.happen(acts.flag(attempt, "q1", False)) == ["flag"]
    assert acts.flag(room.attempt(2), "q1", True) == []


def test_messages_are_numbered_in_their_order(room: Room, attempt: Attempt) -> None:
    for zh, en in (("还有十五分钟", "15 minutes left"), ("请安静", "Quiet, please")):
        room.happen(acts.tell([attempt, room.attempt(2)], Words(zh, en), "chief"))
    assert [(m["id"], m["en"]) for m in attempt.messages] == [
        ("1", "15 minutes left"),
        ("2", "Quiet, please"),
    ]


def test_neighbours_get_different_forms(room: Room) -> None:
    for seat in (1, 2):
        room.begin(room.attempt(seat))
    assert {room.attempt(1).form, room.attempt(2).form} == {"live-a", "live-b"}


def test_an_unknown_attempt_or_candidate_is_not_found(room: Room) -> None:
    with pytest.raises(NotFound, match="live/x"):
        room.session.attempt("live/x")
    with pytest.raises(NotFound, match="2026999999"):
        room.session.current_attempt("2026999999")


def test_the_attempt_a_candidate_is_led_to_is_the_first_that_is_not_over(room: Room) -> None:
    who = room.attempt().admission
    assert room.session.current_attempt(who) is room.attempt(1, "live")
    room.close()
    assert room.session.current_attempt(who) is room.attempt(1, "media")
    room.close("media")
    assert room.session.current_attempt(who) is room.attempt(1, "media")


def test_an_event_out_of_its_place_is_never_applied(room: Room) -> None:
    for seq in (0, room.session.next_seq + 1):
        with pytest.raises(ValueError, match="was due"):
            room.session.apply(Event(seq, 0, "confirm", {"attempt": "live/2026000001"}))


def test_an_act_changes_nothing_by_itself(room: Room, attempt: Attempt) -> None:
    before = room.replayed()
    acts.save(attempt, 1, "x", [acts.Save(1, "q1", ["a"])], room.now)
    acts.close_sitting(room.session, "live", "chief", OF)
    acts.move(room.session, attempt, 40, "", "chief")
    acts.extend([attempt], MINUTE, "", "chief")
    assert room.session == before
