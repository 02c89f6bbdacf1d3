"""Drafts of the bank as items of a paper, and the items that ship as drafts of the bank."""

import hashlib
from collections.abc import Mapping

from sync.exam.items import Bank, Item, Markup, Situation, in_text
from sync.exam.specification import ItemKind
from sync.headquarters.content.drafts import Draft, Kind
from sync.headquarters.content.html import text_to_html
from sync.headquarters.content.paper_text import paper_text, situation_text
from sync.words import Words

LETTERS = "abcdefgh"
# Of a draft without a shared stem; one choice item with a shared stem is of the part `scenario`.
# An inline choice is a sentence with a gap, and its options below it.
PARTS: Mapping[Kind, ItemKind] = {
    "inline": "single",
    "single": "single",
    "multiple": "multiple",
    "truth": "truth",
    "entry": "entry",
    "matching": "matching",
    "ordering": "ordering",
}
_DRAFTS: Mapping[ItemKind, Kind] = {part: kind for kind, part in PARTS.items()}


def part_of(draft: Draft) -> ItemKind | None:
    """The part of a paper that an item is for; None for one that no paper has."""
    if draft.situation:
        return "scenario" if draft.kind in ("single", "multiple") else None
    return PARTS.get(draft.kind)


def situation_id(draft: Draft) -> str:
    """The same for the same shared stem; empty without one."""
    if not draft.situation:
        return ""
    return f"c-{hashlib.sha256(draft.situation.encode()).hexdigest()[:16]}"


def off_paper(draft: Draft) -> Words | None:
    """Why an item can be in no drawn paper; None if it can."""
    part = part_of(draft)
    if part is None:
        return (
            Words(
                "此题型不参加机考组卷", "no drawn paper has items of this kind under a shared stem"
            )
            if draft.situation
            else Words("此题型不参加机考组卷", "no drawn paper has this kind")
        )
    if draft.kind == "inline" and not (len(draft.key) == 1 and draft.key[0] in draft.options):
        return Words("选词填空题应有一个在选项内的答案", "one of its options must be the key")
    if draft.difficulty is None:
        return Words("没有难度，不能组卷", "without a difficulty it cannot be drawn")
    if len(draft.options) > len(LETTERS):
        return Words(f"选项多于 {len(LETTERS)} 个", f"more than {len(LETTERS)} options")
    if draft.kind == "matching" and any(paper_text(o) is None for o in draft.options.values()):
        return Words(
            "匹配题的选项在下拉框中显示，只能是文字",
            "the options of a matching item stand in a list to choose from: text only",
        )
    return None


def paper_item(draft: Draft) -> Item:
    """A draft that is not off_paper as an item of a paper; options get letters in their order."""
    part = part_of(draft)
    if part is None or draft.difficulty is None:
        raise ValueError(draft.id)
    letters = dict(zip(draft.options, LETTERS, strict=False))
    rows = {name: str(n) for n, name in enumerate(draft.rows, start=1)}
    said = {"stem": draft.stem}
    said |= {letters[name]: html for name, html in draft.options.items()}
    said |= {rows[name]: html for name, html in draft.rows.items()}
    return Item(
        id=draft.id,
        kind=part,
        field=draft.field,
        task=draft.task,
        difficulty=draft.difficulty,
        stem=_text(draft.stem),
        options={letters[name]: _text(text) for name, text in draft.options.items()},
        key=tuple(_key(draft, one, letters, rows) for one in draft.key),
        reason=_text(draft.reason),
        why={},
        situation=situation_id(draft) or None,
        choose="many" if draft.kind == "multiple" else "one",
        rows={rows[name]: _text(text) for name, text in draft.rows.items()},
        markup={name: html for name, html in said.items() if paper_text(html) is None},
    )


def _text(fragment: str) -> str:
    """A fragment as text; where text cannot say it all, what it can."""
    said = paper_text(fragment)
    return in_text(Markup(fragment)) if said is None else said


def _key(draft: Draft, one: str, letters: Mapping[str, str], rows: Mapping[str, str]) -> str:
    if draft.kind == "entry":
        return one
    if draft.kind not in ("matching", "ordering"):
        return letters[one]
    row, option = one.split(" ")
    return rows.get(row, row) + letters[option]


def paper_situation(draft: Draft) -> Situation:
    """The shared stem of a draft that is not off_paper."""
    found = situation_text(draft.situation)
    if found is None:
        return Situation(id=situation_id(draft), title="", text=Markup(draft.situation))
    return Situation(id=situation_id(draft), title="", text=found[0], table=found[1])


def sample_drafts(bank: Bank) -> list[Draft]:
    """The items of a bank that ships, as drafts; why an option is wrong stands in the reason."""
    return [_sample(bank, item) for item in bank.items.values()]


def _sample(bank: Bank, item: Item) -> Draft:
    kind = _DRAFTS.get(item.kind, "multiple" if item.choose == "many" else "single")
    why = [f"{option.upper()}：{text}" for option, text in item.why.items()]
    key = item.key
    if kind in ("matching", "ordering"):
        key = tuple(f"{pair[:-1]} {pair[-1]}" for pair in item.key)
    return Draft(
        id=item.id,
        kind=kind,
        stem=stressed_html(item.stem),
        options={name: stressed_html(text) for name, text in item.options.items()},
        rows={name: stressed_html(text) for name, text in item.rows.items()},
        key=key,
        difficulty=item.difficulty,
        reason=text_to_html("\n".join([item.reason, *why])),
        situation=_situation_html(bank.situations[item.situation]) if item.situation else "",
        field=item.field,
        task=item.task,
    )


def stressed_html(text: str) -> str:
    """Text with **stress** as a fragment."""
    parts = text_to_html(text).split("**")
    return "".join(f"<strong>{p}</strong>" if n % 2 else p for n, p in enumerate(parts))


def _situation_html(situation: Situation) -> str:
    head = f"<p>{stressed_html(in_text(situation.text))}</p>"
    if not situation.table:
        return head
    rows = [
        "".join(f"<{tag}>{text_to_html(cell)}</{tag}>" for cell in row)
        for tag, row in zip(
            ("th", *("td" for _ in situation.table[1:])), situation.table, strict=True
        )
    ]
    return f"{head}<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
