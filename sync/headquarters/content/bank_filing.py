"""The cards that items of the bank are looked up by, and what an item must be for its shelf."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from sync.exam.specification import Specification
from sync.headquarters.content.bank_items import off_paper, part_of, situation_id
from sync.headquarters.content.drafts import Draft, Found, Refusal
from sync.headquarters.content.html import html_to_text
from sync.headquarters.content.qti.writing import tagged
from sync.headquarters.store.bank_tables import bank_cards
from sync.headquarters.store.folder import Headquarters
from sync.words import Words

# So many items one statement names.
CHUNK = 500
LONGEST_WORDS, LONGEST_STEM = 4000, 400


def file_cards(
    db: Connection, drafts: Sequence[Draft], specification: str = "", sample: bool = False
) -> None:
    """Cards of these items, new or in place of their old ones; a sample stays a sample."""
    for start in range(0, len(drafts), CHUNK):
        part = drafts[start : start + CHUNK]
        names = [draft.id for draft in part]
        here = bank_cards.c.item.in_(names)
        old = {row.item: row for row in db.execute(select(bank_cards).where(here))}
        db.execute(delete(bank_cards).where(here))
        rows = []
        for draft in part:
            before = old.get(draft.id)
            shelf = specification or (before.specification if before else "")
            known = before.sample if before else sample
            rows.append(_card(draft) | {"specification": shelf, "sample": known})
        db.execute(insert(bank_cards), rows)


def _card(draft: Draft) -> dict[str, object]:
    stem = html_to_text(draft.stem or draft.title)
    said = [draft.id, stem, draft.title, draft.field, draft.task, *draft.key]
    said += [html_to_text(text) for text in (*draft.options.values(), *draft.rows.values())]
    said.append(html_to_text(draft.situation))
    return {
        "item": draft.id,
        "part": part_of(draft) or "" if off_paper(draft) is None else "",
        "difficulty": None if draft.difficulty is None else round(100 * draft.difficulty),
        "situation": situation_id(draft),
        "stem": stem[:LONGEST_STEM],
        "words": "\n".join(said).casefold()[:LONGEST_WORDS],
    }


def tag_problems(draft: Draft, specification: Specification) -> Iterable[Words]:
    """What is wrong with an item's work field and task in this specification."""
    if not draft.field:
        yield Words("缺少工作领域", "the work field is missing")
    elif draft.field not in specification.work_fields:
        yield Words(
            f"本规格没有工作领域「{draft.field[:40]}」",
            f"the specification has no work field {draft.field[:40]}",
        )
    elif draft.task and draft.task not in specification.work_fields[draft.field]:
        yield Words(
            f"工作领域中没有任务「{draft.task[:40]}」",
            f"the work field has no task {draft.task[:40]}",
        )


def shelved(
    headquarters: Headquarters, found: Found, specification: Specification, field: str = ""
) -> Found:
    """An import for one specification; `field` is given to items that name none of its own."""
    elsewhere = _elsewhere(headquarters, [d.id for d, _ in found.drafts], specification.code)
    kept, refused = [], list(found.refused)
    for draft, place in found.drafts:
        if field and draft.field not in specification.work_fields:
            draft = tagged(draft, field=field)
        wrong = list(tag_problems(draft, specification))
        if other := elsewhere.get(draft.id):
            wrong.append(Words(f"编号已用于 {other} 的题库", f"the identifier is used in {other}"))
        refused += [Refusal(place.file, place.line, draft.id, "item-refused", one) for one in wrong]
        if not wrong:
            kept.append((draft, place))
    return Found(tuple(kept), tuple(refused), found.media, found.unread)


def _elsewhere(headquarters: Headquarters, names: Sequence[str], code: str) -> dict[str, str]:
    """Items that another specification has already, with its code."""
    found: dict[str, str] = {}
    with headquarters.store.reading() as db:
        for start in range(0, len(names), CHUNK):
            query = select(bank_cards.c.item, bank_cards.c.specification).where(
                bank_cards.c.item.in_(names[start : start + CHUNK]),
                bank_cards.c.specification.not_in(("", code)),
            )
            found |= {row.item: row.specification for row in db.execute(query)}
    return found
