"""Answers that arrive after the deadline: which count by themselves, which wait for people. Pure.

A page that was cut off may send what was made in time. That is believed only where the server's own
record agrees; everything else is evidence, and two people decide.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from siteapp.conduct.acts import GRACE_MS, NewEvent, Save, save
from siteapp.conduct.attempt import LATE, Attempt
from siteapp.conduct.files import keep_file
from siteapp.conduct.lost import RETURN_MS, SILENT_MS
from siteapp.conduct.received import Received
from siteapp.conduct.session import Session
from siteapp.conduct.spans import Span
from sync.errors import ExamError, NotReady
from sync.exam.journal import Event
from sync.exam.marking import receipt_code

# A page's reading of the site's clock may be off by half a slow answer.
TOLERANCE_MS = 2_000
# A page sends at once while it is heard: what is older than this cannot have been held back.
UNSENT_MS = 15_000
# Last contacts reach the disk so often: what a server knows that was started anew, or took over.
KEPT_MS = 5_000
# Seats that one cable cuts off were last heard at most so far apart.
TOGETHER_MS = 2 * SILENT_MS


class Room(NamedTuple):
    """What the server knows of who was heard: last contacts, silences that are not journalled.

    `resumed_ms` is where an earlier run ended, or the server that this one took over from.
    """

    contacts: Mapping[tuple[str, str], int]
    silences: Mapping[tuple[str, str], Sequence[Span]]
    resumed_ms: int | None = None


def late_save(
    session: Session,
    attempt: Attempt,
    seat_term: int,
    instance: str,
    saves: Sequence[Save],
    now: int,
    room: Room,
    bad: ExamError | None = None,
) -> tuple[list[NewEvent], ExamError | None]:
    """As `acts.save`, but what was made in time behind a silence counts; an event says why.

    A request counts as a whole or not at all.
    """
    silence = None
    if not bad and _is_late(attempt, seat_term, now):
        silence = believed(session, attempt, instance, saves, now, room)
    if silence is None:
        return save(attempt, seat_term, instance, saves, now, bad)
    events, refusal = save(attempt, seat_term, instance, saves, attempt.deadline_ms)
    made = {one.sequence: one.made for one in saves}
    taken = [event.body["sequence"] for event in events if event.kind == "response"]
    why = [_why(attempt, instance, n, made[n] or silence, silence) for n in taken]
    return [*why, *events], refusal


def _is_late(attempt: Attempt, seat_term: int, now: int) -> bool:
    here = attempt.phase == "started" and attempt.seat_term == seat_term
    return here and now > attempt.deadline_ms + GRACE_MS


def _why(attempt: Attempt, instance: str, sequence: int, made: Span, silence: Span) -> NewEvent:
    body = {
        "attempt": attempt.id,
        "deadline_ms": attempt.deadline_ms,
        "from_ms": silence.from_ms,
        "instance": instance,
        "made_ms": made.to_ms,
        "sequence": sequence,
        "to_ms": silence.to_ms,
    }
    return NewEvent("late", body)


def believed(
    session: Session,
    attempt: Attempt,
    instance: str,
    saves: Sequence[Save],
    now: int,
    room: Room,
) -> Span | None:
    """The silence behind which all of these were made in time; None if people must decide."""
    if _leaves_gap(attempt, instance, saves):
        return None
    return _witnessed(session, attempt, [one.made for one in saves], now, room)


def late_file(
    session: Session,
    attempt: Attempt,
    about: Mapping[str, Any],
    held: int,
    now: int,
    room: Room,
    made: Span | None,
) -> tuple[list[NewEvent], ExamError | None]:
    """As `files.keep_file`, but a whole file that was chosen in time behind a silence counts.

    The numbers of files may have gaps: who gives a file up leaves one.
    """
    events, refusal = keep_file(attempt, about, held, now)
    whole = refusal is not None and held == about["size"]
    if not whole or not _is_late(attempt, about["seat_term"], now):
        return events, refusal
    silence = _witnessed(session, attempt, [made], now, room)
    if silence is None:
        return events, refusal
    why = _why(attempt, about["instance"], about["sequence"], made or silence, silence)
    return [NewEvent("late-file", why.body), NewEvent("file", dict(about))], None


def _witnessed(
    session: Session, attempt: Attempt, made: Sequence[Span | None], now: int, room: Room
) -> Span | None:
    """The silence that bears out that all of it was made in time, or None."""
    silence = _silence_at_the_end(session, attempt, now, room)
    if silence is None:
        return None
    last = _last_heard(silence, room)
    if not all(_in_time(one, silence, last, attempt.deadline_ms) for one in made):
        return None
    if others_were_heard(session, attempt, now, room):
        return None
    return silence if another_was_away(session, attempt, silence, now, room) else None


def _silence_at_the_end(session: Session, attempt: Attempt, now: int, room: Room) -> Span | None:
    """The server's own record that it heard nothing of this seat when its time ran out."""
    noted = [*attempt.silences, *room.silences.get((session.plan.id, attempt.id), ())]
    covering = [
        one
        for one in noted
        if one.from_ms <= attempt.deadline_ms <= one.to_ms and now <= one.to_ms + RETURN_MS
    ]
    return covering[-1] if covering else None


