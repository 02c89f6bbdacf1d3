"""Answers that come after the deadline: which count by themselves, which wait for two people."""

from collections.abc import Mapping

import pytest
from conducted import MINUTE, OF, Room, said

from siteapp.conduct import acts, late, lost
from siteapp.conduct.acts import Save
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.spans import Span
from sync.errors import NotReady
from sync.exam.journal import decode
from sync.headquarters.intake.journals import ReceivedJournal, TermJournal
from sync.headquarters.marking.attempts import attempt_facts

S = 1_000
AM = "am-1121"


class CutOff(Room):
    """Seats 1 and 2 write; a minute before the end nobody is heard, four minutes long."""

    def __init__(self) -> None:
        super().__init__()
        self.open()
        for seat in (1, 2):
            self.begin(self.attempt(seat))
        self.end = self.attempt(1).deadline_ms
        self.away = Span(self.end - MINUTE, self.end + 3 * MINUTE)
        self.now = self.away.to_ms + S
        self.silences = {self.key(seat): [self.away] for seat in (1, 2)}
        self.contacts = {self.key(1): self.now, self.key(2): self.now}
        self.resumed = 0

    def key(self, seat: int) -> tuple[str, str]:
        return (AM, self.attempt(seat).id)

    def send(self, *saves: Save, seat: int = 1) -> tuple[list[str], str | None]:
        """What the page of a seat sends, now; kinds and refusal."""
        who: tuple[Attempt, int, str] = (self.attempt(seat), 1, "x")
        known = late.Room(self.contacts, self.silences, self.resumed)
        events, refusal = late.late_save(self.session, *who, saves, self.now, known)
        return self.happen(events), getattr(refusal, "code", None)

    def made(self, number: int, before_end_ms: int, item: str = "q1", option: str = "a") -> Save:
        """A save made so long before the end, by the page's word."""
        return Save(number, item, [option], Span(self.away.from_ms, self.end - before_end_ms))


@pytest.fixture
def room() -> CutOff:
    return CutOff()


def test_what_was_made_in_time_while_the_room_was_away_counts_and_says_why(room: CutOff) -> None:
    assert room.send(room.made(1, 30 * S)) == (["late", "response"], None)
    assert room.send(room.made(2, 0, "q2", "b")) == (["late", "response"], None)
    assert said(room.attempt(1)) == {"q1": "a", "q2": "b"}
    why = decode(room.journal[-2]).body
    assert (why["made_ms"], why["deadline_ms"]) == (room.end, room.end)
    assert Span(why["from_ms"], why["to_ms"]) == room.away
    assert room.send(room.made(1, 30 * S)) == ([], None)


def test_an_answer_made_after_the_end_is_evidence(room: CutOff) -> None:
    assert room.send(room.made(1, -1)) == (["evidence"], "time-is-up")
    assert said(room.attempt(1)) == {}
    assert room.attempt(1).late == {("x", 1)}


def test_a_client_with_its_cable_out_that_backdates_gains_nothing(room: CutOff) -> None:
    # Its numbers are perfect; but the neighbour was heard all the time.
    room.silences.pop(room.key(2))
    assert room.send(room.made(1, 30 * S)) == (["evidence"], "time-is-up")
    # The control: had the neighbour been away with it, the very same word would count.
    room.silences[room.key(2)] = [room.away]
    assert room.send(room.made(1, 30 * S)) == (["late", "response"], None)


def test_who_writes_last_has_nobody_to_be_believed_with(room: CutOff) -> None:
    # The others have handed in before, and their pages ask no more: nobody was heard or missed.
    room.silences.pop(room.key(2))
    room.contacts[room.key(2)] = room.end - 5 * MINUTE
    room.hand_in(room.attempt(2), 0, "candidate")
    assert room.send(room.made(1, 30 * S)) == (["evidence"], "time-is-up")
    room.contacts.pop(room.key(2))
    assert room.send(room.made(2, 20 * S)) == (["evidence"], "time-is-up")


def test_a_neighbour_who_handed_in_by_time_and_asked_no_more_testifies(room: CutOff) -> None:
    assert room.send(room.made(1, 30 * S))[1] is None
    room.silences.pop(room.key(2))
    room.contacts[room.key(2)] = room.end + 2 * S
    room.hand_in(room.attempt(2), 0, "time")
    assert room.send(room.made(2, 20 * S)) == (["evidence"], "time-is-up")


def test_a_neighbour_who_fell_silent_with_it_testifies_for_it(room: CutOff) -> None:
    room.silences[room.key(2)] = [Span(room.away.from_ms + 4 * S, room.away.to_ms - 20 * S)]
    assert room.send(room.made(1, 30 * S))[1] is None
    # It is still away; one that was so long before, or was back by then, says nothing.
    room.contacts[room.key(2)] = room.away.from_ms + S
    room.silences.pop(room.key(2))
    assert room.send(room.made(2, 20 * S))[1] is None
    room.contacts[room.key(2)] = room.end - 2 * MINUTE
    assert room.send(room.made(3, 20 * S))[1] == "time-is-up"


SILENT_FROM = 4_540_000
BACKDATED: Mapping[str, Span | None] = {
    "no reading": None,
    "made long before the silence, when it would have been sent": Span(0, SILENT_FROM - 16 * S),
    "a last contact that the server never had": Span(SILENT_FROM + 3 * S, SILENT_FROM + 4 * S),
}


