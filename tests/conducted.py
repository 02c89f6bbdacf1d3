"""A session as its journal conducts it: acts lead to events, events to state, nothing else."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import world

from siteapp.conduct import acts
from siteapp.conduct.acts import NewEvent, Save
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session
from sync.exam.journal import Event, decode, encode
from sync.exam.sitting import SessionPlan, SittingPlan
from sync.words import Words

MINUTE = 60_000
ITEMS = ("q1", "q2", "q3")
OF = {"live-a": 3, "live-b": 3, "media-a": 3}


def make_plan(candidates: int = 3, **changed: Any) -> SessionPlan:
    """Two sittings of one hour; everyone is in both, the third has ten minutes more."""
    title = Words("科目", "subject")
    people = world.candidates("live", 1, candidates)
    return SessionPlan(
        id="am-1121",
        site="site-01",
        name=Words("上午场", "Morning session"),
        kind="examination",
        starts_at="2024-11-23T08:30:00+08:00",
        room="第一机房",
        sittings=(
            SittingPlan("live", "530051-junior", "theory", title, 60, ("live-a", "live-b"), 30),
            SittingPlan("media", "560003-junior", "theory", title, 60, ("media-a",), 30),
        ),
        candidates=tuple(
            msgspec.structs.replace(
                person,
                sittings=("live", "media"),
                extra_minutes=10 if person.seat == 3 else 0,
            )
            for person in people
        ),
    )


class Room:
    """What the writer does, without a disk: number, encode, apply."""

    def __init__(self, plan: SessionPlan | None = None) -> None:
        self.session = Session.planned(plan or make_plan())
        self.journal: list[bytes] = []
        self.now = 1_000_000
        self.happen([NewEvent("unlock", {"package": "00", "way": "codes"})])

    def happen(self, events: Iterable[NewEvent]) -> list[str]:
        """Take events into journal and state; returns their kinds."""
        kinds = []
        for new in events:
            event = Event(self.session.next_seq, 0, new.kind, new.body)
            self.journal.append(encode(event))
            self.session.apply(event)
            kinds.append(new.kind)
        return kinds

    def replayed(self) -> Session:
        """The state that the journal alone says."""
        session = Session.planned(self.session.plan)
        for line in self.journal:
            session.apply(decode(line))
        return session

    def attempt(self, seat: int = 1, sitting: str = "live") -> Attempt:
        """The attempt of the candidate whose first seat this was."""
        return self.session.attempt(f"{sitting}/2026{seat:06d}")

    def open(self, sitting: str = "live") -> list[str]:
        """The invigilator opens a sitting."""
        return self.happen(acts.open_sitting(self.session, sitting, "chief"))

    def close(self, sitting: str = "live") -> list[str]:
        """The invigilator closes a sitting."""
        return self.happen(acts.close_sitting(self.session, sitting, "chief", OF))

    def begin(self, attempt: Attempt, instance: str = "x") -> None:
        """Sign in, confirm and start."""
        self.happen(acts.sign_in(self.session, attempt, instance))
        self.happen(acts.confirm(attempt))
        self.happen(acts.start(self.session, attempt, self.now))

    def save(
        self,
        attempt: Attempt,
        *saves: tuple[int, str, Sequence[str]],
        instance: str = "x",
        seat_term: int | None = None,
    ) -> tuple[list[str], str | None]:
        """The kinds of the events, and the code of the refusal."""
        events, refusal = acts.save(
            attempt,
            attempt.seat_term if seat_term is None else seat_term,
            instance,
            [Save(number, item, list(options)) for number, item, options in saves],
            self.now,
        )
        return self.happen(events), getattr(refusal, "code", None)

    def hand_in(
        self,
        attempt: Attempt,
        last: int,
        how: acts.HandIn = "candidate",
        instance: str = "x",
    ) -> list[str]:
        """The candidate's page hands in."""
        return self.happen(
            acts.hand_in(
                self.session, attempt, how, instance, last, self.now, OF.get(attempt.form, 0)
            )
        )

    def collect(self) -> list[str]:
        """What the clock collects by itself."""
        return self.happen(acts.collect_expired(self.session, self.now, OF))


def said(attempt: Attempt) -> dict[str, str]:
    """item → the options that count, as one word."""
    return {item: "".join(options) for item, options in attempt.final_responses().items()}