def _leaves_gap(attempt: Attempt, instance: str, saves: Sequence[Save]) -> bool:
    """True if a number is missing before or between these: something would be held back."""
    received = attempt.received.get(instance, Received())
    new = {one.sequence for one in saves if one.sequence not in received}
    return bool(new) and bool(received.missing(max(new), new))


def _last_heard(silence: Span, room: Room) -> int:
    """When the seat may have been heard last: what an end took along is not held against it."""
    end = room.resumed_ms
    if end is not None and silence.from_ms <= end <= silence.from_ms + KEPT_MS:
        return end
    return silence.from_ms


def _in_time(made: Span | None, silence: Span, last_heard_ms: int, deadline_ms: int) -> bool:
    return (
        made is not None
        and made.from_ms <= last_heard_ms + TOLERANCE_MS
        and silence.from_ms - UNSENT_MS <= made.to_ms <= deadline_ms
    )


def others_were_heard(session: Session, attempt: Attempt, now: int, room: Room) -> bool:
    """True if another seat was heard when this one's time ran out: then the network was not away.

    A cable that is out at one seat leaves the page's word alone, and that can be made up.
    """
    return any(
        _was_heard(other, session, attempt.deadline_ms, now, room)
        for other in session.attempts.values()
        if other.admission != attempt.admission
    )


def another_was_away(
    session: Session, attempt: Attempt, silence: Span, now: int, room: Room
) -> bool:
    """True if another seat fell silent with this one and was so still when the time ran out.

    Who writes last has no neighbours left to be heard; that alone says nothing of the network.
    """
    return any(
        abs(one.from_ms - silence.from_ms) <= TOGETHER_MS and attempt.deadline_ms <= one.to_ms
        for other in session.attempts.values()
        if other.admission != attempt.admission and other.phase in ("started", "handed-in")
        for one in _silences(other, session, now, room)
    )


def _silences(other: Attempt, session: Session, now: int, room: Room) -> list[Span]:
    """All that are known of a seat, one that goes on too."""
    key = (session.plan.id, other.id)
    noted = [*other.silences, *room.silences.get(key, ())]
    contact = room.contacts.get(key)
    # Who has handed in asks no more: that is no silence.
    if contact is not None and other.phase == "started" and now - contact >= SILENT_MS:
        noted.append(Span(contact, now))
    return noted


def _was_heard(other: Attempt, session: Session, at_ms: int, now: int, room: Room) -> bool:
    key = (session.plan.id, other.id)
    contact = room.contacts.get(key)
    if contact is None or contact < at_ms or other.phase not in ("started", "handed-in"):
        return False
    if other.started_ms > at_ms:
        return False
    noted = _silences(other, session, now, room)
    return not any(one.from_ms <= at_ms + SILENT_MS and at_ms <= one.to_ms for one in noted)


def decide(
    attempt: Attempt,
    kept: Iterable[Event],
    counts: bool,
    reason: str,
    by: str,
    second: str,
    of: int,
) -> list[NewEvent]:
    """Two people decide about an attempt's late saves and whole files; `kept` are its events.

    What counts is journalled as responses; after a hand-in a new one commits to them. NotReady if
    more came since `kept` was read: nobody has decided about that.
    """
    evidence = (e.body for e in kept if e.kind == "evidence" and e.body["why"] in LATE)
    due = [one for one in evidence if (one["instance"], one["sequence"]) in attempt.late]
    if attempt.late.difference((one["instance"], one["sequence"]) for one in due):
        raise NotReady(
            reason_zh="又有迟到的作答送到，请看过后再裁定",
            reason_en="more late responses have come: look at them and decide again",
        )
    files = list(_files_due(attempt))
    if not due and not files:
        raise NotReady(reason_zh="没有待裁定的作答", reason_en="no late response is to be decided")
    body = {
        "attempt": attempt.id,
        "by": by,
        "counts": counts,
        "reason": reason,
        "saves": len(due) + len(files),
        "second": second,
    }
    counting = [{name: value for name, value in one.items() if name != "why"} for one in due]
    events = [NewEvent("late-decision", body)]
    if counts:
        events += [NewEvent("response", one) for one in counting]
        events += [NewEvent("file", one) for one in files]
        said = [one | {"response": one["sha256"]} for one in files]
        events += _handed_in_anew(attempt, [*counting, *said], of)
    return events


def _files_due(attempt: Attempt) -> Iterable[dict[str, Any]]:
    """Whole late files that wait for people, as `file` events say them; of a number the last."""
    found = {
        (body["instance"], body["sequence"]): body
        for body in attempt.late_files
        if body["held"] == body["size"] and body["why"] in LATE
    }
    for key in sorted(attempt.late_waiting):
        yield {name: value for name, value in found[key].items() if name not in ("held", "why")}


def _handed_in_anew(attempt: Attempt, more: Iterable[Mapping[str, Any]], of: int) -> list[NewEvent]:
    """After a hand-in, one that commits to what counts with these as well."""
    if attempt.phase != "handed-in":
        return []
    answers = copy.deepcopy(attempt.answers)
    for body in more:
        answers.take(body)
    final = {item: standing.response for item, standing in answers.standing.items()}
    body = {
        "attempt": attempt.id,
        "answered": sum(response not in ([], "") for response in final.values()),
        "how": attempt.how,
        "of": of,
        "receipt": receipt_code(attempt.id, final),
    }
    return [NewEvent("hand-in", body)]
