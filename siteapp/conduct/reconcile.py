"""At the end of a session: does everything add up, and who or what does not. Pure."""

from collections.abc import Collection, Iterator
from typing import Any, Literal

from siteapp.conduct import acts
from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import BLANK, Attempt
from siteapp.conduct.session import Session
from sync.errors import NotReady

# What a row says, in the order in which people look at them.
Problem = Literal["writing", "nobody", "not-started", "blank", "late", "rescued", "uploads"]
How = Literal["absent", "blank", "collect"]
# What may be done about which of them; the others are decided on the seat's own panel.
MENDS: dict[str, tuple[How, ...]] = {
    "writing": ("collect",),
    "nobody": ("absent",),
    "not-started": ("absent",),
    "blank": ("blank",),
}


def problems(attempt: Attempt, begun: bool, uploading: Collection[str]) -> Iterator[Problem]:
    """What does not add up about one attempt; `begun`: its sitting is no longer waiting."""
    if attempt.phase == "started":
        yield "writing"
    elif attempt.runs:
        # It was handed in before; a run that got no further is no matter.
        pass
    elif begun and not attempt.absent and attempt.phase == "expected":
        yield "nobody"
    elif begun and not attempt.absent and attempt.phase in ("signed-in", "confirmed"):
        yield "not-started"
    if is_blank(attempt) and not attempt.blank_confirmed:
        yield "blank"
    if attempt.late or attempt.late_waiting:
        yield "late"
    if attempt.rescued:
        yield "rescued"
    if attempt.id in uploading:
        yield "uploads"


def is_blank(attempt: Attempt) -> bool:
    """Handed in without one answer and without a file."""
    return attempt.phase == "handed-in" and not attempt.answered() and not attempt.files


def reconcile(session: Session, uploading: Collection[str]) -> dict[str, Any]:
    """Counts from the roster to the hand-in, and a row for everything that does not add up."""
    every = sorted(session.attempts.values(), key=lambda one: (one.seat, one.sitting))
    rows = []
    for one in every:
        begun = session.sittings[one.sitting] != "waiting"
        found = list(problems(one, begun, uploading))
        if found:
            rows.append(_row(session, one, found))
    present = [one for one in every if one.phase != "expected" and not one.absent]
    over = [one for one in every if one.phase == "handed-in"]
    return {
        "registered": len(every),
        "absent": sum(one.absent for one in every),
        "present": len(present),
        "started": sum(one.phase in ("started", "handed-in") for one in every),
        "handed_in": len(over),
        "blank": sum(is_blank(one) for one in over),
        "closed": session.closed,
        "rows": rows,
    }


def _row(session: Session, attempt: Attempt, found: list[Problem]) -> dict[str, Any]:
    return {
        "attempt": attempt.id,
        "seat": attempt.seat,
        "admission": attempt.admission,
        "name": session.candidates[attempt.admission].name,
        "sitting": attempt.sitting,
        "problems": found,
        "mends": [how for one in found for how in MENDS.get(one, ())],
    }


def settle(attempt: Attempt, how: How, note: str, by: str, of: dict[str, int]) -> list[NewEvent]:
    """Mend one row, with a note for the room record; done already: nothing."""
    if how == "collect":
        return acts.collect(attempt, note, by, of)
    if how == "absent":
        done = acts.absent(attempt, by)
        noted = acts.note("incident", attempt.id, by, category="other", note=note)
        return [*done, *noted] if done else []
    if not is_blank(attempt):
        raise NotReady(reason_zh="该考生不是空白卷", reason_en="this paper is not blank")
    if attempt.blank_confirmed:
        return []
    return acts.note("incident", attempt.id, by, category=BLANK, note=note)
