"""The bank in headquarters' database: items come in whole or not at all, every version stays."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, insert, select, update

from sync.errors import NotFound
from sync.exam.specification import Struct
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.content.bank_filing import CHUNK, file_cards
from sync.headquarters.content.bank_items import sample_drafts
from sync.headquarters.content.drafts import Draft, Found, Place
from sync.headquarters.content.qti.writing import write_item
from sync.headquarters.store.bank_tables import bank_items, bank_media, bank_versions
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters

SAMPLES = "samples"


class Kept(Struct, frozen=True):
    """What an import did: new items, new versions of items, and those that were there already."""

    new: int
    changed: int
    same: int


class Held(Struct, frozen=True):
    """An item of the bank in its newest version."""

    version: int
    state: str
    draft: Draft


def keep(
    headquarters: Headquarters,
    by: Stamp,
    found: Found,
    source: str,
    specification: str = "",
    sample: bool = False,
) -> Kept:
    """Put all found items into the bank in one transaction; those that changed become drafts.

    `specification` is whose shelf they come to (empty: each stays where it is).
    """
    with headquarters.store.writing() as db:
        held = _held(db, [draft.id for draft, _ in found.drafts])
        new = [one for one in found.drafts if one[0].id not in held]
        changed = [d for d, _ in found.drafts if d.id in held and not is_same(held[d.id].draft, d)]
        _keep_media(db, found)
        _add(db, [draft for draft, _ in new])
        versions = {draft.id: held[draft.id].version + 1 for draft in changed}
        for draft in changed:
            this = bank_items.c.id == draft.id
            row = _row(draft) | {"version": versions[draft.id]}
            db.execute(update(bank_items).where(this).values(row))
        drafts = [*(draft for draft, _ in new), *changed]
        places = {draft.id: place for draft, place in found.drafts}
        lines = [_version(d, versions.get(d.id, 1), places[d.id], source, by) for d in drafts]
        for start in range(0, len(lines), CHUNK):
            db.execute(insert(bank_versions), lines[start : start + CHUNK])
        kept = Kept(len(new), len(changed), len(found.drafts) - len(new) - len(changed))
        file_cards(db, [draft for draft, _ in found.drafts], specification, sample)
        what = msgspec.structs.asdict(kept) | {"specification": specification, "sample": sample}
        record(db, by, "items.import", source=source, **what)
    return kept


def is_same(held: Draft, draft: Draft) -> bool:
    """Whether an item is what is there already, also after it went out as QTI and came back."""
    return held == draft or (bool(draft.qti) and write_item(held) == draft.qti)


def _add(db: Connection, drafts: Sequence[Draft]) -> None:
    rows = [_row(draft) | {"id": draft.id, "version": 1} for draft in drafts]
    for start in range(0, len(rows), CHUNK):
        db.execute(insert(bank_items), rows[start : start + CHUNK])


def _row(draft: Draft) -> dict[str, object]:
    return {"state": "draft", "kind": draft.kind, "field": draft.field, "task": draft.task}


def _version(draft: Draft, version: int, place: Place, source: str, by: Stamp) -> dict[str, object]:
    where = (
        f"{source} {place.file}:{place.line}" if place.file != source else f"{source}:{place.line}"
    )
    return {
        "item": draft.id,
        "version": version,
        "content": msgspec.json.encode(draft).decode(),
        "source": where,
        "who": by.who,
        "at": by.at,
    }


def _keep_media(db: Connection, found: Found) -> None:
    used = sorted(
        {name for draft, _ in found.drafts for name in draft.media if name in found.media}
    )
    for start in range(0, len(used), CHUNK):
        some = used[start : start + CHUNK]
        there = set(db.scalars(select(bank_media.c.name).where(bank_media.c.name.in_(some))))
        rows = [{"name": name, "data": found.media[name]} for name in some if name not in there]
        if rows:
            db.execute(insert(bank_media), rows)


def _held(db: Connection, names: Sequence[str]) -> dict[str, Held]:
    found = {}
    for start in range(0, len(names), CHUNK):
        query = _newest().where(bank_items.c.id.in_(names[start : start + CHUNK]))
        for row in db.execute(query):
            draft = msgspec.json.decode(row.content, type=Draft)
            found[row.id] = Held(row.version, row.state, draft)
    return found


def _newest() -> Select[Any]:
    joined = (bank_versions.c.item == bank_items.c.id) & (
        bank_versions.c.version == bank_items.c.version
    )
    return select(
        bank_items.c.id, bank_items.c.version, bank_items.c.state, bank_versions.c.content
    ).join(bank_versions, joined)


def held_items(headquarters: Headquarters, names: Iterable[str] = ()) -> dict[str, Held]:
    """The items of the bank by identifier, all of them unless some are named."""
    wanted = list(names)
    with headquarters.store.reading() as db:
        if not wanted:
            wanted = list(db.scalars(select(bank_items.c.id).order_by(bank_items.c.id)))
        return _held(db, wanted)


def media_of(headquarters: Headquarters, drafts: Iterable[Draft]) -> dict[str, bytes]:
    """The files that items show, by name."""
    names = sorted({name for draft in drafts for name in draft.media})
    found = {}
    with headquarters.store.reading() as db:
        for start in range(0, len(names), CHUNK):
            here = bank_media.c.name.in_(names[start : start + CHUNK])
            for row in db.execute(select(bank_media).where(here)):
                found[row.name] = row.data
    return found


def media_file(headquarters: Headquarters, name: str) -> bytes:
    """One file that items show; NotFound if there is none of that name."""
    with headquarters.store.reading() as db:
        data = db.scalar(select(bank_media.c.data).where(bank_media.c.name == name))
    if data is None:
        raise NotFound(what=name[:80])
    return bytes(data)


def take_samples(headquarters: Headquarters, by: Stamp, code: str) -> int:
    """Put the items that ship for a specification into the bank, as samples; how many were new.

    Samples are public: examinations are never drawn from them. What is there already stays.
    """
    drafts = sample_drafts(builtin_bank(code))
    with headquarters.store.reading() as db:
        there = set(db.scalars(select(bank_items.c.id)))
    new = tuple((draft, Place(SAMPLES, 0)) for draft in drafts if draft.id not in there)
    return keep(headquarters, by, Found(new, ()), SAMPLES, code, sample=True).new if new else 0
