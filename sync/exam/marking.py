"""Objective marking: responses against keys, by the rule of the specification."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sync.exam.items import Bank
from sync.exam.paper import Form
from sync.exam.specification import Specification, Struct


class ItemMark(Struct, frozen=True):
    """One item's outcome; `response` is None where nothing was answered."""

    item: str
    response: tuple[str, ...] | None
    marks: int
    of: int


class PaperMark(Struct, frozen=True):
    """A theory paper's outcome; integers, so nothing is rounded."""

    items: tuple[ItemMark, ...]
    marks: int
    of: int
    answered: int


def mark_item(response: object, key: tuple[str, ...], of: int, rule: str) -> int:
    """Marks for one response.

    `all-or-nothing`: the options taken are exactly the key. `part-marks`: half (rounded down)
    for a non-empty proper subset of the key with nothing wrong in it.
    """
    taken = set(_taken(response) or ())
    if not taken:
        return 0
    if taken == set(key):
        return of
    if rule == "part-marks" and taken < set(key):
        return of // 2
    return 0


def _taken(response: object) -> tuple[str, ...] | None:
    """The option ids of a choice response; None for nothing and for what is no such response."""
    if not isinstance(response, list | tuple) or not response:
        return None
    return tuple(response) if all(isinstance(option, str) for option in response) else None


def mark_theory(
    form: Form, bank: Bank, specification: Specification, responses: Mapping[str, Any]
) -> PaperMark:
    """The marks of one attempt; `responses` is item id → option ids."""
    marks = []
    for part in form.parts:
        for item in part.items:
            response = responses.get(item.id)
            got = mark_item(
                response, bank.items[item.id].key, part.marks_each, specification.multiple_marking
            )
            marks.append(ItemMark(item.id, _taken(response), got, part.marks_each))
    return PaperMark(
        items=tuple(marks),
        marks=sum(m.marks for m in marks),
        of=sum(m.of for m in marks),
        answered=sum(m.response is not None for m in marks),
    )


def receipt_code(attempt: str, responses: Mapping[str, Any]) -> str:
    """A short code that commits to the final responses: 60 bits of SHA-256 in base32, 4-4-4.

    The same on the candidate's screen, in the journal and at headquarters, so that any of them
    can be held against another. Cleared answers and the order of options make no difference.
    """
    said = {
        item: sorted(_taken(response) or ()) or response
        for item, response in responses.items()
        if response not in (None, [], "")
    }
    text = json.dumps(
        [attempt, said], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    code = base64.b32encode(hashlib.sha256(text).digest())[:12].decode()
    return "-".join(code[i : i + 4] for i in (0, 4, 8))
