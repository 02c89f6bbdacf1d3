"""Two-person release: a package leaves when two officers have signed it, each with their own key.

The first signature seals the session as it is then and keeps it as a draft that goes nowhere. The
second one, by another key (and, on the pages, another account), makes the package of it.
"""

import hashlib
import secrets
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from sync.errors import AlreadyThere, NotFound, SecretMissing, SignatureRefused
from sync.exam.photos import Photos
from sync.exam.sitting import SessionPlan
from sync.exam.specification import Struct
from sync.headquarters.errors import NotAReleaseKey, SecondOfficerNeeded
from sync.headquarters.planning.drawing import note_exposure
from sync.headquarters.planning.given_away import require_secret
from sync.headquarters.planning.photos import photos_of
from sync.headquarters.planning.publish import Published, drawn_papers, planned
from sync.headquarters.planning.sessions import find
from sync.headquarters.register.conditions import require_session
from sync.headquarters.register.keys import register_of, release_key
from sync.headquarters.register.sites import certificate_of
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import release_drafts, sessions
from sync.wire.documents import (
    RELEASE_SIGNATURES,
    Certificate,
    Papers,
    to_bytes,
    verify_draft,
    verify_package,
    write_package,
)
from sync.wire.files import sync_folder, write_durably
from sync.wire.keys import SigningKey
from sync.wire.register import KeyRegister
from sync.wire.sealed import countersign
from sync.wire.unlock import OFFICIALS, UnlockCode


class Draft(Struct, frozen=True):
    """A session that one officer has signed."""

    session: str
    digest: str
    content: str
    key_id: str
    who: str
    at: int


def sign_release(
    headquarters: Headquarters, by: Stamp, session: str, key: SigningKey
) -> Published | None:
    """Sign a session for its site: None for the first signature, the package with the second.

    AlreadyThere if it is published; refused if the register no longer has it so. What was changed
    since the first signature needs both anew. A site that enrolled again since cannot open the old
    package: it gets the same plan and papers sealed anew, with new codes.
    """
    with headquarters.store.writing() as db:
        row = find(db, session)
        certificate = certificate_of(headquarters, row.site)
        if row.state == "published" and row.package_serial == certificate.serial:
            raise AlreadyThere(what=f"{session} {row.package_digest[:16]}")
        if row.state == "draft":
            # A published session is only sealed anew, for a box that was set up anew.
            require_session(db, row)
        plan, papers, photos = planned(db, row), drawn_papers(db, row), photos_of(db, session)
        if row.state == "draft":
            require_secret(db, row, papers.forms)
        register = register_of(headquarters)
        _require_release_key(headquarters, by, key)
        content = _content(plan, papers, photos, certificate)
        draft = _draft(db, session)
        if draft is None or _stale(headquarters, by, draft, content):
            digest = _seal(headquarters, plan, papers, photos, certificate, key)
            key_id = key.public.key_id
            _keep_draft(db, Draft(session, digest, content, key_id, by.who, by.at))
            record(db, by, "session.sign", session=session, key=key.public.key_id)
            return None
        _require_other(headquarters, draft, by, key)
        package = _complete(headquarters, draft, certificate, register, key)
        _publish(db, by, plan, package, certificate.serial)
        note_exposure(headquarters.store, db, row.starts_at, papers.forms)
        keys = sorted((draft.key_id, key.public.key_id))
        record(db, by, "session.publish", session=session, package=package.digest, keys=keys)
    _clear(headquarters, draft.digest)
    return package


def first_signature(headquarters: Headquarters, session: str) -> Draft | None:
    """Who signed a session that waits for its second signature."""
    with headquarters.store.reading() as db:
        return _draft(db, session)


def _draft(db: Connection, session: str) -> Draft | None:
    query = select(release_drafts).where(release_drafts.c.session == session)
    row: Row[Any] | None = db.execute(query).first()
    return Draft(**row._mapping) if row else None


def _stale(headquarters: Headquarters, by: Stamp, draft: Draft, content: str) -> bool:
    """Whether the session changed since, or the first officer's key ended."""
    try:
        release_key(headquarters, by, draft.key_id)
    except NotFound:
        return True
    return draft.content != content


