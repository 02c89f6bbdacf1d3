"""Saves out of a sealed copy or a rescue file: which count at once, which wait for a person. Pure.

The MAC of the file says that a page of this attempt kept them, not when they were given. So they
count at once only where they would count if that page sent them now; all else is evidence.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from siteapp.conduct.acts import NewEvent, Save, is_flood, paused_too, save, start_event
from siteapp.conduct.attempt import RESCUE, Attempt
from siteapp.conduct.received import Received, content
from siteapp.conduct.session import Session
from siteapp.errors import NothingRescued, NotOpenYet, RescueReplayed, SaveRefused, SequenceReused
from sync.exam.marking import receipt_code
from sync.words import Words


def lacks(attempt: Attempt, instance: str, sequences: Sequence[int]) -> bool:
    """True if some of these saves are neither taken nor waiting for a person."""
    received = attempt.received.get(instance, Received())
    kept = attempt.evidence.get(instance, Received())
    return any(n not in received and n not in kept for n in sequences)


def take_in(
    attempt: Attempt,
    instance: str,
    good: Sequence[Save],
    bad: Sequence[Save],
    now: int,
    form: str = "",
) -> list[NewEvent]:
    """Events for what is new, or RescueReplayed. `bad` is what the paper does not offer.

    Counts at once: the attempt is running, its time is not up, and the instance signed in at the
    seat where the candidate sits. That is a server put back to an older copy, before its deadline.
    Of an attempt that this server has not seen started, `form` is what `good` was written on.
    """
    term = attempt.terms.get(instance)
    if term is not None:
        events, refusal = save(attempt, term, instance, good, now)
        if refusal is None:
            return _something(events + _evidence(attempt, instance, bad, SaveRefused.code))
    rescued = _evidence(attempt, instance, good, RESCUE)
    events = rescued + _evidence(attempt, instance, bad, SaveRefused.code)
    # Only who was given that form has references of it; a copy without any could be of anybody
    # who has not started, and would keep the form of a seat that is left before the start.
    if rescued and form and form != attempt.copied_form:
        body = {"attempt": attempt.id, "form": form, "instance": instance}
        events.insert(0, NewEvent("copy", body))
    return _something(events)


def _something(events: list[NewEvent]) -> list[NewEvent]:
    if not events:
        raise RescueReplayed
    return events


def _evidence(attempt: Attempt, instance: str, saves: Sequence[Save], why: str) -> list[NewEvent]:
    received = attempt.received.get(instance, Received())
    kept = attempt.evidence.get(instance, Received())
    new: dict[int, Save] = {}
    for one in saves:
        said = received.said(one.sequence)
        if said not in (None, content(one.item, one.response)):
            raise SequenceReused(sequence=one.sequence)
        key = instance, one.sequence
        known = key in attempt.rescued or key in attempt.turned_down
        known = known if why == RESCUE else one.sequence in kept
        if said is None and not known:
            new[one.sequence] = one
    if new and is_flood(attempt, instance, SaveRefused(reason=why)):
        raise SaveRefused(reason=Words("超过任何页面应有的数量", "more evidence than any page has"))
    term = attempt.terms.get(instance, 0)
    return [_event(attempt.id, instance, one, term, why) for one in new.values()]


def _event(attempt: str, instance: str, one: Save, term: int, why: str) -> NewEvent:
    body = {
        "attempt": attempt,
        "instance": instance,
        "item": one.item,
        "response": one.response,
        "seat_term": term,
        "sequence": one.sequence,
        "why": why,
    }
    return NewEvent("evidence", body)


def apply(
    session: Session, attempt: Attempt, reason: str, by: str, second: str, now: int, of: int
) -> list[NewEvent]:
    """Two people let the rescued answers count: they become responses under the usual rule.

    So none overwrites a newer one, nor one given at a later seat. After a hand-in the receipt code
    is a new one, which commits to the responses as they are now. An attempt that this server has
    not seen started starts with it; where its sitting is closed, it is collected at once.
    """
    if not attempt.rescued:
        raise NothingRescued
    phase = session.sittings[attempt.sitting]
    unseen = attempt.phase not in ("started", "handed-in")
    if unseen and phase == "waiting":
        raise NotOpenYet
    events = [_response(attempt.rescued[key]) for key in sorted(attempt.rescued)]
    answers = copy.deepcopy(attempt.answers)
    for event in events:
        answers.take(event.body)
    final = {item: standing.response for item, standing in answers.standing.items()}
    answered = sum(1 for response in final.values() if response not in ([], "", None))
    code = receipt_code(attempt.id, final)
    body = {
        "attempt": attempt.id,
        "answered": answered,
        "by": by,
        "reason": reason,
        "receipt": code if attempt.phase == "handed-in" else "",
        "saves": len(events),
        "second": second,
    }
    events.append(NewEvent("rescue", body))
    if unseen:
        events[:0] = [start_event(session, attempt, now), *paused_too(session, attempt, now)]
    if unseen and phase == "closed":
        over = {"attempt": attempt.id, "answered": answered, "how": "forced", "of": of}
        events.append(NewEvent("hand-in", over | {"receipt": code}))
    return events


def _response(evidence: Mapping[str, Any]) -> NewEvent:
    return NewEvent("response", {name: evidence[name] for name in evidence if name != "why"})


def refuse(attempt: Attempt, reason: str, by: str, second: str) -> list[NewEvent]:
    """Two people decide that the rescued answers do not count; they stay in the journal."""
    if not attempt.rescued:
        raise NothingRescued
    body = {
        "attempt": attempt.id,
        "by": by,
        "reason": reason,
        "saves": len(attempt.rescued),
        "second": second,
    }
    return [NewEvent("rescue-refused", body)]
