"""What people may do and when: each act looks at the state and says which events follow. Pure.

An act changes nothing; the writer numbers its events, commits them and applies them.
"""

from collections.abc import Container, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from siteapp.conduct.attempt import Attempt
from siteapp.conduct.received import Received, content
from siteapp.conduct.session import Session
from siteapp.conduct.spans import Span
from siteapp.errors import (
    AlreadyHandedIn,
    MissingSaves,
    NotOpenYet,
    Paused,
    RequestRefused,
    SaveRefused,
    SeatMoved,
    SeatTaken,
    SequenceReused,
    TimeIsUp,
    TimeUndecided,
    TooEarly,
)
from sync.errors import ExamError, NotReady
from sync.exam.marking import receipt_code
from sync.exam.sitting import form_for
from sync.words import Words

HandIn = Literal["candidate", "time", "forced"]

# More late saves than any page ever has are no evidence of anything; so a flood has an end.
MAX_EVIDENCE, MAX_EVIDENCE_BYTES = 5_000, 16 * 2**20
# Each sign-in makes one; a page asks for the marks of all of them.
MAX_INSTANCES = 200

# A save that was on its way when the time ran out is not late.
GRACE_MS = 5_000


class NewEvent(NamedTuple):
    """An event before it has a number: kind and body."""

    kind: str
    body: dict[str, Any]


class Save(NamedTuple):
    """One change of a response: the client's number for it, authored item, authored options.

    `made`, if the page was cut off: from its last contact to the change, on the site's clock as the
    page's monotonic clock carries it on.
    """

    sequence: int
    item: str
    response: list[str] | str
    made: Span | None = None


def sign_in(session: Session, attempt: Attempt, instance: str) -> list[NewEvent]:
    """The candidate signs in (again) at the assigned seat.

    Who has handed in a rehearsal or practice takes it once more; the term fences the old pages.
    """
    closed, term = session.sittings[attempt.sitting] == "closed", attempt.seat_term
    anew = []
    if attempt.phase == "handed-in":
        if closed or not session.repeats:
            raise AlreadyHandedIn(receipt=attempt.receipt)
        term += 1
        anew = [NewEvent("again", {"attempt": attempt.id, "seat_term": term})]
    if closed:
        raise NotOpenYet
    body = {
        "attempt": attempt.id,
        "instance": instance,
        "seat": attempt.seat,
        "seat_term": term,
    }
    return [*anew, NewEvent("sign-in", body)]


def confirm(attempt: Attempt) -> list[NewEvent]:
    """The candidate confirms identity, seat and the commitment; once."""
    if attempt.phase == "signed-in":
        return [NewEvent("confirm", {"attempt": attempt.id})]
    return []


def start(session: Session, attempt: Attempt, now: int) -> list[NewEvent]:
    """The candidate's clock starts; once."""
    if attempt.phase in ("started", "handed-in"):
        return []
    if session.sittings[attempt.sitting] != "open" or attempt.phase != "confirmed":
        raise NotOpenYet
    return [start_event(session, attempt, now), *paused_too(session, attempt, now)]


def paused_too(session: Session, attempt: Attempt, now: int) -> list[NewEvent]:
    """Who begins or goes on while the whole room is paused is paused with it."""
    if session.pause is None:
        return []
    return [NewEvent("pause", {**session.pause, "attempt": attempt.id, "clock_ms": now})]


def start_event(session: Session, attempt: Attempt, now: int) -> NewEvent:
    """The attempt begins now, on the form that a copy of it says, else on that of its seat."""
    sitting = session.sitting_of(attempt)
    body = {
        "attempt": attempt.id,
        "allowance_ms": sitting.minutes * 60_000 + attempt.extra_ms,
        "clock_ms": now,
        "form": attempt.copied_form or form_for(sitting, attempt.seat, attempt.runs),
    }
    return NewEvent("start", body)


