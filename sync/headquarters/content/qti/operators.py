"""Operators of response processing that need nothing but their operands; NULL is None."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sync.headquarters.content.qti.markup import Node
from sync.headquarters.content.qti.shapes import area
from sync.headquarters.content.qti.values import (
    CONTAINERS,
    Atom,
    Value,
    as_number,
    atom_key,
    boolean,
    container,
    number,
    same,
    single,
)

MOST_REPEATS = 10_000


@dataclass(frozen=True)
class Call:
    """An operator in its place: its operands' values, and attributes that may name a variable."""

    node: Node
    operands: Sequence[Value | None]
    lookup: Callable[[str], Value | None]

    @property
    def complete(self) -> list[Value]:
        """The operands, if none of them is NULL; else none."""
        found = [value for value in self.operands if value is not None]
        return found if len(found) == len(self.operands) else []

    def figure(self, name: str) -> float | None:
        """A number that an attribute says, or the variable that it names."""
        text = self.node.get(name).strip("{}")
        if not text:
            return None
        found = as_number(single("string", text))
        return found if found is not None else as_number(self.lookup(text))

    def flag(self, name: str, default: bool) -> bool:
        """A yes or no that an attribute says."""
        text = self.node.get(name).lower()
        return default if not text else text not in ("false", "0")


Operator = Callable[[Call], Value | None]


def truth(value: Value | None) -> bool | None:
    """A condition: true, false or NULL. Other values than booleans count as players take them."""
    if value is None:
        return None
    if len(value.atoms) != 1 or isinstance(value.atom, tuple):
        return True
    return value.atom not in ("false", 0, False)


def _null(_call: Call) -> Value | None:
    return None


def _is_null(call: Call) -> Value | None:
    return boolean(call.operands[0] is None)


def _not(call: Call) -> Value | None:
    found = truth(call.operands[0])
    return boolean(None if found is None else not found)


def _and(call: Call) -> Value | None:
    found = [truth(value) for value in call.operands]
    return boolean(False if False in found else None if None in found else True)


def _or(call: Call) -> Value | None:
    found = [truth(value) for value in call.operands]
    return boolean(True if True in found else None if None in found else False)


def _any_n(call: Call) -> Value | None:
    found = [truth(value) for value in call.operands]
    least, most = call.figure("min"), call.figure("max")
    if least is None or most is None:
        return None
    sure, possible = found.count(True), found.count(True) + found.count(None)
    if sure > most or possible < least:
        return boolean(False)
    return boolean(True if sure >= least and possible <= most else None)


def _match(call: Call) -> Value | None:
    found = call.complete
    return boolean(same(found[0], found[1])) if found else None


def _member(call: Call) -> Value | None:
    found = call.complete
    if not found:
        return None
    unordered = "pair" in (found[0].base, found[1].base)
    held = [atom_key(atom, unordered) for atom in found[1].atoms]
    return boolean(bool(found[0].atoms) and atom_key(found[0].atom, unordered) in held)


def _contains(call: Call) -> Value | None:
    found = call.complete
    if not found:
        return None
    unordered = "pair" in (found[0].base, found[1].base)
    outer, inner = ([atom_key(atom, unordered) for atom in value.atoms] for value in found[:2])
    if found[0].cardinality == "ordered":
        starts = range(len(outer) - len(inner) + 1)
        return boolean(any(outer[start : start + len(inner)] == inner for start in starts))
    return boolean(all(inner.count(atom) <= outer.count(atom) for atom in inner))


def _inside(call: Call) -> Value | None:
    found = call.complete
    shape = area(call.node)
    return boolean(any(shape.holds(atom) for atom in found[0].atoms)) if found else None


def _multiple(call: Call) -> Value | None:
    return _collected(call, "multiple", call.operands)


def _ordered(call: Call) -> Value | None:
    return _collected(call, "ordered", call.operands)


def _collected(_call: Call, kind: str, operands: Sequence[Value | None]) -> Value | None:
    held = [value for value in operands if value is not None]
    return container(held[0].base, kind, chain(*(v.atoms for v in held))) if held else None


def _container_size(call: Call) -> Value | None:
    value = call.operands[0]
    return Value("integer", "single", (len(value.atoms) if value else 0,))


def _index(call: Call) -> Value | None:
    value = call.operands[0]
    place = call.figure("n")
    if place is None and len(call.operands) > 1:
        place = as_number(call.operands[1])
    if value is None or place is None or not 1 <= place <= len(value.atoms):
        return None
    return single(value.base, value.atoms[int(place) - 1])


def _delete(call: Call) -> Value | None:
    gone, value = call.operands[0], call.operands[-1]
    if gone is not None and gone.cardinality in CONTAINERS:
        gone, value = value, gone
    if value is None or gone is None:
        return None
    out = {atom_key(atom, value.base == "pair") for atom in gone.atoms}
    kept = [atom for atom in value.atoms if atom_key(atom, value.base == "pair") not in out]
    return container(value.base, value.cardinality, kept)


def _repeat(call: Call) -> Value | None:
    times = int(call.figure("numberrepeats") or 0)
    held = sum(len(value.atoms) for value in call.operands if value)
    if times < 1 or times * held > MOST_REPEATS:
        return None
    return _collected(call, "ordered", list(call.operands) * times)


def _field_value(call: Call) -> Value | None:
    value = call.operands[0]
    return dict(value.fields).get(call.node.get("fieldidentifier")) if value else None


def _integer_to_float(call: Call) -> Value | None:
    found = as_number(call.operands[0])
    return None if found is None else number(float(found))


def first_text(value: Value) -> str:
    """The text that a single value is."""
    atom: Atom = value.atom if value.atoms else ""
    return atom if isinstance(atom, str) else str(atom)


PLAIN: Mapping[str, Operator] = {
    "null": _null,
    "isnull": _is_null,
    "not": _not,
    "and": _and,
    "or": _or,
    "anyn": _any_n,
    "match": _match,
    "member": _member,
    "contains": _contains,
    "inside": _inside,
    "multiple": _multiple,
    "ordered": _ordered,
    "containersize": _container_size,
    "index": _index,
    "delete": _delete,
    "repeat": _repeat,
    "fieldvalue": _field_value,
    "integertofloat": _integer_to_float,
}
