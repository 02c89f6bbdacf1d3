"""What sites' couriers talk to: packages out, batches in, receipts."""

import errno
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, make_response, request, send_file

from sync.disk import MIB, free_bytes
from sync.errors import DiskTooFull, DocumentRefused, NotFound
from sync.headquarters.errors import BatchTooLarge, LengthMissing
from sync.headquarters.intake.archive import highest_receipt
from sync.headquarters.intake.edge import MAX_BATCH, MAX_FILE, Accepted, accept
from sync.headquarters.intake.gate import Gate
from sync.headquarters.intake.inventories import answer
from sync.headquarters.intake.readiness import keep_report
from sync.headquarters.intake.refusals import put_signed
from sync.headquarters.planning.publish import packages_for
from sync.headquarters.planning.unlocking import release, released
from sync.headquarters.planning.updates import published
from sync.headquarters.register import versions
from sync.headquarters.register.keys import newest
from sync.headquarters.web.guard import PUBLIC, SITE, headquarters, now, role, site

# Packages out lie in the folder of one machine. What needs the database alone, any number of
# receivers do: batches in, and what ten thousand couriers ask every twenty seconds.
api = Blueprint("api", __name__)
intake = Blueprint("intake", __name__)


@intake.get("/.well-known/examhq")
@role(PUBLIC)
def who() -> Response:
    """Says that headquarters answers here."""
    return jsonify({"service": "examhq", "version": version("examsite")})


@intake.get("/api/v1/keys")
@role(PUBLIC)
def key_register() -> Response:
    """The newest register of headquarters' keys, which is no secret."""
    envelope = newest(headquarters())
    if envelope is None:
        raise NotFound(what="keys")
    response = make_response(envelope)
    response.mimetype = "application/json"
    return response


@intake.get("/api/v1/version")
@role(PUBLIC)
def version_rule() -> Response:
    """The oldest version that sites may use, signed; it is no secret."""
    envelope = versions.newest(headquarters())
    if envelope is None:
        raise NotFound(what="version")
    response = make_response(envelope)
    response.mimetype = "application/json"
    return response


@intake.get("/api/v1/packages")
@role(SITE)
def packages() -> Response:
    """The packages of the site that asks."""
    found = packages_for(headquarters(), site())
    listed = [
        {
            "digest": p.digest,
            "size": p.size,
            "session": session,
            "released": released(headquarters(), session, p.digest, now()),
        }
        for session, p in found
    ]
    return jsonify({"packages": listed})


@api.get("/api/v1/packages/<digest>")
@role(SITE)
def package(digest: str) -> Response:
    """One package of the site that asks; ranges are served, so a download can go on."""
    for _, found in packages_for(headquarters(), site()):
        if found.digest == digest:
            # Flask takes a relative path for one beside its own code.
            path = found.path.resolve()
            return send_file(
                path, mimetype="application/octet-stream", conditional=True, etag=digest
            )
    raise NotFound(what=digest[:64])


@api.get("/api/v1/unlocks/<digest>")
@role(SITE)
def unlock(digest: str) -> Response:
    """The codes of a package of the site that asks, sealed to it, once they are released."""
    response = make_response(release(headquarters(), site(), digest, now()))
    response.mimetype = "application/json"
    return response


@api.get("/api/v1/update")
@role(SITE)
def update() -> Response:
    """The word of two release officers on the newest software."""
    response = make_response(published(headquarters())[0])
    response.mimetype = "application/json"
    return response


@api.get("/api/v1/updates/<digest>")
@role(SITE)
def update_file(digest: str) -> Response:
    """The file of that word; sites ask for it part by part."""
    path = published(headquarters())[1].resolve()
    if path.stem != digest or not path.is_file():
        raise NotFound(what=digest[:64])
    return send_file(path, mimetype="application/octet-stream", conditional=True, etag=digest)


@intake.put("/api/v1/batches/<digest>")
@role(PUBLIC)
def put_batch(digest: str) -> Response:
    """Take in a batch: 201 with its receipt, and 200 with the same bytes at every repeat.

    The batch carries its site's signature; who brings it does not matter.
    """
    return _answer(_take(digest, MAX_BATCH))


@api.put("/api/v1/files/<digest>")
@role(SITE)
def put_file(digest: str) -> Response:
    """Take in an uploaded file, answered as a batch is; only from a site, for it may be large."""
    return _answer(_take(digest, MAX_FILE))


def _answer(accepted: Accepted) -> Response:
    response = make_response(accepted.receipt, 201 if accepted.new else 200)
    response.mimetype = "application/json"
    return response


def _take(digest: str, most: int) -> Accepted:
    gate: Gate = current_app.extensions["gate"]
    with gate.inside():
        return _take_inside(digest, most)


def _take_inside(digest: str, most: int) -> Accepted:
    length = request.content_length
    if length is None:
        raise LengthMissing
    if length > most:
        raise BatchTooLarge(found=length, limit=most)
    folder = headquarters().folder / "incoming"
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            shutil.copyfileobj(request.stream, file, 1024 * 1024)
            file.flush()
            source = Path(file.name)
            try:
                return accept(headquarters(), source, digest, now())
            except DocumentRefused as refusal:
                put_signed(headquarters(), refusal, source, digest, now())
                raise
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        free = free_bytes(folder) // MIB
        raise DiskTooFull(
            needed_mib=length // 2**20 + 1, free_mib=free, folder=str(folder)
        ) from None


@intake.post("/api/v1/inventories")
@role(SITE)
def inventory() -> Response:
    """What the asking site has, and how its sessions are; the signed answer says what lacks."""
    response = make_response(answer(headquarters(), request.get_data(), site(), now()))
    response.mimetype = "application/json"
    return response


@intake.post("/api/v1/readiness")
@role(SITE)
def readiness() -> tuple[str, int]:
    """The asking site's word on whether a session can be held there; the newest is kept."""
    keep_report(headquarters(), request.get_data(), site(), now())
    return "", 204


@intake.get("/api/v1/receipts/<digest>")
@role(PUBLIC)
def receipt(digest: str) -> Response:
    """The receipt of the highest level; it says nothing that the digest's holder does not know."""
    envelope = highest_receipt(headquarters(), digest)
    if envelope is None:
        raise NotFound(what=digest[:64])
    response = make_response(envelope)
    response.mimetype = "application/json"
    return response
