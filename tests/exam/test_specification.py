"""A specification that contradicts itself is refused; an assumed rule that is set takes effect."""

from typing import Any

import msgspec
import pytest
import world

from sync.errors import NotFound, SpecificationRefused
from sync.exam.assumed import SETTERS, assume
from sync.exam.blueprint import blueprint
from sync.exam.catalogue import find, specifications
from sync.exam.drawing import draw_theory
from sync.exam.items import Bank
from sync.exam.marking import mark_theory
from sync.exam.specification import (
    Component,
    Specification,
    Weight,
    check,
    stated,
)

replace = msgspec.structs.replace
FIELDS = tuple(world.LIVE.work_fields)


def changed(component: str, **values: Any) -> Specification:
    """The junior certificate with members of one component replaced and its rules following."""
    components = tuple(
        replace(c, **values) if c.name == component else c for c in world.LIVE.components
    )
    specification = replace(world.LIVE, components=components)
    said = stated(specification)
    rules = tuple(replace(r, value=said.get(r.name, r.value)) for r in specification.rules)
    return replace(specification, rules=rules)


def weighted(*weights: int) -> tuple[Weight, ...]:
    return tuple(Weight(f, w, (f,)) for f, w in zip(FIELDS, weights, strict=True))


def theory() -> Component:
    return world.LIVE.component("theory")


@pytest.mark.parametrize(
    ("component", "values", "named"),
    [
        ("theory", {"weights": weighted(25, 45, 31)}, "theory.weights add up to 101"),
        ("theory", {"weights": weighted(110, -20, 10)}, f"{FIELDS[1]}: weight -20"),
        ("theory", {"parts": theory().parts[:2]}, "theory.parts add up to 90, not 100"),
        ("theory", {"parts": theory().parts * 2, "full_mark": 200}, "a kind is given twice"),
        ("theory", {"weights": ()}, "parts, but no weights"),
        ("theory", {"pass_mark": 101}, "theory: minutes or pass mark"),
        ("practical", {"minutes": 0}, "practical: minutes or pass mark"),
        ("practical", {"assessors_at_least": 4}, "odd number, not 4"),
        ("theory", {"difficulty": (90, 30)}, "90 to 30"),
        (
            "theory",
            {"weights": (Weight("a", 60, FIELDS[:1]), Weight("b", 40, FIELDS[1:2]))},
            f"work fields of no module: {FIELDS[2]}",
        ),
        (
            "practical",
            {"weights": (Weight("a", 60, ("月球直播",)), Weight("b", 40, FIELDS[:1]))},
            "practical.a: unknown 月球直播",
        ),
        (
            "practical",
            {"weights": (Weight("a", 60, FIELDS), Weight("b", 40, ()))},
            "practical.b: no work field",
        ),
        (
            "practical",
            {"weights": (Weight("a", 60, FIELDS), Weight("b", 40, FIELDS[:1]))},
            f"in two modules: {FIELDS[0]}",
        ),
        (
            "theory",
            {"weights": (Weight("a", 60, FIELDS[:2]), Weight("b", 40, FIELDS[2:]))},
            "one work field a weight",
        ),
    ],
)
def test_a_contradiction_is_refused_by_name(
    component: str, values: dict[str, Any], named: str
) -> None:
    with pytest.raises(SpecificationRefused, match=named) as refused:
        check(changed(component, **values))
    assert "530051-junior" in refused.value.say("zh")


def test_the_specification_that_the_cases_start_from_is_sound() -> None:
    assert check(changed("theory")) == world.LIVE


def test_a_number_that_rests_on_no_rule_is_refused() -> None:
    rules = tuple(r for r in world.LIVE.rules if r.name != "practical.pass_mark")
    with pytest.raises(SpecificationRefused, match=r"practical\.pass_mark = 60 rests on no rule"):
        check(replace(world.LIVE, rules=rules))


def test_a_rule_that_says_another_number_than_the_model_is_refused() -> None:
    components = (replace(theory(), minutes=50), world.LIVE.component("practical"))
    with pytest.raises(SpecificationRefused, match=r"theory\.minutes is 50, its rule says 60"):
        check(replace(world.LIVE, components=components))


def test_a_rule_without_a_source_is_refused() -> None:
    rules = tuple(replace(r, source=" ") for r in world.LIVE.rules)
    with pytest.raises(SpecificationRefused, match=r"theory\.minutes has no source"):
        check(replace(world.LIVE, rules=rules))


