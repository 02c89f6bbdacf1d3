"""Refusals that a site may believe: signed, and only for bytes that no repeat can make right.

Anything on the way can answer 409, 413 or 422, and a site must not give a batch up for that. What
is not signed is tried again, so what may yet be put right here (a sender that is not registered, a
session that is not published, keys that a box was given before it enrolled anew, a file that came
damaged or too large) is not signed.
"""

import base64
from pathlib import Path

from sync.errors import CannotOpen, DocumentRefused, ExamError, SignatureRefused
from sync.headquarters.errors import UnknownSender, UnknownSession
from sync.headquarters.intake import receipts
from sync.headquarters.register import sites
from sync.headquarters.store.folder import Headquarters
from sync.spool import digest_of
from sync.wire import documents
from sync.wire.documents import Refusal
from sync.wire.sealed import Unverified

# They may be put right at headquarters.
NOT_FOR_GOOD = (UnknownSender, UnknownSession, CannotOpen)
MEMBER = "refusal"


def put_signed(
    headquarters: Headquarters, refusal: DocumentRefused, source: Path, declared: str, now: int
) -> None:
    """Attach headquarters' signed word to a refusal for good of just these bytes."""
    if isinstance(refusal, NOT_FOR_GOOD) or digest_of(source) != declared:
        return
    if isinstance(refusal, SignatureRefused) and _by_a_former_key(headquarters, source):
        return
    said = Refusal(
        digest=declared,
        size=source.stat().st_size,
        code=refusal.code,
        reason_zh=refusal.say("zh"),
        reason_en=refusal.say("en"),
        at=now,
    )
    refusal.signed = documents.sign(said, receipts.signing_key(headquarters))


def _by_a_former_key(headquarters: Headquarters, source: Path) -> bool:
    """Whether it would have been taken in before its site enrolled anew."""
    document = Unverified(lambda: source.open("rb"))
    site = str(document.identity.get("site"))
    try:
        document.verify(document.kind, sites.former_keys(headquarters, site))
    except DocumentRefused:
        return False
    return True


def signed_members(error: ExamError) -> dict[str, str]:
    """What a refusal that was signed adds to its JSON."""
    signed = error.signed if isinstance(error, DocumentRefused) else None
    return {} if signed is None else {MEMBER: base64.b64encode(signed).decode("ascii")}
