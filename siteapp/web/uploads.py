"""Files of practical tasks: announced, sent in parts, finished. See docs/specs/uploads.md."""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from siteapp.conduct.attempt import LATE, Attempt
from siteapp.conduct.files import refusal_now
from siteapp.conduct.late import late_file
from siteapp.conduct.session import Session
from siteapp.conduct.spans import Span
from siteapp.errors import NotOpenYet, RequestRefused, UploadRefused
from siteapp.store.writer import Decision
from siteapp.uploads.files import MIB, Announced
from siteapp.web.answers import MAX_SEQUENCE
from siteapp.web.guard import CANDIDATE, STAFF, json_body, role, site, whom
from sync.exam.items import Deliverable
from sync.exam.journal import MAX_NUMBER
from sync.words import Words

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
        raise UploadRefused(reason=Words("由另一个页面上传", "another page's upload"))
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
    now = site().live.clock.now()
    site().pace.file(session.plan.id, attempt, now)
    refusal = refusal_now(attempt, whom().seat_term, now)
    # What comes too late is taken whole: its end says whether it counts or two people decide.
    if refusal and refusal.code not in LATE:
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
    if attempt.phase not in ("started", "handed-in"):
        raise NotOpenYet
    paper = site().shelf.paper(session, attempt)
    token = paper.tokens.get(ref)
    for task in paper.form.tasks:
        for one in task.deliverables:
            if token and token.choose == "file" and token.item == f"{task.id}/{one.id}":
                return one, token.item
    raise UploadRefused(reason=Words("此处不要求上传文件", "no file is asked for here"))


def _check(given: dict[str, Any], deliverable: Deliverable) -> None:
    most = site().settings.number("upload_mib")
    name: str = given["name"]
    if not 0 < given["size"] <= most * MIB:
        raise UploadRefused(
            reason=Words(f"每个文件最大 {most} MiB，且不能为空", f"1 B … {most} MiB")
        )
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise UploadRefused(
            reason=Words("文件名过长或含有特殊字符", "the name is too long or unprintable")
        )
    wanted = tuple(f".{kind.lower().lstrip('.')}" for kind in deliverable.accept)
    if wanted and not name.lower().endswith(wanted):
        raise UploadRefused(
            reason=Words(f"只收 {' '.join(wanted)}", f"only {' '.join(wanted)} here")
        )
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
    term, now = whom().seat_term, site().live.clock.now()
    late = site().live.writer.seen(lambda: refusal_now(session.attempt(attempt.id), term, now))
    late = None if late and late.code in LATE else late
    # The first part from a left seat is evidence, with what came before; more of it is not taken.
    if late and any(body["sha256"] == one.sha256 for body in attempt.late_files):
        raise late
    turns = site().files.turns
    with turns.own((one.session, one.attempt)):
        with turns.among_few():
            with turns.place():
                held = site().files.append(one, int(at), request.get_data(cache=False))
            turns.spread(length)
        if late:
            _journal(session, one, held)
    return _shown(one)


@uploads.post(f"{PATH}/<upload>/finish")
@role(CANDIDATE)
def finish(upload: str) -> dict[str, Any]:
    """The whole file is verified and journalled; only this answer says that it is kept."""
    one, made = _found(upload), _made(request.get_json(silent=True))
    session, attempt = _mine()
    live = site().live
    site().pace.saves(session.plan.id, attempt, 1, 0, live.clock.now())
    # Asked again about what is kept, nothing is read, sent to the second server or written.
    if not live.writer.seen(lambda: _is_kept(session.attempt(one.attempt), one)):
        turns = site().files.turns
        with turns.own((one.session, one.attempt)):
            if live.writer.seen(lambda: _is_evidence(session.attempt(one.attempt), one)):
                # Its bytes have their places; only whether it counts by now is asked again.
                _decide(session, one, one.size, made)
            else:
                with turns.among_few(), turns.place():
                    site().files.complete(one)
                _journal(session, one, one.size, made)
    return {"saved": one.sequence, "sha256": one.sha256}


def _is_kept(attempt: Attempt, one: Announced) -> bool:
    kept = attempt.files.get((one.instance, one.sequence))
    return kept is not None and kept["sha256"] == one.sha256 and kept["item"] == one.item


def _is_evidence(attempt: Attempt, one: Announced) -> bool:
    """The whole file was journalled as too late, which it is not before it is on both disks."""
    about = one.body() | {"held": one.size}
    known = any(about.items() <= late.items() for late in attempt.late_files)
    return known and site().files.whole(one).exists()


def _made(given: Any) -> Span | None:
    """From the page's last contact to the choice, on the site's clock; None if it says neither."""
    made = given.get("made") if isinstance(given, dict) else None
    if not isinstance(made, list) or len(made) != 2 or not all(type(n) is int for n in made):
        return None
    return Span(*made) if 0 <= made[0] <= made[1] <= MAX_NUMBER else None


def _journal(session: Session, one: Announced, held: int, made: Span | None = None) -> None:
    """The file's event on disk; raises the refusal if the file came too late."""
    # First the bytes on both disks, then the event that speaks of them.
    site().standby.secure(site().files.names(one))
    _decide(session, one, held, made)


def _decide(session: Session, one: Announced, held: int, made: Span | None) -> None:
    live = site().live

    def decide(state: Session) -> Decision:
        mine, now = state.attempt(one.attempt), live.clock.now()
        events, refusal = late_file(state, mine, one.body(), held, now, live.room(), made)
        return Decision(events, refusal=refusal)

    live.act(session, decide)


@uploads.delete(f"{PATH}/<upload>")
@role(CANDIDATE)
def give_up(upload: str) -> dict[str, Any]:
    """Forget a file that is not finished; a finished one is kept for ever."""
    one = _found(upload)
    session, attempt = _mine()
    site().pace.file(session.plan.id, attempt, site().live.clock.now())
    late = any(body["sha256"] == one.sha256 for body in attempt.late_files)
    if late or (one.instance, one.sequence) in attempt.files:
        raise UploadRefused(reason=Words("已经上传完成", "it is finished"))
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
    kept = site().live.act(session, lambda s: Decision(result=_versions(s.attempt(attempt.id))))
    return {
        "files": [
            _version(body, counts) | {"ref": refs.shown(body["item"])[0]} for body, counts in kept
        ]
    }


def _versions(attempt: Attempt) -> list[tuple[dict[str, Any], bool]]:
    """Every version, and whether it is the one that counts for its item."""
    answers = attempt.responses
    return [
        (body, answers[body["item"]].response == body["sha256"]) for body in attempt.files.values()
    ]


def _version(body: dict[str, Any], counts: bool) -> dict[str, Any]:
    told = {name: body[name] for name in ("name", "size", "sha256", "instance", "sequence")}
    return told | {"counts": counts}


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
