"""Certificates by the enrolment key, and the answer that a box gets with the register of keys."""

from sqlalchemy import Connection, select, update

from sync.errors import EnrolmentKeyMissing, SiteHasABox
from sync.headquarters.register.enrolment_keys import enrolment_key
from sync.headquarters.register.invitations import Invitation, serial_of
from sync.headquarters.register.keys import newest
from sync.headquarters.register.sites import NewBox, enter
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import enrolments
from sync.wire import documents, dsse
from sync.wire.documents import Certificate
from sync.wire.enrolment import Answer
from sync.wire.register import KeyRegister


def certify(
    headquarters: Headquarters,
    db: Connection,
    by: Stamp,
    invitation: Invitation,
    request: str,
    keys: tuple[bytes, bytes],
) -> int:
    """Certify a box's keys (verify, sealing) for the invitation's site: the next serial.

    SiteHasABox if another box of the site was certified since the invitation was made.
    """
    key = enrolment_key(headquarters, by.at)
    if serial_of(db, invitation.site) != invitation.replaces:
        raise SiteHasABox
    new = NewBox(invitation.site, invitation.name, request, *keys)
    serial, _ = enter(db, by, new, headquarters.keys.public(), key)
    record(db, by, "site.enrol", site=invitation.site, serial=serial, key=new.key_id)
    return serial


def answer(headquarters: Headquarters, request: str, now: int) -> bytes:
    """What a confirmed box gets, by a key that is good now.

    SiteHasABox for one whose place another box has taken since.
    """
    with headquarters.store.writing() as db:
        here = enrolments.c.request == request
        row = db.execute(select(enrolments).where(here)).one()
        if row.serial != serial_of(db, row.site):
            raise SiteHasABox
        register = newest(headquarters)
        if register is None:
            raise EnrolmentKeyMissing
        envelope: bytes = row.certificate
        if not _good(headquarters, envelope, register):
            # The box has none yet: the same serial, by today's keys.
            made = documents.peek(envelope, Certificate)
            fresh = Certificate(
                **{name: getattr(made, name) for name in made.__struct_fields__}
                | {"headquarters": headquarters.keys.public(), "issued_at": now}
            )
            envelope = documents.sign(fresh, enrolment_key(headquarters, now))
            db.execute(update(enrolments).where(here).values(certificate=envelope))
    return documents.to_bytes(Answer(certificate=envelope, register=register))


def _good(headquarters: Headquarters, envelope: bytes, register: bytes) -> bool:
    """Whether a box would believe it, and learn the keys of headquarters that count today."""
    known = documents.peek(register, KeyRegister)
    signers = dsse.peek(envelope)[2]
    revoked = {one.key_id for one in known.keys if one.revoked is not None}
    current = documents.peek(envelope, Certificate).headquarters == headquarters.keys.public()
    return current and revoked.isdisjoint(signers)
