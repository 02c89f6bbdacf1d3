"""One candidate's papers of a session: which comes next, and after what rest. Pure."""

from typing import Any

from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session


def rest_ms(session: Session, attempt: Attempt, wall: int) -> int:
    """How long the break before this paper still lasts; 0 where there is none.

    By the wall clock, but never longer than the break itself: a clock set back keeps nobody out.
    """
    whole = session.sitting_of(attempt).break_minutes * 60_000
    ended = [
        other.ended_at
        for other in session.attempts_of(attempt.admission)
        if other.id != attempt.id and other.phase == "handed-in"
    ]
    return min(whole, max(0, max(ended) + whole - wall)) if ended else 0


def following(session: Session, attempt: Attempt, wall: int) -> dict[str, Any] | None:
    """The paper that this candidate writes after this one, if there is one."""
    other = session.current_attempt(attempt.admission)
    if other.phase == "handed-in" or session.sittings[other.sitting] == "closed":
        return None
    sitting = session.sitting_of(other)
    return {
        "title": sitting.title._asdict(),
        "minutes": sitting.minutes + other.extra_ms // 60_000,
        "rest_ms": rest_ms(session, other, wall),
    }
