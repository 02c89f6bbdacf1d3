"""A session in the room: its sittings and attempts, derived from the journal. Pure."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from siteapp.conduct.attempt import Attempt
from siteapp.conduct.shares import shares
from siteapp.conduct.unlocking import UnlockTries
from sync.errors import NotFound
from sync.exam.journal import Event
from sync.exam.sitting import CandidatePlan, SessionPlan, SittingPlan, attempt_id

# The act of two people after which a session's keys are destroyed.
DESTROY = "destroy"
SittingPhase = Literal["waiting", "open", "closed"]

TRANSITIONS: Mapping[tuple[SittingPhase, str], SittingPhase] = {
    ("waiting", "open"): "open",
    ("open", "close"): "closed",
    ("waiting", "close"): "closed",
}


@dataclass
class Session:
    """Present state of one session. `next_seq` is the number of the journal's next event."""

    plan: SessionPlan
    unlocked: bool = False
    unlock_tries: UnlockTries = field(default_factory=UnlockTries)
    next_seq: int = 0
    # When the last of it happened, on the site's wall clock.
    last_at: int = 0
    # While the whole room is paused: what the event said. Who begins now is paused too.
    pause: dict[str, Any] | None = None
    # Why, by whom and with whom it was ordered that what it left here goes.
    destroy: tuple[str, str, str] | None = None
    sittings: dict[str, SittingPhase] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    candidates: dict[str, CandidatePlan] = field(default_factory=dict)

    @classmethod
    def planned(cls, plan: SessionPlan) -> "Session":
        """The session before its first event."""
        session = cls(plan, sittings={s.id: "waiting" for s in plan.sittings})
        for candidate in plan.candidates:
            session.candidates[candidate.admission] = candidate
            for sitting in candidate.sittings:
                name = attempt_id(sitting, candidate.admission)
                extra_ms = candidate.extra_minutes * 60_000
                session.attempts[name] = Attempt(
                    name,
                    sitting,
                    candidate.admission,
                    candidate.seat,
                    extra_ms=extra_ms,
                    part_ms=shares(plan.sitting(sitting).part_minutes, extra_ms),
                )
        return session

    @property
    def closed(self) -> bool:
        """All sittings are over."""
        return all(phase == "closed" for phase in self.sittings.values())

    def become(self, other: "Session") -> None:
        """Be what `other` is, with those attempts that it has; they stay the same objects."""
        for name, attempt in other.attempts.items():
            self.attempts[name].become(attempt)
        self.__dict__.update(other.__dict__ | {"attempts": self.attempts})

    def apply(self, event: Event, before: "Before | None" = None) -> None:
        """Take the journal's next event into the state; what it changes is kept in `before`."""
        if event.seq != self.next_seq:
            raise ValueError(f"event {event.seq} where {self.next_seq} was due")
        self.next_seq += 1
        self.last_at = event.at
        if event.kind == "unlock":
            self.unlocked = True
        elif event.kind == "unlock-refused":
            self.unlock_tries.note(event.body["clock_ms"])
        elif event.kind == "vouched" and event.body["act"] == DESTROY:
            self.destroy = (event.body["reason"], event.body["by"], event.body["second"])
        elif event.kind in ("open", "close"):
            sitting = event.body["sitting"]
            phase = self.sittings[sitting]
            self.sittings[sitting] = TRANSITIONS.get((phase, event.kind), phase)
        elif event.kind in ("pause", "resume") and not event.body["attempt"]:
            self.pause = event.body if event.kind == "pause" else None
        for attempt in self._concerned(event):
            if before:
                before.keep(attempt)
            attempt.apply(event)

    def _concerned(self, event: Event) -> list[Attempt]:
        """The attempts that an event changes."""
        if event.kind == "move":
            # A person moves, so every attempt of theirs that is not over moves with them.
            moved = self.attempts[event.body["attempt"]]
            return [a for a in self.attempts_of(moved.admission) if a.phase != "handed-in"]
        attempt = self.attempts.get(event.body.get("attempt", ""))
        return [attempt] if attempt else []

    def attempts_of(self, admission: str) -> list[Attempt]:
        """One candidate's attempts, in the order of the plan's sittings."""
        names = (attempt_id(s.id, admission) for s in self.plan.sittings)
        return [self.attempts[name] for name in names if name in self.attempts]

    def current_attempt(self, admission: str) -> Attempt:
        """The candidate's first attempt that is not over, else the last; NotFound if none.

        Of a rehearsal or practice, after all are over, the one that was taken least often.
        """
        attempts = self.attempts_of(admission)
        if not attempts:
            raise NotFound(what=admission)
        going_on = (
            a for a in attempts if a.phase != "handed-in" and self.sittings[a.sitting] != "closed"
        )
        again = [a for a in attempts if self.repeats and self.sittings[a.sitting] == "open"]
        return next(going_on, min(again, key=lambda a: a.runs) if again else attempts[-1])

    @property
    def repeats(self) -> bool:
        """Whether it may be taken more than once: an examination may not."""
        return self.plan.kind != "examination"

    def attempts_in(self, sitting: str) -> Iterable[Attempt]:
        """All attempts of one sitting."""
        return (a for a in self.attempts.values() if a.sitting == sitting)

    def sitting_of(self, attempt: Attempt) -> SittingPlan:
        """The plan of the sitting that an attempt belongs to."""
        return self.plan.sitting(attempt.sitting)

    def attempt(self, name: str) -> Attempt:
        """The attempt called `name`, or NotFound."""
        try:
            return self.attempts[name]
        except KeyError:
            raise NotFound(what=name) from None

    def at_seat(self, seat: int) -> CandidatePlan | None:
        """Who sits there now and is not finished with everything; an absent one does not."""
        for attempt in self.attempts.values():
            over = attempt.phase == "handed-in" or self.sittings[attempt.sitting] == "closed"
            if attempt.seat == seat and not over and not attempt.absent:
                return self.candidates[attempt.admission]
        return None


# What a session is made with: no event changes it, but the attempts, of which each is kept alone.
PLANNED = ("plan", "attempts", "candidates")


class Before:
    """What a session was before some events; of its attempts only those that they change."""

    def __init__(self, session: Session) -> None:
        self._session = session
        own = {name: copy(value) for name, value in vars(session).items() if name not in PLANNED}
        self._kept = replace(session, attempts={}, **own)

    def keep(self, attempt: Attempt) -> None:
        """This attempt is about to change."""
        if attempt.id not in self._kept.attempts:
            self._kept.attempts[attempt.id] = attempt.copy()

    def put_back(self) -> None:
        """As it was, in place; once."""
        self._session.become(self._kept)
