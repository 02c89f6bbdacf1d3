"""What a machine may ask without being anyone: who is this server, is it well, its own style."""

from importlib import metadata, resources
from typing import Any

from flask import Blueprint, Response, send_from_directory

from siteapp.web.guard import ROOM, role, site

machine = Blueprint("machine", __name__)


@machine.get("/.well-known/examsite")
@role(ROOM)
def describe() -> dict[str, Any]:
    """The site's self-description."""
    return {
        "service": "examsite",
        "version": metadata.version("examsite"),
        "site": site().identity.site,
        "name": site().identity.certificate.name,
    }


@machine.get("/health")
@role(ROOM)
def health() -> dict[str, Any]:
    """200 while the writer's thread lives."""
    alive = site().live.writer.thread.is_alive()
    return {"ok": alive, "commits": site().live.writer.commits}


@machine.get("/look/<path:name>")
@role(ROOM)
def look(name: str) -> Response:
    """The style that both services share."""
    with resources.as_file(resources.files("sync") / "look") as folder:
        response = send_from_directory(folder, name)
    response.headers["Cache-Control"] = "max-age=300"
    return response
