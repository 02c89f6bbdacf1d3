"""Saves out of a sealed copy or a rescue file: which count at once, which wait for a person. Pure.

The MAC of the file says that a page of this attempt kept them, not when they were given. So they
count at once only where they would count if that page sent them now; all else is evidence.
"""

import copy
from collections.abc import Sequence

from siteapp.conduct.acts import NewEvent, Save, is_flood, save
from siteapp.conduct.attempt import RESCUE, Attempt, Received, content
from siteapp.errors import SaveRefused, SequenceReused
from siteapp.rescue_errors import NothingRescued, RescueReplayed
from sync.exam.marking import receipt_code


def lacks(attempt: Attempt, instance: str, sequences: Sequence[int]) -> bool:
    """True if some of these saves are neither taken nor waiting for a person."""
    received = attempt.received.get(instance, Received())
    kept = attempt.evidence.get(instance, Received())
    return any(n not in received and n not in kept for n in sequences)


def take_in(
    attempt: Attempt, instance: str, good: Sequence[Save], bad: Sequence[Save], now: int
) -> list[NewEvent]:
    """Events for what is new, or RescueReplayed. `bad` is what the paper does not offer.

    Counts at once: the attempt is running, its time is not up, and the instance signed in at the
    seat where the candidate sits. That is a server put back to an older copy, before its deadline.
    """
    term = attempt.terms.get(instance)
    if term is not None:
        events, refusal = save(attempt, term, instance, good, now)
        if refusal is None:
            return _something(events + _evidence(attempt, instance, bad, SaveRefused.code))
    events = _evidence(attempt, instance, good, RESCUE)
    return _something(events + _evidence(attempt, instance, bad, SaveRefused.code))


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
        waits = (instance, one.sequence) in attempt.rescued
        known = waits if why == RESCUE else one.sequence in kept
        if said is None and not known:
            new[one.sequence] = one
    if new and is_flood(attempt, instance, SaveRefused(reason=why)):
        raise SaveRefused(reason="more evidence than any page has")
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


def apply(attempt: Attempt, reason: str, by: str, second: str) -> list[NewEvent]:
    """Two people let the rescued answers count: they become responses under the usual rule.

    So none overwrites a newer one, nor one given at a later seat. After a hand-in the receipt code
    is a new one, which commits to the responses as they are now.
    """
    if not attempt.rescued:
        raise NothingRescued
    waiting = [attempt.rescued[key] for key in sorted(attempt.rescued)]
    events = [
        NewEvent("response", {name: body[name] for name in body if name != "why"})
        for body in waiting
    ]
    answers = copy.deepcopy(attempt.answers)
    for event in events:
        answers.take(event.body)
    final = {item: standing.response for item, standing in answers.standing.items()}
    over = attempt.phase == "handed-in"
    body = {
        "attempt": attempt.id,
        "answered": sum(1 for response in final.values() if response not in ([], "", None)),
        "by": by,
        "reason": reason,
        "receipt": receipt_code(attempt.id, final) if over else "",
        "saves": len(events),
        "second": second,
    }
    return [*events, NewEvent("rescue", body)]
