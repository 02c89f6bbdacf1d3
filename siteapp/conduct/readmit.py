"""Re-admission: a challenge at the seat, an answer from the console. Pure; works with no internet.

Who has started and comes back at another machine shows a number; the invigilator who has seen it,
and the person, gets the one answer to it. Answers are short, so wrong ones wait as wrong passwords.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import Attempt
from sync.errors import NotReady

DIGITS = 6
# A page may have to sign in twice to find what its machine kept.
AGAIN_MS = 30_000


class Challenge(NamedTuple):
    """What the seat shows, and whether the console has answered; once used, from where and when."""

    number: str
    machine: str | None = None
    used_ms: int = 0
    answered: bool = False


class Readmissions:
    """The challenges that stand, one an attempt; another for every use."""

    def __init__(self, secret: bytes, draw: Callable[[], int]) -> None:
        self._secret, self._draw = secret, draw
        self._standing: dict[tuple[str, str], Challenge] = {}

    def challenge(self, session: str, attempt: Attempt) -> str:
        """The number that the seat shows; the same until it is used."""
        key = (session, attempt.id)
        standing = self._standing.get(key)
        if standing is None or standing.machine is not None:
            number = f"{self._draw() % 10**DIGITS:0{DIGITS}}"
            standing = self._standing[key] = Challenge(number)
        return standing.number

    def answer(self, session: str, attempt: Attempt, number: str) -> str:
        """What the console says to the number that stands; NotReady to any other."""
        standing = self._standing.get((session, attempt.id))
        if standing is None or standing.machine is not None or standing.number != number:
            raise NotReady(
                reason_zh="该座位没有显示这个编号", reason_en="that seat does not show this number"
            )
        self._standing[session, attempt.id] = standing._replace(answered=True)
        return self._code(session, attempt, number)

    def fits(self, session: str, attempt: Attempt, given: str, machine: str, now: int) -> bool:
        """Whether it is the answer, which then is used; again only from there, at once."""
        standing = self._standing.get((session, attempt.id))
        if standing is None or not standing.answered:
            # Nobody in the room has given a code: any that is typed is guessed.
            return False
        if given != self._code(session, attempt, standing.number):
            return False
        if standing.machine is not None:
            return standing.machine == machine and now - standing.used_ms <= AGAIN_MS
        self._standing[session, attempt.id] = standing._replace(machine=machine, used_ms=now)
        return True

    def _code(self, session: str, attempt: Attempt, number: str) -> str:
        text = "\x1f".join((session, attempt.id, str(attempt.seat_term), number)).encode()
        made = hashlib.blake2b(text, key=self._secret[:64], person=b"readmit", digest_size=8)
        return f"{int.from_bytes(made.digest()) % 10**DIGITS:0{DIGITS}}"


def needed(attempt: Attempt, instance: str) -> bool:
    """Writing already, here at this seat, and not on this machine's page."""
    here = attempt.seat_term in attempt.terms.values()
    return attempt.phase == "started" and here and attempt.terms.get(instance) != attempt.seat_term


def readmitted(attempt: Attempt, reason: str, by: str) -> list[NewEvent]:
    """For the record: who gave the answer, and why."""
    return [NewEvent("readmit", {"attempt": attempt.id, "by": by, "reason": reason})]
