"""An item in the bank as people work on it: versions, what was decided of each, and by whom.

A version is reviewed by somebody who did not write it; whatever is changed becomes a draft again.
"""

from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from sync.errors import NotFound
from sync.exam.specification import Specification, Struct
from sync.headquarters.content.bank_filing import file_cards, tag_problems
from sync.headquarters.content.bank_search import used_on
from sync.headquarters.content.drafts import Draft, problems
from sync.headquarters.content_errors import ItemChanged, ItemRefused, ReviewRefused
from sync.headquarters.store.bank_tables import (
    bank_cards,
    bank_items,
    bank_media,
    bank_reviews,
    bank_versions,
)
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.words import Words

State = Literal["draft", "reviewed", "retired"]
STATE_WORDS: dict[str, Words] = {
    "draft": Words("待审核", "draft"),
    "reviewed": Words("已审核", "reviewed"),
    "retired": Words("已停用", "retired"),
}
LONGEST_NOTE = 1000
LONGEST_ID = 80
PAGE_SOURCE = "page"


class Version(Struct, frozen=True):
    """What an item was, who made it so and from where."""

    number: int
    draft: Draft
    source: str
    who: str
    at: int


class Decision(Struct, frozen=True):
    """What was decided of a version."""

    version: int
    state: State
    note: str
    who: str
    at: int


class KeptItem(Struct, frozen=True):
    """One item with all that is known of it, the newest version and decision first."""

    id: str
    state: State
    specification: str
    sample: bool
    versions: tuple[Version, ...]
    decisions: tuple[Decision, ...]
    days: tuple[str, ...]

    @property
    def version(self) -> Version:
        """The newest."""
        return self.versions[0]

    @property
    def draft(self) -> Draft:
        """What the item is now."""
        return self.versions[0].draft


def kept_item(headquarters: Headquarters, item: str) -> KeptItem:
    """One item; NotFound if the bank has none of that identifier."""
    versions = select(bank_versions).where(bank_versions.c.item == item)
    decisions = select(bank_reviews).where(bank_reviews.c.item == item)
    with headquarters.store.reading() as db:
        row = _row(db, item)
        made = db.execute(versions.order_by(bank_versions.c.version.desc())).all()
        said = db.execute(decisions.order_by(bank_reviews.c.number.desc())).all()
        days = used_on(db, row.specification or "", item)
    return KeptItem(
        id=item,
        state=row.state,
        specification=row.specification or "",
        sample=bool(row.sample),
        versions=tuple(_version(one) for one in made),
        decisions=tuple(Decision(d.version, d.state, d.note, d.who, d.at) for d in said),
        days=tuple(days),
    )


def _version(row: Row[Any]) -> Version:
    draft = msgspec.json.decode(row.content, type=Draft)
    return Version(row.version, draft, row.source, row.who, row.at)


def _row(db: Connection, item: str) -> Row[Any]:
    joined = bank_cards.c.item == bank_items.c.id
    row = db.execute(
        select(bank_items, bank_cards.c.specification, bank_cards.c.sample)
        .outerjoin(bank_cards, joined)
        .where(bank_items.c.id == item)
    ).first()
    if row is None:
        raise NotFound(what=item[:LONGEST_ID])
    return row


