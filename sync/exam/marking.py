"""Objective marking: responses against keys, by the rule of the specification.

All marks are whole numbers. Two roundings exist: half of an odd number of marks is rounded down
(`part-marks`), and where an item was taken out of the total, what was reached is brought back to
the full mark and rounded half up. The rounded number is what is printed and what decides.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

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
# Compact JSON, members by name, nothing escaped that need not be.
_COMPACT = msgspec.json.Encoder(order="sorted")


class ItemMark(Struct, frozen=True, gc=False):
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
    return _marks(set(_taken(response) or ()), frozenset(key), of, rule)


def _marks(taken: set[str], key: frozenset[str], of: int, rule: str) -> int:
    if not taken:
        return 0
    if taken == key:
        return of
    if rule == "part-marks" and taken < key:
        return of // 2
    return 0


def _taken(response: object) -> tuple[str, ...] | None:
    """The option ids of a choice response; None for nothing and for what is no such response."""
    if not isinstance(response, list | tuple) or not response:
        return None
    for one in response:
        if not isinstance(one, str):
            return None
    return tuple(response)


def authored_ruling(item: Item) -> Ruling:
    """How an item is marked while nobody has corrected it: each text of a text entry is right."""
    if item.choice == "gap":
        return Ruling("keys", tuple((plain(text),) for text in item.key))
    return Ruling("keys", (item.key,))


class _Asked(Struct, frozen=True):
    """An item of a form as it is marked; `seen` are the marks of responses met before.

    Most candidates give one of a few responses, so most marks are looked up.
    """

    item: str
    gap: bool
    kind: str
    keys: tuple[frozenset[str], ...]
    of: int
    seen: dict[tuple[str, ...] | None, ItemMark]


class Marker:
    """A form with its keys as they count, made once for all who sat it."""

    def __init__(self, form: Form, rulings: Mapping[str, Ruling], rule: str) -> None:
        self._rule = rule
        self._items = [
            _Asked(item.id, item.choose == "gap", ruling.kind, _sets(ruling), part.marks_each, {})
            for part in form.parts
            for item in part.items
            for ruling in [rulings[item.id]]
        ]
        self._of = sum(0 if one.kind == "removed" else one.of for one in self._items)

    def mark(self, responses: Mapping[str, Any]) -> PaperMark:
        """The marks of one attempt; `responses` is item id → option ids or text."""
        marks, got, answered = [], 0, 0
        for asked in self._items:
            response = responses.get(asked.item)
            if asked.gap:
                response = [plain(response)] if isinstance(response, str) and response else None
            taken = _taken(response)
            mark = asked.seen.get(taken)
            if mark is None:
                mark = asked.seen[taken] = self._one(asked, taken)
            marks.append(mark)
            got += mark.marks
            answered += taken is not None
        return PaperMark(items=tuple(marks), marks=got, of=self._of, answered=answered)

    def _one(self, asked: _Asked, taken: tuple[str, ...] | None) -> ItemMark:
        if asked.kind == "removed":
            return ItemMark(asked.item, taken, 0, 0)
        if asked.kind == "full":
            return ItemMark(asked.item, taken, asked.of, asked.of)
        options = set(taken or ())
        got = max([_marks(options, key, asked.of, self._rule) for key in asked.keys], default=0)
        return ItemMark(asked.item, taken, got, asked.of)


def _sets(ruling: Ruling) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(key) for key in ruling.keys)


def marker(
    form: Form,
    bank: Bank,
    specification: Specification,
    rulings: Mapping[str, Ruling] = NO_RULINGS,
) -> Marker:
    """A form's marker by the authored keys, and by the rulings where there are any."""
    own = {
        item.id: rulings.get(item.id) or authored_ruling(bank.items[item.id])
        for item in form.items()
    }
    return Marker(form, own, specification.multiple_marking)


def mark_theory(
    form: Form,
    bank: Bank,
    specification: Specification,
    responses: Mapping[str, Any],
    rulings: Mapping[str, Ruling] = NO_RULINGS,
) -> PaperMark:
    """The marks of one attempt; `responses` is item id → option ids or text, so are `rulings`."""
    return marker(form, bank, specification, rulings).mark(responses)


def mark_form(
    form: Form, rulings: Mapping[str, Ruling], rule: str, responses: Mapping[str, Any]
) -> PaperMark:
    """The marks of one attempt where each item has its ruling."""
    return Marker(form, rulings, rule).mark(responses)


def brought_to(full: int, marks: int, of: int) -> int:
    """`marks` out of `of` as marks out of `full`, rounded half up; exact in whole numbers."""
    return (2 * marks * full + of) // (2 * of)


def receipt_code(attempt: str, responses: Mapping[str, Any]) -> str:
    """A short code that commits to the final responses: 60 bits of SHA-256 in base32, 4-4-4.

    The same on the candidate's screen, in the journal and at headquarters, so that any of them
    can be held against another. Cleared answers and the order of options make no difference.
    """
    said = {}
    for item, response in responses.items():
        if isinstance(response, list) and len(response) == 1:
            said[item] = response
        elif response not in (None, [], ""):
            said[item] = sorted(_taken(response) or ()) or response
    text = _COMPACT.encode([attempt, said])
    # Ten bytes are sixteen characters, of which twelve are wanted.
    code = base64.b32encode(hashlib.sha256(text).digest()[:10])[:12].decode()
    return "-".join(code[i : i + 4] for i in (0, 4, 8))
