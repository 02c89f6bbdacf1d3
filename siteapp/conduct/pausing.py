"""Pause and resume: a clock that stands still for one candidate or for the whole room. Pure.

What passes in a pause is neither counted nor lost; saves that come meanwhile are taken. While the
whole room is paused, who begins is paused too (`acts.paused_too`).
"""

from collections.abc import Iterable

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session


def pause(attempts: Iterable[Attempt], now: int, reason: str, by: str) -> list[NewEvent]:
    """Stop the clocks of those who are writing; one that stands still stays as it is."""
    return [
        _pause(one.id, now, reason, by)
        for one in attempts
        if one.phase == "started" and not one.paused
    ]


def pause_room(session: Session, now: int, reason: str, by: str) -> list[NewEvent]:
    """Stop the clocks of all who are writing and of all who will begin before it goes on."""
    room = [] if session.pause else [_pause("", now, reason, by)]
    return [*room, *pause(session.attempts.values(), now, reason, by)]


def _pause(attempt: str, now: int, reason: str, by: str) -> NewEvent:
    return NewEvent("pause", {"attempt": attempt, "by": by, "clock_ms": now, "reason": reason})


def resume(attempts: Iterable[Attempt], now: int, by: str) -> list[NewEvent]:
    """Let them run again; nobody's time is shorter than it was when the pause began.

    A rest gives no more time than it has, however late its end is noticed.
    """
    return [
        _resume(one.id, min(now, one.rest_until_ms) if one.resting else now, by)
        for one in attempts
        if one.paused
    ]


def resume_room(session: Session, now: int, by: str) -> list[NewEvent]:
    """The room goes on; who is resting rests to the end."""
    room = [_resume("", now, by)] if session.pause else []
    return [*room, *resume((a for a in session.attempts.values() if not a.resting), now, by)]


def _resume(attempt: str, now: int, by: str) -> NewEvent:
    return NewEvent("resume", {"attempt": attempt, "by": by, "clock_ms": now})
