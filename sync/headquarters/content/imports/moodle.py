"""Moodle XML: the question types that an examination here has; all others refused by name."""

import base64
import binascii
from collections.abc import Callable, Mapping

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
from sync.headquarters.content.imports.media import named
from sync.headquarters.content.qti.markup import Node
from sync.words import Words

PLUGIN = "@@PLUGINFILE@@/"


class Question:
    """One question of a quiz, with the files that its texts carry."""

    def __init__(self, node: Node, category: str) -> None:
        self.node, self.category = node, category
        self.media: dict[str, bytes] = {}

    def text(self, holder: Node | None) -> str:
        """The clean fragment of a text with its format; files beside it become media."""
        if holder is None:
            return ""
        inner = holder.first("text")
        typed = inner.text if inner else holder.text
        if holder.get("format", "html") in ("plain_text", "moodle_auto_format"):
            return text_to_html(typed)
        files = {one.get("name"): one.text for one in holder.all("file")}

        def source(src: str) -> str | None:
            try:
                data = base64.b64decode(files[src.removeprefix(PLUGIN)], validate=False)
            except (KeyError, binascii.Error):
                return None
            return named(src, data, self.media)

        return clean_html(typed, source)

    def part(self, name: str) -> str:
        """As text, of a child."""
        return self.text(self.node.first(name))

    def plain(self, name: str, default: str = "") -> str:
        """What a child says in plain text."""
        found = self.node.first(name)
        return found.text.strip() if found else default

    def answers(self) -> list[tuple[float, str, Node]]:
        """Share of the marks, fragment and node of each answer."""
        found = []
        for answer in self.node.all("answer"):
            try:
                share = float(answer.get("fraction", "0"))
            except ValueError:
                raise _wrong("fraction 不是数", "a fraction is no number") from None
            found.append((share, self.text(answer), answer))
        return found


def _wrong(zh: str, en: str) -> ValueError:
    return ValueError(Words(zh, en))


Made = tuple[Kind, dict[str, str], dict[str, str], tuple[str, ...]]


def _multichoice(question: Question) -> Made:
    answers = question.answers()
    options = {chr(97 + n): text for n, (_, text, _) in enumerate(answers[:26])}
    right = [chr(97 + n) for n, (share, _, _) in enumerate(answers[:26]) if share > 0]
    total = sum(share for share, _, _ in answers if share > 0)
    if question.plain("single", "true").lower() in ("true", "1"):
        if any(0 < share < 100 for share, _, _ in answers):
            raise _wrong("单选题含部分得分选项", "a single choice with part marks")
        return "single", options, {}, tuple(right)
    if abs(total - 100) > 1:
        raise _wrong(f"正确选项得分之和为 {total:g}%", f"the right options add up to {total:g}%")
    return "multiple", options, {}, tuple(right)


def _truefalse(question: Question) -> Made:
    right = [node for share, _, node in question.answers() if share == 100]
    said = (right[0].first("text") or right[0]).text.strip().lower() if right else ""
    return "truth", {"a": "正确", "b": "错误"}, {}, ("a" if said == "true" else "b",) * bool(right)


def _shortanswer(question: Question) -> Made:
    if question.plain("usecase", "0") == "1":
        raise _wrong("区分大小写的填空题", "a short answer with letter cases")
    texts = []
    for share, _, node in question.answers():
        text = (node.first("text") or node).text.strip()
        if 0 < share < 100 or "*" in text:
            raise _wrong("含部分得分或通配符 *", "part marks, or a wildcard *")
        texts += [text] if share == 100 else []
    return "entry", {}, {}, tuple(texts)


def _numerical(question: Question) -> Made:
    tolerances = [
        one.text.strip() for a in question.node.all("answer") for one in a.all("tolerance")
    ]
    if any(text not in ("", "0", "0.0") for text in tolerances):
        raise _wrong("numerical 带容差", "numerical with a tolerance")
    return _shortanswer(question)


def _essay(question: Question) -> Made:
    return "text", {}, {}, ()


def _matching(question: Question) -> Made:
    rows: dict[str, str] = {}
    options: dict[str, str] = {}
    key = []
    for pair in question.node.all("subquestion"):
        answer = pair.first("answer")
        option = text_to_html((answer.first("text") or answer).text) if answer else ""
        letter = next((one for one, text in options.items() if text == option), "")
        if not letter:
            letter = chr(97 + len(options))
            options[letter] = option
        row = question.text(pair)
        if row:
            rows[str(len(rows) + 1)] = row
            key.append(f"{len(rows)} {letter}")
    return "matching", options, rows, tuple(key)


TYPES: Mapping[str, Callable[[Question], Made]] = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "essay": _essay,
    "matching": _matching,
}


def read_moodle(root: Node, file: str) -> Found:
    """The items of a quiz; a type that we do not have is refused by its name and line."""
    found: list[tuple[Draft, Place]] = []
    refused: list[Refusal] = []
    media: dict[str, bytes] = {}
    category = ""
    for node in root.all("question"):
        kind = node.get("type")
        if kind == "category":
            holder = node.first("category") or node
            category = holder.text.strip().rpartition("/")[2].strip()
            continue
        question = Question(node, category)
        name = question.plain("name")
        try:
            if kind not in TYPES:
                raise _wrong(f"不支持题型 {kind[:40]}", f"type {kind[:40]} is not supported")
            found.append((_draft(question, TYPES[kind](question)), Place(file, node.line)))
            media |= question.media
        except ValueError as error:
            refused.append(Refusal(file, node.line, name, "item-refused", error.args[0]))
    good, more = whole(found)
    return Found(tuple(good), tuple(refused + more), media)


def _draft(question: Question, made: Made) -> Draft:
    kind, options, rows, key = made
    stem = question.part("questiontext")
    try:
        marks = float(question.plain("defaultgrade", "1") or 1)
    except ValueError:
        raise _wrong("defaultgrade 不是数", "defaultgrade is no number") from None
    return Draft(
        id=question.plain("idnumber")
        or identifier_of(kind, stem, *options.values(), *rows.values()),
        kind=kind,
        stem=stem,
        options=options,
        rows=rows,
        key=key,
        marks=marks,
        reason=question.part("generalfeedback"),
        field=question.category,
        title=question.plain("name"),
        media=tuple(sorted(question.media)),
    )
