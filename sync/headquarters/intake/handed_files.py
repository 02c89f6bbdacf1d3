"""Uploaded files at headquarters: which the journal names, which are here, out for the markers.

A file is what its event in the journal says: the content must have that SHA-256.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from sqlalchemy import select, update

from sync.errors import DocumentAltered, DocumentRefused, NotFound
from sync.exam.journal import Event, standing_responses
from sync.exam.specification import Struct
from sync.headquarters.intake.archive import BatchRow, list_files
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.register.sites import former_key
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import files, scorings
from sync.wire.files import write_durably
from sync.wire.incoming import opener
from sync.wire.sealed import SealedDocument

log = logging.getLogger(__name__)
State = Literal["missing", "received", "archived", "differs"]
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")


class HandedFile(Struct, frozen=True):
    """A file that the journal names; `counts` if it is the version that is marked."""

    attempt: str
    item: str
    name: str
    size: int
    sha256: str
    sequence: int
    counts: bool
    state: State
    digest: str | None


def handed_files(headquarters: Headquarters, session: str) -> list[HandedFile]:
    """Every file that the session's journal names, by attempt, item and order."""
    events = read_journal(headquarters, session).events()
    standing = standing_responses(events)
    here = {row.sequence: row for row in list_files(headquarters, session)}
    differing = _differing(headquarters, session)
    found = []
    for event in events:
        if event.kind == "file":
            row = here.get(event.seq)
            body = event.body
            counted = standing[body["attempt"]][body["item"]]
            found.append(
                HandedFile(
                    attempt=body["attempt"],
                    item=body["item"],
                    name=body["name"],
                    size=body["size"],
                    sha256=body["sha256"],
                    sequence=event.seq,
                    counts=counted.response == body["sha256"],
                    state=_state(row, differing),
                    digest=row.digest if row else None,
                )
            )
    return sorted(found, key=lambda one: (one.attempt, one.item, one.sequence))


def _state(row: BatchRow | None, differing: set[str]) -> State:
    if row is None:
        return "missing"
    if row.digest in differing:
        return "differs"
    return "archived" if row.state == "archived" else "received"


def _differing(headquarters: Headquarters, session: str) -> set[str]:
    query = select(files.c.digest).where(files.c.session == session, files.c.verdict == "differs")
    with headquarters.store.reading() as db:
        return set(db.scalars(query))


def files_here(headquarters: Headquarters, session: str) -> int:
    """How many of a session's files came in."""
    return len({row.sequence for row in list_files(headquarters, session)})


def extract_files(
    headquarters: Headquarters, session: str, folder: Path, *, every: bool = False
) -> tuple[int, int]:
    """Write the files that count (or every version) for marking; how many, and how many lack.

    `<sitting>/<admission>/<task>-<deliverable>-<number>.<kind>`: a candidate's name for a file is
    data, and no path is made of it. DocumentAltered for one that is not what its event says.
    """
    rows = {row.digest: row for row in list_files(headquarters, session)}
    written = missing = 0
    for one in handed_files(headquarters, session):
        if not (one.counts or every):
            continue
        if one.digest is None:
            missing += 1
            continue
        target = folder / _place(one)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_durably(target, _checked(headquarters, rows[one.digest], one.sha256))
        written += 1
    return written, missing


def take_file(
    headquarters: Headquarters, session: str, attempt: str, item: str, sha256: str, target: Path
) -> HandedFile:
    """Write one file that the journal names to `target`, whole and held against its SHA-256.

    NotFound if the journal names no such file or it has not come in; DocumentAltered if it is
    another, and then `target` is not to be used.
    """
    rows = {row.digest: row for row in list_files(headquarters, session)}
    for one in handed_files(headquarters, session):
        if (one.attempt, one.item, one.sha256) == (attempt, item, sha256) and one.digest:
            with target.open("xb") as file:
                file.writelines(_checked(headquarters, rows[one.digest], sha256))
            return one
    raise NotFound(what=f"{session} {item}")


def _place(one: HandedFile) -> PurePosixPath:
    suffix = PurePosixPath(one.name).suffix
    kind = suffix.lower() if _SUFFIX.fullmatch(suffix) else ""
    item = re.sub(r"[^A-Za-z0-9-]", "-", one.item)
    attempt = PurePosixPath(*(re.sub(r"[^A-Za-z0-9-]", "-", p) for p in one.attempt.split("/")))
    return attempt / f"{item}-{one.sequence}{kind}"


def _checked(headquarters: Headquarters, row: BatchRow, sha256: str) -> Iterator[bytes]:
    """The content, chunk by chunk; DocumentAltered at its end if it is another."""
    key = former_key(headquarters, row.site, row.signed_by)
    blob = headquarters.blob(row.digest)
    if blob.is_file():
        document = SealedDocument.verify(blob, kind="file", trusted=[key])
    else:
        kept = headquarters.blobs.read(row.digest)
        document = SealedDocument.verify_bytes(kept, kind="file", trusted=[key])
    content_key = document.content_key("file", opener(document, headquarters.keys.live()))
    found = hashlib.sha256()
    for chunk in document.stream("file", content_key):
        found.update(chunk)
        yield chunk
    if found.hexdigest() != sha256:
        raise DocumentAltered(where=f"{row.session} {row.sequence}: SHA-256")


def verify_pending(headquarters: Headquarters) -> None:
    """Hold each new file against its event, once its session's journal is whole.

    A session that cannot be read keeps no other from it.
    """
    query = (
        select(files.c.session)
        .join(scorings, scorings.c.session == files.c.session)
        .where(files.c.verdict.is_(None), files.c.state == "archived", scorings.c.complete)
    )
    with headquarters.store.reading() as db:
        waiting = sorted(set(db.scalars(query)))
    for session in waiting:
        try:
            _verify(headquarters, session)
        except (DocumentRefused, NotFound):
            log.exception("the files of session %s cannot be verified", session)


def _verify(headquarters: Headquarters, session: str) -> None:
    named = {e.seq: e for e in read_journal(headquarters, session).events() if e.kind == "file"}
    query = select(files.c.digest).where(files.c.session == session, files.c.verdict.is_(None))
    with headquarters.store.reading() as db:
        new = set(db.scalars(query))
    for row in list_files(headquarters, session):
        if row.digest in new:
            verdict = _verdict(headquarters, row, named.get(row.sequence))
            with headquarters.store.writing() as db:
                this = files.c.digest == row.digest
                db.execute(update(files).where(this).values(verdict=verdict))


def _verdict(headquarters: Headquarters, row: BatchRow, event: Event | None) -> str:
    if event is None:
        return "unnamed"
    try:
        for _ in _checked(headquarters, row, event.body["sha256"]):
            pass
    except DocumentRefused:
        return "differs"
    return "verified"