@pytest.mark.parametrize("code", list(specifications()))
def test_every_number_of_the_model_is_said_by_a_rule(code: str) -> None:
    specification = find(code)
    said = {rule.name: rule.value for rule in specification.rules}
    for c in specification.components:
        assert (said[f"{c.name}.full_mark"], said[f"{c.name}.pass_mark"]) == (100, 60)
        assert said[f"{c.name}.minutes"] == c.minutes
        assert said.get(f"{c.name}.assessors_at_least", 0) == c.assessors_at_least
        assert said.get(f"{c.name}.candidates_per_assessor", 0) == c.candidates_per_assessor
        numbers = {w.name: w.weight for w in c.weights}
        assert numbers in (
            said.get(f"{c.name}.weights"),
            said.get(f"{c.name}.spread"),
            {},
        )
    assert said["theory.parts"] == {
        p.kind: {"items": p.items, "marks_each": p.marks_each}
        for p in specification.component("theory").parts
    }


@pytest.mark.parametrize("code", list(specifications()))
def test_every_assumed_rule_has_something_that_follows_it(code: str) -> None:
    assumed = {rule.name for rule in find(code).rules if rule.basis == "assumed"}
    assert assumed <= set(SETTERS)


def test_setting_nothing_changes_nothing() -> None:
    for specification in specifications().values():
        assert assume(specification, {}) == specification
        same = {r.name: r.value for r in specification.rules if r.basis == "assumed"}
        same.pop("theory.parts", None)
        assert assume(specification, same) == specification


def test_part_marks_when_set_change_what_an_attempt_gets() -> None:
    bank = world.make_bank(world.LIVE)
    form = draw_theory(bank, world.LIVE, "f", "seed")
    half = {i.id: list(bank.items[i.id].key[:1]) for i in form.parts[1].items}
    part_marks = assume(world.LIVE, {"theory.multiple_marking": "part-marks"})
    assert mark_theory(form, bank, world.LIVE, half).marks == 0
    assert mark_theory(form, bank, part_marks, half).marks == 30
    assert part_marks.rule("theory.multiple_marking").value == "part-marks"


def test_another_spread_changes_the_blueprint() -> None:
    spread = dict(zip(FIELDS, (10, 10, 80), strict=True))
    cells = blueprint(assume(world.LIVE, {"theory.spread": spread}).component("theory"))
    assert [c.items for c in cells if c.kind == "single"] == [3, 3, 24]
    assert sum(c.items for c in cells) == 65


def test_another_mapping_moves_the_theory_weight_with_the_module() -> None:
    modules = list(world.LIVE.component("practical").weights)
    mapping = {m.name: list(m.fields) for m in modules}
    first, second = modules[0].name, modules[1].name
    mapping[first], mapping[second] = mapping[second], mapping[first]
    set_so = assume(world.LIVE, {"practical.modules_to_work_fields": mapping})
    assert {w.name: w.weight for w in set_so.component("theory").weights} == {
        "直播平台搭建与开播准备": 45,
        "直播执行": 25,
        "直播后运维与数据整理": 30,
    }
    assert set_so.rule("theory.spread").value["直播执行"] == 25


def test_the_order_in_which_rules_are_set_makes_no_difference() -> None:
    modules = world.LIVE.component("practical").weights
    mapping = {m.name: list(f.fields) for m, f in zip(modules, reversed(modules), strict=True)}
    spread = dict(zip(FIELDS, (10, 10, 80), strict=True))
    both = {"theory.spread": spread, "practical.modules_to_work_fields": mapping}
    one = assume(world.LIVE, both)
    other = assume(world.LIVE, dict(reversed(both.items())))
    assert one == other
    assert one.rule("theory.spread").value == spread


def test_a_harder_paper_takes_no_item_outside_the_bounds() -> None:
    bank = world.make_bank(world.LIVE)
    easy = {i.id for n, i in enumerate(bank.items.values()) if n % 2}
    items = {n: replace(i, difficulty=0.85 if n in easy else 0.5) for n, i in bank.items.items()}
    harder = assume(world.LIVE, {"theory.difficulty": [30, 80]})
    marked = Bank(bank.specification, items, bank.situations, {})
    drawn = {i.id for i in draw_theory(marked, harder, "f", "seed").items()}
    assert not drawn & easy
    assert {i.id for i in draw_theory(marked, world.LIVE, "f", "seed").items()} & easy


def test_a_marketer_paper_has_the_weights_of_the_standard_in_marks() -> None:
    for code in ("4-01-02-07-A4", "4-01-02-07-B5", "4-01-02-07-C1"):
        marketer = find(code)
        form = draw_theory(world.make_bank(marketer), marketer, "f", "seed")
        bank = world.make_bank(marketer).items
        for weight in marketer.component("theory").weights:
            marks = sum(
                part.marks_each
                for part in form.parts
                for item in part.items
                if bank[item.id].field == weight.name
            )
            assert marks == weight.weight