def save(
    attempt: Attempt,
    seat_term: int,
    instance: str,
    saves: Sequence[Save],
    now: int,
    bad: ExamError | None = None,
) -> tuple[list[NewEvent], ExamError | None]:
    """Events for the saves that are new, and the refusal if they come too late or are `bad`.

    A repeat of what is on disk gives no event; a number used again for something else is
    SequenceReused, so that nothing is called saved that is not. What comes from a left seat, after
    the hand-in or after the deadline is journalled as evidence (up to a limit) and changes no
    response; it is taken if it comes again when there is time again.
    """
    refusal = _refusal(attempt, seat_term, now) or bad
    if is_flood(attempt, instance, refusal):
        return [], refusal or SaveRefused(reason=Words("页面打开次数过多", "too many instances"))
    received = attempt.received.get(instance, Received())
    kept = attempt.evidence.get(instance, Received()) if refusal else ()
    seen: dict[int, bytes] = {}
    events = []
    for one in saves:
        what = content(one.item, one.response)
        before = seen.get(one.sequence) or received.said(one.sequence)
        if refusal is None and before not in (None, what):
            raise SequenceReused(sequence=one.sequence)
        if one.sequence in received or one.sequence in kept or one.sequence in seen:
            continue
        seen[one.sequence] = what
        events.append(_save_event(attempt, seat_term, instance, one, refusal))
    return events, refusal


def _refusal(
    attempt: Attempt, seat_term: int, now: int
) -> SeatMoved | AlreadyHandedIn | TimeIsUp | NotOpenYet | None:
    if seat_term != attempt.seat_term:
        return SeatMoved(seat=attempt.seat)
    if attempt.phase == "handed-in":
        return AlreadyHandedIn(receipt=attempt.receipt)
    if attempt.phase != "started":
        return NotOpenYet()
    if now > attempt.deadline_ms + GRACE_MS:
        return TimeIsUp()
    return None


def is_flood(attempt: Attempt, instance: str, refusal: ExamError | None) -> bool:
    """More than any page of ours would have sent: of it nothing is journalled."""
    spent = attempt.spent_on_evidence
    full = spent.saves >= MAX_EVIDENCE or spent.size >= MAX_EVIDENCE_BYTES
    known = {*attempt.received, *attempt.evidence}
    return (refusal is not None and full) or (instance not in known and len(known) >= MAX_INSTANCES)


def _save_event(
    attempt: Attempt, seat_term: int, instance: str, one: Save, refusal: ExamError | None
) -> NewEvent:
    body: dict[str, Any] = {
        "attempt": attempt.id,
        "instance": instance,
        "item": one.item,
        "response": one.response,
        "seat_term": seat_term,
        "sequence": one.sequence,
    }
    if refusal is None:
        return NewEvent("response", body)
    return NewEvent("evidence", body | {"why": refusal.code})


def flag(attempt: Attempt, item: str, flagged: bool) -> list[NewEvent]:
    """The candidate marks an item to come back to."""
    if attempt.phase != "started" or (item in attempt.flags) == flagged:
        return []
    return [NewEvent("flag", {"attempt": attempt.id, "flagged": flagged, "item": item})]


