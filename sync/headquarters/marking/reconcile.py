"""Registered = present = submitted = received, or a list of who differs. Pure."""

from collections.abc import Iterable, Sequence

from sync.exam.journal import Event
from sync.exam.sitting import CandidatePlan, SessionPlan, SittingPlan, attempt_id
from sync.exam.specification import Struct
from sync.headquarters.intake.journals import ReceivedJournal
from sync.headquarters.marking.attempts import AttemptFacts, Facts, closes
from sync.words import Words

NOTHING = AttemptFacts()


class Person(Struct, frozen=True):
    """A candidate as a list names them."""

    admission: str
    name: str
    seat: int


class SittingCount(Struct, frozen=True):
    """The four steps of one sitting, and by name who is not in the next step.

    `submitted` is what the site counted when it closed, `received` what is in the batches.
    `unaccounted` are neither present nor marked absent; it is known once the sitting is closed.
    `files` is how many uploaded files the journal names.
    """

    sitting: str
    title: Words
    closed: bool
    registered: int
    present: int
    submitted: int
    received: int
    absent: tuple[Person, ...]
    unaccounted: tuple[Person, ...]
    not_handed_in: tuple[Person, ...]
    without_answer: tuple[Person, ...]
    receipt_differs: tuple[Person, ...]
    evidence: tuple[Person, ...]
    files: int = 0


class ForkedTail(Struct, frozen=True):
    """What a former server wrote that the one which took over does not have; it counts nothing."""

    server_term: int
    events: int
    people: tuple[Person, ...]


class Reconciliation(Struct, frozen=True):
    """A session's sittings; `lacking` says what keeps the journal from being whole."""

    session: str
    lacking: Words | None
    sittings: tuple[SittingCount, ...]
    forks: tuple[ForkedTail, ...] = ()

    @property
    def agreed(self) -> bool:
        """Whether everything that the site collected is here, and as it was collected."""
        return self.lacking is None and all(
            s.submitted == s.received
            and not (s.unaccounted or s.not_handed_in)
            and not s.receipt_differs
            for s in self.sittings
        )


def reconcile(
    plan: SessionPlan, journal: ReceivedJournal, facts: Facts, problem: Words | None = None
) -> Reconciliation:
    """The counts from what has come in so far; `problem` is why it could not be read.

    `facts` are those of this journal (see `attempt_facts`).
    """
    closed = closes(journal.events())
    return Reconciliation(
        session=plan.id,
        lacking=problem or journal.lacking,
        sittings=tuple(
            _count(plan, sitting, facts, closed.get(sitting.id)) for sitting in plan.sittings
        ),
        forks=tuple(_tail(plan, term, tail) for term, tail in journal.forks().items()),
    )


def _tail(plan: SessionPlan, term: int, tail: Sequence[Event]) -> ForkedTail:
    attempts = {str(event.body.get("attempt", "")) for event in tail}
    concerned = (
        (c, any(attempt_id(sitting, c.admission) in attempts for sitting in c.sittings))
        for c in plan.candidates
    )
    return ForkedTail(term, len(tail), _people(concerned))


def _count(
    plan: SessionPlan,
    sitting: SittingPlan,
    facts: Facts,
    submitted: int | None,
) -> SittingCount:
    own = [
        (candidate, facts.get(attempt_id(sitting.id, candidate.admission), NOTHING))
        for candidate in plan.candidates
        if sitting.id in candidate.sittings
    ]
    received = sum(fact.handed_in for _, fact in own)
    return SittingCount(
        sitting=sitting.id,
        title=sitting.title,
        closed=submitted is not None,
        registered=len(own),
        present=sum(fact.started for _, fact in own),
        submitted=received if submitted is None else submitted,
        received=received,
        absent=_people((c, f.absent and not f.started) for c, f in own),
        unaccounted=_people(
            (c, submitted is not None and not (f.started or f.absent or f.violation))
            for c, f in own
        ),
        not_handed_in=_people((c, f.started and not (f.handed_in or f.violation)) for c, f in own),
        without_answer=_people((c, f.handed_in and not _answered(f)) for c, f in own),
        receipt_differs=_people((c, f.receipt_fits is False) for c, f in own),
        evidence=_people((c, f.evidence > 0 or f.after_hand_in > 0) for c, f in own),
        files=sum(fact.files for _, fact in own),
    )


def _answered(fact: AttemptFacts) -> bool:
    return any(response not in (None, [], "") for response in fact.responses.values())


def _people(own: Iterable[tuple[CandidatePlan, bool]]) -> tuple[Person, ...]:
    return tuple(Person(c.admission, c.name, c.seat) for c, wanted in own if wanted)
