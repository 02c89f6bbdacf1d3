"""What a machine may ask without being anyone: who is this server, is it well, its own style."""

from importlib import resources
from typing import Any

import msgspec
from flask import Blueprint, Response, request, send_from_directory

from siteapp.conduct.machines import Mark, seen
from siteapp.errors import RequestRefused
from siteapp.store import records
from siteapp.web.guard import ROOM, json_body, role, site

machine = Blueprint("machine", __name__)

# More than any room has; a script with made-up seats takes its own place from here on.
MOST_MACHINES = 2_000


@machine.get("/.well-known/examsite")
@role(ROOM)
def describe() -> dict[str, Any]:
    """The site's self-description: what mDNS says too."""
    lan = site().lan
    about: dict[str, Any] = msgspec.to_builtins(lan.about)
    return {"service": "examsite"} | about | {"host": lan.host}


@machine.get("/health")
@role(ROOM)
def health() -> dict[str, Any]:
    """200 while the writer's thread lives."""
    alive = site().live.writer.thread.is_alive()
    return {"ok": alive, "commits": site().live.writer.commits}


@machine.post("/api/machine/marker")
@role(ROOM)
def marker() -> dict[str, Any]:
    """A page shows the mark that its machine kept, or a new one if it kept none."""
    given = json_body(marker=str, seat=int, seals=bool)
    mark, seat = given["marker"], given["seat"]
    if not (mark.isalnum() and len(mark) <= 32 and 1 <= seat <= 9999):
        raise RequestRefused(reason="marker or seat")
    live, address = site().live, request.remote_addr or ""
    site().mark_pace.pass_or_refuse(address, live.clock.now())
    row = records.machine(live, address, seat)
    before = Mark(**(row | {"seals": bool(row["seals"])})) if row else None
    after = seen(before, mark, given["seals"], live.clock.wall())
    if after != before:
        full = not before and len(records.machines(live)) >= MOST_MACHINES
        live.store(
            *([records.make_room("machine")] if full else []),
            records.keep_machine(
                address, seat, after.marker, after.since_ms, after.seals, after.forgot
            ),
        )
    return {}


@machine.get("/look/<path:name>")
@role(ROOM)
def look(name: str) -> Response:
    """The style that both services share."""
    with resources.as_file(resources.files("sync") / "look") as folder:
        response = send_from_directory(folder, name)
    response.headers["Cache-Control"] = "max-age=300"
    return response
