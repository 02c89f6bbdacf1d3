"""Unlocking: by phone each officer reads out one code; over the network two officers consent.

The hour is a quarter of an hour before the start, by headquarters' clock. Without two consents
nothing goes over the network and the codes are read out by phone; with them the phone still works.
"""

from sqlalchemy import select

from sync.errors import NotFound, NotReady
from sync.exam.sitting import unlock_due_ms
from sync.exam.specification import Struct
from sync.headquarters.errors import OneCodeEach, UnlockKeyRevoked
from sync.headquarters.planning.publish import package_of, packages_for, read_codes
from sync.headquarters.planning.sessions import find
from sync.headquarters.register.keys import register_of
from sync.headquarters.register.sites import certificate_of
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import code_holders, unlock_consents
from sync.wire.keys import SealingKey, SigningKey
from sync.wire.release import write_release
from sync.wire.unlock import UnlockCode

NEEDED = 2


class Holder(Struct, frozen=True):
    """Who has looked at which official's code, and when first."""

    who: str
    official: int
    at: int


def show_code(headquarters: Headquarters, by: Stamp, session: str, official: int) -> str:
    """The code of official 1 or 2 as it is read aloud; that it was looked at is recorded.

    OneCodeEach if this officer has looked at the other: both open the papers.
    """
    package = package_of(headquarters, session).digest
    store, rows = headquarters.store, code_holders
    said = {"package": package, "who": by.who, "official": official, "at": by.at}
    held = select(rows.c.official).where(rows.c.package == package, rows.c.who == by.who)
    with store.writing() as db:
        # The table's key decides between two looks at the same moment.
        db.execute(store.inserting(rows).on_conflict_do_nothing(), said)
        if (other := db.scalar(held)) != official:
            raise OneCodeEach(who=by.who, official=other)
        record(db, by, "codes.show", session=session, package=package, official=official)
    return read_codes(headquarters, package)[official - 1]


def holders(headquarters: Headquarters, package: str) -> list[Holder]:
    """Who has looked at a code of this package, by official and time."""
    rows = code_holders.c
    query = select(rows.who, rows.official, rows.at).where(rows.package == package)
    with headquarters.store.reading() as db:
        found = db.execute(query.order_by(rows.official, rows.at, rows.who)).mappings()
        return [Holder(**row) for row in found]


class Consent(Struct, frozen=True):
    """Who agreed that a package is unlocked over the network, and when."""

    who: str
    at: int


def consent(headquarters: Headquarters, by: Stamp, session: str) -> list[Consent]:
    """One officer agrees; harmless twice. All who have."""
    package = package_of(headquarters, session).digest
    adding = headquarters.store.inserting(unlock_consents).on_conflict_do_nothing()
    with headquarters.store.writing() as db:
        added = db.execute(adding, {"package": package, "who": by.who, "at": by.at})
        if added.rowcount:
            record(db, by, "unlock.consent", session=session, package=package)
    return consents(headquarters, package)


def consents(headquarters: Headquarters, package: str) -> list[Consent]:
    """Who has agreed, in the order of time."""
    rows = unlock_consents
    query = select(rows.c.who, rows.c.at).where(rows.c.package == package)
    with headquarters.store.reading() as db:
        found = db.execute(query.order_by(rows.c.at, rows.c.who)).mappings()
        return [Consent(**row) for row in found]


def released(headquarters: Headquarters, session: str, package: str, now: int) -> bool:
    """Two officers have agreed and the hour has come."""
    with headquarters.store.reading() as db:
        starts_at = find(db, session).starts_at
    return now >= unlock_due_ms(starts_at) and len(consents(headquarters, package)) >= NEEDED


def signing_key(headquarters: Headquarters) -> SigningKey:
    """The unlock key of this machine; UnlockKeyRevoked if sites do not believe it."""
    key, register = headquarters.keys.unlock(), register_of(headquarters)
    ended = register and [k for k in register.keys if k.role == "unlock" and k.revoked is not None]
    if key.public.key_id in {one.key_id for one in ended or ()}:
        raise UnlockKeyRevoked(key=key.public.key_id)
    return key


def release(headquarters: Headquarters, site: str, package: str, now: int) -> bytes:
    """The codes of a package of this site, sealed to it; NotFound, NotReady before the hour."""
    session = next((s for s, p in packages_for(headquarters, site) if p.digest == package), None)
    if session is None:
        raise NotFound(what=package[:64])
    if not released(headquarters, session, package, now):
        raise NotReady(reason_zh="尚未放行", reason_en="not released yet")
    first, second = read_codes(headquarters, package)
    envelope = write_release(
        (UnlockCode.parse(first, 1), UnlockCode.parse(second, 2)),
        SealingKey.from_bytes(certificate_of(headquarters, site).seal),
        signing_key(headquarters),
        named=site,
        session=session,
        package=package,
        at=now,
    )
    by = Stamp(site, now)
    with headquarters.store.writing() as db:
        record(db, by, "unlock.release", session=session, package=package)
    return envelope