def hand_in(
    session: Session,
    attempt: Attempt,
    how: HandIn,
    instance: str,
    last_sequence: int,
    now: int,
    of: int,
) -> list[NewEvent]:
    """The candidate hands in; refused while saves of the page are missing or it is too early.

    By time nothing is handed in while a decision about an outage is due: no page ends that time.
    """
    if attempt.phase == "handed-in":
        return []
    if attempt.phase != "started":
        raise NotOpenYet
    if attempt.paused:
        raise Paused
    if how == "time" and attempt.held:
        raise TimeUndecided
    kept = attempt.evidence.get(instance, Received())
    missing = attempt.received.get(instance, Received()).missing(last_sequence, kept)
    if missing:
        raise MissingSaves(missing)
    wait = earliest_hand_in_ms(session, attempt, now)
    if how == "candidate" and wait > 0:
        raise TooEarly(minutes=-(-wait // 60_000))
    return [_hand_in_event(attempt, how, of)]


def earliest_hand_in_ms(session: Session, attempt: Attempt, now: int) -> int:
    """How long until handing in is allowed; 0 from then on. Never before the last part is open."""
    earliest = attempt.started_ms + session.sitting_of(attempt).earliest_hand_in * 60_000
    if attempt.part < len(attempt.part_ms) - 1:
        earliest = max(earliest, attempt.deadline_ms - attempt.part_ms[-1])
    return max(0, min(earliest, attempt.deadline_ms) - now)


def _hand_in_event(attempt: Attempt, how: HandIn, of: int) -> NewEvent:
    body = {
        "attempt": attempt.id,
        "answered": attempt.answered(),
        "how": how,
        "of": of,
        "receipt": receipt_code(attempt.id, attempt.final_responses()),
    }
    return NewEvent("hand-in", body)


def collect_expired(
    session: Session, now: int, of: dict[str, int], still_out: Container[str] = ()
) -> list[NewEvent]:
    """Hand-ins for everyone whose time ran out and whose page did not do it. `of` is by form.

    Not for those who wait for a decision about an outage, nor for the attempts in `still_out`.
    """
    return [
        _hand_in_event(attempt, "time", of.get(attempt.form, 0))
        for attempt in session.attempts.values()
        if attempt.phase == "started"
        and not attempt.held
        and attempt.id not in still_out
        and now > attempt.deadline_ms + 2 * GRACE_MS
    ]


def open_sitting(session: Session, sitting: str, by: str) -> list[NewEvent]:
    """The invigilator opens a sitting; doing it again changes nothing."""
    if not session.unlocked:
        raise NotReady(reason_zh="试卷尚未解锁", reason_en="the papers are still sealed")
    if session.sittings[sitting] == "closed":
        raise NotReady(reason_zh="该科目已结束", reason_en="this sitting is closed")
    if session.sittings[sitting] == "open":
        return []
    return [NewEvent("open", {"by": by, "sitting": sitting})]


def close_sitting(session: Session, sitting: str, by: str, of: dict[str, int]) -> list[NewEvent]:
    """Collect from everyone still writing, then close; doing it again changes nothing."""
    if session.sittings[sitting] == "closed":
        return []
    return list(_closing(session, sitting, by, of))


def _closing(session: Session, sitting: str, by: str, of: dict[str, int]) -> Iterator[NewEvent]:
    attempts = list(session.attempts_in(sitting))
    started = [a for a in attempts if a.phase == "started"]
    for attempt in started:
        yield _hand_in_event(attempt, "forced", of.get(attempt.form, 0))
    # Who began anew and did not get far has handed in before.
    over = sum(a.phase == "handed-in" or (a.runs > 0 and a.phase != "started") for a in attempts)
    handed_in = over + len(started)
    yield NewEvent(
        "close",
        {"attempts": len(attempts), "by": by, "handed_in": handed_in, "sitting": sitting},
    )


def collect(attempt: Attempt, reason: str, by: str, of: dict[str, int]) -> list[NewEvent]:
    """Forced collection of one paper, with its reason in the room record; once."""
    if attempt.phase == "handed-in":
        return []
    if attempt.phase != "started":
        raise NotOpenYet
    record = note("incident", attempt.id, by, category="collect", note=reason)
    return [*record, _hand_in_event(attempt, "forced", of.get(attempt.form, 0))]


def absent(attempt: Attempt, by: str) -> list[NewEvent]:
    """A candidate did not come; who has started is not absent."""
    if attempt.phase in ("started", "handed-in"):
        raise NotReady(reason_zh="该考生已开始作答", reason_en="this candidate has started")
    if attempt.absent:
        return []
    return note("absent", attempt.id, by)


def move(session: Session, attempt: Attempt, to: int, reason: str, by: str) -> list[NewEvent]:
    """The candidate continues at another seat; the old one is fenced by the seat term."""
    if attempt.phase == "handed-in":
        raise AlreadyHandedIn(receipt=attempt.receipt)
    if attempt.seat == to:
        # A second click: the page that has just signed in there must not be fenced.
        return []
    there = session.at_seat(to)
    if there is not None and there.admission != attempt.admission:
        raise SeatTaken(seat=to, name=there.name)
    body = {
        "attempt": attempt.id,
        "by": by,
        "from": attempt.seat,
        "reason": reason,
        "seat_term": attempt.seat_term + 1,
        "to": to,
    }
    return [NewEvent("move", body)]


def extend(attempts: Sequence[Attempt], ms: int, reason: str, by: str) -> list[NewEvent]:
    """Make-up time for those who are still writing; never less time."""
    if ms <= 0:
        raise RequestRefused(reason="ms")
    return [
        NewEvent("extension", {"attempt": a.id, "by": by, "lost": [], "ms": ms, "reason": reason})
        for a in attempts
        if a.phase == "started"
    ]


def tell(attempts: Sequence[Attempt], words: Words, by: str) -> list[NewEvent]:
    """A message from the invigilator to some candidates."""
    return [
        NewEvent("message", {"attempt": a.id, "by": by, "en": words.en, "zh": words.zh})
        for a in attempts
        if a.phase != "handed-in"
    ]


def note(
    kind: Literal["incident", "violation", "absent"], attempt: str, by: str, **facts: str
) -> list[NewEvent]:
    """An entry for the room record."""
    return [NewEvent(kind, {"attempt": attempt, "by": by, **facts})]
