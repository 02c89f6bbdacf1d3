"""What a site has cut beside what is here, and the signed answer that says what lacks.

In short first: hashes of ordered lists. Only of a journal whose hash differs is the list asked for,
so that a contact in which nothing is wrong costs a site one small request.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from sync.errors import NotFound
from sync.exam.specification import Struct
from sync.headquarters.errors import UnknownSender
from sync.headquarters.intake import receipts
from sync.headquarters.intake.contacts import Compared, keep_contact, last_agreed
from sync.headquarters.register.sites import sign_key
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.kinds import BATCH, FILE, Kind
from sync.statements import read_inventory
from sync.wire import canonical, documents
from sync.wire.inventory import Inventory, InventoryAnswer, Item, Journal, Listed, in_short

Place = tuple[str, int]


class Here(Struct, frozen=True):
    """What is here of one journal."""

    batches: tuple[Item, ...] = ()
    files: tuple[Item, ...] = ()


def site_of(envelope: bytes) -> str:
    """The site that an inventory names, UNVERIFIED."""
    return documents.peek(envelope, Inventory).site


def answer(headquarters: Headquarters, envelope: bytes, site: str, now: int) -> bytes:
    """The signed answer to a site's inventory, which is kept if it is the newest of the site.

    DocumentRefused, UnknownSender if it is not the site's own.
    """
    signer = receipts.signing_key(headquarters)
    try:
        key = sign_key(headquarters, site)
    except NotFound:
        raise UnknownSender(site=site) from None
    inventory = read_inventory(envelope, key, site)
    differs, lacks, found = _compare(headquarters, inventory)
    said = InventoryAnswer(
        site=site,
        inventory=hashlib.sha256(envelope).hexdigest(),
        number=keep_contact(headquarters, inventory, found, now),
        differs=tuple(differs),
        lacks=tuple(lacks),
        at=now,
    )
    return documents.sign(said, signer)


def _compare(
    headquarters: Headquarters, inventory: Inventory
) -> tuple[list[Journal], list[str], Compared]:
    hashed = _hash(inventory.journals)
    if last_agreed(headquarters, inventory.site) == hashed:
        # Nothing that is here ever goes away, so what was the same still is.
        return [], [], Compared(hashed, 0, 0)
    here = _here(headquarters, inventory)
    listed = {one.place for one in inventory.lists}
    ours = [_in_short(one.place, here[one.place]) for one in inventory.journals]
    differing = [n for n, one in enumerate(inventory.journals) if ours[n] != one]
    lacks, forked = set[str](), 0
    for one in inventory.lists:
        missing, taken = _missing(one, here[one.place])
        lacks |= missing
        forked += taken
    differs = [ours[n] for n in differing if ours[n].place not in listed]
    if not differing:
        return [], [], Compared(hashed, 0, 0)
    shown = (len(lacks), forked) if listed else (None, None)
    return differs, sorted(lacks), Compared(None, *shown)


def _missing(listed: Listed, here: Here) -> tuple[set[str], int]:
    """Digests that are not here; of how many of them the number is another file's."""
    lacks, forked = set[str](), 0
    for theirs, ours in ((listed.batches, here.batches), (listed.files, here.files)):
        known, taken = {digest for _, digest in ours}, {number for number, _ in ours}
        missing = [(number, digest) for number, digest in theirs if digest not in known]
        lacks |= {digest for _, digest in missing}
        forked += sum(number in taken for number, _ in missing)
    return lacks, forked


def _in_short(place: Place, here: Here) -> Journal:
    return Journal(*place, in_short(here.batches), in_short(here.files))


def _hash(journals: Iterable[Journal]) -> str:
    text = canonical.encode([_plain(one) for one in journals])
    return hashlib.sha256(text).hexdigest()


def _plain(one: Journal) -> list[str | int]:
    return [*one.place, one.batches.digest, one.files.digest]


def _here(headquarters: Headquarters, inventory: Inventory) -> dict[Place, Here]:
    """By journal, of the sessions that the inventory names."""
    sessions = {one.session for one in inventory.journals}
    found = {kind: _items(headquarters, kind, inventory.site, sessions) for kind in (BATCH, FILE)}
    places = {one.place for one in inventory.journals}
    return {place: Here(tuple(found[BATCH][place]), tuple(found[FILE][place])) for place in places}


def _items(
    headquarters: Headquarters, kind: Kind, site: str, sessions: set[str]
) -> dict[Place, list[Item]]:
    rows = kind.rows.c
    query = select(rows.session, rows.server_term, rows.sequence, rows.digest).where(
        rows.site == site, rows.session.in_(sessions)
    )
    found: dict[Place, list[Item]] = defaultdict(list)
    with headquarters.store.reading() as db:
        for session, term, number, digest in db.execute(query):
            found[session, term].append((number, digest))
    return found
