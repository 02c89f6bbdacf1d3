"""The room plan's page: drawn and kept with a version, machines bound, numbers shown on them."""

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from flask import Blueprint, Response, render_template, request

from siteapp.errors import RequestRefused
from siteapp.lan.sightings import Machine
from siteapp.rooms.binding import bind, changes, recognise, unbind
from siteapp.rooms.ordering import Order, Way, propose
from siteapp.rooms.plan import RoomPlan, read_plan, unplaced
from siteapp.rooms.sheets import plan_sheet, read_plan_sheet
from siteapp.staff import LEADERS
from siteapp.web.guard import json_body, member, role, site
from siteapp.web.headers import HEADERS
from sync.errors import NotFound
from sync.spreadsheet import SHEET

rooms = Blueprint("rooms", __name__)
SHOWN = ("key", "state", "address", "mac", "agent", "browser", "flags")


@rooms.get("/admin/rooms")
@role(*LEADERS)
def rooms_page() -> str:
    """The page; it asks for the plan by itself."""
    return render_template("rooms.html")


@rooms.get("/api/rooms")
@role(*LEADERS)
def room_state() -> dict[str, Any]:
    """The newest plan, the room's machines, what has changed, and each session's seats."""
    return _state()


def _state() -> dict[str, Any]:
    kept, machines = site().rooms.now(), _machines()
    at = recognise(kept.plan, machines)
    homes = {machine.key: seat for seat, machine in at.items()}
    now = site().live.clock.now()
    return {
        "version": kept.version,
        "before": kept.before,
        "who": kept.who,
        "plan": msgspec.to_builtins(kept.plan),
        "at": {str(seat): machine.key for seat, machine in at.items()},
        "notices": [one._asdict() for one in changes(kept.plan, machines)],
        "machines": [_shown(one, homes.get(one.key, 0), now) for one in machines],
        "numbers": site().rooms.numbers.showing(now),
        "sessions": _sessions(kept.plan),
    }


def _machines() -> list[Machine]:
    """As they were seen last; while somebody writes the network is left in peace."""
    the = site()
    writing = any(p == "open" for s in the.live.sessions.values() for p in s.sittings.values())
    return the.lan.view(look=not writing).machines


def _shown(one: Machine, home: int, now: int) -> dict[str, Any]:
    """A machine; `seat`: where it belongs; `names`: the seat that its page names."""
    told = {field: getattr(one, field) for field in SHOWN}
    host = one.facts.get("host", "") if one.facts else ""
    more = {"seat": home, "names": one.seat or one.claims, "host": host}
    return told | more | {"number": site().rooms.numbers.of(one, now)}


def _sessions(plan: RoomPlan) -> list[dict[str, Any]]:
    """Sessions that are not over, with the seats that stand nowhere in the plan."""
    found = []
    for session in reversed(list(site().live.sessions.values())):
        if not session.closed:
            wanted = [candidate.seat for candidate in session.plan.candidates]
            said = {"id": session.plan.id, "name": session.plan.name._asdict()}
            lost = unplaced(plan, wanted)
            found.append(said | {"room": session.plan.room, "seats": wanted, "unplaced": lost})
    return found


@rooms.post("/api/rooms/plan")
@role(*LEADERS)
def save_plan() -> dict[str, Any]:
    """Keep a plan that was drawn on a version; RoomPlanChanged if that is not the newest."""
    given = json_body(version=int, plan=dict)
    plan = read_plan(msgspec.json.encode(given["plan"]))
    what = ", ".join(room.name for room in plan.rooms)[:200]
    site().rooms.change(given["version"], member().name, what, lambda _: plan)
    return _state()


@rooms.post("/api/rooms/bind")
@role(*LEADERS)
def bind_one() -> dict[str, Any]:
    """A machine for a seat; without a machine the seat is freed."""
    given = json_body(version=int, seat=int, machine=str)
    seat, key = given["seat"], given["machine"]
    if key:
        (machine,) = _found([key])
        what, change = f"{seat} ← {machine.address}", lambda p: bind(p, {seat: machine})
    else:
        what, change = f"{seat} –", lambda p: unbind(p, [seat])
    site().rooms.change(given["version"], member().name, what, change)
    return _state()


def _found(keys: Sequence[str]) -> list[Machine]:
    """The machines of these keys; NotFound if one is not there any more."""
    known = {one.key: one for one in _machines()}
    for key in keys:
        if key not in known:
            raise NotFound(what=key[:80])
    return [known[key] for key in keys]


@rooms.post("/api/rooms/propose")
@role(*LEADERS)
def propose_many() -> dict[str, Any]:
    """Which machines would get which seats; nothing is bound."""
    given = json_body(order=str, way=str, session=str, only_free=bool)
    if given["order"] not in get_args(Order) or given["way"] not in get_args(Way):
        raise RequestRefused(reason="order or way")
    kept, roster = site().rooms.now(), []
    if given["order"] == "roster":
        session = site().live.session(given["session"])
        roster = [candidate.seat for candidate in session.plan.candidates]
    machines = _machines()
    pairs = propose(kept.plan, machines, given["order"], given["way"], roster, given["only_free"])
    return {"version": kept.version, "pairs": [one._asdict() for one in pairs]}


@rooms.post("/api/rooms/bulk")
@role(*LEADERS)
def bind_many() -> dict[str, Any]:
    """Bind exactly the pairs that were proposed and seen."""
    given = json_body(version=int, pairs=list)
    try:
        pairs = msgspec.convert(given["pairs"], list[tuple[int, str]])
    except msgspec.ValidationError:
        raise RequestRefused(reason="pairs") from None
    machines = _found([key for _, key in pairs])
    chosen = {seat: machine for (seat, _), machine in zip(pairs, machines, strict=True)}
    what = f"{len(chosen)}: {', '.join(str(seat) for seat in chosen)}"[:200]
    site().rooms.change(given["version"], member().name, what, lambda p: bind(p, chosen))
    return _state()


@rooms.post("/api/rooms/undo")
@role(*LEADERS)
def undo() -> dict[str, Any]:
    """Take the last change back, whoever made it; the version that is undone is named."""
    site().rooms.undo(json_body(version=int)["version"], member().name)
    return _state()


@rooms.post("/api/rooms/numbers")
@role(*LEADERS)
def show_numbers() -> dict[str, Any]:
    """Let the machines' pages show large numbers, or end it."""
    numbers = site().rooms.numbers
    if json_body(show=bool)["show"]:
        numbers.show(site().live.clock.now())
    else:
        numbers.hide()
    return _state()


@rooms.get("/admin/rooms/sheet")
@role(*LEADERS)
def sheet() -> Response:
    """The plan as a workbook."""
    response = Response(plan_sheet(site().rooms.now().plan), mimetype=SHEET, headers=HEADERS)
    response.headers["Content-Disposition"] = 'attachment; filename="rooms.xlsx"'
    return response


@rooms.post("/api/rooms/sheet")
@role(*LEADERS)
def read_sheet() -> dict[str, Any]:
    """The plan in a workbook, to be looked at on the page; nothing is kept."""
    return {"plan": msgspec.to_builtins(read_plan_sheet(request.get_data()))}
