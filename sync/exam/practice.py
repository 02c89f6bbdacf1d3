"""A practice: its papers carry keys and reasons, so that the candidate sees at once what was right.

No other package ever holds a key: `check_keys` stands at the seal and again at the site.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from sync.errors import DocumentAltered
from sync.exam.items import Bank, plain
from sync.exam.marking import Ruling, mark_form
from sync.exam.paper import Form
from sync.exam.sitting import SessionPlan
from sync.exam.specification import Specification, Struct


class ItemKey(Struct, frozen=True):
    """What is right in one item, why, and why somebody would choose something else."""

    key: tuple[str, ...]
    reason: str
    why: dict[str, str]


class FormKeys(Struct, frozen=True):
    """All items of one form, and how an item with several right options is marked."""

    marking: Literal["all-or-nothing", "part-marks"]
    items: dict[str, ItemKey]


class Reviewed(NamedTuple):
    """One item after a practice."""

    item: str
    response: Any
    key: ItemKey
    marks: int
    of: int


class Review(NamedTuple):
    """A practice as it was answered."""

    items: tuple[Reviewed, ...]
    marks: int
    of: int


def keys_of(form: Form, bank: Bank, specification: Specification) -> FormKeys:
    """The keys of a form's items out of the bank."""
    items = {}
    for one in form.items():
        item = bank.items[one.id]
        items[one.id] = ItemKey(item.key, item.reason, item.why)
    return FormKeys(specification.multiple_marking, items)


def check_keys(plan: SessionPlan, forms: Iterable[Form], keys: Mapping[str, FormKeys]) -> None:
    """DocumentAltered unless a practice has keys to each of its items, any other session none."""
    wanted: dict[str, set[str]] = {}
    if plan.kind == "practice":
        wanted = {form.id: {item.id for item in form.items()} for form in forms}
    if {name: set(one.items) for name, one in keys.items()} != wanted:
        raise DocumentAltered(where="keys in the papers")


def reviewed(form: Form, keys: FormKeys, responses: Mapping[str, Any]) -> Review:
    """Score and, item by item, what was answered, the key and the reason."""
    gaps = {item.id for item in form.items() if item.choose == "gap"}
    rulings = {name: _ruling(one, name in gaps) for name, one in keys.items.items()}
    mark = mark_form(form, rulings, keys.marking, responses)
    items = tuple(
        Reviewed(one.item, responses.get(one.item), keys.items[one.item], one.marks, one.of)
        for one in mark.items
    )
    return Review(items, mark.marks, mark.of)


def _ruling(item: ItemKey, gap: bool) -> Ruling:
    return Ruling("keys", tuple((plain(text),) for text in item.key) if gap else (item.key,))
