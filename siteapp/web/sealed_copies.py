"""Routes for sealed copies of machines; rescue files that people carry come to `invigilator`."""

import base64

from flask import Blueprint, request

from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session
from siteapp.errors import RequestRefused, RescueReplayed, RescueTicketRefused
from siteapp.site import Site
from siteapp.web import rescue_files
from siteapp.web.guard import ROOM, json_body, role, site

rescue = Blueprint("rescue", __name__)

PATH = "/api/candidate/rescue"


def rescue_keys(session: Session, attempt: Attempt) -> dict[str, str]:
    """What a page is given at its sign-in to seal what it keeps; never journalled."""
    keys, whose = site().identity.rescue, (session.plan.id, attempt.id)
    return {
        "site": keys.site,
        "session": session.plan.id,
        "key": base64.b64encode(keys.key.public).decode(),
        "mac": base64.b64encode(keys.attempt_key(*whose)).decode(),
        "ticket": keys.ticket(*whose),
    }


def is_ticket(the_site: Site, header: str) -> bool:
    """True if this Authorization header lets a machine hand over a sealed copy."""
    return rescue_files.whose(the_site, _ticket(header)) is not None


def _ticket(header: str) -> str:
    scheme, _, ticket = header.partition(" ")
    return ticket if scheme == "Bearer" else ""


def _whose() -> tuple[Session, Attempt]:
    found = rescue_files.whose(site(), _ticket(request.headers.get("Authorization", "")))
    if found is None:
        raise RescueTicketRefused
    return found


@rescue.post(PATH + "/offer")
@role(ROOM)
def offer() -> dict[str, str]:
    """A machine names the saves in its sealed copy and hears: `send`, `keep` or `drop`."""
    session, attempt = _whose()
    given = json_body(instance=str, sequences=list)
    held = given["sequences"]
    if len(held) > rescue_files.MAX_SAVES or not all(type(n) is int for n in held):
        raise RequestRefused(reason="sequences")
    return {"do": rescue_files.offered(site(), session, attempt, given["instance"], held)}


@rescue.post(PATH)
@role(ROOM)
def send() -> dict[str, int]:
    """A machine hands over its sealed copy; again is harmless."""
    session, attempt = _whose()
    site().pace.saves(session.plan.id, attempt, 1, 0, site().live.clock.now())
    expected = session.plan.id, attempt.id
    try:
        taken = rescue_files.take_in(site(), request.get_data(cache=False), expected)
    except RescueReplayed:
        return {"counted": 0, "waiting": 0}
    return {"counted": taken.counted, "waiting": taken.waiting}