def _require_release_key(headquarters: Headquarters, by: Stamp, key: SigningKey) -> None:
    try:
        release_key(headquarters, by, key.public.key_id)
    except NotFound:
        raise NotAReleaseKey(key=key.public.key_id) from None


def _require_other(headquarters: Headquarters, draft: Draft, by: Stamp, key: SigningKey) -> None:
    # By the lines of their keys, for an officer whose key is rotated has two of them for a while.
    lines = {release_key(headquarters, by, one).line for one in (draft.key_id, key.public.key_id)}
    if len(lines) < RELEASE_SIGNATURES or by.who == draft.who:
        raise SecondOfficerNeeded(who=draft.who, key=draft.key_id)


def _content(plan: SessionPlan, papers: Papers, photos: Photos, certificate: Certificate) -> str:
    """What was signed, for whom: another digest once anything of it was changed."""
    parts = tuple(to_bytes(one) for one in (plan, papers, photos, certificate))
    return hashlib.sha256(b"".join(hashlib.sha256(p).digest() for p in parts)).hexdigest()


def _keep_draft(db: Connection, draft: Draft) -> None:
    db.execute(delete(release_drafts).where(release_drafts.c.session == draft.session))
    db.execute(insert(release_drafts).values(**msgspec.structs.asdict(draft)))


def _publish(db: Connection, by: Stamp, plan: SessionPlan, package: Published, serial: int) -> None:
    db.execute(
        update(sessions)
        .where(sessions.c.id == plan.id)
        .values(
            state="published",
            published_at=by.at,
            plan=msgspec.json.encode(plan).decode(),
            package_digest=package.digest,
            package_size=package.size,
            package_serial=serial,
        )
    )
    db.execute(delete(release_drafts).where(release_drafts.c.session == plan.id))


def _draft_path(headquarters: Headquarters, digest: str) -> Path:
    return headquarters.package(digest).with_suffix(".draft")


def _seal(
    headquarters: Headquarters,
    plan: SessionPlan,
    papers: Papers,
    photos: Photos,
    certificate: Certificate,
    key: SigningKey,
) -> str:
    """Write draft and codes; the draft's digest."""
    first, second = OFFICIALS
    codes = UnlockCode.generate(first), UnlockCode.generate(second)
    fresh = headquarters.folder / "packages" / f".{plan.id}.{secrets.token_hex(8)}.tmp"
    try:
        digest = write_package(fresh, plan, papers, certificate, codes, [key], photos)
        for code in codes:
            where = headquarters.code(digest, code.official)
            write_durably(where, code.spoken.encode(), 0o600)
        fresh.rename(_draft_path(headquarters, digest))
        sync_folder(fresh.parent)
    finally:
        fresh.unlink(missing_ok=True)
    return digest


def _complete(
    headquarters: Headquarters,
    draft: Draft,
    certificate: Certificate,
    register: KeyRegister | None,
    key: SigningKey,
) -> Published:
    """The draft with the second signature, checked again as the site will check it."""
    source = _draft_path(headquarters, draft.digest)
    if not source.is_file():
        raise SecretMissing(path=str(source))
    if verify_draft(source, certificate, register).digest != draft.digest:
        raise SignatureRefused(reason=f"draft {draft.digest[:16]}")
    fresh = source.with_name(f".{draft.session}.{secrets.token_hex(8)}.tmp")
    try:
        digest = countersign(source, fresh, key)
        checked = verify_package(fresh, certificate, register)
        for official in OFFICIALS:
            code = headquarters.code(draft.digest, official).read_bytes()
            write_durably(headquarters.code(digest, official), code, 0o600)
        fresh.rename(headquarters.package(digest))
        sync_folder(fresh.parent)
    finally:
        fresh.unlink(missing_ok=True)
    return Published(digest, checked.size, headquarters.package(digest))


def _clear(headquarters: Headquarters, digest: str) -> None:
    """Away with a draft that has become a package."""
    _draft_path(headquarters, digest).unlink(missing_ok=True)
    for official in OFFICIALS:
        headquarters.code(digest, official).unlink(missing_ok=True)
