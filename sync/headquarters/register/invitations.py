"""Invitations: for each box that is to be a site, one bundle with a token that works once."""

from collections.abc import Collection
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from sync.errors import (
    AlreadyThere,
    BundleRefused,
    InvitationWithdrawn,
    NotCanonical,
    NotFound,
    NotReady,
    SecondPersonNeeded,
)
from sync.exam.specification import Struct
from sync.headquarters.names import checked
from sync.headquarters.register.enrolment_keys import enrolment_key
from sync.headquarters.register.keys import DAY_MS
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.enrolment_tables import invitations
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import sites
from sync.wire.enrolment import Bundle, new_bundle
from sync.wire.keys import VerifyKey

Standing = Literal["waits-for-second", "unused", "used", "expired", "withdrawn"]
DAYS = 14


class Invitation(Struct, frozen=True):
    """What was given to a site; the token is not in it."""

    id: str
    site: str
    name: str
    address: str
    token_key: bytes
    bundle: str
    made_by: str
    made_at: int
    expires_at: int
    replaces: int | None
    allowed_by: str | None
    withdrawn_at: int | None
    used_by: str | None
    used_at: int | None

    @property
    def waits(self) -> bool:
        """Whether a second officer must allow the replacement first."""
        return self.replaces is not None and self.allowed_by is None

    def standing(self, now: int) -> Standing:
        """What it is good for."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.used_by is not None:
            return "used"
        if self.expires_at <= now:
            return "expired"
        return "waits-for-second" if self.waits else "unused"


def invite(
    headquarters: Headquarters,
    by: Stamp,
    *,
    site: str,
    name: str,
    address: str,
    days: int = DAYS,
) -> Bundle:
    """A bundle for one box of a site: its token is told only here.

    EnrolmentKeyMissing before there is a key that signs the certificate. For a site that has a box
    already it is a replacement, which another officer must allow.
    """
    checked(site)
    enrolment_key(headquarters, by.at)
    until = by.at + days * DAY_MS
    bundle = _bundle(headquarters, site, name, address, until)
    token = bundle.key.public
    with headquarters.store.writing() as db:
        replaces = serial_of(db, site)
        db.execute(
            insert(invitations).values(
                id=token.key_id,
                site=site,
                name=name,
                address=address,
                token_key=token.to_bytes(),
                bundle=bundle.digest,
                made_by=by.who,
                made_at=by.at,
                expires_at=until,
                replaces=replaces,
            )
        )
        record(db, by, "site.invite", site=site, invitation=token.key_id, replaces=replaces)
    return bundle


def _bundle(headquarters: Headquarters, site: str, name: str, address: str, until: int) -> Bundle:
    root = VerifyKey.from_bytes(headquarters.keys.public().root)
    try:
        return new_bundle(root, site=site, name=name, address=address, expires_at=until)
    except NotCanonical:
        raise BundleRefused(name=name[:80], address=address[:80]) from None


def allow(headquarters: Headquarters, by: Stamp, invitation: str) -> None:
    """A second officer agrees that a site's box is replaced; SecondPersonNeeded for the first."""
    with headquarters.store.writing() as db:
        found = find(db, invitation)
        if not found.waits:
            raise AlreadyThere(what=invitation)
        if found.standing(by.at) != "waits-for-second":
            raise NotReady(reason_zh="登记包已失效", reason_en="the bundle is no longer good")
        if found.made_by == by.who:
            raise SecondPersonNeeded(who=by.who)
        here = invitations.c.id == invitation
        db.execute(update(invitations).where(here).values(allowed_by=by.who))
        record(db, by, "site.allow-replacement", site=found.site, invitation=invitation)


def withdraw(headquarters: Headquarters, by: Stamp, invitation: str) -> None:
    """Take an invitation back, also while the box that used it waits for its certificate."""
    with headquarters.store.writing() as db:
        found = find(db, invitation)
        if found.withdrawn_at is not None:
            raise AlreadyThere(what=invitation)
        here = invitations.c.id == invitation
        db.execute(update(invitations).where(here).values(withdrawn_at=by.at))
        record(db, by, "site.withdraw-invitation", site=found.site, invitation=invitation)


def list_invitations(headquarters: Headquarters, limit: int) -> list[Invitation]:
    """The newest, the newest first."""
    query = select(invitations).order_by(invitations.c.made_at.desc(), invitations.c.id)
    with headquarters.store.reading() as db:
        return [Invitation(**row) for row in db.execute(query.limit(limit)).mappings()]


def names_of(headquarters: Headquarters, some: Collection[str]) -> dict[str, str]:
    """invitation → the name of the site it was made for."""
    query = select(invitations.c.id, invitations.c.name).where(invitations.c.id.in_(some))
    with headquarters.store.reading() as db:
        return {row.id: row.name for row in db.execute(query)}


def show_invitation(headquarters: Headquarters, invitation: str) -> Invitation:
    """One of them; NotFound."""
    with headquarters.store.reading() as db:
        return find(db, invitation)


def find(db: Connection, invitation: str) -> Invitation:
    """One of them; NotFound."""
    row = db.execute(select(invitations).where(invitations.c.id == invitation)).mappings().first()
    if row is None:
        raise NotFound(what=invitation[:40])
    return Invitation(**row)


def serial_of(db: Connection, site: str) -> int | None:
    """The serial of a site's certificate; None for one that has no box."""
    serial: int | None = db.scalar(select(sites.c.serial).where(sites.c.id == site))
    return serial


def require_standing(found: Invitation) -> None:
    """InvitationWithdrawn if it was taken back."""
    if found.withdrawn_at is not None:
        raise InvitationWithdrawn
