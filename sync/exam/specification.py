"""What an examination consists of: components, parts, weights, minutes, marks to pass.

Every rule carries its basis: `published` (with its source) or `assumed`. Assumed rules are
settings that headquarters may change; published ones are not. Every number of the model is said by
a rule of the same name (`stated`), and `check` refuses a model that says anything else.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from sync.errors import NotFound, SpecificationRefused
from sync.words import Words

ItemKind = Literal["single", "multiple", "scenario"]
ComponentName = Literal["theory", "practical", "review"]
Basis = Literal["published", "assumed"]

PART_TITLES: Mapping[ItemKind, Words] = {
    "single": Words("单选题", "single choice"),
    "multiple": Words("多选题", "multiple choice"),
    "scenario": Words("情景分析题", "scenario analysis"),
}
MARKINGS = ("all-or-nothing", "part-marks")
SCENARIO_FORM = "objective choice items under a shared stem"


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the immutable model types; unknown members are refused when decoding."""


class Rule(Struct, frozen=True):
    """One rule: `name` is dotted (`theory.minutes`), `source` says from where."""

    name: str
    value: Any
    basis: Basis
    source: str


class Part(Struct, frozen=True):
    """A part of a theory paper: `items` of one kind at `marks_each`."""

    kind: ItemKind
    title: Words
    items: int
    marks_each: int

    @property
    def marks(self) -> int:
        """Marks of the whole part."""
        return self.items * self.marks_each


class Weight(Struct, frozen=True):
    """A module or function with its share of 100 and the work fields (or contents) in it."""

    name: str
    weight: int
    fields: tuple[str, ...] = ()


class Component(Struct, frozen=True):
    """One paper that must be passed by itself; `minutes` is a minimum if `minutes_at_least`.

    `difficulty` bounds the items that may be drawn: the expected share right, in per cent.
    """

    name: ComponentName
    title: Words
    minutes: int
    minutes_at_least: bool
    full_mark: int
    pass_mark: int
    drawn: bool
    parts: tuple[Part, ...] = ()
    weights: tuple[Weight, ...] = ()
    assessors_at_least: int = 0
    candidates_per_assessor: int = 0
    difficulty: tuple[int, int] = (0, 100)


class Specification(Struct, frozen=True):
    """One qualification × level (× job): everything that a sitting and its marking rest on."""

    code: str
    qualification: str
    kind: Literal["1+X", "national"]
    name: Words
    level: Words
    job: Words | None
    edition: str
    components: tuple[Component, ...]
    work_fields: dict[str, tuple[str, ...]]
    multiple_marking: Literal["all-or-nothing", "part-marks"]
    rules: tuple[Rule, ...]

    @property
    def title(self) -> Words:
        """Name, job and level in one line."""
        job = self.job or Words("", "")
        return Words(
            " ".join(filter(None, (self.name.zh, job.zh, self.level.zh))),
            " ".join(filter(None, (self.name.en, job.en, self.level.en))),
        )

    def component(self, name: str) -> Component:
        """The component called `name`; NotFound if the specification has none."""
        for component in self.components:
            if component.name == name:
                return component
        raise NotFound(what=f"{self.code} {name}")

    def rule(self, name: str) -> Rule:
        """The rule called `name`; NotFound if there is none."""
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise NotFound(what=f"{self.code} {name}")


def stated(specification: Specification) -> dict[str, Any]:
    """rule name → value: what the model says, as plain values. Rules hold exactly these."""
    said: dict[str, Any] = {}
    names = {rule.name for rule in specification.rules}
    for c in specification.components:
        said |= {
            f"{c.name}.minutes": c.minutes,
            f"{c.name}.full_mark": c.full_mark,
            f"{c.name}.pass_mark": c.pass_mark,
        }
        if c.weights:
            name = "spread" if f"{c.name}.spread" in names else "weights"
            said[f"{c.name}.{name}"] = {w.name: w.weight for w in c.weights}
        for name in ("assessors_at_least", "candidates_per_assessor"):
            if number := getattr(c, name):
                said[f"{c.name}.{name}"] = number
        if c.name == "theory":
            said["theory.parts"] = parts_value(c.parts)
            said["theory.difficulty"] = list(c.difficulty)
            said["theory.multiple_marking"] = specification.multiple_marking
        elif c.name == "practical" and specification.kind == "1+X":
            said["practical.modules_to_work_fields"] = {w.name: list(w.fields) for w in c.weights}
    return said


def parts_value(parts: tuple[Part, ...]) -> dict[str, dict[str, int]]:
    """Parts as the rule `theory.parts` says them."""
    return {p.kind: {"items": p.items, "marks_each": p.marks_each} for p in parts}


