"""The room's network on pages: the board, the list of machines, the seat agent to take away."""

from importlib import resources
from typing import Any

import msgspec
import segno
from flask import Blueprint, Response, render_template, request

from siteapp.errors import NoMeasuring, RequestRefused
from siteapp.staff import LEADERS
from siteapp.web.guard import ROOM, json_body, member, role, site
from siteapp.web.headers import HEADERS

lan = Blueprint("lan", __name__)

# By the part of the name that only this family has; the first that fits.
FAMILIES = (
    ("SEB/", "Safe Exam Browser"),
    ("Edg/", "Edge"),
    ("QQBrowser/", "QQ 浏览器"),
    ("360SE", "360 浏览器"),
    ("360EE", "360 浏览器"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Trident/", "Internet Explorer"),
    ("Safari/", "Safari"),
)


def family(agent: str) -> str:
    """Which browser this is, by the user agent it sends; nothing if it is none of them."""
    return next((name for part, name in FAMILIES if part in agent), "")


@lan.get("/board")
@role(ROOM)
def board() -> str:
    """The address of this server, for the projector: large, and as a QR code."""
    net = site().lan
    by_number = [net.at(one.address) for one in net.here()]
    # A telephone may know no .local names; but the certificate of HTTPS is for the name.
    plain = by_number and net.about.scheme == "http"
    code = segno.make(by_number[0] if plain else net.address, error="m")
    rooms = sorted({s.plan.room for s in site().live.sessions.values() if not s.closed})
    return render_template(
        "board.html",
        address=net.address,
        numbers=by_number,
        rooms=rooms,
        code=code.svg_data_uri(scale=8, border=2),
    )


@lan.post("/api/machine/seen")
@role(ROOM)
def seen() -> dict[str, Any]:
    """A page says that it is open; kept in memory, for the list of machines."""
    given = json_body(marker=str, seat=int)
    marker, seat = given["marker"], given["seat"]
    if not (marker.isascii() and marker.isalnum() and len(marker) <= 32 and 0 <= seat <= 9999):
        raise RequestRefused(reason="marker or seat")
    address = request.remote_addr or ""
    site().lan.seen(marker, seat, address, family(request.headers.get("User-Agent", "")))
    return _show(address, marker)


def _show(address: str, marker: str) -> dict[str, Any]:
    """What this page shows large, while somebody binds machines; never over a paper."""
    now = site().live.clock.now()
    if _writing():
        return {"number": 0, "seat": 0}
    number = site().rooms.numbers.number(address, marker, now)
    bound = (b.seat for b in site().rooms.now().plan.machines if b.mark == marker)
    return {"number": number, "seat": next(bound, 0) if number else 0}


@lan.get("/agent/seatagent.py")
@role(ROOM)
def agent() -> Response:
    """The seat agent, one file; without the room's token it answers nobody."""
    source = (resources.files("siteapp.lan") / "agent" / "seatagent.py").read_bytes()
    return _file(source, "seatagent.py", "text/x-python; charset=utf-8")


@lan.post("/admin/machines/token")
@role("administrator")
def token() -> Response:
    """The room's token, which goes beside the seat agent on every student machine."""
    site().staff.audit(member().name, "seat-agent-token", "")
    return _file(site().lan.token.hex().encode(), "seatagent.token", "application/octet-stream")


@lan.get("/admin/machines")
@role(*LEADERS)
def machines() -> str:
    """Every machine of the room that was seen, by whom, and when."""
    return render_template("machines.html")


@lan.get("/api/machines")
@role(*LEADERS)
def machine_list() -> dict[str, Any]:
    """The list as it is now; while it is asked for, the room is looked through."""
    _writing()
    view = site().lan.view()
    return {
        "now": view.now,
        "swept_at": view.swept_at,
        "seconds": round(view.seconds, 1),
        "wide": view.wide._asdict(),
        "networks": [str(one.network) for one in view.places],
        "servers": msgspec.to_builtins(view.servers),
        "sharers": view.sharers,
        "machines": msgspec.to_builtins(view.machines),
    }


@lan.post("/api/machines/sweep")
@role(*LEADERS)
def sweep_wide() -> dict[str, Any]:
    """Look through all of a wide network; NoMeasuring while a sitting is open."""
    if _writing():
        raise NoMeasuring
    count = site().lan.sweep_wide()
    site().staff.audit(member().name, "sweep", str(count))
    return {"addresses": count}


def _writing() -> bool:
    """True while a sitting is open: then a sweep of a wide network has an end."""
    sessions = site().live.sessions.values()
    found = any(phase == "open" for session in sessions for phase in session.sittings.values())
    if found:
        site().lan.leave_in_peace()
    return found


def _file(content: bytes, name: str, kind: str) -> Response:
    response = Response(content, content_type=kind, headers=HEADERS)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
