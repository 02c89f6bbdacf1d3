"""Time without a usable page: what two records say of it, what is proposed, who decides."""

import pytest
from conducted import MINUTE, Room
from hypothesis import given
from hypothesis import strategies as st

from siteapp.conduct import acts, lost
from siteapp.conduct.lost import SILENT_MS, WORTH_MS
from siteapp.conduct.outage import noted
from siteapp.conduct.spans import Span, as_text, from_text, merged, total_ms, within, without
from sync.errors import NotReady

START = 1_000_000
AWAY = Span(START + MINUTE, START + 7 * MINUTE)


@pytest.fixture
def room() -> Room:
    """Seats 1 and 2 are writing."""
    room = Room()
    room.open()
    for seat in (1, 2):
        room.begin(room.attempt(seat))
    return room


def silent(room: Room, seat: int, *spans: Span) -> list[str]:
    return room.happen(lost.silence(room.attempt(seat), spans))


def worked(room: Room, seat: int, *spans: Span) -> list[str]:
    return room.happen(lost.worked(room.attempt(seat), "x", spans))


def proposed(room: Room) -> dict[int, int]:
    return {one["seat"]: one["ms"] for one in lost.proposals(room.replayed())}


def test_an_outage_through_which_the_page_worked_gives_nothing_back(room: Room) -> None:
    silent(room, 1, AWAY)
    assert proposed(room) == {1: AWAY.ms}
    assert worked(room, 1, Span(START, AWAY.to_ms + MINUTE)) == ["page-worked"]
    assert proposed(room) == {}
    with pytest.raises(NotReady):
        lost.decide([room.attempt(1)], True, "断电", "chief")


def test_a_machine_that_was_dead_gives_back_what_was_lost(room: Room) -> None:
    before = room.attempt(1).deadline_ms
    silent(room, 1, AWAY)
    died, back = AWAY.from_ms + 2 * MINUTE, AWAY.to_ms - MINUTE
    worked(room, 1, Span(START, died), Span(back, AWAY.to_ms + 1))
    assert proposed(room) == {1: 3 * MINUTE}
    (event,) = lost.decide([room.attempt(1)], True, "电脑断电", "chief")
    assert event.body["lost"] == [as_text(Span(died, back))]
    room.happen([event])
    assert room.attempt(1).deadline_ms == before + 3 * MINUTE
    assert proposed(room) == {}


def test_without_the_servers_record_a_dead_machine_would_lose_its_time(room: Room) -> None:
    # Nobody noted the silence; that the page says nothing of it proves nothing.
    worked(room, 1, Span(START, AWAY.from_ms), Span(AWAY.to_ms, AWAY.to_ms + 1))
    assert proposed(room) == {}
    silent(room, 1, AWAY)
    assert proposed(room) == {1: AWAY.ms}


def test_what_was_decided_is_not_proposed_again_and_later_losses_are(room: Room) -> None:
    silent(room, 1, AWAY)
    room.happen(lost.decide([room.attempt(1)], False, "离开座位", "chief"))
    assert (proposed(room), room.attempt(1).granted_ms) == ({}, 0)
    silent(room, 1, Span(AWAY.to_ms + MINUTE, AWAY.to_ms + 2 * MINUTE))
    assert proposed(room) == {1: MINUTE}


def test_all_seats_at_once_get_each_what_each_lost(room: Room) -> None:
    silent(room, 1, AWAY)
    silent(room, 2, Span(AWAY.from_ms, AWAY.from_ms + MINUTE))
    every = list(room.session.attempts.values())
    room.happen(lost.decide(every, True, "停电", "chief"))
    granted = [room.attempt(seat).granted_ms for seat in (1, 2, 3)]
    assert granted == [AWAY.ms, MINUTE, 0]


def test_a_silence_counts_from_the_start_once_and_only_if_it_is_long(room: Room) -> None:
    assert silent(room, 1, Span(0, START + SILENT_MS - 1)) == []
    assert silent(room, 1, Span(0, START + SILENT_MS)) == ["silence"]
    assert silent(room, 1, Span(0, START + SILENT_MS)) == []
    assert silent(room, 3, AWAY) == []
    assert proposed(room) == {1: SILENT_MS}
    assert WORTH_MS <= SILENT_MS


def test_a_page_accounts_for_silences_only_and_says_nothing_twice(room: Room) -> None:
    assert worked(room, 1, Span(0, START + MINUTE)) == []
    silent(room, 1, AWAY)
    assert worked(room, 1, Span(0, AWAY.from_ms + MINUTE)) == ["page-worked"]
    assert worked(room, 1, Span(0, AWAY.from_ms + MINUTE)) == []
    assert [e.body["from_ms"] for e in lost.worked(room.attempt(1), "x", [AWAY])] == [
        AWAY.from_ms + MINUTE
    ]


def test_a_page_that_worked_through_an_outage_is_no_longer_held(room: Room) -> None:
    room.happen(noted(room.session, False, AWAY.ms, AWAY.ms))
    assert room.attempt(1).held
    silent(room, 1, AWAY)
    silent(room, 2, AWAY)
    worked(room, 1, AWAY)
    worked(room, 2, Span(AWAY.from_ms, AWAY.from_ms + MINUTE))
    assert [room.attempt(seat).held for seat in (1, 2)] == [False, True]
    room.happen(lost.decide([room.attempt(2)], False, "已补", "chief"))
    assert not room.attempt(2).held


def test_make_up_time_by_hand_leaves_what_was_lost_for_a_decision(room: Room) -> None:
    silent(room, 1, AWAY)
    room.happen(acts.extend([room.attempt(1)], MINUTE, "噪声", "chief"))
    assert proposed(room) == {1: AWAY.ms}
    assert lost.proposals(room.session)[0]["granted_ms"] == MINUTE


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: Span(*sorted(p))), max_size=6
)


def cells(spans: list[Span]) -> set[int]:
    """The same, counted out."""
    return {n for span in spans for n in range(span.from_ms, span.to_ms)}


@given(SPANS, SPANS)
def test_stretches_add_and_take_away_as_if_counted_out(some: list[Span], more: list[Span]) -> None:
    assert cells(without(some, more)) == cells(some) - cells(more)
    assert cells(within(some, more)) == cells(some) & cells(more)
    assert total_ms(merged(some)) == len(cells(some))
    assert [from_text(as_text(one)) for one in some] == some