def save(
    headquarters: Headquarters,
    by: Stamp,
    draft: Draft,
    specification: Specification,
    expected: int,
) -> int:
    """Save an item as a new version, which is a draft; its number. The former ones stay.

    ItemRefused lists what is wrong with it. `expected` is the version that was edited (0: a new
    item); ItemChanged if somebody else was quicker. Nothing changed: no new version.
    """
    wrong = [*problems(draft), *tag_problems(draft, specification), *_name_problems(draft)]
    with headquarters.store.writing() as db:
        here = set(db.scalars(select(bank_media.c.name).where(bank_media.c.name.in_(draft.media))))
        wrong += [_no_file(name) for name in draft.media if name not in here]
        if wrong:
            raise ItemRefused(wrong)
        found = select(bank_items.c.version).where(bank_items.c.id == draft.id)
        version = db.scalar(found.with_for_update()) or 0
        if version != expected:
            raise ItemChanged(item=draft.id, version=version)
        if version and _content(db, draft.id, version) == draft:
            return version
        row: dict[str, object] = {"state": "draft", "version": version + 1}
        row |= {"kind": draft.kind, "field": draft.field, "task": draft.task}
        if version:
            db.execute(update(bank_items).where(bank_items.c.id == draft.id).values(**row))
        else:
            db.execute(insert(bank_items).values(id=draft.id, **row))
        content = msgspec.json.encode(draft).decode()
        made = {"content": content, "source": PAGE_SOURCE, "who": by.who, "at": by.at}
        db.execute(insert(bank_versions).values(item=draft.id, version=version + 1, **made))
        file_cards(db, [draft], specification.code, _is_sample(db, draft.id))
        record(db, by, "items.edit", item=draft.id, version=version + 1)
    return version + 1


def _is_sample(db: Connection, item: str) -> bool:
    return bool(db.scalar(select(bank_cards.c.sample).where(bank_cards.c.item == item)))


def _name_problems(draft: Draft) -> list[Words]:
    fits = 0 < len(draft.id) <= LONGEST_ID and draft.id.isprintable()
    plain = fits and not any(c in draft.id for c in " /\\?#%&<>\"'") and draft.id.strip(".")
    if plain:
        return []
    return [Words("编号应为 80 字以内，不含空格和符号", "an identifier has no spaces or symbols")]


def _no_file(name: str) -> Words:
    return Words(f"题库中没有文件 {name[:60]}", f"the bank has no file {name[:60]}")


def _content(db: Connection, item: str, version: int) -> Draft:
    this = (bank_versions.c.item == item) & (bank_versions.c.version == version)
    text = db.scalar(select(bank_versions.c.content).where(this))
    return msgspec.json.decode(text or "", type=Draft)


def decide(
    headquarters: Headquarters, by: Stamp, item: str, expected: int, state: State, note: str
) -> None:
    """Make the version that was looked at reviewed or retired, or a retired one a draft again.

    ReviewRefused for who wrote it, and for a step that leads nowhere; ItemChanged if there is a
    newer version.
    """
    said = note.strip()[:LONGEST_NOTE]
    with headquarters.store.writing() as db:
        row = _row(db, item)
        if row.version != expected:
            raise ItemChanged(item=item, version=row.version)
        this = (bank_versions.c.item == item) & (bank_versions.c.version == expected)
        author = db.scalar(select(bank_versions.c.who).where(this))
        if problem := _forbidden(row.state, state, author == by.who, bool(said)):
            raise ReviewRefused([problem])
        # The version once more: between reading and writing somebody else may have saved a newer.
        held = bank_items.c.version == expected, bank_items.c.state == row.state
        at = update(bank_items).where(bank_items.c.id == item, *held).values(state=state)
        if db.execute(at).rowcount != 1:
            raise ItemChanged(item=item, version=_row(db, item).version)
        what = {"item": item, "version": expected, "state": state, "note": said}
        db.execute(insert(bank_reviews).values(**what, who=by.who, at=by.at))
        record(db, by, f"items.{state}", **what)


def _forbidden(before: str, after: str, own: bool, noted: bool) -> Words | None:
    """Why a step may not be taken; None if it may."""
    if (before, after) not in STEPS:
        return Words(
            f"不能从“{STATE_WORDS[before].zh}”改为“{STATE_WORDS.get(after, NOWHERE).zh}”",
            f"no way from {STATE_WORDS[before].en} to {STATE_WORDS.get(after, NOWHERE).en}",
        )
    if after == "reviewed" and own:
        return Words("须由另一人审核：这一版是您写的", "another person must review what you wrote")
    if after != "reviewed" and not noted:
        return Words("请写明原因", "say why")
    return None


NOWHERE = Words("未知", "unknown")
STEPS = frozenset(
    {("draft", "reviewed"), ("draft", "retired"), ("reviewed", "retired"), ("retired", "draft")}
    | {("reviewed", "draft")}
)
