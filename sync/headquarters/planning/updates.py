"""Updates of the software: two release officers sign the word on one file (docs/specs/update.md).

HQ/updates/update.json                  the newest word that both have signed
HQ/updates/published.json  <digest>.deb  what sites' couriers are given
"""

import hashlib
import shutil
from pathlib import Path

from sync.errors import DocumentRefused, NotFound
from sync.errors.updates import UpdateOlder
from sync.headquarters.errors import NotAReleaseKey, SecondOfficerNeeded, VersionRefused
from sync.headquarters.register.keys import register_of, release_key
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.wire import dsse
from sync.wire.documents import from_bytes, to_bytes
from sync.wire.files import replacing, write_durably
from sync.wire.keys import SigningKey, VerifyKey
from sync.wire.update import (
    Update,
    check_update_file,
    peek_update,
    read_update,
    write_update,
)

DAY_MS = 86_400_000
FILE, PUBLISHED = "update.json", "published.json"


def newest(headquarters: Headquarters) -> Update | None:
    """The last word that went out."""
    try:
        return peek_update(_path(headquarters).read_bytes())[0]
    except FileNotFoundError:
        return None


def whole_word(headquarters: Headquarters) -> bytes:
    """The last word that went out, as both signed it; NotFound before the first."""
    try:
        return _path(headquarters).read_bytes()
    except FileNotFoundError:
        raise NotFound(what=FILE) from None


def sign_update(
    headquarters: Headquarters,
    by: Stamp,
    key: SigningKey,
    file: Path,
    *,
    version: str,
    reason: str,
    days: int,
) -> bytes:
    """The first officer's word on a file; VersionRefused for a version or reason that is none."""
    require_officer(headquarters, by, key.public.key_id)
    before = newest(headquarters)
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    serial = before.serial + 1 if before else 1
    until = by.at + days * DAY_MS
    made = Update(serial, version, digest, file.stat().st_size, reason.strip(), by.at, until)
    try:
        from_bytes(to_bytes(made), Update)
    except Exception:
        raise VersionRefused(version=version[:40]) from None
    with headquarters.store.writing() as db:
        record(db, by, "update.sign", version=version, digest=digest)
    return write_update(made, key)


def countersign_update(
    headquarters: Headquarters, by: Stamp, key: SigningKey, envelope: bytes, file: Path
) -> bytes:
    """With the second officer's signature it is whole, checked as a site will, and kept.

    SecondOfficerNeeded from the first officer; UpdateFileDiffers for another file.
    """
    update, signers = peek_update(envelope)
    if len(signers) != 1:
        raise SecondOfficerNeeded(who=by.who, key=",".join(signers))
    own = require_officer(headquarters, by, key.public.key_id)
    if own == require_officer(headquarters, by, signers[0]):
        raise SecondOfficerNeeded(who=by.who, key=signers[0])
    check_update_file(update, file)
    before = newest(headquarters)
    if before is not None and update.serial <= before.serial:
        raise UpdateOlder(version=update.version, held=before.version)
    whole = dsse.countersign(envelope, key)
    public = headquarters.keys.public()
    release = [VerifyKey.from_bytes(raw) for raw in public.release]
    read_update(whole, release, register_of(headquarters))
    with headquarters.store.writing() as db:
        record(db, by, "update.publish", version=update.version, digest=update.digest)
    _path(headquarters).parent.mkdir(exist_ok=True)
    write_durably(_path(headquarters), whole)
    return whole


def publish_update(headquarters: Headquarters, by: Stamp, file: Path) -> Update:
    """Give the file of the newest word to sites over the line; the word goes out last.

    NotFound before there is one; UpdateFileDiffers for another file, and what was out stays out.
    """
    word = whole_word(headquarters)
    update = peek_update(word)[0]
    place = _path(headquarters).parent
    target = place / f"{update.digest}.deb"
    check_update_file(update, file)
    with replacing(target) as out, file.open("rb") as content:
        shutil.copyfileobj(content, out)
    try:
        check_update_file(update, target)
    except DocumentRefused:
        target.unlink()
        raise
    with headquarters.store.writing() as db:
        record(db, by, "update.serve", version=update.version, digest=update.digest)
    write_durably(place / PUBLISHED, word)
    for older in place.glob("*.deb"):
        if older != target:
            older.unlink()
    return update


def published(headquarters: Headquarters) -> tuple[bytes, Path]:
    """The word that sites are given, and its file; NotFound if there is none."""
    place = _path(headquarters).parent
    try:
        word = (place / PUBLISHED).read_bytes()
    except FileNotFoundError:
        raise NotFound(what="update") from None
    return word, place / f"{peek_update(word)[0].digest}.deb"


def _path(headquarters: Headquarters) -> Path:
    return headquarters.folder / "updates" / FILE


def require_officer(headquarters: Headquarters, by: Stamp, key_id: str) -> int:
    """Whose key that is; NotAReleaseKey if nobody's that signs now."""
    try:
        return release_key(headquarters, by, key_id).line
    except NotFound:
        raise NotAReleaseKey(key=key_id) from None
