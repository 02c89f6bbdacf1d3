"""Another machine while a candidate is writing: the number there, the console's answer to it."""

from typing import Any

from flask import Blueprint, request

from siteapp.conduct.attempt import Attempt
from siteapp.conduct.readmit import needed, readmitted
from siteapp.conduct.session import Session
from siteapp.errors import ReadmissionNeeded, TooManyTries, WrongReadmission
from siteapp.web.acting import ROOM_STAFF, carry_out, written
from siteapp.web.guard import json_body, member, role, site

readmitting = Blueprint("readmitting", __name__)


@readmitting.post("/api/room/<session_id>/readmit")
@role(*ROOM_STAFF)
def answer(session_id: str) -> dict[str, Any]:
    """The code for one number of one seat; said to nobody but who typed the number here."""
    given = json_body(admission=str, challenge=str, reason=str)
    who, by, reason = given["admission"], member().name, written(given, "reason")
    session, number = site().live.session(session_id), "".join(given["challenge"].split())
    code = site().readmissions.answer(session_id, session.current_attempt(who), number)
    wall = carry_out(
        session_id, "readmit", who, lambda s: readmitted(s.current_attempt(who), reason, by)
    )
    return wall | {"answer": code}


def check_readmission(session: Session, attempt: Attempt, instance: str) -> None:
    """Who is writing at another machine needs the answer to the number that this one shows."""
    if site().settings.text("readmit") != "on" or not needed(attempt, instance):
        return
    name, machine, now = session.plan.id, request.remote_addr or "", site().live.clock.now()
    known, limits, guesses = site().readmissions, site().limits, f"code {attempt.admission}"
    # Apart from wrong passwords: those are forgiven with every right one.
    if wait := limits.wait_ms(guesses, machine, now):
        raise TooManyTries(seconds=-(-wait // 1000))
    if "answer" not in (request.get_json(silent=True) or {}):
        raise ReadmissionNeeded(challenge=known.challenge(name, attempt))
    answer = "".join(json_body(answer=str)["answer"][:20].split())
    if not known.fits(name, attempt, answer, machine, now):
        limits.claims(machine, attempt.seat)
        limits.wrong(guesses, machine, now)
        raise WrongReadmission(challenge=known.challenge(name, attempt))
    limits.right(guesses, machine)
