"""The page by which release officers sign a session, each with the key file of their own."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from sync.errors import SecretDamaged, SecretMissing
from sync.headquarters.desk_errors import KeyFileRefused
from sync.headquarters.planning import release
from sync.headquarters.web.guard import headquarters, role, stamp
from sync.wire.keys import SECRET_LENGTH, SigningKey, read_key

release_pages = Blueprint("release_pages", __name__)
_MOST = 1024


@release_pages.post("/sessions/<session>/release")
@role("release-officer")
def sign_release(session: str) -> Answer:
    """Sign with the uploaded key file, which is used for this one signature and not kept."""
    sent = request.files.get("key")
    data = sent.stream.read(_MOST) if sent else b""
    try:
        secret = read_key(data, SECRET_LENGTH, (sent and sent.filename) or "—")
    except (SecretMissing, SecretDamaged):
        # Of headquarters' own files that is a fault of the machine; here a person chose the file.
        raise KeyFileRefused from None
    release.sign_release(headquarters(), stamp(), session, SigningKey.from_bytes(secret))
    return redirect(f"/sessions/{session}", 303)
