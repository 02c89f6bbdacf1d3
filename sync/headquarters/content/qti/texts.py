"""Operators on texts; patterns are XML Schema's, by libxml2, which matches the whole text."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lxml import etree

from sync.headquarters.content.qti.markup import refusal
from sync.headquarters.content.qti.operators import Call, Operator, first_text
from sync.headquarters.content.qti.values import Value, boolean
from sync.words import Words

XS = "http://www.w3.org/2001/XMLSchema"
LONGEST_PATTERN = 1000
IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_LETTERS = re.compile(r"\\[pP]\{(?P<letters>L|Lo)\}|\\.|[\[\]]", re.DOTALL)


def _string_match(call: Call) -> Value | None:
    found = call.complete
    if not found:
        return None
    one, other = (_cased(call, first_text(value)) for value in found[:2])
    return boolean(other in one if call.flag("substring", False) else one == other)


def _substring(call: Call) -> Value | None:
    found = call.complete
    if not found:
        return None
    one, other = (_cased(call, first_text(value)) for value in found[:2])
    return boolean(one in other)


def _cased(call: Call, text: str) -> str:
    return text if call.flag("casesensitive", True) else text.casefold()


def _pattern_match(call: Call) -> Value | None:
    found = call.complete
    if not found:
        return None
    pattern = call.node.attributes.get("pattern", "")
    named = call.lookup(pattern.strip("{}$"))
    pattern = first_text(named) if named else pattern
    schema = _schema(pattern)
    if schema is None:
        reason = Words(f"不是可用的模式：{pattern[:60]}", f"not a usable pattern: {pattern[:60]}")
        raise refusal("", call.node.line, reason)
    tested = etree.Element("t")
    try:
        tested.text = first_text(found[0])
    except ValueError:
        return boolean(False)
    return boolean(bool(schema.validate(tested)))


@lru_cache(maxsize=256)
def _schema(pattern: str) -> Any:
    """A schema of one element that holds what fits the pattern; None if the pattern is none."""
    if len(pattern) > LONGEST_PATTERN:
        return None
    root = etree.Element(f"{{{XS}}}schema", nsmap={"xs": XS})
    element = etree.SubElement(root, f"{{{XS}}}element", name="t")
    simple = etree.SubElement(element, f"{{{XS}}}simpleType")
    restriction = etree.SubElement(simple, f"{{{XS}}}restriction", base="xs:string")
    try:
        etree.SubElement(
            restriction, f"{{{XS}}}pattern", value=_whole_letters(_unanchored(pattern))
        )
        return etree.XMLSchema(root)
    except (etree.XMLSchemaParseError, ValueError):
        return None


def _unanchored(pattern: str) -> str:
    """Authors who know other dialects write ^ and $ around a pattern that needs none."""
    escapes = len(pattern[:-1]) - len(pattern[:-1].rstrip("\\"))
    if pattern.endswith("$") and escapes % 2 == 0:
        pattern = pattern[:-1]
    return pattern.removeprefix("^")


def _whole_letters(pattern: str) -> str:
    """libxml2 takes Chinese characters for no letters: they are named beside `\\p{L}`."""

    inside = 0

    def named(match: re.Match[str]) -> str:
        nonlocal inside
        found = match[0]
        if found in "[]":
            inside += 1 if found == "[" else -1
        if not match["letters"]:
            return found
        if found[1] == "P":
            return found if inside else f"[^\\p{{{match['letters']}}}{IDEOGRAPHS}]"
        return f"{found}{IDEOGRAPHS}" if inside else f"[{found}{IDEOGRAPHS}]"

    return _LETTERS.sub(named, pattern)


TEXTUAL: Mapping[str, Operator] = {
    "stringmatch": _string_match,
    "substring": _substring,
    "patternmatch": _pattern_match,
}
