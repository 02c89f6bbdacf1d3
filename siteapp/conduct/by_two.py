"""What one person alone may not decide: much time given by hand, a hand-in taken back. Pure."""

from collections.abc import Sequence

from siteapp.conduct.acts import NewEvent, extend, paused_too
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session
from siteapp.errors import SecondNeeded
from sync.errors import NotReady

MINUTE_MS = 60_000


def give(
    attempts: Sequence[Attempt], ms: int, reason: str, by: str, second: str, alone_ms: int
) -> list[NewEvent]:
    """Make-up time; beyond `alone_ms` in all for anybody it needs a second person."""
    events = extend(attempts, ms, reason, by)
    most = max((one.by_hand_ms + ms for one in attempts if one.phase == "started"), default=0)
    if most <= alone_ms:
        return events
    if not second:
        raise SecondNeeded(minutes=most // MINUTE_MS, limit=alone_ms // MINUTE_MS)
    whom = attempts[0].id if len(attempts) == 1 else ""
    vouched = {"act": "extend", "attempt": whom, "by": by, "reason": reason, "second": second}
    return [NewEvent("vouched", vouched), *events]


def reopen(
    session: Session, attempt: Attempt, ms: int, two: tuple[str, str, str], now: int
) -> list[NewEvent]:
    """Take a hand-in back; there must be time left, with the `ms` that the two give.

    `two` are the reason, who decides and the second person.
    """
    if attempt.phase != "handed-in":
        raise NotReady(reason_zh="该考生没有交卷", reason_en="this candidate has not handed in")
    if session.sittings[attempt.sitting] == "closed":
        raise NotReady(reason_zh="该科目已结束", reason_en="this sitting is closed")
    if attempt.deadline_ms + ms - now < MINUTE_MS:
        raise NotReady(
            reason_zh="考试时间已到，请同时给出补时", reason_en="time is up: give time with it"
        )
    reason, by, second = two
    body = {"attempt": attempt.id, "by": by, "ms": ms, "reason": reason, "second": second}
    return [NewEvent("reopen", body), *paused_too(session, attempt, now)]
