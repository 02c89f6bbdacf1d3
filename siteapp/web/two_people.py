"""What two people decide in the room: the second gives name and password beside the first."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, request

from siteapp.conduct import by_two, late, rescue, resting
from siteapp.conduct.acts import NewEvent
from siteapp.conduct.session import Session
from siteapp.errors import EntryRefused
from siteapp.web.acting import MOST_MINUTES, ROOM_STAFF, carry_out, said_why, written
from siteapp.web.guard import STAFF, json_body, member, role, site
from sync.errors import NotAllowed
from sync.exam.sitting import MAX_REST_MINUTES
from sync.words import Words

two_people = Blueprint("two_people", __name__)
MOST_TEXT = 1000
# What each decision bears beside what it is about.
DECISION = {"reason": str, "second": str, "password": str}


class Two(NamedTuple):
    """Why, who decides, and who vouches for it; as every such event names them."""

    reason: str
    by: str
    second: str


def two_of(given: Mapping[str, Any], roles: Collection[str] = ROOM_STAFF) -> Two:
    """Who decides and why; the second, of these roles, proves by a password to be another."""
    reason, by, second = written(given, "reason"), member().name, given["second"].strip()
    if second == by:
        raise NotAllowed(
            reason_zh="第二人须是另一个人，不能是本页的登录者",
            reason_en="the second person must be another than the one signed in here",
        )
    site().staff.vouch(second, given["password"], request.remote_addr or "", roles)
    return Two(reason, by, second)


def second_for_account(name: str) -> str:
    """Who vouches for an account or its new password; any other member of staff may.

    Else one administrator makes the second person of every act. Empty for one's own account, and
    while there is nobody else. From the server's shell nobody is asked.
    """
    by, second = member().name, request.form.get("second", "").strip()[:60]
    if name == by or all(one.name == by for one in site().staff.members()):
        return ""
    if second in ("", by):
        raise NotAllowed(
            reason_zh="添加账号、重设他人密码须由第二个人确认",
            reason_en="a second person confirms a new account and another's new password",
        )
    password = request.form.get("password", "")[:200]
    site().staff.vouch(second, password, request.remote_addr or "", STAFF)
    return second


def second_if_named() -> str:
    """Who vouches for an act that may need two; empty if nobody was named."""
    if "second" not in (request.get_json(silent=True) or {}):
        return ""
    return two_of(json_body(**DECISION)).second


@two_people.post("/api/room/<session_id>/rest")
@role(*ROOM_STAFF)
def rest(session_id: str) -> dict[str, Any]:
    """A candidate rests for some minutes; what was not approved may need a second person.

    Then `second` and `password` come beside the rest.
    """
    given = json_body(admission=str, minutes=int, reason=str)
    minutes, who, reason = given["minutes"], given["admission"], written(given, "reason")
    if not 1 <= minutes <= MAX_REST_MINUTES:
        most = MAX_REST_MINUTES
        raise EntryRefused(reason=Words(f"休息须为 1–{most} 分钟", f"1 to {most} minutes"))
    asked = resting.Given(minutes * 60_000, reason, member().name, second_if_named())
    alone_ms = site().settings.number("rest_alone_minutes") * 60_000
    now = site().live.clock.now()

    def decide(state: Session) -> list[NewEvent]:
        return resting.rest(state, state.current_attempt(who), asked, now, alone_ms)

    return carry_out(session_id, "rest", f"{who} {minutes} {asked.second}".strip(), decide)


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
        raise EntryRefused(reason=Words(f"0–{MOST_MINUTES} 分钟", f"0 to {MOST_MINUTES} minutes"))
    name, two, now = given["attempt"], two_of(given), site().live.clock.now()

    def decide(state: Session) -> list[NewEvent]:
        return by_two.reopen(state, state.attempt(name), minutes * 60_000, two, now)

    return carry_out(session_id, "reopen", f"{name} {minutes} {two.second}", decide)


def two_of_form(roles: Collection[str] = ROOM_STAFF) -> Two:
    """As `two_of`, of the form that was sent."""
    form = request.form
    given = {name: form.get(name, "")[:MOST_TEXT] for name in DECISION}
    return two_of({**given, "reason": said_why(given["reason"])}, roles)
