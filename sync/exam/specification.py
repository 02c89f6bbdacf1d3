"""What an examination consists of: components, parts, weights, minutes, marks to pass.

Every rule carries its basis: `published` (with its source) or `assumed`. Assumed rules are
settings that headquarters may change; published ones are not.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from sync.errors import NotFound, SpecificationRefused
from sync.words import Words

ItemKind = Literal["single", "multiple", "scenario"]
ComponentName = Literal["theory", "practical", "review"]
Basis = Literal["published", "assumed"]


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
    """One paper that must be passed by itself; `minutes` is a minimum if `minutes_at_least`."""

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


def check(specification: Specification) -> Specification:
    """The same specification, or SpecificationRefused naming what does not add up."""
    for component in specification.components:
        _check_component(specification, component)
    mapped = {f for c in specification.components for w in c.weights for f in w.fields}
    unmapped = sorted(set(specification.work_fields) - mapped)
    if unmapped:
        raise _refuse(specification, f"work fields of no module: {', '.join(unmapped)}")
    return specification


def _check_component(specification: Specification, component: Component) -> None:
    if component.weights and (total := sum(w.weight for w in component.weights)) != 100:
        raise _refuse(specification, f"{component.name}.weights add up to {total}, not 100")
    marks = sum(part.marks for part in component.parts)
    if component.parts and marks != component.full_mark:
        raise _refuse(
            specification, f"{component.name}.parts add up to {marks}, not {component.full_mark}"
        )
    if not 0 < component.pass_mark <= component.full_mark or component.minutes <= 0:
        raise _refuse(specification, f"{component.name}: minutes or pass mark out of range")
    for weight in component.weights:
        unknown = sorted(set(weight.fields) - set(specification.work_fields))
        if unknown:
            raise _refuse(
                specification, f"{component.name}.{weight.name}: unknown {', '.join(unknown)}"
            )
        if not weight.fields:
            raise _refuse(specification, f"{component.name}.{weight.name}: no work field")


def _refuse(specification: Specification, reason: str) -> SpecificationRefused:
    return SpecificationRefused(code=specification.code, reason=reason)


def assume(specification: Specification, changes: Mapping[str, Any]) -> Specification:
    """The specification with assumed rules changed; a published rule is refused."""
    for name, value in changes.items():
        rule = specification.rule(name)
        if rule.basis == "published":
            raise _refuse(specification, f"{name} is published ({rule.source}) and cannot be set")
        specification = _assume_one(specification, rule, value)
    return check(specification)


def _assume_one(specification: Specification, rule: Rule, value: Any) -> Specification:
    """Set one assumed rule in the model and in the list of rules."""
    replaced = msgspec.structs.replace
    rules = tuple(replace_value(r, value) if r is rule else r for r in specification.rules)
    if rule.name == "theory.multiple_marking":
        if value not in ("all-or-nothing", "part-marks"):
            raise _refuse(specification, f"{rule.name}: all-or-nothing or part-marks, not {value}")
        return replaced(specification, rules=rules, multiple_marking=value)
    component_name, _, attribute = rule.name.partition(".")
    component = specification.component(component_name)
    if attribute == "spread":
        if not isinstance(value, Mapping) or set(value) != {w.name for w in component.weights}:
            raise _refuse(specification, f"{rule.name}: one weight for each of the fields")
        value_model: Any = tuple(replaced(w, weight=value[w.name]) for w in component.weights)
        changed = replaced(component, weights=value_model)
    elif hasattr(component, attribute) and type(value) is type(getattr(component, attribute)):
        changed = replaced(component, **{attribute: value})
    elif isinstance(value, type(rule.value)):
        return replaced(specification, rules=rules)
    else:
        raise _refuse(specification, f"{rule.name}: {value!r} is not of the right kind")
    components = tuple(changed if c is component else c for c in specification.components)
    return replaced(specification, rules=rules, components=components)


def replace_value(rule: Rule, value: Any) -> Rule:
    """The rule with another value."""
    return msgspec.structs.replace(rule, value=value)
