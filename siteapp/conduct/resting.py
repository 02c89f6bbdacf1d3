"""Rests: the clock of one candidate stands still, the paper is covered, for so long. Pure.

So many rests of so many minutes may be approved in advance, for each paper. What an invigilator
gives beyond them needs a second person from a limit on. A rest ends by itself: who comes back late
has lost only that time.
"""

from typing import NamedTuple

from siteapp.conduct.acts import NewEvent, paused_too
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.pausing import resume
from siteapp.conduct.session import Session
from siteapp.errors import NotOpenYet, Paused, RequestRefused, SecondNeeded
from sync.words import Words

MINUTE_MS = 60_000
ITSELF = "examsite"


class Approved(NamedTuple):
    """What is left of a candidate's arrangement for one paper."""

    rests: int
    ms: int


def approved(session: Session, attempt: Attempt) -> Approved:
    """How many rests are left, and how long each may be."""
    person = session.candidates[attempt.admission]
    return Approved(max(0, person.rests - attempt.rests), person.rest_minutes * MINUTE_MS)


class Given(NamedTuple):
    """A rest as somebody gives it; `second` is empty where nobody vouches for it."""

    ms: int
    reason: str
    by: str
    second: str = ""


def rest(
    session: Session, attempt: Attempt, given: Given, now: int, alone_ms: int
) -> list[NewEvent]:
    """A rest begins; what was not approved, beyond `alone_ms` in all, needs a second person."""
    if attempt.phase != "started":
        raise NotOpenYet
    if attempt.paused:
        raise Paused
    if given.ms <= 0:
        raise RequestRefused(reason=Words("休息时长", "how long"))
    left = approved(session, attempt)
    due = left.rests > 0 and given.ms <= left.ms
    body = {
        "attempt": attempt.id,
        "approved": due,
        "by": given.by,
        "clock_ms": now,
        "ms": given.ms,
        "reason": given.reason,
    }
    by_hand = attempt.rest_by_hand_ms + given.ms
    if due or by_hand <= alone_ms:
        return [NewEvent("rest", body)]
    if not given.second:
        raise SecondNeeded(minutes=by_hand // MINUTE_MS, limit=alone_ms // MINUTE_MS)
    vouched = {"act": "rest", "by": given.by, "reason": given.reason, "second": given.second}
    return [NewEvent("vouched", {**vouched, "attempt": attempt.id}), NewEvent("rest", body)]


def rests_over(session: Session, now: int) -> list[NewEvent]:
    """The clocks of those whose rest is over run again, from its end on."""
    over = [a for a in session.attempts.values() if a.resting and now >= a.rest_until_ms]
    found = []
    for one in over:
        found += resume([one], now, ITSELF)
        found += paused_too(session, one, one.rest_until_ms)
    return found
