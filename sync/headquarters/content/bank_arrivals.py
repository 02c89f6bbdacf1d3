"""Files of items handed in on a page: held until somebody decides, looked at line by line.

A file is held under its digest for some hours, in the folder for what comes in; a restart of the
service or another machine loses nothing but the need to hand it in again.
"""

import hashlib
import re
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from sync.errors import NotFound
from sync.exam.specification import Specification, Struct
from sync.headquarters.content.bank_filing import shelved
from sync.headquarters.content.bank_keeping import Kept, held_items, is_same, keep
from sync.headquarters.content.drafts import Draft, Found, Place, Refusal
from sync.headquarters.content.html import html_to_text
from sync.headquarters.content.imports.apart import read_apart
from sync.headquarters.content.likeness import pairs
from sync.headquarters.content_errors import ImportRefused
from sync.headquarters.store.bank_tables import bank_cards
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.words import Words

HELD_S = 6 * 3600
Change = Literal["new", "changed", "same"]


class Arrival(Struct, frozen=True):
    """An item of a file: what taking it would do, and an item of the bank with the same stem."""

    draft: Draft
    place: Place
    change: Change
    twin: str


class Look(Struct, frozen=True):
    """What taking a file would come to; nothing is taken while anything is refused."""

    digest: str
    file: str
    arrivals: tuple[Arrival, ...]
    refused: tuple[Refusal, ...]
    kinds: dict[str, int]
    unread: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """It could be taken as it is."""
        return bool(self.arrivals) and not self.refused

    def count(self, change: str) -> int:
        """How many items would be new, changed or the same."""
        return sum(one.change == change for one in self.arrivals)


def hold(headquarters: Headquarters, name: str, data: bytes) -> str:
    """Keep a file for a while under its digest, which is returned."""
    _sweep(headquarters)
    digest = hashlib.sha256(data).hexdigest()
    folder = _folder(headquarters, digest)
    folder.mkdir(exist_ok=True)
    (folder / _plain(name)).write_bytes(data)
    return digest


def _folder(headquarters: Headquarters, digest: str) -> Path:
    return headquarters.folder / "incoming" / f"items-{digest}"


def _plain(name: str) -> str:
    """The last part of what a browser calls the file, as far as it can be a file's name here."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in last if c.isprintable())[-60:].strip(". ")
    return kept or "items"


def _sweep(headquarters: Headquarters) -> None:
    for folder in (headquarters.folder / "incoming").glob("items-*"):
        if folder.stat().st_mtime < time.time() - HELD_S:
            shutil.rmtree(folder, ignore_errors=True)


def _held(headquarters: Headquarters, digest: str) -> Path:
    """The file of a digest; NotFound once it is gone."""
    known = re.fullmatch("[0-9a-f]{64}", digest)
    files = list(_folder(headquarters, digest).glob("*")) if known else []
    if not files:
        raise NotFound(what=f"items {digest[:12]}")
    return files[0]


def look(
    headquarters: Headquarters, digest: str, specification: Specification, field: str = ""
) -> Look:
    """What taking the held file would do; NotFound if it is held no longer."""
    path = _held(headquarters, digest)
    found = shelved(headquarters, read_apart(path), specification, field)
    held = held_items(headquarters, [draft.id for draft, _ in found.drafts]) if found.drafts else {}
    stems = _stems(headquarters, specification.code)
    arrivals = []
    for draft, place in found.drafts:
        before = held.get(draft.id)
        change: Change = "new"
        if before:
            change = "same" if is_same(before.draft, draft) else "changed"
        twin = stems.get(pairs(html_to_text(draft.stem or draft.title)), "")
        arrivals.append(Arrival(draft, place, change, "" if twin == draft.id else twin))
    kinds: Counter[str] = Counter(one.draft.kind for one in arrivals)
    refused = sorted(found.refused, key=lambda one: (one.file, one.line))
    return Look(digest, path.name, tuple(arrivals), tuple(refused), dict(kinds), found.unread)


def _stems(headquarters: Headquarters, code: str) -> dict[frozenset[str], str]:
    query = select(bank_cards.c.item, bank_cards.c.stem).where(bank_cards.c.specification == code)
    with headquarters.store.reading() as db:
        return {pairs(row.stem): row.item for row in db.execute(query)}


def take(
    headquarters: Headquarters,
    by: Stamp,
    digest: str,
    specification: Specification,
    field: str = "",
) -> Kept:
    """Take the held file: all of it, or ImportRefused with every reason."""
    path = _held(headquarters, digest)
    found: Found = shelved(headquarters, read_apart(path), specification, field)
    if found.refused or not found.drafts:
        raise ImportRefused([_said(one) for one in found.refused])
    kept = keep(headquarters, by, found, path.name, specification.code)
    shutil.rmtree(path.parent, ignore_errors=True)
    return kept


def _said(one: Refusal) -> Words:
    where = f"{one.file}:{one.line} {one.item}".strip()
    return Words(f"{where}：{one.reason.zh}", f"{where}: {one.reason.en}")