def spread_of(modules: tuple[Weight, ...]) -> tuple[Weight, ...]:
    """Theory weights by work field: each module's weight split evenly over its fields (assumed)."""
    spread: list[Weight] = []
    for module in modules:
        share, rest = divmod(module.weight, len(module.fields) or 1)
        spread += [
            Weight(field, share + (1 if i < rest else 0), (field,))
            for i, field in enumerate(module.fields)
        ]
    return tuple(spread)


def check(specification: Specification) -> Specification:
    """The same specification, or SpecificationRefused naming what does not add up."""
    for component in specification.components:
        _check_fields(specification, component)
    for component in specification.components:
        _check_component(specification, component)
    covering = [c for c in specification.components if c.name == "theory" and c.weights]
    covering = covering or list(specification.components)
    mapped = {f for c in covering for w in c.weights for f in w.fields}
    if unmapped := sorted(set(specification.work_fields) - mapped):
        raise _refuse(specification, f"work fields of no module: {', '.join(unmapped)}")
    _check_rules(specification)
    return specification


def _check_component(specification: Specification, component: Component) -> None:
    name = component.name
    _check_sums(specification, component)
    if not 0 < component.pass_mark <= component.full_mark or component.minutes <= 0:
        raise _refuse(specification, f"{name}: minutes or pass mark out of range")
    if any(part.items <= 0 or part.marks_each <= 0 for part in component.parts):
        raise _refuse(specification, f"{name}.parts: items and marks must be above 0")
    if len({part.kind for part in component.parts}) != len(component.parts):
        raise _refuse(specification, f"{name}.parts: a kind is given twice")
    if component.parts and not all(len(w.fields) == 1 for w in component.weights):
        raise _refuse(specification, f"{name}: a drawn paper needs one work field a weight")
    if component.parts and not component.weights:
        raise _refuse(specification, f"{name}: parts, but no weights to draw them by")
    low, high = component.difficulty
    if not 0 <= low <= high <= 100:
        raise _refuse(specification, f"{name}.difficulty: {low} to {high} is no range of per cent")
    assessors = component.assessors_at_least
    if assessors < 0 or component.candidates_per_assessor < 0 or (assessors and not assessors % 2):
        raise _refuse(specification, f"{name}: assessors must be an odd number, not {assessors}")


def _check_sums(specification: Specification, component: Component) -> None:
    total, of = sum(weight.weight for weight in component.weights), 100
    if component.weights and total != of:
        raise _refuse(specification, f"{component.name}.weights add up to {total}, not {of}")
    total, of = sum(part.marks for part in component.parts), component.full_mark
    if component.parts and total != of:
        raise _refuse(specification, f"{component.name}.parts add up to {total}, not {of}")


def _check_fields(specification: Specification, component: Component) -> None:
    name, weights = component.name, component.weights
    for weight in weights:
        if weight.weight <= 0:
            raise _refuse(
                specification, f"{name}.{weight.name}: weight {weight.weight}, not above 0"
            )
        if unknown := sorted(set(weight.fields) - set(specification.work_fields)):
            raise _refuse(specification, f"{name}.{weight.name}: unknown {', '.join(unknown)}")
        if not weight.fields:
            raise _refuse(specification, f"{name}.{weight.name}: no work field")
    fields = [field for weight in weights for field in weight.fields]
    if twice := sorted({f for f in fields if fields.count(f) > 1}):
        raise _refuse(specification, f"{name}: in two modules: {', '.join(twice)}")


def _check_rules(specification: Specification) -> None:
    """Every number rests on a rule, and every rule says from where it is."""
    rules = {rule.name: rule for rule in specification.rules}
    if len(rules) != len(specification.rules):
        raise _refuse(specification, "a rule is given twice")
    for rule in specification.rules:
        if not rule.source.strip():
            raise _refuse(specification, f"{rule.name} has no source")
    for name, value in stated(specification).items():
        if name not in rules:
            raise _refuse(specification, f"{name} = {value} rests on no rule")
        if rules[name].value != value:
            raise _refuse(specification, f"{name} is {value}, its rule says {rules[name].value}")
    for c in specification.components:
        least = rules.get(f"{c.name}.minutes_at_least")
        if (least is not None) != c.minutes_at_least or (least and c.minutes < least.value):
            raise _refuse(specification, f"{c.name}.minutes: below the published minimum")


def _refuse(specification: Specification, reason: str) -> SpecificationRefused:
    return SpecificationRefused(code=specification.code, reason=reason)


