"""Who may start: not who comes too late, nor (if so set) whom nobody has looked at. Pure.

A person decides about each: a late-comer is admitted with a reason, a face is compared by eye.
"""

from typing import NamedTuple

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session
from siteapp.errors import NotCheckedIn, TooLate
from sync.errors import ExamError, NotReady


class Rules(NamedTuple):
    """From the settings; `check_in`: nobody starts before somebody has compared the face."""

    cut_off_ms: int
    check_in: bool
    # How often a page may be left before the wall calls for a look.
    look_from: int = 3


def begun_ms(session: Session, sitting: str) -> int | None:
    """When the first candidate of a sitting started, on the site's clock."""
    started = [a.started_ms for a in session.attempts_in(sitting) if a.allowance_ms]
    return min(started, default=None)


def is_late(session: Session, attempt: Attempt, now: int, rules: Rules) -> bool:
    """Others began longer ago than the cut-off, and nobody has let this one in."""
    if attempt.phase in ("started", "handed-in") or attempt.admitted:
        return False
    if any(other.phase == "handed-in" for other in session.attempts_of(attempt.admission)):
        # They were in the room with an earlier paper, or rest after it.
        return False
    begun = begun_ms(session, attempt.sitting)
    return begun is not None and now > begun + rules.cut_off_ms


def hindrance(session: Session, attempt: Attempt, now: int, rules: Rules) -> ExamError | None:
    """Why this candidate may not start now; None if nothing of this is in the way."""
    if attempt.phase in ("started", "handed-in"):
        return None
    if is_late(session, attempt, now, rules):
        return TooLate(minutes=rules.cut_off_ms // 60_000)
    if rules.check_in and not attempt.checked:
        return NotCheckedIn()
    return None


def admit(attempt: Attempt, reason: str, by: str) -> list[NewEvent]:
    """A late-comer may start all the same; once."""
    if attempt.phase in ("started", "handed-in"):
        raise NotReady(reason_zh="该考生已开始作答", reason_en="this candidate has started")
    if attempt.admitted:
        return []
    return [NewEvent("admit", {"attempt": attempt.id, "by": by, "reason": reason})]


def check_in(attempt: Attempt, by: str) -> list[NewEvent]:
    """Somebody has compared the face; the candidate must be there. Once."""
    if attempt.phase == "expected":
        raise NotReady(reason_zh="该考生尚未登录", reason_en="this candidate has not signed in")
    if attempt.checked:
        return []
    return [NewEvent("check-in", {"attempt": attempt.id, "by": by})]