def test_a_paper_without_parts_is_not_drawn_until_they_are_set() -> None:
    marketer = assume(find("4-01-02-07-B5"), {"theory.parts": {}})
    with pytest.raises(SpecificationRefused, match=r"theory\.parts is not set"):
        draw_theory(Bank(marketer.code, {}, {}, {}), marketer, "f", "seed")
    parts = {
        "single": {"items": 60, "marks_each": 1},
        "multiple": {"items": 20, "marks_each": 2},
    }
    ready = assume(marketer, {"theory.parts": parts})
    form = draw_theory(world.make_bank(ready), ready, "f", "seed")
    assert [(p.id, len(p.items), p.marks_each) for p in form.parts] == [
        ("single", 60, 1),
        ("multiple", 20, 2),
    ]


def test_a_longer_marketer_paper_is_taken_and_a_shorter_one_refused() -> None:
    marketer = find("4-01-02-07-B5")
    longer = assume(marketer, {"theory.minutes": 120}).component("theory")
    assert (longer.minutes, longer.minutes_at_least) == (120, True)
    with pytest.raises(SpecificationRefused, match="below the published minimum"):
        assume(marketer, {"theory.minutes": 89})


def test_assessors_can_be_set_where_nothing_is_published() -> None:
    five = assume(world.LIVE, {"practical.assessors_at_least": 5})
    assert five.component("practical").assessors_at_least == 5
    assert five.rule("practical.assessors_at_least").value == 5
    with pytest.raises(SpecificationRefused, match="is published"):
        assume(find("4-01-02-07-B5"), {"practical.assessors_at_least": 5})


def test_a_published_rule_cannot_be_set() -> None:
    for rule in world.LIVE.rules:
        if rule.basis == "published":
            with pytest.raises(SpecificationRefused, match=f"{rule.name} is published"):
                assume(world.LIVE, {rule.name: rule.value})


def test_an_unknown_rule_is_not_found() -> None:
    with pytest.raises(NotFound, match=r"theory\.colour"):
        assume(world.LIVE, {"theory.colour": "red"})


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("theory.multiple_marking", "sometimes"),
        ("theory.multiple_marking", ["part-marks"]),
        ("theory.multiple_marking", None),
        ("theory.spread", {}),
        ("theory.spread", "even"),
        ("theory.spread", dict.fromkeys(FIELDS, "33")),
        ("theory.spread", dict.fromkeys(FIELDS, 33)),
        ("theory.spread", dict(zip(FIELDS, (100.5, -0.5, 0), strict=True))),
        ("theory.spread", dict(zip(FIELDS, (True, 49, 50), strict=True))),
        ("theory.scenario_form", "free text"),
        ("theory.difficulty", [90, 30]),
        ("theory.difficulty", "hard"),
        ("theory.difficulty", [30]),
        ("practical.assessors_at_least", 2),
        ("practical.assessors_at_least", 0),
        ("practical.assessors_at_least", -3),
        ("practical.assessors_at_least", True),
        ("practical.assessors_at_least", "3"),
        ("practical.candidates_per_assessor", 0),
        ("practical.modules_to_work_fields", {}),
        ("practical.modules_to_work_fields", ["直播执行"]),
    ],
)
def test_a_value_that_cannot_be_followed_is_refused_by_name(rule: str, value: object) -> None:
    with pytest.raises(SpecificationRefused) as refused:
        assume(world.LIVE, {rule: value})
    assert any(name in refused.value.say("en") for name in (rule, rule.partition(".")[0]))


def test_a_module_that_loses_its_work_fields_is_refused_by_name() -> None:
    mapping = {m.name: list(m.fields) for m in world.LIVE.component("practical").weights}
    mapping["直播执行"] = []
    with pytest.raises(SpecificationRefused, match=r"practical\.直播执行: no work field"):
        assume(world.LIVE, {"practical.modules_to_work_fields": mapping})


@pytest.mark.parametrize(
    "parts",
    [
        {"single": {"items": 50, "marks_each": 1}},
        {"single": {"items": 50}},
        {"essay": {"items": 100, "marks_each": 1}},
        {"single": {"items": 100, "marks_each": 1}, "multiple": {"items": 0, "marks_each": 2}},
        [100],
    ],
)
def test_parts_that_make_no_paper_are_refused(parts: object) -> None:
    with pytest.raises(SpecificationRefused, match=r"theory\.parts"):
        assume(find("4-01-02-07-B5"), {"theory.parts": parts})
