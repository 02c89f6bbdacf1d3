"""An item as it is typed on a page: what the form shows of a draft, and the draft of a form."""

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from werkzeug.datastructures import MultiDict

from sync.headquarters.content.drafts import Draft, Kind
from sync.headquarters.content.html import clean_html, text_to_html
from sync.headquarters.content.qti.writing import tagged

# Of others only the tags can be set on a page.
EDITABLE: tuple[Kind, ...] = (
    "single",
    "multiple",
    "truth",
    "entry",
    "matching",
    "ordering",
    "text",
    "upload",
)
LETTERS = "abcdefgh"
MOST_ROWS = 6
TRUTH = {"a": "正确", "b": "错误"}
_BLOCKS = re.compile(r"<(?:p|div|ul|ol|table|blockquote|pre|h[1-6]|math)\b")
_SOURCES = re.compile(r'src="(media/[^"]+)"')
Typed = MultiDict[str, str]


class Slot(NamedTuple):
    """A line of the form: an option or a row, with what it is called inside."""

    name: str
    letter: str
    text: str
    key: bool = False
    goes_with: str = ""


def typed_text(fragment: str) -> str:
    """A fragment as people edit it: plain text where it is plain, else HTML."""
    text = fragment.replace("<br/>", "\n")
    return html.unescape(text) if "<" not in text else text


def _fragment(typed: str, held: str) -> str:
    """What was typed as a clean fragment; what nobody touched stays as it is."""
    text = typed.replace("\r\n", "\n").strip()
    if text == typed_text(held).strip():
        return held
    if "<" not in text:
        return text_to_html(text)
    text = text if _BLOCKS.search(text) else text.replace("\n", "<br/>")
    return clean_html(text, lambda source: source if source.startswith("media/") else None)


def option_slots(draft: Draft) -> list[Slot]:
    """The options, and empty lines for more; of an ordering item in their right order."""
    options = dict(draft.options)
    if draft.kind == "ordering":
        order = [pair.split(" ")[1] for pair in draft.key]
        options = {name: options[name] for name in order if name in options} | options
    names = [*options, *(one for one in LETTERS if one not in options)]
    shown = names[: max(len(options), len(LETTERS))]
    if draft.kind == "truth":
        shown = names[:2]
    return [
        Slot(name, LETTERS[n : n + 1].upper(), typed_text(options.get(name, "")), name in draft.key)
        for n, name in enumerate(shown)
    ]


def row_slots(draft: Draft) -> list[Slot]:
    """The rows of a matching item with the option that each goes with, and empty lines."""
    pairs = dict(pair.split(" ") for pair in draft.key if " " in pair)
    names = [*draft.rows, *(str(n) for n in range(1, MOST_ROWS + 1) if str(n) not in draft.rows)]
    return [
        Slot(name, str(n), typed_text(draft.rows.get(name, "")), goes_with=pairs.get(name, ""))
        for n, name in enumerate(names[: max(MOST_ROWS, len(draft.rows))], start=1)
    ]


def empty_draft(kind: Kind, field: str) -> Draft:
    """A new item of a kind, before anything is typed."""
    options = dict(TRUTH) if kind == "truth" else {}
    return Draft("", kind, "", options, field=field, difficulty=0.7)


def read_form(form: Typed, held: Draft) -> Draft:
    """The draft that a form says; rules are for who saves it."""
    tags = {
        "field": form.get("field", "").strip()[:80],
        "task": form.get("task", "").strip()[:80],
        "difficulty": _number(form.get("difficulty", "")),
    }
    if held.kind not in EDITABLE:
        return tagged(held, **tags)
    made = _content(form, held)
    # What came as QTI says more than the form: it stays where nobody changed the rest.
    if held.qti and made == msgspec.structs.replace(held, qti=""):
        return tagged(held, **tags)
    return msgspec.structs.replace(made, **tags, media=_media(made))


def _content(form: Typed, held: Draft) -> Draft:
    """Everything but the tags, without the QTI."""
    options = _filled(form, "option", [slot.name for slot in option_slots(held)], held.options)
    rows = _filled(form, "row", [slot.name for slot in row_slots(held)], held.rows)
    matching = held.kind == "matching"
    key = _key(form, held, options, rows)
    marks = _number(form.get("marks", ""))
    return msgspec.structs.replace(
        held,
        # Full-width letters look like others of the same name: an identifier has narrow ones.
        id=held.id or unicodedata.normalize("NFKC", form.get("id", "")).strip()[:120],
        stem=_fragment(form.get("stem", ""), held.stem),
        situation=_fragment(form.get("situation", ""), held.situation),
        reason=_fragment(form.get("reason", ""), held.reason),
        options=options if held.kind not in ("entry", "text", "upload") else {},
        rows=rows if matching else {},
        key=held.key if sorted(key) == sorted(held.key) else key,
        marks=0 if marks is None else marks,
        qti="",
    )


def _filled(form: Typed, what: str, names: list[str], held: Mapping[str, str]) -> dict[str, str]:
    """The lines that are filled in, by name; in the held order where none is new."""
    found = {
        name: _fragment(text, held.get(name, ""))
        for name in names
        if (text := form.get(f"{what}-{name}", "").strip())
    }
    if found.keys() == held.keys():
        return {name: found[name] for name in held}
    return found


def _key(
    form: Typed, held: Draft, options: Mapping[str, str], rows: Mapping[str, str]
) -> tuple[str, ...]:
    if held.kind in ("text", "upload"):
        return ()
    if held.kind == "entry":
        return tuple(
            dict.fromkeys(
                line.strip() for line in form.get("texts", "").splitlines() if line.strip()
            )
        )
    if held.kind == "matching":
        return tuple(f"{row} {option}" for row in rows if (option := form.get(f"with-{row}", "")))
    if held.kind == "ordering":
        order = [slot.name for slot in option_slots(held) if slot.name in options]
        return tuple(f"{place} {name}" for place, name in enumerate(order, start=1))
    # An unticked option without a text is no option; one that is ticked is wrong and said so.
    return tuple(sorted(form.getlist("key"), key=[*options, *form.getlist("key")].index))


def _media(draft: Draft) -> tuple[str, ...]:
    texts = (
        draft.stem,
        draft.situation,
        draft.reason,
        *draft.options.values(),
        *draft.rows.values(),
    )
    return tuple(sorted({name for text in texts for name in _SOURCES.findall(text)}))


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,4}(\.\d{1,4})?", text.strip()) else None
