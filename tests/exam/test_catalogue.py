"""The catalogue against the published figures, spelled out here and read from nowhere."""

import pytest

from sync.errors import NotFound
from sync.exam.catalogue import find, specifications
from sync.exam.specification import Specification

CERTIFICATES = [
    f"{qualification}-{level}"
    for qualification in ("530051", "560003")
    for level in ("junior", "intermediate", "senior")
]
PRACTICAL_WEIGHTS = {
    "530051-junior": {"直播间搭建与运维": 25, "直播执行": 45, "直播后运维与数据整理": 30},
    "530051-intermediate": {"直播策划": 30, "直播带货": 30, "直播推广": 40},
    "530051-senior": {
        "直播商品供应链管理": 35,
        "直播方案策划与推进": 35,
        "直播效果评估与优化": 30,
    },
    "560003-junior": {"新媒体平台日常维护": 37, "内容加工": 31, "数据收集与初步分析": 32},
    "560003-intermediate": {
        "新媒体平台运营维护": 26,
        "内容运营": 31,
        "活动运营": 15,
        "新媒体数据分析应用": 28,
    },
    "560003-senior": {"新媒体平台运营策略制定": 30, "内容规划与推进": 36, "评估与优化": 34},
}
# job → level → (theory, skill); the functions in the order of the standard's tables.
MARKETER = {
    "A5": ((5, 25, 10, 30, 30), (30, 30, 40)),
    "A4": ((5, 15, 10, 35, 35), (25, 25, 50)),
    "A3": ((5, 15, 10, 35, 35), (20, 25, 55)),
    "A2": ((5, 5, 40, 25, 25), (50, 25, 25)),
    "A1": ((5, 5, 40, 25, 25), (50, 25, 25)),
    "B5": ((5, 25, 10, 40, 20), (30, 50, 20)),
    "B4": ((5, 15, 10, 45, 25), (25, 55, 20)),
    "B3": ((5, 15, 10, 45, 25), (20, 60, 20)),
    "B2": ((5, 5, 40, 25, 25), (50, 25, 25)),
    "B1": ((5, 5, 40, 25, 25), (50, 25, 25)),
    "C5": ((5, 25, 10, 40, 20), (30, 50, 20)),
    "C4": ((5, 15, 10, 45, 25), (25, 55, 20)),
    "C3": ((5, 15, 10, 45, 25), (20, 60, 20)),
    "C2": ((5, 5, 40, 25, 25), (50, 25, 25)),
    "C1": ((5, 5, 40, 25, 25), (50, 25, 25)),
    "D5": ((5, 25, 10, 30, 30), (30, 40, 30)),
    "D4": ((5, 15, 10, 35, 35), (25, 50, 25)),
    "D3": ((5, 15, 10, 35, 35), (20, 55, 25)),
}
FUNCTIONS = {
    "A": ("工作准备", "产品信息收集", "产品确定及规划"),
    "B": ("工作准备", "直播营销", "售后与复盘"),
    "C": ("工作准备", "视频创推", "售后与复盘"),
    "D": ("工作准备", "技术支持与互动管理", "售后与复盘"),
}
CHIEF_FUNCTION = {"A": "产品确定及规划", "B": "直播营销", "C": "视频创推"}


def functions(profile: str) -> tuple[str, ...]:
    job, level = profile
    if level in "21":
        return (CHIEF_FUNCTION[job], "团队管理", "培训指导")
    return FUNCTIONS[job]


def weights(specification: Specification, component: str) -> dict[str, int]:
    return {w.name: w.weight for w in specification.component(component).weights}


def test_there_are_twenty_four_specifications() -> None:
    assert list(specifications()) == CERTIFICATES + [f"4-01-02-07-{name}" for name in MARKETER]
    assert all(code == s.code for code, s in specifications().items())


def test_an_unknown_specification_is_not_found_by_name() -> None:
    with pytest.raises(NotFound, match="530051-expert"):
        find("530051-expert")


@pytest.mark.parametrize("code", CERTIFICATES)
def test_a_certificate_has_the_published_parts_minutes_and_marks(code: str) -> None:
    theory, practical = find(code).components
    assert [(p.kind, p.title.zh, p.items, p.marks_each, p.marks) for p in theory.parts] == [
        ("single", "单选题", 30, 1, 30),
        ("multiple", "多选题", 30, 2, 60),
        ("scenario", "情景分析题", 5, 2, 10),
    ]
    assert (theory.title.zh, theory.minutes, theory.full_mark, theory.pass_mark) == (
        ("理论考核", 60, 100, 60)
    )
    assert (practical.title.zh, practical.minutes, practical.full_mark, practical.pass_mark) == (
        ("实训考核", 150, 100, 60)
    )
    assert (theory.drawn, practical.drawn) == (True, True)
    assert not (theory.minutes_at_least or practical.minutes_at_least)


