"""What two people decide in the room: the second gives name and password beside the first."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, request

from siteapp.conduct import by_two, late, rescue
from siteapp.conduct.acts import NewEvent
from siteapp.conduct.session import Session
from siteapp.errors import RequestRefused
from siteapp.web.acting import MOST_MINUTES, ROOM_STAFF, carry_out, written
from siteapp.web.guard import json_body, member, role, site
from sync.errors import NotAllowed
from sync.words import Words

two_people = Blueprint("two_people", __name__)
# What each decision bears beside what it is about.
DECISION = {"reason": str, "second": str, "password": str}


class Two(NamedTuple):
    """Why, who decides, and who vouches for it; as every such event names them."""

    reason: str
    by: str
    second: str


def two_of(given: Mapping[str, Any]) -> Two:
    """Who decides and why; the second proves by a password to be another than the first."""
    reason, by, second = written(given, "reason"), member().name, given["second"].strip()
    if second == by:
        raise NotAllowed(
            reason_zh="第二人须是另一个人，不能是本页的登录者",
            reason_en="the second person must be another than the one signed in here",
        )
    site().staff.vouch(second, given["password"], request.remote_addr or "", ROOM_STAFF)
    return Two(reason, by, second)


@two_people.post("/api/room/<session_id>/apply-rescue")
@role(*ROOM_STAFF)
def apply_rescue(session_id: str) -> dict[str, Any]:
    """The rescued answers of an attempt count; who and why goes into the journal."""
    given = json_body(attempt=str, **DECISION)
    name, two = given["attempt"], two_of(given)
    session, now = site().live.session(session_id), site().live.clock.now()
    of = site().shelf.items_by_form(session).get(session.attempt(name).copied_form, 0)

    def decide(state: Session) -> list[NewEvent]:
        return rescue.apply(state, state.attempt(name), *two, now, of)

    return carry_out(session_id, "apply-rescue", f"{name} {two.second}", decide)


@two_people.post("/api/room/<session_id>/refuse-rescue")
@role(*ROOM_STAFF)
def refuse_rescue(session_id: str) -> dict[str, Any]:
    """The rescued answers of an attempt do not count; that is final."""
    given = json_body(attempt=str, **DECISION)
    name, two = given["attempt"], two_of(given)

    def decide(state: Session) -> list[NewEvent]:
        return rescue.refuse(state.attempt(name), *two)

    return carry_out(session_id, "refuse-rescue", f"{name} {two.second}", decide)


@two_people.post("/api/room/<session_id>/late")
@role(*ROOM_STAFF)
def late_responses(session_id: str) -> dict[str, Any]:
    """Whether the late responses of an attempt count."""
    given = json_body(attempt=str, counts=bool, **DECISION)
    name, counts, two = given["attempt"], given["counts"], two_of(given)
    session = site().live.session(session_id)
    of = site().shelf.items_by_form(session).get(session.attempt(name).form, 0)
    # Read from the disk: memory does not keep what counts for nothing.
    kept = [e for e in site().live.events(session_id) if e.body.get("attempt") == name]

    def decide(state: Session) -> list[NewEvent]:
        return late.decide(state.attempt(name), kept, counts, *two, of)

    what = f"{name} {'+' if counts else '0'} {two.second}"
    return carry_out(session_id, "late", what, decide)


@two_people.post("/api/room/<session_id>/reopen")
@role(*ROOM_STAFF)
def reopen(session_id: str) -> dict[str, Any]:
    """Take a hand-in back, with so many minutes more; refused when nothing would be left."""
    given = json_body(attempt=str, minutes=int, **DECISION)
    minutes = given["minutes"]
    if not 0 <= minutes <= MOST_MINUTES:
        raise RequestRefused(reason=Words(f"0–{MOST_MINUTES} 分钟", f"0 to {MOST_MINUTES} minutes"))
    name, two, now = given["attempt"], two_of(given), site().live.clock.now()

    def decide(state: Session) -> list[NewEvent]:
        return by_two.reopen(state, state.attempt(name), minutes * 60_000, two, now)

    return carry_out(session_id, "reopen", f"{name} {minutes} {two.second}", decide)