def assume(specification: Specification, changes: Mapping[str, Any]) -> Specification:
    """The specification with assumed rules changed, in whatever order they are given.

    SpecificationRefused for a published rule, a value of the wrong type, and one that this release
    cannot follow: no setting is taken that changes nothing. NotFound for a rule that is not there.
    """
    for name in changes:
        rule = specification.rule(name)
        if rule.basis == "published":
            raise _refuse(specification, f"{name} is published ({rule.source}) and cannot be set")
        if name not in SETTERS:
            raise _refuse(specification, f"{name} cannot be set in this release")
    changed = specification
    for name, setter in SETTERS.items():
        if name in changes:
            changed = setter(changed, name, changes[name])
    said = stated(changed)
    rules = tuple(replace_value(r, said.get(r.name, r.value)) for r in changed.rules)
    return check(msgspec.structs.replace(changed, rules=rules))


Setter = Callable[[Specification, str, Any], Specification]


def _with(specification: Specification, name: str, **values: Any) -> Specification:
    """The specification with attributes of the component that rule `name` is about replaced."""
    about = specification.component(name.partition(".")[0])
    changed = msgspec.structs.replace(about, **values)
    components = tuple(changed if c is about else c for c in specification.components)
    return msgspec.structs.replace(specification, components=components)


def _converted(specification: Specification, name: str, value: Any, kind: Any) -> Any:
    """`value` if it has the shape `kind`, or SpecificationRefused."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _refuse(
            specification, f"{name}: {value!r} is not of the right kind: {error}"
        ) from None


def _set_whole(specification: Specification, name: str, value: Any) -> Specification:
    number = _converted(specification, name, value, int)
    if number <= 0:
        raise _refuse(specification, f"{name}: {number} is not above 0")
    return _with(specification, name, **{name.partition(".")[2]: number})


def _set_marking(specification: Specification, name: str, value: Any) -> Specification:
    if value not in MARKINGS:
        raise _refuse(specification, f"{name}: {' or '.join(MARKINGS)}, not {value}")
    return msgspec.structs.replace(specification, multiple_marking=value)


def _set_scenario_form(specification: Specification, name: str, value: Any) -> Specification:
    if value != SCENARIO_FORM:
        raise _refuse(specification, f"{name}: this release knows only “{SCENARIO_FORM}”")
    return specification


def _set_difficulty(specification: Specification, name: str, value: Any) -> Specification:
    bounds = _converted(specification, name, value, tuple[int, int])
    return _with(specification, name, difficulty=bounds)


def _set_parts(specification: Specification, name: str, value: Any) -> Specification:
    given = _converted(specification, name, value, dict[ItemKind, dict[str, int]])
    if any(set(part) != {"items", "marks_each"} for part in given.values()):
        raise _refuse(specification, f"{name}: items and marks_each for each kind")
    parts = tuple(Part(kind, PART_TITLES[kind], **part) for kind, part in given.items())
    return _with(specification, name, parts=parts)


def _set_spread(specification: Specification, name: str, value: Any) -> Specification:
    given = _converted(specification, name, value, dict[str, int])
    weights = specification.component("theory").weights
    if set(given) != {w.name for w in weights}:
        raise _refuse(specification, f"{name}: one weight for each of the work fields")
    replaced = tuple(msgspec.structs.replace(w, weight=given[w.name]) for w in weights)
    return _with(specification, name, weights=replaced)


def _set_mapping(specification: Specification, name: str, value: Any) -> Specification:
    """Which work fields a module has; the spread of the theory paper follows."""
    given = _converted(specification, name, value, dict[str, tuple[str, ...]])
    modules = specification.component("practical").weights
    if set(given) != {m.name for m in modules}:
        raise _refuse(specification, f"{name}: work fields for each of the modules")
    mapped = tuple(msgspec.structs.replace(m, fields=given[m.name]) for m in modules)
    changed = _with(specification, name, weights=mapped)
    return _with(changed, "theory.spread", weights=spread_of(mapped))


# What follows when an assumed rule is set; in this order, so a spread outlasts a mapping.
SETTERS: Mapping[str, Setter] = {
    "practical.modules_to_work_fields": _set_mapping,
    "theory.spread": _set_spread,
    "theory.parts": _set_parts,
    "theory.difficulty": _set_difficulty,
    "theory.multiple_marking": _set_marking,
    "theory.scenario_form": _set_scenario_form,
    "theory.minutes": _set_whole,
    "practical.minutes": _set_whole,
    "review.minutes": _set_whole,
    "practical.assessors_at_least": _set_whole,
    "practical.candidates_per_assessor": _set_whole,
}


def replace_value(rule: Rule, value: Any) -> Rule:
    """The rule with another value."""
    return msgspec.structs.replace(rule, value=value)
