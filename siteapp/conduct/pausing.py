"""Pause and resume: a clock that stands still for one candidate, a sitting or the room. Pure.

What passes in a pause is neither counted nor lost; saves that come meanwhile are taken.
"""

from collections.abc import Sequence

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import Attempt


def pause(attempts: Sequence[Attempt], now: int, reason: str, by: str) -> list[NewEvent]:
    """Stop the clocks of those who are writing; one that stands still stays as it is."""
    return [
        NewEvent("pause", {"attempt": one.id, "by": by, "clock_ms": now, "reason": reason})
        for one in attempts
        if one.phase == "started" and not one.paused
    ]


def resume(attempts: Sequence[Attempt], now: int, by: str) -> list[NewEvent]:
    """Let them run again; nobody's time is shorter than it was when the pause began."""
    return [
        NewEvent("resume", {"attempt": one.id, "by": by, "clock_ms": now})
        for one in attempts
        if one.paused
    ]
