"""The register of sites: an enrolment request in, a certificate out."""

import hashlib
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, insert, select, update

from sync.errors import AlreadyThere, NotFound, SiteHasABox
from sync.exam.specification import Struct
from sync.headquarters.names import checked
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import enrolments, sites
from sync.wire import documents
from sync.wire.documents import Certificate, HeadquartersKeys
from sync.wire.keys import SigningKey, VerifyKey


class SiteRow(Struct, frozen=True):
    """A registered site; `serial` counts its enrolments."""

    id: str
    name: str
    serial: int
    key_id: str
    registered_at: int


def register(
    headquarters: Headquarters, by: Stamp, *, request: bytes, site: str, name: str
) -> bytes:
    """The certificate for a site's request; AlreadyThere if this request was answered before.

    A site that is registered already gets the next serial: its box was set up anew.
    """
    checked(site)
    asked = documents.read_request(request)
    digest = hashlib.sha256(request).hexdigest()
    with headquarters.store.writing() as db:
        if db.scalar(select(enrolments.c.site).where(enrolments.c.request == digest)):
            raise AlreadyThere(what=f"{site} {digest[:16]}")
        keys = headquarters.keys.public()
        new = NewBox(site, name, digest, asked.sign, asked.seal)
        serial, envelope = enter(db, by, new, keys, headquarters.keys.root())
        record(db, by, "site.register", site=site, name=name, serial=serial, key=new.key_id)
    return envelope


def require_no_box(headquarters: Headquarters, site: str) -> None:
    """SiteHasABox for a site that is enrolled: replacing its box takes two officers."""
    with headquarters.store.reading() as db:
        if db.scalar(select(sites.c.serial).where(sites.c.id == site)) is not None:
            raise SiteHasABox


class NewBox(NamedTuple):
    """A box that becomes a site: what it asked, by digest, and its keys (verify, sealing)."""

    site: str
    name: str
    request: str
    sign: bytes
    seal: bytes

    @property
    def key_id(self) -> str:
        """Of the key that it signs with."""
        return VerifyKey.from_bytes(self.sign).key_id


def enter(
    db: Connection, by: Stamp, new: NewBox, keys: HeadquartersKeys, signer: SigningKey
) -> tuple[int, bytes]:
    """Its certificate by `signer` under the next serial, in the register; serial and envelope."""
    serial = _next_serial(db, by, new.site, new.name)
    certificate = Certificate(
        site=new.site,
        name=new.name,
        serial=serial,
        sign=new.sign,
        seal=new.seal,
        headquarters=keys,
        issued_at=by.at,
    )
    envelope = documents.sign(certificate, signer)
    db.execute(
        insert(enrolments).values(
            site=new.site,
            serial=serial,
            request=new.request,
            sign_key=new.sign,
            sign_key_id=new.key_id,
            certificate=envelope,
            issued_at=by.at,
        )
    )
    return serial, envelope


def _next_serial(db: Connection, by: Stamp, site: str, name: str) -> int:
    """Count one more enrolment of a site; its number."""
    serial = db.scalar(select(sites.c.serial).where(sites.c.id == site))
    if serial is None:
        db.execute(insert(sites).values(id=site, name=name, serial=1, registered_at=by.at))
        return 1
    db.execute(update(sites).where(sites.c.id == site).values(name=name, serial=serial + 1))
    return int(serial) + 1


def list_sites(headquarters: Headquarters) -> list[SiteRow]:
    """All sites by id."""
    with headquarters.store.reading() as db:
        return [SiteRow(**row) for row in db.execute(_rows().order_by(sites.c.id)).mappings()]


def find_site(headquarters: Headquarters, site: str) -> SiteRow | None:
    """One site; None if it is not registered."""
    with headquarters.store.reading() as db:
        row = db.execute(_rows().where(sites.c.id == site)).mappings().first()
    return SiteRow(**row) if row else None


def show_site(headquarters: Headquarters, site: str) -> SiteRow:
    """One site; NotFound if it is not registered."""
    found = find_site(headquarters, site)
    if found is None:
        raise NotFound(what=site)
    return found


def _rows() -> Select[Any]:
    joined = sites.join(
        enrolments, (enrolments.c.site == sites.c.id) & (enrolments.c.serial == sites.c.serial)
    )
    return select(sites, enrolments.c.sign_key_id.label("key_id")).select_from(joined)


def certificate_of(headquarters: Headquarters, site: str) -> Certificate:
    """The certificate that counts for a site now; NotFound if it is not registered."""
    with headquarters.store.reading() as db:
        return documents.peek(_current(db, site).certificate, Certificate)


def certificate_envelope(headquarters: Headquarters, site: str) -> bytes:
    """The same, signed as the site got it."""
    with headquarters.store.reading() as db:
        envelope: bytes = _current(db, site).certificate
    return envelope


def sign_key(headquarters: Headquarters, site: str) -> VerifyKey:
    """The key that a site signs with now; NotFound if it is not registered."""
    with headquarters.store.reading() as db:
        return VerifyKey.from_bytes(_current(db, site).sign_key)


def former_key(headquarters: Headquarters, site: str, key_id: str) -> VerifyKey:
    """A key by which a batch was taken in, also if the site has enrolled again since."""
    query = select(enrolments.c.sign_key).where(
        enrolments.c.site == site, enrolments.c.sign_key_id == key_id
    )
    with headquarters.store.reading() as db:
        raw = db.scalars(query).first()
    if raw is None:
        raise NotFound(what=f"{site} {key_id}")
    return VerifyKey.from_bytes(raw)


def former_keys(headquarters: Headquarters, site: str) -> list[VerifyKey]:
    """All that a site signed with before it enrolled again."""
    query = select(enrolments.c.sign_key).where(enrolments.c.site == site)
    newest_first = query.order_by(enrolments.c.serial.desc())
    with headquarters.store.reading() as db:
        return [VerifyKey.from_bytes(raw) for raw in db.scalars(newest_first.offset(1))]


def _current(db: Connection, site: str) -> Row[Any]:
    newest = enrolments.c.serial.desc()
    query = select(enrolments).where(enrolments.c.site == site).order_by(newest).limit(1)
    row = db.execute(query).first()
    if row is None:
        raise NotFound(what=site)
    return row
