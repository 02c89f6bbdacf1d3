"""Any history of a room: nothing acknowledged is lost, and the journal alone says the same."""

from dataclasses import dataclass, field

from conducted import ITEMS, MINUTE, Room
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from siteapp.conduct import acts
from siteapp.conduct.acts import Save
from siteapp.conduct.attempt import Attempt
from siteapp.errors import AlreadyHandedIn, MissingSaves, NotOpenYet, SeatTaken, TooEarly
from sync.exam.journal import decode, standing_responses
from sync.exam.marking import receipt_code

SEATS = (1, 2, 3)
seats = st.sampled_from(SEATS)


@dataclass
class Page:
    """A candidate's browser: its name, the seat term of its token, what it ever wrote down."""

    seat: int
    instance: str
    seat_term: int
    written: list[Save] = field(default_factory=list)
    acknowledged: set[int] = field(default_factory=set)


@dataclass
class Expected:
    """The simple model of one attempt."""

    stays: list[str] = field(default_factory=list)
    answers: dict[str, tuple[tuple[int, int, int], str]] = field(default_factory=dict)
    newest: dict[tuple[str, str], int] = field(default_factory=dict)
    deadline: int = 0
    term: int = 1
    final: dict[str, list[str]] | None = None

    def sign_in(self, instance: str) -> None:
        if self.stays[-1:] != [instance]:
            self.stays.append(instance)

    def take(self, page: Page, save: Save) -> None:
        key = (page.instance, save.item)
        if save.sequence <= self.newest.get(key, 0):
            return
        self.newest[key] = save.sequence
        stay = len(self.stays) - self.stays[::-1].index(page.instance)
        place = (page.seat_term, stay, save.sequence)
        if place > self.answers.get(save.item, ((0, 0, 0), ""))[0]:
            self.answers[save.item] = place, "".join(save.response)


