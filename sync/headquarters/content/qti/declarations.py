"""Declarations of an item: variables, their defaults, correct responses, mappings and tables."""

from dataclasses import dataclass, field

from sync.headquarters.content.qti.markup import Node, plain_name, refusal
from sync.headquarters.content.qti.shapes import Area, area
from sync.headquarters.content.qti.values import (
    BASES,
    CARDINALITIES,
    Atom,
    Value,
    atom_key,
    read_atom,
    total_of,
)
from sync.words import Words

KINDS = {
    "responsedeclaration": "response",
    "outcomedeclaration": "outcome",
    "templatedeclaration": "template",
}


@dataclass(frozen=True)
class MapEntry:
    """What one value counts; without `cased` letter cases of a string are alike."""

    key: Atom | None
    counts: float
    cased: bool


@dataclass(frozen=True)
class Mapping:
    """What values count: the first entry that fits, else the default; the sum within bounds."""

    entries: tuple[MapEntry, ...]
    default: float
    lowest: float | None
    highest: float | None

    def bounded(self, total: float) -> float:
        """A sum within the bounds."""
        if self.lowest is not None:
            total = max(total, self.lowest)
        return total if self.highest is None else min(total, self.highest)

    def of(self, value: Value | None) -> float:
        """What a value counts; of a container each value once, however often it is there."""
        if value is None:
            return self.bounded(self.default)
        unordered = value.base == "pair"
        distinct = {atom_key(atom, unordered): atom for atom in value.atoms}
        return self.bounded(total_of([self._one(atom, unordered) for atom in distinct.values()]))

    def _one(self, atom: Atom, unordered: bool) -> float:
        for entry in self.entries:
            if entry.key is not None and _fits(entry, atom, unordered):
                return entry.counts
        return self.default


def _fits(entry: MapEntry, atom: Atom, unordered: bool) -> bool:
    if not entry.cased and isinstance(atom, str) and isinstance(entry.key, str):
        return atom.casefold() == entry.key.casefold()
    return entry.key is not None and atom_key(entry.key, unordered) == atom_key(atom, unordered)


@dataclass(frozen=True)
class AreaMapping:
    """What points count: each area once, a point outside of all the default."""

    areas: tuple[tuple[Area, float], ...]
    bounds: Mapping

    def of(self, value: Value | None) -> float:
        """What the points of a value count together."""
        hit: set[int] = set()
        counted = []
        for point in value.atoms if value else ():
            found = [place for place, (shape, _) in enumerate(self.areas) if shape.holds(point)]
            if not found:
                counted.append(self.bounds.default)
            elif found[0] not in hit:
                hit.add(found[0])
                counted.append(self.areas[found[0]][1])
        return self.bounds.bounded(total_of(counted) if value else self.bounds.default)


@dataclass(frozen=True)
class Table:
    """From numbers to an outcome: equal to a source, or (`steps`) the first source it reaches."""

    entries: tuple[tuple[float, bool, Value | None], ...]
    default: Value | None
    steps: bool

    def of(self, found: float) -> Value | None:
        """The outcome for a number."""
        for source, inclusive, target in self.entries:
            if (
                found == source
                if not self.steps
                else found > source or (inclusive and found == source)
            ):
                return target
        return self.default


@dataclass(frozen=True)
class Declaration:
    """A variable as it is declared; `base` of a record is empty."""

    kind: str
    identifier: str
    cardinality: str
    base: str
    line: int = 0
    default: Value | None = None
    correct: Value | None = None
    mapping: Mapping | None = None
    areas: AreaMapping | None = None
    table: Table | None = None
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def initial(self) -> Value | None:
        """What it holds before anything was processed: a numeric outcome without a default is 0."""
        if self.default is None and self.kind == "outcome" and self.cardinality == "single":
            zero: Atom = 0 if self.base == "integer" else 0.0
            return (
                Value(self.base, "single", (zero,)) if self.base in ("integer", "float") else None
            )
        return self.default


