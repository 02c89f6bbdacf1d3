"""What the journal says of each attempt, up to its hand-in. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sync.exam.journal import Event, standing_responses
from sync.exam.marking import receipt_code
from sync.exam.runs import counted_runs
from sync.exam.specification import Struct
from sync.headquarters.intake.journals import ReceivedJournal


class AttemptFacts(Struct, frozen=True):
    """One attempt as journalled. `how` is None before the hand-in."""

    form: str | None = None
    started: bool = False
    absent: bool = False
    violation: bool = False
    how: str | None = None
    receipt: str | None = None
    receipt_fits: bool | None = None
    responses: Mapping[str, Any] = {}
    evidence: int = 0
    after_hand_in: int = 0
    files: int = 0

    @property
    def handed_in(self) -> bool:
        """Whether the attempt was handed in or collected."""
        return self.how is not None


Facts = Mapping[str, AttemptFacts]


def attempt_facts(journal: ReceivedJournal) -> dict[str, AttemptFacts]:
    """attempt → what is known of it.

    Of several hand-ins the first counts; responses after it do not, unless two people at the site
    decided that they do, or a `rescue` event says who applied them. Of several server terms the
    latest counts, of several runs of a rehearsal or practice the last that was handed in.
    """
    events = counted_runs(journal.events())
    ends = _ends(events)
    counted: list[Event] = []
    late: Counter[str] = Counter()
    by_attempt: dict[str, list[Event]] = {}
    for place, event in enumerate(events):
        attempt = event.body.get("attempt")
        if event.kind == "response":
            if place > ends.get(event.body["attempt"], place):
                late[event.body["attempt"]] += 1
                continue
        elif attempt is not None:
            # Responses stand in `standing`: here are the few that say the rest.
            by_attempt.setdefault(attempt, []).append(event)
        counted.append(event)
    standing = standing_responses(counted)
    return {
        attempt: _facts(
            attempt,
            own,
            events[ends[attempt]] if attempt in ends else None,
            {item: s.response for item, s in standing.get(attempt, {}).items()},
            late[attempt],
        )
        for attempt, own in _with_answers(by_attempt, standing, late)
    }


def _with_answers(
    by_attempt: Mapping[str, Sequence[Event]], *answered: Iterable[str]
) -> Iterator[tuple[str, Sequence[Event]]]:
    """Each attempt with its events, also one of which there are responses only."""
    for attempt in dict.fromkeys(chain(by_attempt, *answered)):
        yield attempt, by_attempt.get(attempt, ())


def _ends(events: Sequence[Event]) -> dict[str, int]:
    """attempt → the place of its hand-in, or of the last rescue after that, among all events."""
    ends: dict[str, int] = {}
    for place, event in enumerate(events):
        if event.kind == "response":
            continue
        if event.kind == "reopen" or (event.kind == "late-decision" and event.body["counts"]):
            # By decision of two people more answers count; the next hand-in commits to them.
            ends.pop(event.body["attempt"], None)
        if event.kind == "hand-in":
            ends.setdefault(event.body["attempt"], place)
        elif event.kind == "rescue" and event.body["attempt"] in ends:
            ends[event.body["attempt"]] = place
    return ends


def _facts(
    attempt: str,
    own: Sequence[Event],
    end: Event | None,
    responses: Mapping[str, Any],
    after_hand_in: int,
) -> AttemptFacts:
    kinds = Counter([event.kind for event in own])
    starts = [e for e in own if e.kind == "start"]
    hand_ins = [e for e in own if e.kind == "hand-in"]
    receipt = end.body["receipt"] if end else None
    return AttemptFacts(
        form=starts[-1].body["form"] if starts else None,
        started=bool(starts),
        absent="absent" in kinds,
        violation="violation" in kinds,
        how=end.body.get("how", hand_ins[0].body["how"]) if end else None,
        receipt=receipt,
        receipt_fits=receipt == receipt_code(attempt, responses) if end else None,
        responses=responses,
        evidence=kinds["evidence"] + kinds["file-evidence"],
        after_hand_in=after_hand_in,
        files=kinds["file"],
    )


def closes(events: Iterable[Event]) -> dict[str, int]:
    """sitting → how many hand-ins the site counted when it closed it."""
    found = {}
    for event in events:
        if event.kind == "close":
            counted = event.body["handed_in"]
            found[event.body["sitting"]] = (
                len(counted) if isinstance(counted, list) else int(counted)
            )
    return found