class Sitting(RuleBasedStateMachine):
    """Three candidates of one sitting, their browsers, one invigilator and the clock."""

    pages = Bundle("pages")

    def __init__(self) -> None:
        super().__init__()
        self.room = Room()
        self.room.open()
        self.known: dict[tuple[int, str], Page] = {}
        self.model = {seat: Expected() for seat in SEATS}

    def attempt(self, seat: int) -> Attempt:
        return self.room.attempt(seat)

    @rule(target=pages, seat=seats, instance=st.sampled_from("xyz"))
    def sign_in(self, seat: int, instance: str) -> Page:
        attempt = self.attempt(seat)
        page = self.known.setdefault((seat, instance), Page(seat, instance, 0))
        try:
            self.room.happen(acts.sign_in(self.room.session, attempt, instance))
        except (AlreadyHandedIn, NotOpenYet):
            return page
        page.seat_term = attempt.seat_term
        self.model[seat].sign_in(instance)
        return page

    @rule(seat=seats)
    def start(self, seat: int) -> None:
        attempt, before = self.attempt(seat), self.attempt(seat).phase
        self.room.happen(acts.confirm(attempt))
        try:
            self.room.happen(acts.start(self.room.session, attempt, self.room.now))
        except NotOpenYet:
            return
        if before in ("signed-in", "confirmed"):
            allowance = 70 if seat == 3 else 60
            self.model[seat].deadline = self.room.now + allowance * MINUTE

    @rule(page=pages, item=st.sampled_from(ITEMS), options=st.sampled_from(["", "a", "b", "ac"]))
    def write(self, page: Page, item: str, options: str) -> None:
        page.written.append(Save(len(page.written) + 1, item, list(options)))

    @precondition(lambda self: any(page.written for page in self.known.values()))
    @rule(page=pages, data=st.data())
    def send(self, page: Page, data: st.DataObject) -> None:
        """Some of what the page ever wrote, in any order, repeats and all."""
        if not page.written or page.seat_term == 0:
            return
        sent = data.draw(st.lists(st.sampled_from(page.written), min_size=1, max_size=6))
        attempt, model = self.attempt(page.seat), self.model[page.seat]
        before = attempt.final_responses()
        events, refusal = acts.save(attempt, page.seat_term, page.instance, sent, self.room.now)
        kinds = self.room.happen(events)
        if refusal is not None:
            assert set(kinds) <= {"evidence"}
            assert attempt.final_responses() == before
            return
        assert set(kinds) <= {"response"}
        fresh = [n for n in dict.fromkeys(s.sequence for s in sent) if n not in page.acknowledged]
        assert [e.body["sequence"] for e in events] == fresh
        for number in fresh:
            model.take(page, page.written[number - 1])
        page.acknowledged.update(fresh)
        assert page.seat_term == model.term
        assert self.room.now <= model.deadline + acts.GRACE_MS

    @rule(seat=seats, to=st.sampled_from([1, 2, 3, 40, 41]))
    def move(self, seat: int, to: int) -> None:
        attempt = self.attempt(seat)
        try:
            moved = self.room.happen(acts.move(self.room.session, attempt, to, "坏机", "chief"))
        except (AlreadyHandedIn, SeatTaken):
            return
        self.model[seat].term += len(moved)

    @rule(seat=seats, minutes=st.integers(1, 30))
    def extend(self, seat: int, minutes: int) -> None:
        events = acts.extend([self.attempt(seat)], minutes * MINUTE, "停电", "chief")
        if self.room.happen(events):
            self.model[seat].deadline += minutes * MINUTE

    @rule(ms=st.sampled_from([1, 4_000, MINUTE, 20 * MINUTE]))
    def time_passes(self, ms: int) -> None:
        self.room.now += ms

    @rule(seat=seats)
    def time_nearly_ends(self, seat: int) -> None:
        """To the edges, where saves are just in time or just too late."""
        deadline = self.model[seat].deadline
        self.room.now = max(self.room.now, deadline + acts.GRACE_MS + 1)

    @rule(page=pages, how=st.sampled_from(["candidate", "time"]))
    def hand_in(self, page: Page, how: acts.HandIn) -> None:
        attempt = self.attempt(page.seat)
        if page.seat_term != attempt.seat_term:
            return
        try:
            self.room.hand_in(attempt, len(page.written), how, page.instance)
        except (NotOpenYet, TooEarly):
            return
        except MissingSaves as missing:
            assert not set(missing.missing) & page.acknowledged
            return
        self.handed_in()

    @rule()
    def collect(self) -> None:
        writing = [s for s in SEATS if self.attempt(s).phase == "started"]
        self.room.collect()
        for seat in writing:
            over = self.room.now > self.model[seat].deadline + 2 * acts.GRACE_MS
            assert (self.attempt(seat).phase == "handed-in") == over
        self.handed_in()

    @precondition(lambda self: len(self.room.journal) > 25)
    @rule()
    def close(self) -> None:
        self.room.close()
        assert all(self.attempt(seat).phase != "started" for seat in SEATS)
        self.handed_in()

    @rule()
    def restart(self) -> None:
        self.room.session = self.room.replayed()

    def handed_in(self) -> None:
        """Note what the hand-ins fixed."""
        for seat, model in self.model.items():
            attempt = self.attempt(seat)
            if attempt.phase == "handed-in" and model.final is None:
                model.final = attempt.final_responses()
                assert attempt.receipt == receipt_code(attempt.id, model.final)

    @invariant()
    def the_answers_are_those_of_the_model(self) -> None:
        for seat, model in self.model.items():
            attempt = self.attempt(seat)
            shown = {item: "".join(r) for item, r in attempt.final_responses().items()}
            assert shown == {item: answer for item, (_, answer) in model.answers.items()}
            assert attempt.seat_term == model.term
            if attempt.phase in ("started", "handed-in"):
                assert attempt.deadline_ms == model.deadline
            if model.final is not None:
                assert attempt.final_responses() == model.final

    @invariant()
    def every_acknowledged_save_is_in_the_journal_once(self) -> None:
        journalled = [
            (e.body["attempt"], e.body["instance"], e.body["sequence"])
            for e in map(decode, self.room.journal)
            if e.kind == "response"
        ]
        acknowledged = {
            (self.attempt(page.seat).id, page.instance, number)
            for page in self.known.values()
            for number in page.acknowledged
        }
        assert len(journalled) == len(set(journalled))
        assert set(journalled) == acknowledged

    @invariant()
    def the_journal_alone_says_the_same(self) -> None:
        assert self.room.replayed() == self.room.session
        events = [decode(line) for line in self.room.journal]
        standing = standing_responses(events)
        for attempt in self.room.session.attempts.values():
            assert standing.get(attempt.id, {}) == attempt.responses
        closes = [e.body for e in events if e.kind == "close"]
        for close in closes:
            mine = list(self.room.session.attempts_in(close["sitting"]))
            assert close["handed_in"] == sum(a.phase == "handed-in" for a in mine)
            assert close["attempts"] == len(mine) == len(SEATS)


Sitting.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyHistoryOfASitting = Sitting.TestCase