@pytest.mark.parametrize("code", CERTIFICATES)
def test_practical_weights_are_those_of_the_2024_plan(code: str) -> None:
    specification = find(code)
    assert weights(specification, "practical") == PRACTICAL_WEIGHTS[code]
    rule = specification.rule("practical.weights")
    assert (rule.basis, rule.value) == ("published", PRACTICAL_WEIGHTS[code])


def test_a_module_of_two_work_fields_gives_each_half_of_its_weight() -> None:
    assert weights(find("530051-intermediate"), "theory") == {
        "直播策划": 30,
        "直播销售": 15,
        "直播运营": 15,
        "直播推广": 40,
    }
    assert find("530051-intermediate").rule("theory.spread").basis == "assumed"


def test_work_fields_are_those_of_edition_three() -> None:
    assert find("530051-junior").work_fields["直播平台搭建与开播准备"] == (
        ("直播账号设置", "直播间搭建", "直播物料准备", "商品发布与设置")
    )
    assert "合规审查" in find("530051-intermediate").work_fields["直播策划"]
    assert "直播脚本编写" in find("560003-junior").work_fields["内容加工"]
    assert find("560003-senior").edition == "3.0 (2024-10)"


@pytest.mark.parametrize("profile", MARKETER)
def test_a_marketer_profile_has_the_weights_of_the_standard(profile: str) -> None:
    specification = find(f"4-01-02-07-{profile}")
    theory, skill = MARKETER[profile]
    common = ("职业道德", "基础知识")
    assert weights(specification, "theory") == dict(
        zip(common + functions(profile), theory, strict=True)
    )
    assert weights(specification, "practical") == dict(zip(functions(profile), skill, strict=True))


@pytest.mark.parametrize("profile", MARKETER)
def test_review_is_held_at_levels_two_and_one_only_and_never_drawn(profile: str) -> None:
    components = {c.name: c for c in find(f"4-01-02-07-{profile}").components}
    assert ("review" in components) == (profile[1] in "21")
    assert (components["theory"].minutes, components["practical"].minutes) == (90, 90)
    assert all(c.minutes_at_least for c in components.values())
    assert all((c.full_mark, c.pass_mark) == (100, 60) for c in components.values())
    if review := components.get("review"):
        assert (review.minutes, review.drawn, review.assessors_at_least) == (30, False, 3)
        assert not review.weights


def test_skill_is_marked_by_three_assessors_one_for_five_candidates() -> None:
    skill = find("4-01-02-07-B5").component("practical")
    assert (skill.assessors_at_least, skill.candidates_per_assessor) == (3, 5)
    assert find("4-01-02-07-B5").rule("practical.assessors_at_least").basis == "published"
    # For the certificates nothing is published about assessors.
    assert find("530051-junior").rule("practical.assessors_at_least").basis == "assumed"


@pytest.mark.parametrize("code", list(specifications()))
def test_every_rule_has_its_basis_and_every_name_both_languages(code: str) -> None:
    specification = find(code)
    for rule in specification.rules:
        assert rule.basis in ("published", "assumed")
        assert rule.source.strip()
        assert ("假定" in rule.source) == (rule.basis == "assumed"), rule.name
    for words in (specification.title, *(c.title for c in specification.components)):
        assert words.zh and words.en.isascii()


def test_what_is_not_published_is_marked_as_assumed() -> None:
    assumed = {r.name for r in find("530051-junior").rules if r.basis == "assumed"}
    assert assumed == {
        "practical.modules_to_work_fields",
        "theory.spread",
        "theory.multiple_marking",
        "theory.scenario_form",
        "theory.difficulty",
        "theory.repeats",
        "practical.assessors_at_least",
        "practical.candidates_per_assessor",
    }
    assert {r.name for r in find("4-01-02-07-B2").rules if r.basis == "assumed"} == {
        "theory.minutes",
        "practical.minutes",
        "review.minutes",
        "theory.multiple_marking",
        "theory.parts",
        "theory.difficulty",
        "theory.repeats",
    }
