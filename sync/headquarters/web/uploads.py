"""Uploads that go on after a cut: tus 1.0.0 as far as docs/specs/upload.md says."""

import base64
import binascii
import tempfile
from email.utils import formatdate
from pathlib import Path

from flask import Blueprint, Response, current_app, request

from sync.delivery_errors import UploadMalformed, UploadType
from sync.errors import DocumentRefused, NotFound
from sync.headquarters.errors import BatchTooLarge
from sync.headquarters.intake.gate import Gate
from sync.headquarters.intake.refusals import put_signed
from sync.headquarters.intake.uploads import PART, Half, append, begin, find, finish, gather
from sync.headquarters.web.guard import SITE, headquarters, now, role, site
from sync.resuming import PART_TYPE, PATH, VERSION
from sync.spool import is_digest

uploads = Blueprint("uploads", __name__)


@uploads.before_request
def _same_version() -> Response | None:
    """Tus-Resumable of another version: 412, and nothing is done."""
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    return Response(status=412, headers={"Tus-Version": VERSION})


@uploads.after_request
def _say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    return response


@uploads.post("/api/v1/uploads")
@role(SITE)
def create() -> Response:
    """Begin an upload of `Upload-Length` bytes with the `digest` of the metadata, or find it."""
    size, digest = _number("Upload-Length"), _digest(request.headers.get("Upload-Metadata", ""))
    half = begin(headquarters(), site(), digest, size, now())
    return Response(status=201, headers=_headers(half) | {"Location": f"{PATH}/{digest}"})


@uploads.route("/api/v1/uploads/<digest>", methods=["HEAD"])
@role(SITE)
def offset(digest: str) -> Response:
    """How far an upload of the asking site is."""
    half = find(headquarters(), site(), digest, now())
    return Response(status=200, headers=_headers(half) | {"Upload-Length": str(half.size)})


@uploads.patch("/api/v1/uploads/<digest>")
@role(SITE)
def part(digest: str) -> Response:
    """The next bytes; with the last the file is taken in, or refused, as one that was PUT."""
    if request.mimetype != PART_TYPE:
        raise UploadType(reason=request.mimetype[:80])
    if (request.content_length or 0) > PART:
        raise BatchTooLarge(found=request.content_length, limit=PART)
    gate: Gate = current_app.extensions["gate"]
    with gate.inside():
        at = _number("Upload-Offset")
        half = append(headquarters(), site(), digest, at, request.get_data(), now())
        if half.whole:
            _finish(digest)
    return Response(status=204, headers=_headers(half))


def _finish(digest: str) -> None:
    with tempfile.TemporaryDirectory(dir=headquarters().folder / "incoming") as folder:
        source = Path(folder) / "whole"
        try:
            gather(headquarters(), site(), digest, source)
        except NotFound:
            # Taken in before: its receipt says so.
            return
        try:
            finish(headquarters(), site(), source, digest, now())
        except DocumentRefused as refusal:
            put_signed(headquarters(), refusal, source, digest, now())
            raise


def _headers(half: Half) -> dict[str, str]:
    return {
        "Upload-Offset": str(half.offset),
        "Upload-Expires": formatdate(half.until / 1000, usegmt=True),
        "Cache-Control": "no-store",
    }


def _number(name: str) -> int:
    said = request.headers.get(name, "")
    if not (said.isascii() and said.isdecimal() and len(said) <= 15):
        raise UploadMalformed(reason=name)
    return int(said)


def _digest(metadata: str) -> str:
    """The value of the key `digest`: pairs by comma, key and base64 by a space."""
    pairs = (pair.strip().partition(" ") for pair in metadata.split(","))
    found = {key: value for key, _, value in pairs}.get("digest", "")
    try:
        digest = base64.b64decode(found, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        digest = ""
    if not is_digest(digest):
        raise UploadMalformed(reason="Upload-Metadata: digest")
    return digest
