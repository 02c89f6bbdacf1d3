"""The room of the drill: its own session in its own database, and what its pages tell.

Nothing here knows a journal of an examination.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from siteapp.conduct import acts
from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.pace import Pace
from siteapp.conduct.session import Session
from siteapp.conduct.spans import Span
from siteapp.errors import DrillNotNow
from siteapp.readiness.drill import PageFacts
from siteapp.store import records
from siteapp.store.live import Act, Live, Token
from siteapp.store.narrow import narrow, widen
from siteapp.store.writer import Decision
from sync.errors import DiskTooFull, NotFound
from sync.exam.paper import ItemToken
from sync.exam.sitting import CandidatePlan, SessionPlan, SittingPlan, attempt_id
from sync.wire.passwords import new_token
from sync.words import Words

SESSION, SITTING, ITEM = "drill", "drill", "q1"
MINUTES = 600
# A room is not larger; spares and machines nobody counted find their seat too.
SEATS = 300
# What the slowest hundredth is taken from, at most.
MOST_TIMES = 200_000
ANSWERS: Mapping[str, ItemToken] = {ITEM: ItemToken(ITEM, "text", {})}


class DrillPaper(NamedTuple):
    """One text item for everybody."""

    tokens: Mapping[str, ItemToken] = ANSWERS
    part_of: Mapping[str, int] = MappingProxyType({})


class DrillShelf:
    """In the place of the papers."""

    def paper(self, session: Session, attempt: Attempt) -> DrillPaper:
        """The same for all."""
        return DrillPaper()


class DrillLive(Live):
    """As on the day; counts what its full disk sent back."""

    refused = 0

    def enqueue(
        self, session: Session, act: Act, answer: Callable[[Exception | None], None], size: int = 0
    ) -> None:
        """As of `Live`."""

        def counted(refusal: Exception | None) -> None:
            # The writer's thread alone counts.
            self.refused += isinstance(refusal, DiskTooFull)
            answer(refusal)

        super().enqueue(session, act, counted, size)

    def act(self, session: Session, act: Act, size: int = 0) -> Any:
        """As of `Live`."""
        try:
            return super().act(session, act, size)
        except DiskTooFull:
            self.refused += 1
            raise


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """What a page says of itself, bounded; numbers since it joined, `waited` of this step."""

    part: int
    made: int
    acknowledged: int
    waited: int
    paced: int
    burst: int
    times: tuple[int, ...]


@dataclass
class _Page:
    instance: str
    part: int = -1
    made: int = 0
    acknowledged: int = 0
    waited: int = 0
    paced: int = 0
    burst: bool = False


@dataclass
class _Tally:
    """The numbers that the journal has of one page, all to `upto` and `above`; those seen twice."""

    upto: int = 0
    above: set[int] = field(default_factory=set)
    doubled: int = 0

    def add(self, number: int) -> None:
        """One more response event."""
        self.doubled += number <= self.upto or number in self.above
        self.above.add(number)
        while self.upto + 1 in self.above:
            self.upto += 1
            self.above.discard(self.upto)

    def has(self, until: int) -> int:
        """How many of the numbers up to that one."""
        return min(until, self.upto) + sum(1 for n in self.above if self.upto < n <= until)


class DrillRoom:
    """Open from the moment somebody begins a drill until it is over; for any thread."""

    def __init__(self, folder: Path, site: str, broken: Callable[[], None]) -> None:
        folder.mkdir(exist_ok=True)
        self.live = DrillLive(folder / "drill.db", site, fatal=broken)
        self.pace, self.shelf = Pace(), DrillShelf()
        self._lock = threading.Lock()
        self._pages: dict[str, _Page] = {}
        self._tally: dict[tuple[str, str], _Tally] = defaultdict(_Tally)
        self._read = 0
        self._silences: dict[str, list[Span]] = defaultdict(list)
        self.times: list[int] = []

    def furnish(self, site: str, seats: Iterable[int]) -> None:
        """A session with a seat for everybody, open."""
        if SESSION in self.live.sessions:
            return
        plan = _plan(site, sorted({*range(1, SEATS + 1), *seats}))
        text = msgspec.json.encode(plan).decode()
        events = [
            NewEvent("unlock", {"package": "", "way": "drill"}),
            NewEvent("open", {"by": "drill", "sitting": SITTING}),
        ]
        keep = records.keep_session(SESSION, "", text)
        self.live.add_session(plan, lambda _: Decision(events), (keep,), {})

    @property
    def session(self) -> Session:
        """The drill's own."""
        return self.live.session(SESSION)

    def close(self) -> None:
        """Store what waits."""
        self.live.close()

    def join(self, seat: int, instance: str) -> str:
        """A page at that seat takes part from now on, in the place of one before; its token."""
        session, name = self.session, attempt_id(SITTING, _admission(seat))
        if name not in session.attempts:
            raise NotFound(what=str(seat))
        token, live, now = new_token(), self.live, self.live.clock.now()
        self.pace.sign_in(SESSION, session.attempt(name), now)

        def decide(state: Session) -> Decision:
            mine = state.attempt(name)
            events = acts.sign_in(state, mine, instance)
            if mine.phase != "started":
                confirmed = NewEvent("confirm", {"attempt": mine.id})
                events = [*events, confirmed, acts.start_event(state, mine, now)]
            whom = Token(SESSION, mine.id, mine.seat_term, instance)
            return Decision(events, [live.remember(token, whom)])

        live.act(session, decide)
        with self._lock:
            self._pages[name] = _Page(instance)
        live.whom(token)
        return token

    def tell(self, token: str, told: Told, part: int, load: bool) -> None:
        """Take what a page says; DrillNotNow if it is no page of this drill."""
        whom = self.live.whom(token)
        if whom is None:
            raise DrillNotNow(reason_zh="本页未参加演练", reason_en="this page is in no drill")
        with self._lock:
            known = self._pages.get(whom.attempt)
            if known is None:
                # The service was away; the page was not.
                known = self._pages[whom.attempt] = _Page(whom.instance)
            if known.instance != whom.instance:
                return
            known.made, known.acknowledged = told.made, told.acknowledged
            if told.part != part:
                return
            known.part, known.waited, known.paced = part, told.waited, told.paced
            known.burst = told.burst > 0
            if load and len(self.times) < MOST_TIMES:
                self.times += told.times

    def begin_part(self) -> None:
        """What pages said of the step before is forgotten."""
        with self._lock:
            self.times = []
            for one in self._pages.values():
                one.part, one.waited, one.paced, one.burst = -1, 0, 0, False

    def full(self, on: bool) -> None:
        """No room in the drill's file, or room again."""
        self.live.store(narrow() if on else widen())

    def pages(self, part: int) -> tuple[PageFacts, ...]:
        """What is known of every page: first what it says, then what is on the disk."""
        with self._lock:
            said = {name: _copy(one) for name, one in self._pages.items()}
        self._count()
        found = []
        for (_, name), heard in sorted(self.live.contacts.items()):
            one = said.get(name, _Page(""))
            mine = one.part == part
            tally = self._tally[name, one.instance]
            found.append(
                PageFacts(
                    seat=self.session.attempt(name).seat,
                    heard=heard,
                    silences=tuple(self._silences[name] + self._fresh(name)),
                    made=one.made,
                    acknowledged=one.acknowledged,
                    found=tally.has(one.acknowledged),
                    doubled=tally.doubled,
                    waited=one.waited if mine else 0,
                    saved_paced=one.paced if mine else 0,
                    burst=one.burst and mine,
                )
            )
        return tuple(found)

    def _fresh(self, name: str) -> list[Span]:
        return list(self.live.silences.get((SESSION, name), ()))

    def _count(self) -> None:
        """Read what the journal has got since the last look, from the disk."""
        for event in self.live.events(SESSION, first=self._read):
            self._read = event.seq + 1
            body = event.body
            if event.kind == "response":
                self._tally[body["attempt"], body["instance"]].add(body["sequence"])
            elif event.kind == "silence":
                self._silences[body["attempt"]].append(Span(body["from_ms"], body["to_ms"]))


def _copy(one: _Page) -> _Page:
    return _Page(**vars(one))


def _admission(seat: int) -> str:
    return f"S{seat:04}"


def _plan(site: str, seats: Iterable[int]) -> SessionPlan:
    people = (CandidatePlan(_admission(seat), "", "", "男", "", seat, (SITTING,)) for seat in seats)
    name = Words("演练", "Drill")
    sitting = SittingPlan(SITTING, "drill", "theory", name, MINUTES, ("drill",))
    return SessionPlan(
        SESSION, site, name, "rehearsal", "2000-01-01T00:00+08:00", "", (sitting,), tuple(people)
    )
