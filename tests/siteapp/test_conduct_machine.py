"""Any history of a room: nothing acknowledged is lost, and the journal alone says the same."""

from dataclasses import dataclass, field

from conducted import MINUTE, Room, make_plan
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from msgspec.structs import replace

from siteapp.conduct import acts
from siteapp.conduct.acts import Save
from siteapp.conduct.attempt import Attempt
from siteapp.errors import AlreadyHandedIn, MissingSaves, NotOpenYet, SeatTaken, TooEarly
from sync.exam.journal import decode, standing_responses
from sync.exam.marking import receipt_code

SEATS = (1, 3)
seats = st.sampled_from([1, 1, 1, 3])
# What happens beside answers, the frequent more than once.
WHAT = (
    *("move", "move", "extend", "extend", "extend", "time_passes", "restart", "start"),
    *("late_save", "late_save", "save_from_a_left_seat", "hand_in", "collect", "close"),
)
# Few of each, so that histories cross.
instances = st.sampled_from("xy")
items = st.sampled_from(["q", "r"])


@dataclass
class Page:
    """A candidate's browser: its name, the seat term of its token, what it ever wrote down."""

    seat: int
    instance: str
    seat_term: int
    written: list[Save] = field(default_factory=list)
    acknowledged: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)


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
    """Two candidates of one sitting, their browsers, one invigilator and the clock."""

    def __init__(self) -> None:
        super().__init__()
        plan = make_plan()
        people = tuple(c for c in plan.candidates if c.seat in SEATS)
        self.room = Room(replace(plan, candidates=people))
        self.room.open()
        self.known = {(s, i): Page(s, i, 0) for s in SEATS for i in "xy"}
        self.model = {seat: Expected() for seat in SEATS}

    def attempt(self, seat: int) -> Attempt:
        return self.room.attempt(seat)

    @initialize(early=st.booleans())
    def most_have_started(self, early: bool) -> None:
        for seat in SEATS[: 1 if early else None]:
            self.sign_in(seat, "x")
            self.start(seat)

    def sign_in(self, seat: int, instance: str) -> None:
        attempt = self.attempt(seat)
        try:
            self.room.happen(acts.sign_in(self.room.session, attempt, instance))
        except (AlreadyHandedIn, NotOpenYet):
            return
        self.known[seat, instance].seat_term = attempt.seat_term
        self.model[seat].sign_in(instance)

    def start(self, seat: int, data: st.DataObject | None = None) -> None:
        attempt, before = self.attempt(seat), self.attempt(seat).phase
        self.room.happen(acts.confirm(attempt))
        try:
            self.room.happen(acts.start(self.room.session, attempt, self.room.now))
        except NotOpenYet:
            return
        if before in ("signed-in", "confirmed"):
            allowance = 70 if seat == 3 else 60
            self.model[seat].deadline = self.room.now + allowance * MINUTE

    @rule(
        seat=seats,
        instance=instances,
        answers=st.lists(st.tuples(items, st.sampled_from(["", "a", "b", "ac"])), max_size=3),
        comes_here=st.booleans(),
        data=st.data(),
    )
    def answer(
        self,
        seat: int,
        instance: str,
        answers: list[tuple[str, str]],
        comes_here: bool,
        data: st.DataObject,
    ) -> None:
        """Write some down, then send some of all that was ever written, in any order."""
        page = self.known[seat, instance]
        if comes_here:
            self.sign_in(seat, instance)
        for item, options in answers:
            page.written.append(Save(len(page.written) + 1, item, list(options)))
        if page.written and page.seat_term:
            self.send(
                page, data.draw(st.lists(st.sampled_from(page.written), min_size=1, max_size=4))
            )

    def send(self, page: Page, sent: list[Save]) -> None:
        attempt, model = self.attempt(page.seat), self.model[page.seat]
        before = attempt.final_responses()
        events, refusal = acts.save(attempt, page.seat_term, page.instance, sent, self.room.now)
        kinds = self.room.happen(events)
        if refusal is not None:
            assert set(kinds) <= {"evidence"}
            assert attempt.final_responses() == before
            page.refused.update(save.sequence for save in sent)
            return
        assert set(kinds) <= {"response"}
        fresh = [n for n in dict.fromkeys(s.sequence for s in sent) if n not in page.acknowledged]
        assert [e.body["sequence"] for e in events] == fresh
        for number in fresh:
            model.take(page, page.written[number - 1])
        page.acknowledged.update(fresh)
        assert page.seat_term == model.term
        assert self.room.now <= model.deadline + acts.GRACE_MS

    @rule(
        seat=seats,
        what=st.sampled_from(WHAT),
        data=st.data(),
    )
    def something_else(self, seat: int, what: str, data: st.DataObject) -> None:
        getattr(self, what)(seat, data)

    def move(self, seat: int, data: st.DataObject) -> None:
        attempt, to = self.attempt(seat), data.draw(st.sampled_from([1, 3, 40]))
        try:
            moved = self.room.happen(acts.move(self.room.session, attempt, to, "坏机", "chief"))
        except (AlreadyHandedIn, SeatTaken):
            return
        self.model[seat].term += len(moved)

    def save_from_a_left_seat(self, seat: int, data: st.DataObject) -> None:
        page = self.page_in_use(seat)
        self.move(seat, data)
        if page:
            self.send(page, page.written[-1:])

    def late_save(self, seat: int, data: st.DataObject) -> None:
        """At the edges, where saves are just in time or just too late; then in make-up time."""
        self.time_runs_out(seat, data)
        if page := self.page_in_use(seat):
            self.send(page, page.written[-2:])
            if data.draw(st.booleans()):
                self.extend(seat, data)
                self.send(page, page.written[-2:])

    def page_in_use(self, seat: int) -> Page | None:
        """The browser that signed in last, with something new written down."""
        stays = self.model[seat].stays
        if not stays:
            return None
        page = self.known[seat, stays[-1]]
        page.written.append(Save(len(page.written) + 1, "q", ["d"]))
        return page

    def extend(self, seat: int, data: st.DataObject) -> None:
        minutes = data.draw(st.integers(1, 30))
        events = acts.extend([self.attempt(seat)], minutes * MINUTE, "停电", "chief")
        if self.room.happen(events):
            self.model[seat].deadline += minutes * MINUTE

    def time_passes(self, seat: int, data: st.DataObject) -> None:
        self.room.now += data.draw(st.sampled_from([1, 4_000, MINUTE, 20 * MINUTE]))

    def time_runs_out(self, seat: int, data: st.DataObject) -> None:
        grace = data.draw(st.sampled_from([1, 2])) * acts.GRACE_MS + data.draw(st.integers(0, 1))
        self.room.now = max(self.room.now, self.model[seat].deadline + grace)

    def hand_in(self, seat: int, data: st.DataObject) -> None:
        attempt, page = self.attempt(seat), self.known[seat, data.draw(instances)]
        how: acts.HandIn = data.draw(st.sampled_from(["candidate", "time"]))
        if page.seat_term != attempt.seat_term:
            return
        before = attempt.phase
        try:
            self.room.hand_in(attempt, len(page.written), how, page.instance)
        except (NotOpenYet, TooEarly):
            return
        except MissingSaves as missing:
            assert not set(missing.missing) & page.acknowledged
            return
        if before == "started":
            assert {s.sequence for s in page.written} <= page.acknowledged | page.refused
        self.handed_in()

    def collect(self, seat: int, data: st.DataObject) -> None:
        writing = [s for s in SEATS if self.attempt(s).phase == "started"]
        self.room.collect()
        for seat in writing:
            over = self.room.now > self.model[seat].deadline + 2 * acts.GRACE_MS
            assert (self.attempt(seat).phase == "handed-in") == over
        self.handed_in()

    def close(self, seat: int, data: st.DataObject) -> None:
        self.room.close()
        assert all(self.attempt(seat).phase != "started" for seat in SEATS)
        self.handed_in()

    def restart(self, seat: int, data: st.DataObject) -> None:
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

    def teardown(self) -> None:
        self.every_acknowledged_save_is_in_the_journal_once()
        self.the_journal_alone_says_the_same()

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


Sitting.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestAnyHistoryOfASitting = Sitting.TestCase