@pytest.mark.parametrize("made", BACKDATED.values(), ids=BACKDATED.keys())
def test_a_reading_that_the_servers_record_contradicts_is_evidence(
    room: CutOff, made: Span | None
) -> None:
    assert room.away.from_ms == SILENT_FROM
    assert room.send(Save(1, "q1", ["a"], made)) == (["evidence"], "time-is-up")


@pytest.mark.parametrize(
    ("ended_after", "told"),
    [
        (4 * S, (["late", "response"], None)),
        (-S, (["evidence"], "time-is-up")),
        (6 * S, (["evidence"], "time-is-up")),
    ],
)
def test_a_contact_that_the_end_of_a_server_took_along_is_not_held_against_a_page(
    room: CutOff, ended_after: int, told: tuple[list[str], str | None]
) -> None:
    room.resumed = SILENT_FROM + ended_after
    heard = SILENT_FROM + 4 * S
    assert room.send(Save(1, "q1", ["a"], Span(heard, heard + S))) == told
    late_word = Span(heard + 3 * S, heard + 4 * S)
    assert room.send(Save(2, "q2", ["a"], late_word))[0] == ["evidence"]


def test_without_the_servers_own_record_of_silence_nothing_counts(room: CutOff) -> None:
    room.silences.pop(room.key(1))
    assert room.send(room.made(1, 30 * S)) == (["evidence"], "time-is-up")
    room.silences[room.key(1)] = [Span(room.away.from_ms, room.end - S)]
    assert room.send(room.made(1, 30 * S))[1] == "time-is-up"


def test_a_gap_in_the_sequence_is_evidence_until_it_is_closed(room: CutOff) -> None:
    assert room.send(room.made(2, 20 * S)) == (["evidence"], "time-is-up")
    assert room.send(room.made(1, 30 * S)) == (["late", "response"], None)
    assert room.send(room.made(2, 20 * S)) == (["late", "response"], None)
    assert room.attempt(1).late == set()


def test_what_comes_long_after_the_page_was_back_is_evidence(room: CutOff) -> None:
    room.now = room.away.to_ms + lost.RETURN_MS + 1
    assert room.send(room.made(1, 30 * S)) == (["evidence"], "time-is-up")


def test_the_clock_waits_for_a_page_that_was_not_heard_since_its_end(room: CutOff) -> None:
    attempt = room.attempt(1)
    back = room.now
    room.contacts[room.key(1)] = room.away.from_ms
    known = (room.contacts, room.silences)
    assert lost.still_out(room.session, back, *known) == {room.attempt(n).id for n in (1, 2)}
    room.contacts[room.key(1)] = back
    # A machine that stays dark is waited for half an hour.
    dark = ({**room.contacts, room.key(1): room.away.from_ms}, {})
    assert lost.still_out(room.session, room.end + lost.WAIT_MS, *dark) == {attempt.id}
    assert lost.still_out(room.session, room.end + lost.WAIT_MS + 1, *dark) == set()
    later = room.away.to_ms + lost.RETURN_MS
    assert lost.still_out(room.session, later - 1, *known) >= {attempt.id}
    assert lost.still_out(room.session, later, *known) == set()
    assert acts.collect_expired(room.session, later, OF, {attempt.id, room.attempt(2).id}) == []


def facts(room: CutOff) -> tuple[dict[str, list[str]], bool | None]:
    """What headquarters makes of seat 1: responses, and whether the receipt fits."""
    term = TermJournal(1, tuple(decode(line) for line in room.journal), True, None)
    mine = attempt_facts(ReceivedJournal(AM, 1, (term,)))[room.attempt(1).id]
    return dict(mine.responses), mine.receipt_fits


def decided(room: CutOff, counts: bool, read: int | None = None) -> list[str]:
    """What two people decide who have read so many of the journal's events (None = all)."""
    kept = [decode(line) for line in room.journal[:read]]
    mine = [event for event in kept if event.body.get("attempt") == room.attempt(1).id]
    return room.happen(late.decide(room.attempt(1), mine, counts, "网线松", "chief", "second", 3))


def test_two_people_let_it_count_and_headquarters_counts_it_too(room: CutOff) -> None:
    room.silences.clear()
    room.send(room.made(1, 30 * S))
    room.hand_in(room.attempt(1), 1, "time")
    assert facts(room) == ({}, True)
    assert decided(room, True) == ["late-decision", "response", "hand-in"]
    assert facts(room) == ({"q1": ["a"]}, True)
    assert room.replayed().attempt(room.attempt(1).id).receipt == room.attempt(1).receipt
    with pytest.raises(NotReady):
        decided(room, True)


@pytest.mark.parametrize("counts", [True, False])
def test_what_came_while_they_decided_is_decided_by_nobody(room: CutOff, counts: bool) -> None:
    room.silences.clear()
    room.send(room.made(1, 30 * S))
    read = len(room.journal)
    room.send(room.made(2, 20 * S, "q2"))
    with pytest.raises(NotReady):
        decided(room, counts, read)
    assert len(room.attempt(1).late) == 2
    assert decided(room, True)[:3] == ["late-decision", "response", "response"]
    assert said(room.attempt(1)) == {"q1": "a", "q2": "a"}


def test_two_people_may_leave_it_out(room: CutOff) -> None:
    room.silences.clear()
    room.send(room.made(1, 30 * S))
    room.hand_in(room.attempt(1), 1, "time")
    assert decided(room, False) == ["late-decision"]
    assert (facts(room), room.attempt(1).late) == (({}, True), set())
