"""An item of the bank as pages show it: as a candidate sees it, and what differs from before."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from markupsafe import Markup, escape

from sync.exam.items import Choose
from sync.headquarters.content.bank_items import LETTERS, off_paper
from sync.headquarters.content.drafts import Draft, Kind
from sync.headquarters.content.html import html_to_text, shown_html
from sync.headquarters.content.paper_text import paper_text, situation_text
from sync.headquarters.web.views import stress
from sync.words import Words

CHOICES: dict[Kind, Choose | str] = {
    "single": "one",
    "inline": "one",
    "multiple": "many",
    "truth": "truth",
    "entry": "gap",
    "matching": "match",
    "ordering": "order",
    "text": "text",
    "upload": "file",
}
MEDIA = "/bank/media/"
# Longer texts are compared by lines, and those of more lines not at all: the time grows with the
# square of the pieces, and whoever wrote the item chooses how many.
LONG = 3000


class Shown(NamedTuple):
    """A question in the candidate's markup. `off`: why no paper can have it so far."""

    choose: str
    stem: Markup
    options: tuple[tuple[str, Markup], ...]
    rows: tuple[Markup, ...]
    beside: Markup | None
    table: tuple[tuple[str, ...], ...]
    marks: float
    off: Words | None


class Change(NamedTuple):
    """A part of an item in two versions: what went is struck out, what came is marked."""

    name: Words
    text: Markup


def seen(draft: Draft) -> Shown:
    """An item as the candidate's page shows it."""
    found = situation_text(draft.situation) if draft.situation else None
    beside = None
    if draft.situation:
        beside = stress(found[0]) if found else rich(draft.situation)
    letters = LETTERS.upper() + "IJKLMNOPQRSTUVWXYZ"
    return Shown(
        choose=CHOICES.get(draft.kind, "other"),
        stem=said(draft.stem or draft.title),
        options=tuple(
            (letter, said(text))
            for letter, text in zip(letters, draft.options.values(), strict=False)
        ),
        rows=tuple(said(text) for text in draft.rows.values()),
        beside=beside,
        table=found[1] if found else (),
        marks=draft.marks,
        off=off_paper(draft),
    )


def said(fragment: str) -> Markup:
    """What a paper carries of a fragment; where that is not all, the fragment itself."""
    text = paper_text(fragment)
    return rich(fragment) if text is None else stress(text)


def rich(fragment: str) -> Markup:
    """A fragment with its pictures, sound and formulas, cleaned once more."""
    return Markup(shown_html(fragment, _address))  # noqa: S704


def _address(source: str) -> str | None:
    name = source.removeprefix("media/")
    known = name != source and "/" not in name and ".." not in name
    return MEDIA + name if known else None


def changes(before: Draft, after: Draft) -> list[Change]:
    """What differs between two versions, part by part."""
    old, new = dict(_parts(before)), dict(_parts(after))
    names = list(dict.fromkeys([*old, *new]))
    pairs = [(name, old.get(name, ""), new.get(name, "")) for name in names]
    return [Change(name, _marked(one, other)) for name, one, other in pairs if one != other]


def _parts(draft: Draft) -> Iterator[tuple[Words, str]]:
    yield Words("题干", "stem"), html_to_text(draft.stem)
    yield Words("情景材料", "situation"), html_to_text(draft.situation)
    for name, text in draft.options.items():
        yield Words(f"选项 {name.upper()}", f"option {name.upper()}"), html_to_text(text)
    for name, text in draft.rows.items():
        yield Words(f"第 {name} 行", f"row {name}"), html_to_text(text)
    yield Words("答案", "key"), " · ".join(draft.key)
    yield Words("解析", "reason"), html_to_text(draft.reason)
    yield Words("工作领域", "work field"), draft.field
    yield Words("工作任务", "task"), draft.task
    share = "" if draft.difficulty is None else f"{draft.difficulty:g}"
    yield Words("难度", "difficulty"), share
    yield Words("分值", "marks"), f"{draft.marks:g}"
    yield Words("图片和音视频", "files"), " ".join(draft.media)


def _marked(before: str, after: str) -> Markup:
    old, new = _pieces(before, after)
    out = Markup("")
    for act, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if act == "equal":
            out += escape("".join(old[a:b]))
            continue
        if b > a:
            out += Markup("<del>{}</del>").format("".join(old[a:b]))
        if d > c:
            out += Markup("<ins>{}</ins>").format("".join(new[c:d]))
    return out


def _pieces(before: str, after: str) -> tuple[list[str], list[str]]:
    if len(before) + len(after) <= LONG:
        return list(before), list(after)
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return (old, new) if len(old) + len(new) <= LONG else ([before], [after])
