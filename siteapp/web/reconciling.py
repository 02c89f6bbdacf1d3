"""The end of a session at the wall: what does not add up, and how it is mended."""

from typing import Any, get_args

from flask import Blueprint

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.reconcile import How, reconcile, settle
from siteapp.conduct.session import Session
from siteapp.errors import RequestRefused
from siteapp.web.acting import ROOM_STAFF, carry_out, written
from siteapp.web.guard import STAFF, json_body, member, role, site
from sync.words import Words

reconciling = Blueprint("reconciling", __name__)


@reconciling.get("/api/room/<session_id>/reconcile")
@role(*STAFF)
def state(session_id: str) -> dict[str, Any]:
    """From the roster to headquarters' archive: how many, and a row for what differs."""
    session, packer = site().live.session(session_id), site().packer
    rows = packer.batches(session_id)
    packed = sum(int(row["count"]) for row in rows)
    return reconcile(session, list(site().files.coming(session_id))) | {
        "events": session.next_seq,
        "packed": packed,
        "batches": len(rows),
        "archived": sum(row["state"] == "archived" for row in packer.delivery(session_id)),
        "delivered": site().delivered(session),
    }


@reconciling.post("/api/room/<session_id>/settle")
@role(*ROOM_STAFF)
def mend(session_id: str) -> dict[str, Any]:
    """Mend one row: `how` is absent, blank or collect; the note goes into the room record."""
    given = json_body(attempt=str, how=str, note=str)
    name, how, note, by = given["attempt"], given["how"], written(given, "note"), member().name
    if how not in get_args(How):
        raise RequestRefused(reason=Words("没有这种处理", "no such mend"))
    of = site().shelf.items_by_form(site().live.session(session_id))

    def decide(state: Session) -> list[NewEvent]:
        return settle(state.attempt(name), how, note, by, of)

    return carry_out(session_id, "settle", f"{name} {how}", decide)
