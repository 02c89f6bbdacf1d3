"""Setting the assumed rules of a specification; a published one cannot be set."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from sync.exam.specification import (
    MARKINGS,
    PART_TITLES,
    SCENARIO_FORM,
    ItemKind,
    Part,
    Rule,
    Specification,
    Weight,
    check,
    refuse,
    spread_of,
    stated,
)
from sync.words import Words


def assume(specification: Specification, changes: Mapping[str, Any]) -> Specification:
    """The specification with assumed rules changed, in whatever order they are given.

    SpecificationRefused for a published rule, a value of the wrong type, and one that this release
    cannot follow: no setting is taken that changes nothing. NotFound for a rule that is not there.
    """
    for name in changes:
        rule = specification.rule(name)
        if rule.basis == "published":
            raise refuse(
                specification,
                f"{name} 是公布的规则（{rule.source}），不能更改",
                f"{name} is published ({rule.source}) and cannot be set",
            )
        if name not in SETTERS:
            raise refuse(
                specification, f"{name} 在本版本中不能更改", f"{name} cannot be set in this release"
            )
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
        raise refuse(
            specification,
            f"{name}：{value!r} 类型不对",
            f"{name}: {value!r} is not of the right kind: {error}",
        ) from None


def _set_whole(specification: Specification, name: str, value: Any) -> Specification:
    number = _converted(specification, name, value, int)
    if number <= 0:
        raise refuse(
            specification, f"{name}：{number} 须大于 0", f"{name}: {number} is not above 0"
        )
    return _with(specification, name, **{name.partition(".")[2]: number})


def _set_marking(specification: Specification, name: str, value: Any) -> Specification:
    if value not in MARKINGS:
        raise refuse(
            specification,
            f"{name}：只能是 {' 或 '.join(MARKINGS)}，不能是 {value}",
            f"{name}: {' or '.join(MARKINGS)}, not {value}",
        )
    return msgspec.structs.replace(specification, multiple_marking=value)


def _set_scenario_form(specification: Specification, name: str, value: Any) -> Specification:
    if value != SCENARIO_FORM:
        raise refuse(
            specification,
            f"{name}：本版本只支持“{SCENARIO_FORM}”",
            f"{name}: this release knows only “{SCENARIO_FORM}”",
        )
    return specification


def _set_difficulty(specification: Specification, name: str, value: Any) -> Specification:
    bounds = _converted(specification, name, value, tuple[int, int])
    return _with(specification, name, difficulty=bounds)


def _set_repeats(specification: Specification, name: str, value: Any) -> Specification:
    share = _converted(specification, name, value, int)
    return _with(specification, name, repeats=share)


def _set_parts(specification: Specification, name: str, value: Any) -> Specification:
    given = _converted(specification, name, value, dict[ItemKind, dict[str, int]])
    needed = {"items", "marks_each"}
    if any(set(part) not in (needed, {*needed, "minutes"}) for part in given.values()):
        raise refuse(
            specification,
            f"{name}：每种题型须有 items 和 marks_each（各部分单独计时的，再给 minutes）",
            f"{name}: items and marks_each for each kind (and minutes where each has its own)",
        )
    parts = tuple(Part(kind, PART_TITLES[kind], **part) for kind, part in given.items())
    return _with(specification, name, parts=parts)


def _check_names(
    specification: Specification,
    name: str,
    given: Mapping[str, object],
    wanted: Iterable[Weight],
    each: Words,
) -> None:
    """Refuse a table that does not name all of these and no others; `each` says what it needs."""
    if set(given) != {one.name for one in wanted}:
        raise refuse(specification, f"{name}：{each.zh}", f"{name}: {each.en}")


def _set_spread(specification: Specification, name: str, value: Any) -> Specification:
    given = _converted(specification, name, value, dict[str, int])
    weights = specification.component("theory").weights
    each = Words("每个工作领域一个权重", "one weight for each of the work fields")
    _check_names(specification, name, given, weights, each)
    replaced = tuple(msgspec.structs.replace(w, weight=given[w.name]) for w in weights)
    return _with(specification, name, weights=replaced)


def _set_mapping(specification: Specification, name: str, value: Any) -> Specification:
    """Which work fields a module has; the spread of the theory paper follows."""
    given = _converted(specification, name, value, dict[str, tuple[str, ...]])
    modules = specification.component("practical").weights
    each = Words("每个模块须有工作领域", "work fields for each of the modules")
    _check_names(specification, name, given, modules, each)
    mapped = tuple(msgspec.structs.replace(m, fields=given[m.name]) for m in modules)
    changed = _with(specification, name, weights=mapped)
    return _with(changed, "theory.spread", weights=spread_of(mapped))


# What follows when an assumed rule is set; in this order, so a spread outlasts a mapping.
SETTERS: Mapping[str, Setter] = {
    "practical.modules_to_work_fields": _set_mapping,
    "theory.spread": _set_spread,
    "theory.parts": _set_parts,
    "theory.difficulty": _set_difficulty,
    "theory.repeats": _set_repeats,
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
