"""Clean XHTML of an item as the text that a paper carries: lines, and **stress**; nothing else.

What text cannot say without loss (pictures, sound, formulas, raised and lowered figures, tables in
a stem) is never left out in silence: then the paper carries the fragment itself, as Markup.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from sync.headquarters.content.html import parsed

_STRESS = frozenset({"strong", "b", "em"})
_BLOCK = frozenset({"p", "div", "li", "ul", "ol", "dl", "dt", "dd", "blockquote", "figure", "pre"})
_INLINE = frozenset(
    {"span", "u", "i", "s", "ins", "del", "small", "abbr", "cite", "code", "kbd", "q", "samp"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SPACES = re.compile(r"[ \t\r\f\v]*\n[ \t\r\f\v\n]*")


def paper_text(fragment: str) -> str | None:
    """The fragment as a paper carries it; None if that would lose something."""
    if "<" not in fragment:
        return html.unescape(fragment).strip()
    holder = parsed(fragment)
    said = list(_said(holder))
    return None if None in said else _tidy("".join(part or "" for part in said))


def situation_text(fragment: str) -> tuple[str, tuple[tuple[str, ...], ...]] | None:
    """A shared stem as text and one table; None for what is neither."""
    if "<" not in fragment:
        return html.unescape(fragment).strip(), ()
    holder = parsed(fragment)
    tables = list(holder.iter("table"))
    if len(tables) > 1:
        return None
    rows: tuple[tuple[str, ...], ...] = ()
    if tables:
        found = _rows(tables[0])
        if found is None:
            return None
        rows = found
        _without(tables[0])
    said = list(_said(holder))
    return None if None in said else (_tidy("".join(part or "" for part in said)), rows)


def _said(element: Any) -> Iterator[str | None]:
    """What an element says, piece by piece; None for a piece that text cannot say."""
    yield element.text or ""
    for child in element:
        name = child.tag if isinstance(child.tag, str) else ""
        if name == "br":
            yield "\n"
        elif name in _STRESS:
            yield from ("**", *_said(child), "**")
        elif name in _BLOCK or name in _HEADINGS:
            yield from ("\n", *_said(child), "\n")
        elif name in _INLINE:
            yield from _said(child)
        else:
            yield None
        yield child.tail or ""


def _tidy(text: str) -> str:
    return _SPACES.sub("\n", text).replace("****", "").strip()


def _rows(table: Any) -> tuple[tuple[str, ...], ...] | None:
    """The cells, row by row; None if they are no plain grid."""
    rows: list[tuple[str, ...]] = []
    for row in table.iter("tr"):
        cells = []
        for cell in row:
            said = list(_said(cell))
            if cell.tag not in ("td", "th") or None in said or cell.get("colspan", "1") != "1":
                return None
            if cell.get("rowspan", "1") != "1":
                return None
            cells.append(" ".join("".join(part or "" for part in said).split()))
        rows.append(tuple(cells))
    return tuple(rows) if len({len(row) for row in rows}) <= 1 else None


def _without(element: Any) -> None:
    parent, before = element.getparent(), element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)
