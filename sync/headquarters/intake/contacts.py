"""The newest contact of each site: when, with which release, and how its sessions are."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, insert, select

from sync.exam.specification import Struct
from sync.headquarters.store.delivery_tables import contact_sessions, contacts
from sync.headquarters.store.folder import Headquarters
from sync.wire.inventory import Inventory, Journal, Phase


class ContactSession(Struct, frozen=True):
    """A session as its site says it is; `cut` batches by its journal, `batches` in its spool.

    `state` and `cut` are None if the site does not say: its pages have not run yet, or not again.
    """

    session: str
    state: Phase | None
    cut: int | None
    server_term: int | None
    batches: int
    files: int

    @property
    def lost(self) -> int:
        """How many batches the site has cut and does not have any more."""
        return max(0, (self.cut or 0) - self.batches)


class Contact(Struct, frozen=True):
    """A site's newest inventory; `at` by our clock, `said_at` by the site's.

    `lacking` of what it listed is not here; of that, `forked` cannot come: the number is taken.
    """

    site: str
    number: int
    at: int
    said_at: int
    software: str
    lacking: int
    forked: int
    sessions: tuple[ContactSession, ...]


class Compared(Struct, frozen=True):
    """What an inventory was found to be beside what is here; None what it did not show."""

    agreed: str | None
    lacking: int | None
    forked: int | None


def read_contacts(
    headquarters: Headquarters, sites: Collection[str] | None = None
) -> list[Contact]:
    """The newest contact of every site that has been in touch (or of some), by site."""
    rows, sessions = select(contacts), select(contact_sessions)
    if sites is not None:
        rows = rows.where(contacts.c.site.in_(sites))
        sessions = sessions.where(contact_sessions.c.site.in_(sites))
    of: dict[str, list[ContactSession]] = {}
    with headquarters.store.reading() as db:
        for row in db.execute(sessions.order_by(contact_sessions.c.session)).mappings():
            fields = {name: row[name] for name in ContactSession.__struct_fields__}
            of.setdefault(row["site"], []).append(ContactSession(**fields))
        return [
            Contact(
                **{name: row[name] for name in Contact.__struct_fields__ if name != "sessions"},
                sessions=tuple(of.get(row["site"], ())),
            )
            for row in db.execute(rows.order_by(contacts.c.site)).mappings()
        ]


def last_agreed(headquarters: Headquarters, site: str) -> str | None:
    """The hash of what was the same on both sides at a site's newest contact."""
    row = headquarters.store.ask(select(contacts.c.agreed).where(contacts.c.site == site))
    return None if row is None else row.agreed


def keep_contact(
    headquarters: Headquarters, inventory: Inventory, found: Compared, now: int
) -> int:
    """Keep a site's inventory if it is the newest; the highest number that is known then."""
    values: dict[str, Any] = {
        "number": inventory.number,
        "at": now,
        "said_at": inventory.at,
        "software": inventory.software[:80],
        "agreed": found.agreed,
    }
    shown = {"lacking": found.lacking, "forked": found.forked}
    values |= {name: count for name, count in shown.items() if count is not None}
    first = {"lacking": 0, "forked": 0} | values
    wanted = headquarters.store.inserting(contacts).values(site=inventory.site, **first)
    newer = contacts.c.number < inventory.number
    kept = wanted.on_conflict_do_update(index_elements=["site"], set_=values, where=newer)
    with headquarters.store.writing() as db:
        if db.scalar(kept.returning(contacts.c.number)) is not None:
            theirs = contact_sessions.c.site == inventory.site
            db.execute(delete(contact_sessions).where(theirs))
            if rows := _sessions(inventory):
                db.execute(insert(contact_sessions), rows)
        number = select(contacts.c.number).where(contacts.c.site == inventory.site)
        return int(db.scalar(number) or 0)


def _sessions(inventory: Inventory) -> list[dict[str, Any]]:
    """A row for each session that the inventory names at all."""
    said = {one.session: one for one in inventory.sessions}
    journals: dict[str, Journal] = {one.session: one for one in inventory.journals}
    return [_row(inventory.site, name, said, journals) for name in sorted({*said, *journals})]


def _row(
    site: str, session: str, said: dict[str, Any], journals: dict[str, Journal]
) -> dict[str, Any]:
    state, journal = said.get(session), journals.get(session)
    return {
        "site": site,
        "session": session,
        "state": state.state if state else None,
        "cut": state.cut if state else None,
        "server_term": journal.server_term if journal else None,
        "batches": journal.batches.count if journal else 0,
        "files": journal.files.count if journal else 0,
    }
