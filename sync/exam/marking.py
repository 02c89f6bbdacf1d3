"""Objective marking: responses against keys, by the rule of the specification.

All marks are whole numbers. Two roundings exist: half of an odd number of marks is rounded down
(`part-marks`), and where an item was taken out of the total, what was reached is brought back to
the full mark and rounded half up. The rounded number is what is printed and what decides.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from sync.exam.items import Bank, Item, plain
from sync.exam.paper import Form
from sync.exam.specification import Specification, Struct


class Ruling(Struct, frozen=True):
    """How an item is marked instead of by its authored key.

    `keys`: each of these keys is right, whichever gives the most. `full`: everyone who handed in
    gets all marks. `removed`: it counts nothing, and neither in the total.
    """

    kind: Literal["keys", "full", "removed"]
    keys: tuple[tuple[str, ...], ...] = ()


NO_RULINGS: Mapping[str, Ruling] = {}


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


def authored_ruling(item: Item) -> Ruling:
    """How an item is marked while nobody has corrected it: each text of a text entry is right."""
    if item.choice == "gap":
        return Ruling("keys", tuple((plain(text),) for text in item.key))
    return Ruling("keys", (item.key,))


def mark_ruled(response: object, ruling: Ruling, of: int, rule: str) -> ItemMark:
    """One item under a ruling; its name is still to be put in."""
    if ruling.kind == "removed":
        return ItemMark("", _taken(response), 0, 0)
    got = max((mark_item(response, key, of, rule) for key in ruling.keys), default=0)
    return ItemMark("", _taken(response), of if ruling.kind == "full" else got, of)


def mark_theory(
    form: Form,
    bank: Bank,
    specification: Specification,
    responses: Mapping[str, Any],
    rulings: Mapping[str, Ruling] = NO_RULINGS,
) -> PaperMark:
    """The marks of one attempt; `responses` is item id → option ids or text, so are `rulings`."""
    marks = []
    for part in form.parts:
        for item in part.items:
            ruling = rulings.get(item.id) or authored_ruling(bank.items[item.id])
            response = responses.get(item.id)
            if item.choose == "gap":
                response = [plain(response)] if isinstance(response, str) and response else None
            mark = mark_ruled(response, ruling, part.marks_each, specification.multiple_marking)
            marks.append(ItemMark(item.id, mark.response, mark.marks, mark.of))
    return PaperMark(
        items=tuple(marks),
        marks=sum(m.marks for m in marks),
        of=sum(m.of for m in marks),
        answered=sum(m.response is not None for m in marks),
    )


def brought_to(full: int, marks: int, of: int) -> int:
    """`marks` out of `of` as marks out of `full`, rounded half up; exact in whole numbers."""
    return (2 * marks * full + of) // (2 * of)


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
