"""Parts of a paper with times of their own: each closes at its end and the next opens. Pure.

Whatever is granted while a part runs lengthens that part, and what comes after it is later by as
much: so the parts together are the allowance, and the last one ends at the deadline. A part that
is closed is not opened again.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, NamedTuple

from siteapp.conduct.acts import GRACE_MS, NewEvent, Save
from siteapp.conduct.attempt import RUNS, Attempt
from siteapp.conduct.late import Room, late_save
from siteapp.conduct.session import Session
from siteapp.errors import PartClosed, TimeIsUp
from sync.errors import ExamError


def ends_ms(attempt: Attempt) -> list[int]:
    """When each part from the one that is open on ends, by the site's clock, were it not paused."""
    end = attempt.started_ms + attempt.granted_ms + sum(attempt.part_ms[: attempt.part])
    found = []
    for length in attempt.part_ms[attempt.part :]:
        end += length
        found.append(end)
    return found


def told(attempt: Attempt, now: int) -> dict[str, Any] | None:
    """Which part is open, how long each from it on still goes; None where they have no times."""
    if not attempt.part_ms or attempt.phase != "started":
        return None
    at = attempt.paused_ms if attempt.paused else now
    return {"now": attempt.part, "left_ms": [max(0, end - at) for end in ends_ms(attempt)]}


def parts_over(session: Session, now: int) -> list[NewEvent]:
    """Parts whose time ran out; none while a clock stands still or time lost is to be decided."""
    return [event for one in session.attempts.values() for event in _over(one, now)]


def _over(attempt: Attempt, now: int) -> list[NewEvent]:
    if attempt.phase != "started" or attempt.paused or attempt.held or not attempt.part_ms:
        return []
    return [
        NewEvent("part", {"attempt": attempt.id, "clock_ms": end, "part": part})
        for part, end in enumerate(ends_ms(attempt)[:-1], attempt.part + 1)
        if now > end + GRACE_MS
    ]


class Sent(NamedTuple):
    """Saves of one request, and what is known of who sent them."""

    seat_term: int
    instance: str
    saves: Sequence[Save]
    bad: ExamError | None = None


def part_save(
    session: Session,
    attempt: Attempt,
    sent: Sent,
    now: int,
    room: Room,
    part_of: Mapping[str, int],
) -> tuple[list[NewEvent], ExamError | None]:
    """As `late.late_save`; an answer to a part that is closed is judged by the end of that part.

    So it counts if it was made in time behind a silence of the room, and is evidence otherwise.
    """
    who, here = (sent.seat_term, sent.instance), attempt.phase == "started"
    if not attempt.part or not here:
        return late_save(session, attempt, *who, sent.saves, now, room, sent.bad)
    by_part: dict[int, list[Save]] = {}
    for one in sent.saves:
        part = part_of.get(one.item, attempt.part)
        by_part.setdefault(min(part, attempt.part), []).append(one)
    events, refusal = [], None
    for part in sorted(by_part):
        as_then = _as_of(attempt, part)
        new, no = late_save(session, as_then, *who, by_part[part], now, room, sent.bad)
        if part < attempt.part and isinstance(no, TimeIsUp):
            no = PartClosed()
            new = [e._replace(body=_closed(e)) for e in new]
        events += new
        refusal = refusal or no
    return events, refusal


def _closed(event: NewEvent) -> dict[str, Any]:
    return event.body | ({"why": PartClosed.code} if event.kind == "evidence" else {})


def _as_of(attempt: Attempt, part: int) -> Attempt:
    """The attempt as if it had ended with a part that is closed; itself for the open one."""
    if part >= attempt.part:
        return attempt
    then = copy(attempt)
    then.paused_ms = RUNS
    then.allowance_ms = attempt.part_ends[part] - attempt.started_ms - attempt.granted_ms
    return then
