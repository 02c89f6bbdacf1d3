"""Files of practical tasks: announced, sent in parts, finished. See docs/specs/uploads.md."""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from siteapp.conduct.attempt import Attempt
from siteapp.conduct.files import keep_file, refusal_now
from siteapp.conduct.session import Session
from siteapp.errors import NotOpenYet, RequestRefused, UploadRefused
from siteapp.files import MIB, Announced
from siteapp.store.writer import Decision
from siteapp.web.answers import MAX_SEQUENCE
from siteapp.web.guard import CANDIDATE, STAFF, json_body, role, site, whom
from sync.exam.items import Deliverable

uploads = Blueprint("uploads", __name__)

PATH = "/api/candidate/uploads"
# Well below what the server spools of one request's body.
PART = MIB
MAX_NAME = 255
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _mine() -> tuple[Session, Attempt]:
    session = site().live.session(whom().session)
    return session, session.attempt(whom().attempt)


def _found(upload: str) -> Announced:
    """The caller's upload; a page of another seat term or instance does not find it."""
    one = site().files.find(upload, whom().session, whom().attempt)
    if (one.seat_term, one.instance) != (whom().seat_term, whom().instance):
        raise UploadRefused(reason="another page's upload")
    return one


def _shown(one: Announced) -> Response:
    offset = site().files.offset(one)
    answer = jsonify({"upload": one.id, "offset": offset, "size": one.size, "part": PART})
    answer.headers["Upload-Offset"] = str(offset)
    return answer


@uploads.post(PATH)
@role(CANDIDATE)
def announce() -> Response:
    """A file to come: its number and how much of it is here already."""
    given = json_body(item=str, name=str, size=int, sha256=str, sequence=int)
    session, attempt = _mine()
    if refusal := refusal_now(attempt, whom().seat_term, site().live.clock.now()):
        raise refusal
    deliverable, item = _asked_for(session, attempt, given["item"])
    _check(given, deliverable)
    one = Announced(
        session=session.plan.id,
        attempt=attempt.id,
        item=item,
        name=given["name"],
        size=given["size"],
        sha256=given["sha256"],
        seat_term=whom().seat_term,
        instance=whom().instance,
        sequence=given["sequence"],
    )
    site().files.announce(one)
    return _shown(one)


def _asked_for(session: Session, attempt: Attempt, ref: str) -> tuple[Deliverable, str]:
    """What the task asks for under this reference, and its authored name."""
    if attempt.phase != "started":
        raise NotOpenYet
    paper = site().shelf.paper(session, attempt)
    token = paper.tokens.get(ref)
    for task in paper.form.tasks:
        for one in task.deliverables:
            if token and token.choose == "file" and token.item == f"{task.id}/{one.id}":
                return one, token.item
    raise UploadRefused(reason="no file is asked for here")


def _check(given: dict[str, Any], deliverable: Deliverable) -> None:
    most = site().settings.number("upload_mib")
    name: str = given["name"]
    if not 0 < given["size"] <= most * MIB:
        raise UploadRefused(reason=f"1 B … {most} MiB")
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise UploadRefused(reason="name")
    wanted = tuple(f".{kind.lower().lstrip('.')}" for kind in deliverable.accept)
    if wanted and not name.lower().endswith(wanted):
        raise UploadRefused(reason=" ".join(wanted))
    if not _SHA256.fullmatch(given["sha256"]) or not 0 < given["sequence"] < MAX_SEQUENCE:
        raise RequestRefused(reason="sha256 or sequence")


@uploads.get(f"{PATH}/<upload>")
@role(CANDIDATE)
def offset(upload: str) -> Response:
    """How much of a file is here; a page goes on from there (also HEAD)."""
    return _shown(_found(upload))


@uploads.patch(f"{PATH}/<upload>")
@role(CANDIDATE)
def part(upload: str) -> Response:
    """One part at `Upload-Offset`; answered once it is on the disk."""
    one = _found(upload)
    at, length = request.headers.get("Upload-Offset", ""), request.content_length or 0
    if not (at.isascii() and at.isdigit() and len(at) < 16) or not 0 < length <= PART:
        raise RequestRefused(reason="Upload-Offset or Content-Length")
    session, attempt = _mine()
    late = refusal_now(attempt, whom().seat_term, site().live.clock.now())
    # The first late part is kept as evidence, with what came before; more of it is not taken.
    if late and any(body["sha256"] == one.sha256 for body in attempt.late_files):
        raise late
    with site().files.place():
        held = site().files.append(one, int(at), request.get_data(cache=False))
        site().files.spread(length)
    if late:
        _journal(session, one, held)
    return _shown(one)


@uploads.post(f"{PATH}/<upload>/finish")
@role(CANDIDATE)
def finish(upload: str) -> dict[str, Any]:
    """The whole file is verified and journalled; only this answer says that it is kept."""
    one = _found(upload)
    session, _ = _mine()
    with site().files.place():
        site().files.complete(one)
    _journal(session, one, one.size)
    return {"saved": one.sequence, "sha256": one.sha256}


def _journal(session: Session, one: Announced, held: int) -> None:
    """The file's event on disk; raises the refusal if the file came too late."""
    clock = site().live.clock
    # First the bytes on both disks, then the event that speaks of them.
    site().standby.secure(site().files.names(one))

    def decide(state: Session) -> Decision:
        events, refusal = keep_file(state.attempt(one.attempt), one.body(), held, clock.now())
        return Decision(events, refusal=refusal)

    site().live.act(session, decide)


@uploads.delete(f"{PATH}/<upload>")
@role(CANDIDATE)
def give_up(upload: str) -> dict[str, Any]:
    """Forget a file that is not finished; a finished one is kept for ever."""
    one = _found(upload)
    attempt = _mine()[1]
    late = any(body["sha256"] == one.sha256 for body in attempt.late_files)
    if late or (one.instance, one.sequence) in attempt.files:
        raise UploadRefused(reason="it is finished")
    site().files.drop(one)
    return {}


@uploads.get(PATH)
@role(CANDIDATE)
def versions() -> dict[str, Any]:
    """All versions kept of the caller's files, oldest first, with the page's references."""
    session, attempt = _mine()
    if attempt.phase != "started":
        raise NotOpenYet
    refs = site().shelf.paper(session, attempt).tokens
    # Through the writer: memory is ahead of the disk until a group is committed.
    kept = site().live.act(
        session, lambda s: Decision(result=list(s.attempt(attempt.id).files.values()))
    )
    return {"files": [_version(body) | {"ref": refs.shown(body["item"])[0]} for body in kept]}


def _version(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("name", "size", "sha256", "instance", "sequence")}


@uploads.get("/api/room/<session_id>/files")
@role(*STAFF)
def room_files(session_id: str) -> dict[str, Any]:
    """What every attempt uploaded, and what came too late and is kept as evidence."""
    session = site().live.session(session_id)
    return {
        attempt.id: {"files": list(attempt.files.values()), "late": list(attempt.late_files)}
        for attempt in list(session.attempts.values())
        if attempt.files or attempt.late_files
    }
