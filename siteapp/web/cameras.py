"""The room's cameras on pages: the list, looks at them, their pictures; nothing for candidates."""

from typing import Any

import msgspec
from flask import Blueprint, Response, render_template

from siteapp.cameras.discover import discover
from siteapp.cameras.model import Camera, covers, seats_text
from siteapp.cameras.service import AT_ONCE, AT_ONCE_IN_A_SITTING
from siteapp.errors import CamerasBusy, NoStill, RequestRefused
from siteapp.readiness.camera_checks import Seen, gathered_cameras, judge_cover
from siteapp.readiness.cameras import rooms_of, seen_now
from siteapp.readiness.checks import worst_first
from siteapp.readiness.seating import drawn
from siteapp.staff import LEADERS
from siteapp.web.checking import shown
from siteapp.web.guard import STAFF, json_body, member, role, site
from sync.disk import MIB, free_bytes
from sync.errors import DiskTooFull

cameras = Blueprint("cameras", __name__)
TEXTS = {
    "label": str,
    "kind": str,
    "host": str,
    "port": int,
    "path": str,
    "onvif_port": int,
    "room": str,
    "seats": str,
    "user": str,
    "password": str,
}


def _at_once() -> int:
    """Saves come first: while somebody writes, one camera after the other."""
    sessions = site().live.sessions.values()
    writing = any(phase == "open" for one in sessions for phase in one.sittings.values())
    return AT_ONCE_IN_A_SITTING if writing else AT_ONCE


def _seen() -> list[Seen]:
    return seen_now(site().cameras, site().settings, site().live.clock.wall())


def _shown(one: Seen) -> dict[str, Any]:
    """One camera for the strip: of its address and password nothing."""
    look = one.look
    return {
        "id": one.camera.id,
        "label": one.camera.label,
        "kind": one.camera.kind,
        "room": one.camera.room,
        "seats": seats_text(one.camera.seats),
        "level": one.level,
        "at": look.at if look else None,
        "still": look.still[:16] if look else "",
        "findings": [shown(finding) for finding in worst_first(one.findings)],
    }


def _in_full(one: Seen) -> dict[str, Any]:
    """The same with where it is, for who keeps the list; the password never comes back."""
    camera, look = one.camera, one.look
    facts = {"codec": look.codec, "width": look.width, "height": look.height} if look else {}
    where = {name: getattr(camera, name) for name in ("host", "port", "path", "onvif_port")}
    return _shown(one) | where | facts | {"secret": bool(camera.sealed)}


def _uncovered(seen: list[Seen]) -> list[dict[str, Any]]:
    """Of each session that is not over: the seats that no working camera covers."""
    rooms, told = drawn(site().rooms.now().plan), []
    for session in site().live.sessions.values():
        if session.closed:
            continue
        plan = session.plan
        seats = [one.seat for one in plan.candidates]
        found = judge_cover(seen, rooms_of(plan, rooms), seats, required=False)
        told.append(
            {
                "session": plan.id,
                "name": plan.name._asdict(),
                "room": plan.room,
                "covered": found.value,
                "of": found.limit,
                "seats": seats_text(found.seats),
            }
        )
    return told


@cameras.get("/admin/cameras")
@role(*LEADERS)
def cameras_page() -> str:
    """The list of cameras; it asks for their state by itself."""
    rooms = {s.plan.room for s in site().live.sessions.values() if s.plan.room}
    rooms |= {room.name for room in site().rooms.now().plan.rooms}
    return render_template("cameras.html", rooms=sorted(rooms))


@cameras.get("/api/cameras")
@role(*LEADERS)
def camera_list() -> dict[str, Any]:
    """Every camera with what is known of it, how far a round is, and which seats are uncovered."""
    seen, going = _seen(), site().cameras.round
    return {
        "now": site().live.clock.wall(),
        "cameras": [_in_full(one) for one in seen],
        "findings": [shown(one) for one in worst_first(gathered_cameras(seen))],
        "round": going._asdict() if going else None,
        "sessions": _uncovered(seen),
    }


def _put(name: str) -> dict[str, Any]:
    given = json_body(**TEXTS)
    camera: Camera = site().cameras.book.put(given, name)
    site().staff.audit(member().name, "camera", f"{camera.id} {camera.host}")
    return {"id": camera.id}


@cameras.post("/api/cameras")
@role("administrator")
def add_camera() -> dict[str, Any]:
    """List one more camera; its password is sealed before it is written."""
    return _put("")


@cameras.post("/api/cameras/<camera>")
@role("administrator")
def change_camera(camera: str) -> dict[str, Any]:
    """Change one; without a password the old one stays, as long as the address does."""
    return _put(camera)


@cameras.post("/api/cameras/<camera>/remove")
@role("administrator")
def remove_camera(camera: str) -> dict[str, Any]:
    """List it no more; its pictures are deleted."""
    site().cameras.book.remove(camera)
    listed = [one.id for one in site().cameras.book.cameras()]
    site().cameras.stills.prune(listed, site().live.clock.wall())
    site().staff.audit(member().name, "camera-remove", camera)
    return {}


@cameras.post("/api/cameras/check")
@role(*LEADERS)
def check_cameras() -> dict[str, Any]:
    """Begin to look at all cameras, or at those of the list `cameras`; the list shows how far."""
    names = json_body(cameras=list)["cameras"]
    if not all(isinstance(one, str) for one in names):
        raise RequestRefused(reason="cameras")
    if site().disk.stops("intake"):
        # Answers first.
        free = free_bytes(site().folder) // MIB
        raise DiskTooFull(needed_mib=free + 1, free_mib=free, folder="stills")
    site().cameras.begin(names, _at_once())
    return {}


@cameras.post("/api/cameras/discover")
@role("administrator")
def discover_cameras() -> dict[str, Any]:
    """Ask for ONVIF devices in the room's networks; takes some seconds."""
    with site().cameras.discovering() as free:
        if not free:
            raise CamerasBusy
        found = discover([one.address for one in site().lan.here()])
    listed = {one.host for one in site().cameras.book.cameras()}
    return {
        "found": [msgspec.to_builtins(one) | {"listed": one.address in listed} for one in found]
    }


@cameras.get("/api/cameras/<camera>/still")
@role(*STAFF)
def still(camera: str) -> Response:
    """The newest picture of a camera."""
    path = site().cameras.stills.latest(site().cameras.book.camera(camera).id)
    try:
        if path is not None:
            return Response(path.read_bytes(), mimetype="image/jpeg")
    except FileNotFoundError:
        # Deleted in this moment: it was too old.
        pass
    raise NoStill(camera=camera)


@cameras.get("/api/room/<session_id>/cameras")
@role(*STAFF)
def room_cameras(session_id: str) -> dict[str, Any]:
    """The cameras that cover seats of this session, for the strip beside the wall.

    While somebody asks, the pictures are taken anew every few minutes.
    """
    session, the = site().live.session(session_id), site()
    if not the.disk.stops("intake"):
        the.cameras.watched(the.live.clock.wall(), _at_once())
    plan = session.plan
    rooms = rooms_of(plan, drawn(the.rooms.now().plan))
    seats = [one.seat for one in plan.candidates]
    here = [one for one in _seen() if covers(one.camera, rooms, seats)]
    return {"now": the.live.clock.wall(), "cameras": [_shown(one) for one in here]}
