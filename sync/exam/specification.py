"""What an examination consists of: components, parts, weights, minutes, marks to pass.

Every rule carries its basis: `published` (with its source) or `assumed`. Assumed rules are
settings that headquarters may change; published ones are not. Every number of the model is said by
a rule of the same name (`stated`), and `check` refuses a model that says anything else.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from sync.errors import NotFound, SpecificationRefused
from sync.words import Words

ItemKind = Literal["single", "multiple", "truth", "entry", "matching", "ordering", "scenario"]
ComponentName = Literal["theory", "practical", "review"]
Basis = Literal["published", "assumed"]

PART_TITLES: Mapping[ItemKind, Words] = {
    "single": Words("单选题", "single choice"),
    "multiple": Words("多选题", "multiple choice"),
    "truth": Words("判断题", "true or false"),
    "entry": Words("填空题", "text entry"),
    "matching": Words("匹配题", "matching"),
    "ordering": Words("排序题", "ordering"),
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
    """A part of a theory paper: `items` of one kind at `marks_each`.

    `minutes`: a time of its own, after which it closes and the next opens; 0 where it has none.
    """

    kind: ItemKind
    title: Words
    items: int
    marks_each: int
    minutes: int = 0

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
    `repeats`: so much of a form, in per cent, may have been in earlier forms.
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
    repeats: int = 100


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
            said["theory.repeats"] = c.repeats
            said["theory.multiple_marking"] = specification.multiple_marking
        elif c.name == "practical" and specification.kind == "1+X":
            said["practical.modules_to_work_fields"] = {w.name: list(w.fields) for w in c.weights}
    return said


def parts_value(parts: tuple[Part, ...]) -> dict[str, dict[str, int]]:
    """Parts as the rule `theory.parts` says them."""
    return {
        p.kind: {"items": p.items, "marks_each": p.marks_each}
        | ({"minutes": p.minutes} if p.minutes else {})
        for p in parts
    }


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
        raise refuse(
            specification,
            f"不属于任何模块的工作领域：{'、'.join(unmapped)}",
            f"work fields of no module: {', '.join(unmapped)}",
        )
    _check_rules(specification)
    return specification


def _check_component(specification: Specification, component: Component) -> None:
    name = component.name
    _check_sums(specification, component)
    if not 0 < component.pass_mark <= component.full_mark or component.minutes <= 0:
        raise refuse(
            specification,
            f"{name}：时长或合格线超出范围",
            f"{name}: minutes or pass mark out of range",
        )
    if any(part.items <= 0 or part.marks_each <= 0 for part in component.parts):
        raise refuse(
            specification,
            f"{name}.parts：题量和分值须大于 0",
            f"{name}.parts: items and marks must be above 0",
        )
    minutes = [part.minutes for part in component.parts]
    if any(minutes) and (min(minutes) <= 0 or sum(minutes) != component.minutes):
        raise refuse(
            specification,
            f"{name}.parts：各部分时间须都给出，合计为 {component.minutes} 分钟",
            f"{name}.parts: minutes for each or for none; together {component.minutes}",
        )
    if len({part.kind for part in component.parts}) != len(component.parts):
        raise refuse(
            specification, f"{name}.parts：同一题型出现两次", f"{name}.parts: a kind is given twice"
        )
    if component.parts and not all(len(w.fields) == 1 for w in component.weights):
        raise refuse(
            specification,
            f"{name}：组卷要求每个权重只对应一个工作领域",
            f"{name}: a drawn paper needs one work field a weight",
        )
    if component.parts and not component.weights:
        raise refuse(
            specification,
            f"{name}：有题型，却没有组卷所需的权重",
            f"{name}: parts, but no weights to draw them by",
        )
    _check_ranges(specification, component)


def _check_ranges(specification: Specification, component: Component) -> None:
    name, (low, high) = component.name, component.difficulty
    if not 0 <= low <= high <= 100:
        raise refuse(
            specification,
            f"{name}.difficulty：{low} 到 {high} 不是百分比范围",
            f"{name}.difficulty: {low} to {high} is no range of per cent",
        )
    if not 0 <= component.repeats <= 100:
        raise refuse(
            specification,
            f"{name}.repeats：{component.repeats} 不是百分比",
            f"{name}.repeats: {component.repeats} is no per cent",
        )
    assessors = component.assessors_at_least
    if assessors < 0 or component.candidates_per_assessor < 0 or (assessors and not assessors % 2):
        raise refuse(
            specification,
            f"{name}：考评员人数须为单数，不能是 {assessors}",
            f"{name}: assessors must be an odd number, not {assessors}",
        )


def _check_sums(specification: Specification, component: Component) -> None:
    total, of = sum(weight.weight for weight in component.weights), 100
    if component.weights and total != of:
        raise refuse(
            specification,
            f"{component.name}.weights 合计 {total}，应为 {of}",
            f"{component.name}.weights add up to {total}, not {of}",
        )
    total, of = sum(part.marks for part in component.parts), component.full_mark
    if component.parts and total != of:
        raise refuse(
            specification,
            f"{component.name}.parts 合计 {total}，应为 {of}",
            f"{component.name}.parts add up to {total}, not {of}",
        )


def _check_fields(specification: Specification, component: Component) -> None:
    name, weights = component.name, component.weights
    for weight in weights:
        if weight.weight <= 0:
            raise refuse(
                specification,
                f"{name}.{weight.name}：权重 {weight.weight} 须大于 0",
                f"{name}.{weight.name}: weight {weight.weight}, not above 0",
            )
        if unknown := sorted(set(weight.fields) - set(specification.work_fields)):
            raise refuse(
                specification,
                f"{name}.{weight.name}：没有这些工作领域 {'、'.join(unknown)}",
                f"{name}.{weight.name}: unknown {', '.join(unknown)}",
            )
        if not weight.fields:
            raise refuse(
                specification,
                f"{name}.{weight.name}：没有工作领域",
                f"{name}.{weight.name}: no work field",
            )
    fields = [field for weight in weights for field in weight.fields]
    if twice := sorted({f for f in fields if fields.count(f) > 1}):
        raise refuse(
            specification,
            f"{name}：同时属于两个模块：{'、'.join(twice)}",
            f"{name}: in two modules: {', '.join(twice)}",
        )


def _check_rules(specification: Specification) -> None:
    """Every number rests on a rule, and every rule says from where it is."""
    rules = {rule.name: rule for rule in specification.rules}
    if len(rules) != len(specification.rules):
        raise refuse(specification, "同一规则出现两次", "a rule is given twice")
    for rule in specification.rules:
        if not rule.source.strip():
            raise refuse(specification, f"{rule.name} 没有注明来源", f"{rule.name} has no source")
    for name, value in stated(specification).items():
        if name not in rules:
            raise refuse(
                specification,
                f"{name} = {value} 没有规则依据",
                f"{name} = {value} rests on no rule",
            )
        if rules[name].value != value:
            raise refuse(
                specification,
                f"{name} 为 {value}，规则写的是 {rules[name].value}",
                f"{name} is {value}, its rule says {rules[name].value}",
            )
    for c in specification.components:
        least = rules.get(f"{c.name}.minutes_at_least")
        if (least is not None) != c.minutes_at_least or (least and c.minutes < least.value):
            raise refuse(
                specification,
                f"{c.name}.minutes：低于公布的最短时长",
                f"{c.name}.minutes: below the published minimum",
            )


def refuse(specification: Specification, zh: str, en: str) -> SpecificationRefused:
    """The refusal of a specification that breaks a rule."""
    return SpecificationRefused(code=specification.code, reason=Words(zh, en))
