"""Values of QTI: what is NULL, how each base type is written, and when two values are equal."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

Atom = bool | int | float | str | tuple[str, str] | tuple[float, float]
NUMBERS = frozenset({"integer", "float", "duration"})
CONTAINERS = frozenset({"multiple", "ordered"})
CARDINALITIES = CONTAINERS | {"single", "record"}
# What is compared as it is written.
TEXTS = frozenset({"string", "identifier", "uri", "file", "intoridentifier"})
BASES = NUMBERS | TEXTS | {"boolean", "point", "pair", "directedpair"}
_INTEGER = re.compile(r"[+-]?[0-9]{1,300}\Z")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\Z")
_DURATION = re.compile(
    r"P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?\Z"
)
_WORDED = {"INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}


class Value(NamedTuple):
    """A value that is not NULL (that is None): one atom, or those of a container, never none.

    A record has its fields instead of atoms; the key of a single response may list several.
    """

    base: str
    cardinality: str
    atoms: tuple[Atom, ...]
    fields: tuple[tuple[str, "Value"], ...] = ()

    @property
    def atom(self) -> Atom:
        """The one of a single value."""
        return self.atoms[0]


def single(base: str, atom: Atom) -> Value | None:
    """A single value; the empty string is NULL."""
    return None if atom == "" else Value(base, "single", (atom,))


def container(base: str, cardinality: str, atoms: Iterable[Atom]) -> Value | None:
    """A container; an empty one is NULL."""
    held = tuple(atoms)
    return Value(base, cardinality, held) if held else None


def boolean(truth: bool | None) -> Value | None:
    """True, false or NULL."""
    return None if truth is None else Value("boolean", "single", (truth,))


def number(found: float | None) -> Value | None:
    """An integer or a float by what it is; NULL for what is no number."""
    if found is None or found != found:
        return None
    return Value("integer" if isinstance(found, int) else "float", "single", (found,))


def read_atom(text: str, base: str) -> Atom | None:
    """What a text says in a base type; None if it says nothing. ValueError if it cannot."""
    if base == "string":
        return _unwrapped(text) or None
    text = text.strip()
    if not text:
        return None
    if base in TEXTS:
        return text
    if base == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}[_known(text.lower())]
    if base == "integer":
        return int(_fits(_INTEGER, text))
    if base == "float":
        return _WORDED[text] if text in _WORDED else float(_fits(_FLOAT, text))
    if base == "duration":
        return _seconds(text)
    return _two(text, base)


def _known(text: str) -> str:
    if text not in ("true", "1", "false", "0"):
        raise ValueError(text)
    return text


def _fits(form: re.Pattern[str], text: str) -> str:
    if not form.match(text):
        raise ValueError(text)
    return text


def _unwrapped(text: str) -> str:
    """White space belongs to a string, unless it is there for the looks of the XML."""
    return text.strip() if "\n" in text else text


def _seconds(text: str) -> float:
    if _FLOAT.match(text):
        return float(text)
    found = _DURATION.match(text)
    if not found or not any(found.groups()):
        raise ValueError(text)
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _two(text: str, base: str) -> Atom:
    parts = text.replace(",", " ").split() if base == "point" else text.split()
    if len(parts) != 2:
        raise ValueError(text)
    if base == "point":
        x, y = (float(_fits(_FLOAT, part)) for part in parts)
        return (x, y)
    if base == "pair":
        parts = sorted(parts)
    return (parts[0], parts[1])


def as_number(value: Value | None) -> float | None:
    """The number that a single value is; None if it is none."""
    if value is None or value.cardinality == "record" or len(value.atoms) != 1:
        return None
    return atom_number(value.atom)


def atom_number(atom: Atom) -> float | None:
    """As as_number; a text that is written like a number counts as one."""
    if isinstance(atom, (bool, tuple)):
        return None
    if isinstance(atom, str):
        try:
            found = read_atom(atom, "float")
        except ValueError:
            return None
        return found if isinstance(found, float) else None
    return atom


def total_of(numbers: Sequence[float]) -> float:
    """The sum of numbers as they are written: 0.1 and 0.2 are 0.3."""
    if all(isinstance(one, int) for one in numbers) or not all(map(math.isfinite, numbers)):
        return sum(numbers)
    return float(sum(Decimal(repr(one)) for one in numbers))


def same(one: Value, other: Value) -> bool:
    """Whether two values are equal: bags in any order, ordered ones in theirs, records by field."""
    if "record" in (one.cardinality, other.cardinality):
        return _same_fields(one, other)
    unordered = "pair" in (one.base, other.base)
    first = [atom_key(atom, unordered) for atom in one.atoms]
    second = [atom_key(atom, unordered) for atom in other.atoms]
    if one.cardinality == other.cardinality == "single":
        # A key of several values for a single response: any of them is right.
        return not set(first).isdisjoint(second)
    if one.cardinality == other.cardinality == "ordered":
        return first == second
    return Counter(first) == Counter(second)


def _same_fields(one: Value, other: Value) -> bool:
    mine, theirs = dict(one.fields), dict(other.fields)
    return mine.keys() == theirs.keys() and all(_alike(mine[name], theirs[name]) for name in mine)


def _alike(one: Value, other: Value) -> bool:
    """As same; a number that came as text is one where the other is a number."""
    if (one.base in NUMBERS) != (other.base in NUMBERS):
        found = as_number(one), as_number(other)
        return found[0] is not None and found[0] == found[1]
    return same(one, other)


def atom_key(atom: Atom, unordered: bool = False) -> tuple[str, Atom]:
    """By what two atoms are compared: 1 and 1.0 are alike, 1 and true are not."""
    if isinstance(atom, bool):
        return ("boolean", atom)
    if isinstance(atom, int | float):
        return ("number", atom)
    if isinstance(atom, tuple) and unordered:
        low, high = sorted(str(part) for part in atom)
        return ("pair", (low, high))
    return ("pair" if isinstance(atom, tuple) else "text", atom)