def read_declaration(node: Node) -> Declaration:
    """A declaration of any kind; QtiRefused with its line if it says what cannot be."""
    identifier, base = node.get("identifier"), plain_name(node.get("basetype"))
    cardinality = node.get("cardinality").lower()
    if not identifier or cardinality not in CARDINALITIES:
        raise _broken(node, "缺少 identifier 或 cardinality", "no identifier or cardinality")
    if base not in BASES and cardinality != "record":
        raise _broken(node, f"不认识的 baseType：{base}", f"unknown base type {base}")
    default, correct = node.first("defaultvalue"), node.first("correctresponse")
    mapping, areas = node.first("mapping"), node.first("areamapping")
    table = node.first("matchtable") or node.first("interpolationtable")
    said = node.attributes.get("defaultvalue")
    shape = Declaration(KINDS[node.name], identifier, cardinality, base, node.line)
    return Declaration(
        shape.kind,
        identifier,
        cardinality,
        base,
        node.line,
        default=_values(default, shape) if default else _atoms([said or ""], shape, node),
        correct=_values(correct, shape) if correct else None,
        mapping=_mapping(mapping, base) if mapping else None,
        areas=_areas(areas) if areas else None,
        table=_table(table, base) if table else None,
    )


def _broken(node: Node, zh: str, en: str) -> Exception:
    return refusal("", node.line, Words(f"{node.get('identifier')} {zh}".strip(), en))


def _values(holder: Node, declared: Declaration) -> Value | None:
    """The values below a default or a correct response."""
    if declared.cardinality != "record":
        return _atoms([v.text for v in holder.all("value")], declared, holder)
    fields = []
    for value in holder.all("value"):
        base = plain_name(value.get("basetype")) or "string"
        one = _atoms([value.text], Declaration("", "", "single", base), value)
        if one:
            fields.append((value.get("fieldidentifier"), one))
    return Value("", "record", (), tuple(fields)) if fields else None


def _atoms(texts: list[str], declared: Declaration, where: Node) -> Value | None:
    try:
        read = [read_atom(text, declared.base) for text in texts] if declared.base else []
    except ValueError as error:
        wrong = str(error)[:40]
        raise _broken(
            where, f"不是 {declared.base}：{wrong}", f"no {declared.base}: {wrong}"
        ) from None
    atoms = tuple(atom for atom in read if atom is not None)
    if declared.cardinality == "single" and len(atoms) > 1 and where.name != "correctresponse":
        raise _broken(where, "单值变量有多个值", "several values of a single one")
    return Value(declared.base, declared.cardinality, atoms) if atoms else None


def _number(node: Node, name: str) -> float | None:
    text = node.get(name)
    if not text:
        return None
    try:
        found = read_atom(text, "float")
    except ValueError:
        raise _broken(
            node, f"{name} 不是数：{text[:40]}", f"{name} is no number: {text[:40]}"
        ) from None
    return float(found) if isinstance(found, int | float) else None


def _bounds(node: Node, entries: tuple[MapEntry, ...] = ()) -> Mapping:
    lowest, highest = _number(node, "lowerbound"), _number(node, "upperbound")
    return Mapping(entries, _number(node, "defaultvalue") or 0.0, lowest, highest)


def _mapping(node: Node, base: str) -> Mapping:
    cased = node.get("casesensitive", "true")
    entries = tuple(
        MapEntry(
            _key(entry.attributes.get("mapkey", ""), base),
            _number(entry, "mappedvalue") or 0.0,
            entry.get("casesensitive", cased).lower() not in ("false", "0"),
        )
        for entry in node.all("mapentry")
    )
    return _bounds(node, entries)


def _key(text: str, base: str) -> Atom | None:
    """A key as a value; one that no response can be fits nothing."""
    try:
        return read_atom(text, base) if base else None
    except ValueError:
        return None


def _areas(node: Node) -> AreaMapping:
    found = [
        (area(entry), _number(entry, "mappedvalue") or 0.0) for entry in node.all("areamapentry")
    ]
    return AreaMapping(tuple(found), _bounds(node))


def _table(node: Node, base: str) -> Table:
    target = Declaration("", "", "single", base)
    entries = []
    for entry in node.all("matchtableentry", "interpolationtableentry"):
        inclusive = entry.get("includeboundary", "true").lower() not in ("false", "0")
        value = _atoms([entry.get("targetvalue")], target, entry)
        entries.append((_number(entry, "sourcevalue") or 0.0, inclusive, value))
    default = _atoms([node.get("defaultvalue")], target, node)
    return Table(tuple(entries), default, steps=node.name == "interpolationtable")
