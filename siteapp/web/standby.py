"""What a second server and the pages that look for it may ask; every answer proves itself."""

from typing import Any

from flask import Blueprint, Response, request

from siteapp.errors import RequestRefused
from siteapp.standby import messages, pairing
from siteapp.standby.folder import not_paired
from siteapp.standby.messages import PATH, Promoted
from siteapp.web.guard import ROOM, role, site

standby = Blueprint("standby", __name__)
MAX_RECORD = 16 * 1024


@standby.get("/api/standby/pair")
@role(ROOM)
def offered() -> dict[str, Any]:
    """The offer of a pairing, if the administrator made one: its salt, and whose it is."""
    return pairing.offered(site().standby.pair, site().identity)


@standby.post("/api/standby/pair")
@role(ROOM)
def asked() -> Any:
    """A spare asks to be paired: 202 until the administrator has compared the two fingerprints."""
    answer = pairing.asked(site().standby.pair, site().identity, request.get_data())
    if answer is None:
        return {"wait": True}, 202
    return Response(answer, content_type="application/octet-stream")


@standby.post(PATH)
@role(ROOM)
def former() -> Response:
    """The former primary asks its spare, which is none any more."""
    mine = site().standby
    record = mine.pair.envelope("promotion.json")
    if record is None:
        raise not_paired("spare")
    link, body = mine.pair.link("spare"), request.get_data()
    messages.open_question(link, body)
    said = messages.seal_answer(link, Promoted(record), body)
    return Response(said, content_type="application/octet-stream")


@standby.get("/api/server")
@role(ROOM)
def server() -> dict[str, Any]:
    """Which server this is, and where a page may look when it is away."""
    mine = site().standby
    return {
        "site": site().identity.site,
        "server_term": mine.term,
        "spare": mine.spare_address,
    }


@standby.get("/api/server/promotion")
@role(ROOM)
def promotion() -> Response:
    """The signed record by which this server took over; 409 if it is the first."""
    record = site().standby.pair.envelope("promotion.json")
    if record is None:
        raise not_paired("spare")
    return Response(record, content_type="application/json")


@standby.post("/api/server/promotion")
@role(ROOM)
def told_of_promotion() -> dict[str, Any]:
    """Anybody may bring the signed record of a higher term; nothing less fences this server."""
    record = request.get_data()
    if len(record) > MAX_RECORD or not site().standby.fence(record):
        raise RequestRefused(reason="no record of a higher server term")
    return {"fenced": True}
