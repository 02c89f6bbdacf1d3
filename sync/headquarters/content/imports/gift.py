"""GIFT: questions in plain text, a blank line between two; a missing one is noticed."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from sync.headquarters.content.drafts import (
    Draft,
    Found,
    Kind,
    Place,
    Refusal,
    identifier_of,
    whole,
)
from sync.headquarters.content.html import clean_html, text_to_html
from sync.words import Words

_TITLE = re.compile(r"::(.*?)(?<!\\)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|plain|moodle|markdown)\]")
_WEIGHT = re.compile(r"%(-?\d+(?:\.\d+)?)%")
_TRUTH = {"T": "a", "TRUE": "a", "F": "b", "FALSE": "b"}
_ESCAPED = re.compile(r"\\([~=#{}:\\n])")


class Block(NamedTuple):
    """The lines of one question, and where they begin."""

    line: int
    text: str
    category: str


def read_gift(text: str, file: str) -> Found:
    """The items of a GIFT text, each refused by its line if it cannot be read."""
    found: list[tuple[Draft, Place]] = []
    refused: list[Refusal] = []
    for block in _blocks(text):
        try:
            found.append((_item(block), Place(file, block.line)))
        except ValueError as error:
            refused.append(Refusal(file, block.line, "", "item-refused", error.args[0]))
    good, more = whole(found)
    return Found(tuple(good), tuple(refused + more))


def _blocks(text: str) -> Iterator[Block]:
    category, start = "", 0
    held: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.lstrip().startswith("//"):
            continue
        if line.startswith("$CATEGORY:"):
            category = line.removeprefix("$CATEGORY:").strip().rpartition("/")[2]
        elif line.strip() or _open("\n".join(held)):
            start = start if held else number
            held.append(line)
        elif held:
            yield Block(start, "\n".join(held), category)
            held = []
    if held:
        yield Block(start, "\n".join(held), category)


def _open(text: str) -> bool:
    """Whether an answer was begun and not ended: a blank line in it ends nothing."""
    return len(re.findall(r"(?<!\\)\{", text)) > len(re.findall(r"(?<!\\)\}", text))


def _wrong(zh: str, en: str) -> ValueError:
    return ValueError(Words(zh, en))


def _item(block: Block) -> Draft:
    groups = list(re.finditer(r"(?<!\\)\{(.*?)(?<!\\)\}", block.text, re.DOTALL))
    if not groups:
        raise _wrong("没有 {答案}", "there is no {answer}")
    if len(groups) > 1:
        line = block.line + block.text[: groups[1].start()].count("\n")
        raise _wrong(
            f"一题中有两处 {{答案}}（第 {line} 行）：两题之间缺少空行",
            f"two {{answers}} in a question (line {line}): a blank line is missing between two",
        )
    before, after = block.text[: groups[0].start()], block.text[groups[0].end() :]
    title = _TITLE.match(before.lstrip())
    before = before.lstrip()[title.end() :] if title else before
    form = _FORMAT.match(before)
    before = before[form.end() :] if form else before
    typed = f"{before.strip()}____{after.strip()}" if after.strip() else before.strip()
    html = bool(form and form[1] in ("html", "markdown"))
    said, _, general = re.sub(r"\s+", " ", groups[0][1]).strip().partition("####")
    kind, options, rows, key = _answer(said.strip(), html)
    stem = _shown(typed, html)
    return Draft(
        id=identifier_of(kind, stem, *options.values(), *rows.values()),
        kind=kind,
        stem=stem,
        options=options,
        rows=rows,
        key=key,
        reason=_shown(general.strip(), html),
        field=block.category,
        title=_plain(title[1]).strip() if title else "",
    )


Made = tuple[Kind, dict[str, str], dict[str, str], tuple[str, ...]]


def _answer(said: str, html: bool) -> Made:
    if said.startswith("#"):
        raise _wrong("不支持数值题 {#…}", "numerical questions {#…} are not supported")
    bare = _feedback_off(said)
    if not bare:
        return "text", {}, {}, ()
    if bare.upper() in _TRUTH:
        return "truth", {"a": "正确", "b": "错误"}, {}, (_TRUTH[bare.upper()],)
    parts = re.findall(r"(?<!\\)([=~])((?:\\.|[^=~\\])*)", said)
    if not parts or not said.startswith(("=", "~")):
        raise _wrong("答案不以 = 或 ~ 开头", "the answer begins with neither = nor ~")
    texts = [(sign, _feedback_off(text)) for sign, text in parts]
    if all(sign == "=" for sign, _ in texts):
        if all("->" in text for _, text in texts):
            return _matching([text for _, text in texts], html)
        if any(_WEIGHT.match(text) for _, text in texts):
            raise _wrong("含部分得分", "part marks")
        return "entry", {}, {}, tuple(_plain(text) for _, text in texts)
    return _choice(texts, html)


def _choice(texts: list[tuple[str, str]], html: bool) -> Made:
    options: dict[str, str] = {}
    right: list[str] = []
    total, weighted = 0.0, False
    for place, (sign, text) in enumerate(texts[:26]):
        weight = _WEIGHT.match(text)
        options[chr(97 + place)] = _shown(text[weight.end() :] if weight else text, html)
        share = float(weight[1]) if weight else 0.0
        weighted = weighted or share > 0
        total += max(share, 0)
        if sign == "=" or share > 0:
            right.append(chr(97 + place))
    if weighted and abs(total - 100) > 1:
        raise _wrong(f"正确选项得分之和为 {total:g}%", f"the right options add up to {total:g}%")
    return ("multiple" if weighted else "single"), options, {}, tuple(right)


def _matching(texts: list[str], html: bool) -> Made:
    rows: dict[str, str] = {}
    options: dict[str, str] = {}
    key = []
    for text in texts:
        left, right = (_shown(part.strip(), html) for part in text.split("->", 1))
        letter = next((one for one, held in options.items() if held == right), "")
        letter = letter or chr(97 + len(options))
        options[letter] = right
        if left:
            rows[str(len(rows) + 1)] = left
            key.append(f"{len(rows)} {letter}")
    return "matching", options, rows, tuple(key)


def _feedback_off(text: str) -> str:
    return re.split(r"(?<!\\)#", text, maxsplit=1)[0].strip()


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda m: "\n" if m[1] == "n" else m[1], text)


def _shown(text: str, html: bool) -> str:
    return clean_html(_plain(text)) if html else text_to_html(_plain(text))
