"""The service worker of the candidate's page, and which files it keeps."""

import functools
import hashlib
import json
from importlib import resources
from importlib.resources.abc import Traversable

from flask import Blueprint, Response, render_template

from siteapp.web.guard import ROOM, role, site

offline = Blueprint("offline", __name__)

STATIC = resources.files("siteapp.web") / "static"
LOOK = resources.files("sync") / "look"


@offline.get("/offline-worker.js")
@role(ROOM)
def worker() -> Response:
    """The worker with its release and its files before it; another file makes another worker."""
    # With another spare the page has another policy: what was kept before may not ask that one.
    script = _script(render_template("candidate.html"), site().standby.spare_address)
    return Response(script, content_type="text/javascript; charset=utf-8")


@functools.cache
def _script(page: str, spare: str) -> str:
    kept = {"/": page.encode()} | dict(sorted(_files().items()))
    digest = hashlib.sha256(spare.encode())
    for path, content in kept.items():
        digest.update(hashlib.sha256(path.encode()).digest() + hashlib.sha256(content).digest())
    before = f"const RELEASE = {json.dumps(digest.hexdigest()[:16])};\n"
    before += f"const FILES = {json.dumps(list(kept))};\n"
    return before + (STATIC / "offline" / "worker.js").read_text("utf-8")


def _files() -> dict[str, bytes]:
    folders = {
        "/static/candidate/": STATIC / "candidate",
        "/static/shared/": STATIC / "shared",
        "/look/": LOOK,
    }
    return {
        prefix + file.name: file.read_bytes()
        for prefix, folder in folders.items()
        for file in folder.iterdir()
        if _is_of_page(file)
    }


def _is_of_page(file: Traversable) -> bool:
    return file.is_file() and file.name.endswith((".js", ".css", ".svg"))
