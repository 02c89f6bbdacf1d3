"""Raised hands: a candidate asks for a person, an invigilator comes. Pure."""

from typing import NamedTuple

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session

# Who raised or lowered a hand, where it was the candidate's own page.
CANDIDATE = "candidate"


class Hand(NamedTuple):
    """A hand that is up, and since when on the site's clock."""

    attempt: str
    seat: int
    since_ms: int


def raise_hand(attempt: Attempt, raised: bool, now: int, by: str = CANDIDATE) -> list[NewEvent]:
    """The hand goes up, or down by the candidate or by the invigilator who came; once each."""
    if is_raised(attempt) == raised or attempt.phase in ("expected", "handed-in"):
        return []
    body = {"attempt": attempt.id, "by": by, "clock_ms": now, "raised": raised}
    return [NewEvent("hand", body)]


def is_raised(attempt: Attempt) -> bool:
    """Whether somebody is to come; after the hand-in nobody waits any more."""
    return attempt.hand_ms >= 0 and attempt.phase != "handed-in"


def queue(session: Session) -> list[Hand]:
    """Who waits for an invigilator, the longest first; of equals the lower seat."""
    up = [Hand(a.id, a.seat, a.hand_ms) for a in list(session.attempts.values()) if is_raised(a)]
    return sorted(up, key=lambda hand: (hand.since_ms, hand.seat))
