"""The examinations this release knows, built from the facts in `specifications/*.json`."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from sync.errors import NotFound
from sync.exam.specification import (
    PART_TITLES,
    SCENARIO_FORM,
    Basis,
    Component,
    Part,
    Rule,
    Specification,
    Weight,
    check,
    parts_value,
    spread_of,
)
from sync.words import Words

PLAN_2024 = "2024 年度考核计划"
LEVELS = {
    "初级": ("junior", Words("初级", "junior")),
    "中级": ("intermediate", Words("中级", "intermediate")),
    "高级": ("senior", Words("高级", "senior")),
}
PART_KINDS = {"单选题": "single", "多选题": "multiple", "情景分析题": "scenario"}
JOBS_EN = {
    "选品员": "product selector",
    "直播销售员": "live-stream seller",
    "视频创推员": "video promoter",
    "平台管理员": "platform manager",
}
MARKETER_LEVELS_EN = {
    "5": "level 5",
    "4": "level 4",
    "3": "level 3",
    "2": "level 2",
    "1": "level 1",
}
ASSUMED = "本项目假定，未见公布"
DIFFICULTY = (30, 90)


@cache
def specifications() -> dict[str, Specification]:
    """All specifications by code, checked; in the order 1+X by level, then Internet marketer."""
    found: dict[str, Specification] = {}
    for name in ("530051", "560003"):
        facts = _facts(name)
        for level in LEVELS:
            specification = check(certificate(facts, level))
            found[specification.code] = specification
    marketer = _facts("4-01-02-07")
    for job, levels in marketer["levels_of_job"].items():
        for level in levels:
            specification = check(internet_marketer(marketer, job, str(level)))
            found[specification.code] = specification
    return found


def find(code: str) -> Specification:
    """The specification with that code; NotFound names it."""
    try:
        return specifications()[code]
    except KeyError:
        raise NotFound(what=code) from None


def _facts(name: str) -> dict[str, Any]:
    folder = resources.files("sync.exam") / "specifications"
    facts: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return facts


def certificate(facts: Mapping[str, Any], level: str) -> Specification:
    """One level of a 1+X certificate; practical weights are those of the 2024 plan."""
    slug, level_words = LEVELS[level]
    code = f"{facts['qualification']}-{slug}"
    fields = {k: tuple(v) for k, v in facts["work_fields"][level].items()}
    mapping = facts["module_to_work_fields"][level]
    modules = tuple(
        Weight(name, weight, tuple(mapping.get(name, ())))
        for name, weight in facts["practical_weights"][level].items()
    )
    theory = _certificate_theory(facts["papers"]["理论考核"], spread_of(modules))
    practical_facts = facts["papers"]["实训考核"]
    practical = Component(
        name="practical",
        title=Words("实训考核", "Practical"),
        minutes=practical_facts["minutes"],
        minutes_at_least=False,
        full_mark=practical_facts["full_mark"],
        pass_mark=practical_facts["pass_mark"],
        drawn=True,
        weights=modules,
        assessors_at_least=3,
        candidates_per_assessor=5,
    )
    return Specification(
        code=code,
        qualification=facts["qualification"],
        kind="1+X",
        name=Words(**facts["name"]),
        level=level_words,
        job=None,
        edition=facts["edition"],
        components=(theory, practical),
        work_fields=fields,
        multiple_marking="all-or-nothing",
        rules=_certificate_rules(theory, practical, facts["edition"]),
    )


def _certificate_theory(facts: Mapping[str, Any], spread: tuple[Weight, ...]) -> Component:
    return Component(
        name="theory",
        title=Words("理论考核", "Theory"),
        minutes=facts["minutes"],
        minutes_at_least=False,
        full_mark=facts["full_mark"],
        pass_mark=facts["pass_mark"],
        drawn=True,
        parts=tuple(
            Part(
                kind=PART_KINDS[part["type"]],  # type: ignore[arg-type]
                title=Words(part["type"], part["type_en"]),
                items=part["items"],
                marks_each=part["marks_each"],
            )
            for part in facts["parts"]
        ),
        weights=spread,
        difficulty=DIFFICULTY,
    )


def _certificate_rules(theory: Component, practical: Component, edition: str) -> tuple[Rule, ...]:
    def published(name: str, value: Any, source: str = PLAN_2024) -> Rule:
        return Rule(name, value, "published", source)

    def assumed(name: str, value: Any) -> Rule:
        return Rule(name, value, "assumed", ASSUMED)

    mapping = {w.name: list(w.fields) for w in practical.weights}
    return (
        published("theory.minutes", theory.minutes),
        published("theory.full_mark", theory.full_mark),
        published("theory.pass_mark", theory.pass_mark),
        published("theory.parts", parts_value(theory.parts)),
        published("practical.minutes", practical.minutes),
        published("practical.full_mark", practical.full_mark),
        published("practical.pass_mark", practical.pass_mark),
        published("practical.weights", {w.name: w.weight for w in practical.weights}),
        published("work_fields", edition, f"职业技能等级标准 {edition}"),
        assumed("practical.modules_to_work_fields", mapping),
        assumed("theory.spread", {w.name: w.weight for w in theory.weights}),
        assumed("theory.multiple_marking", "all-or-nothing"),
        assumed("theory.scenario_form", SCENARIO_FORM),
        assumed("theory.difficulty", list(theory.difficulty)),
        assumed("theory.repeats", theory.repeats),
        assumed("practical.assessors_at_least", practical.assessors_at_least),
        assumed("practical.candidates_per_assessor", practical.candidates_per_assessor),
    )


def internet_marketer(facts: Mapping[str, Any], job: str, level: str) -> Specification:
    """One job and level of 互联网营销师 (national occupational standard, 2021)."""
    title = facts["jobs"][job]
    theory_weights = facts["theory_weights"][level][job]
    skill_weights = facts["skill_weights"][level][job]
    contents = facts["basic_requirements"] | facts["work_contents"][level]
    fields = {name: tuple(contents[name]) for name in theory_weights}
    papers, assessors = facts["rules"]["papers"], facts["rules"]["assessors"]
    components = [
        _marketer_component("theory", papers["理论知识考试"], theory_weights, {}),
        _marketer_component("practical", papers["技能考核"], skill_weights, assessors["skill"]),
    ]
    if int(level) in papers["综合评审"]["only_for_levels"]:
        components.append(
            _marketer_component("review", papers["综合评审"], {}, assessors["review"])
        )
    return Specification(
        code=f"{facts['qualification']}-{job}{level}",
        qualification=facts["qualification"],
        kind="national",
        name=Words(**facts["name"]),
        level=Words(facts["levels"][level], MARKETER_LEVELS_EN[level]),
        job=Words(title, JOBS_EN[title]),
        edition=facts["edition"],
        components=tuple(components),
        work_fields=fields,
        multiple_marking="all-or-nothing",
        rules=_marketer_rules(tuple(components), facts["rules"]),
    )


# The standard publishes weights by function, and no parts: with these every weight comes out.
MARKETER_PARTS = (
    Part("single", PART_TITLES["single"], items=40, marks_each=2),
    Part("truth", PART_TITLES["truth"], items=20, marks_each=1),
)
MARKETER_TITLES = {
    "theory": Words("理论知识考试", "Theory"),
    "practical": Words("技能考核", "Skill"),
    "review": Words("综合评审", "Review"),
}


def _marketer_component(
    name: str,
    paper: Mapping[str, Any],
    weights: Mapping[str, int],
    assessors: Mapping[str, int],
) -> Component:
    return Component(
        name=name,  # type: ignore[arg-type]
        title=MARKETER_TITLES[name],
        minutes=paper["minutes_at_least"],
        minutes_at_least=True,
        full_mark=paper["full_mark"],
        pass_mark=paper["pass_mark"],
        drawn=name != "review",
        parts=MARKETER_PARTS if name == "theory" else (),
        weights=tuple(Weight(field, weight, (field,)) for field, weight in weights.items()),
        assessors_at_least=assessors.get("odd_number_of_at_least", 0),
        candidates_per_assessor=assessors.get("candidates_each", 0),
        difficulty=DIFFICULTY if name == "theory" else (0, 100),
    )


def _marketer_rules(
    components: tuple[Component, ...], facts: Mapping[str, Any]
) -> tuple[Rule, ...]:
    source = "国家职业技能标准 互联网营销师（2021）"
    published: Basis = "published"
    rules: list[Rule] = []
    for c in components:
        rules += [
            Rule(f"{c.name}.minutes_at_least", c.minutes, published, source),
            Rule(f"{c.name}.minutes", c.minutes, "assumed", f"{ASSUMED}：按标准下限"),
            Rule(f"{c.name}.full_mark", c.full_mark, published, source),
            Rule(f"{c.name}.pass_mark", c.pass_mark, published, source),
        ]
        if c.weights:
            weights = {w.name: w.weight for w in c.weights}
            rules.append(Rule(f"{c.name}.weights", weights, published, source))
        for name in ("assessors_at_least", "candidates_per_assessor"):
            if number := getattr(c, name):
                rules.append(Rule(f"{c.name}.{name}", number, published, source))
    return (
        *rules,
        Rule("theory.invigilators", facts["invigilators"]["theory"], published, source),
        Rule("theory.multiple_marking", "all-or-nothing", "assumed", ASSUMED),
        Rule("theory.parts", parts_value(MARKETER_PARTS), "assumed", ASSUMED),
        Rule("theory.difficulty", list(DIFFICULTY), "assumed", ASSUMED),
        Rule("theory.repeats", 100, "assumed", ASSUMED),
    )
