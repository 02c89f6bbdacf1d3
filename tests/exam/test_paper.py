"""Drawing a form: the same seed draws the same paper, by blueprint, in this and later releases."""

import hashlib
from collections import Counter
from itertools import pairwise

import msgspec
import pytest
import world
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import BlueprintUnmet
from sync.exam.blueprint import Cell, apportion, blueprint
from sync.exam.catalogue import find
from sync.exam.drawing import draw_practical, draw_theory
from sync.exam.items import Bank, Criterion, Deliverable, Material, PracticalTask
from sync.exam.paper import Form
from sync.exam.specification import Weight

BANK = world.make_bank(world.LIVE)
# What the first release drew. A release that draws otherwise cannot make an old paper again.
DRAWN = "c1c3569fff4e169e139ad7b6aa1c36f577787cc4da360d98c34943454fb09665"


def draw(seed: str = "seed", without: tuple[str, ...] = ()) -> Form:
    return draw_theory(BANK, world.LIVE, "form-a", seed, without)


def ids(form: Form) -> list[str]:
    return [item.id for item in form.items()]


def test_the_same_seed_draws_the_same_paper() -> None:
    assert draw() == draw()


def test_the_order_of_the_bank_makes_no_difference() -> None:
    reversed_bank = Bank(
        BANK.specification, dict(reversed(BANK.items.items())), BANK.situations, {}
    )
    assert draw_theory(reversed_bank, world.LIVE, "form-a", "seed") == draw()


def test_another_seed_draws_another_paper() -> None:
    papers = [frozenset(ids(draw(f"seed-{n}"))) for n in range(8)]
    assert len(set(papers)) == 8
    assert ids(draw("one")) != ids(draw("two"))


def test_a_later_release_draws_the_same_paper_from_the_same_seed() -> None:
    assert hashlib.sha256("\n".join(ids(draw("golden"))).encode()).hexdigest() == DRAWN


@pytest.mark.parametrize(
    ("total", "weights", "counts"),
    [
        (30, (25, 45, 30), [8, 13, 9]),
        (5, (25, 45, 30), [1, 2, 2]),
        (30, (37, 31, 32), [11, 9, 10]),
        (5, (26, 31, 15, 28), [1, 2, 1, 1]),
        (3, (25, 25, 25, 25), [1, 1, 1, 0]),
        (0, (50, 50), [0, 0]),
        (100, (5, 25, 10, 40, 20), [5, 25, 10, 40, 20]),
    ],
)
def test_items_are_shared_out_by_largest_remainder(
    total: int, weights: tuple[int, ...], counts: list[int]
) -> None:
    assert apportion(total, [Weight(str(n), w) for n, w in enumerate(weights)]) == counts


@given(
    st.integers(0, 200),
    st.lists(st.integers(1, 99), min_size=0, max_size=8, unique=True),
)
def test_shares_add_up_and_are_never_off_by_one_item(total: int, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 100]
    weights = [Weight("w", b - a) for a, b in pairwise(edges)]
    counts = apportion(total, weights)
    assert sum(counts) == total
    assert all(abs(100 * c - total * w.weight) < 100 for c, w in zip(counts, weights, strict=True))


def test_the_blueprint_of_the_junior_certificate_is_spelled_out() -> None:
    first, second, third = world.LIVE.work_fields
    assert blueprint(world.LIVE.component("theory")) == (
        Cell("single", first, 8),
        Cell("single", second, 13),
        Cell("single", third, 9),
        Cell("multiple", first, 8),
        Cell("multiple", second, 13),
        Cell("multiple", third, 9),
        Cell("scenario", first, 1),
        Cell("scenario", second, 2),
        Cell("scenario", third, 2),
    )


def test_a_paper_has_exactly_the_items_of_each_cell() -> None:
    form = draw()
    counts = Counter((BANK.items[i].kind, BANK.items[i].field) for i in ids(form))
    wanted = {(c.kind, c.field): c.items for c in blueprint(world.LIVE.component("theory"))}
    assert counts == wanted
    assert len(set(ids(form))) == 65
    assert [(p.id, p.marks_each, len(p.items)) for p in form.parts] == [
        ("single", 1, 30),
        ("multiple", 2, 30),
        ("scenario", 2, 5),
    ]


def test_the_paper_has_the_situations_of_its_items_and_no_others() -> None:
    form = draw()
    assert {s.id for s in form.situations} == {i.situation for i in form.items() if i.situation}
    assert len(form.situations) < len(BANK.situations)


def test_a_second_form_without_the_items_of_the_first_shares_none() -> None:
    first = draw("a")
    second = draw("b", without=tuple(ids(first)))
    assert not set(ids(first)) & set(ids(second))


def test_a_cell_that_cannot_be_filled_is_named_with_what_is_needed_and_found() -> None:
    second = list(world.LIVE.work_fields)[1]
    multiple = [i.id for i in BANK.items.values() if i.kind == "multiple" and i.field == second]
    with pytest.raises(BlueprintUnmet) as unmet:
        draw(without=tuple(multiple[12:]))
    assert unmet.value.facts["cell"] == f"multiple · {second}"
    assert (unmet.value.facts["needed"], unmet.value.facts["found"]) == (13, 12)
    assert second in unmet.value.say("zh")


def test_a_drawn_form_carries_no_key_reason_or_mapping() -> None:
    text = msgspec.json.encode(draw()).decode()
    members = set(msgspec.json.decode(text)["parts"][0]["items"][0])
    assert members == {"id", "choose", "stem", "options", "situation", "rows"}
    for word in ("示例", "常见误解", '"key"', '"why"', '"reason"', '"difficulty"', '"task"'):
        assert word not in text


def task(module: str, number: int) -> PracticalTask:
    return PracticalTask(
        id=f"p-{module}-{number}",
        module=module,
        title=f"{module}任务{number}",
        minutes=40,
        situation="某店铺准备开播。",
        materials=(Material("materials/p.xlsx", "商品资料表"),),
        deliverables=(Deliverable("d1", "text", "方案", "请写出方案"),),
        criteria=(
            Criterion("c1", "d1", "完整", 20, "齐全", "部分", "没有"),
            Criterion("c2", "d1", "准确", 5, "齐全", "部分", "没有"),
        ),
    )


def test_a_practical_form_has_one_task_a_module_and_no_rubric() -> None:
    modules = [w.name for w in world.LIVE.component("practical").weights]
    tasks = {t.id: t for m in modules for t in (task(m, 1), task(m, 2))}
    bank = Bank(world.LIVE.code, {}, {}, tasks)
    form = draw_practical(bank, world.LIVE, "p-a", "seed")
    assert [tasks[t.id].module for t in form.tasks] == modules
    assert all(t.marks == 25 for t in form.tasks)
    assert "齐全" not in msgspec.json.encode(form).decode()
    assert len({draw_practical(bank, world.LIVE, "p", str(n)).tasks for n in range(20)}) > 1


def test_a_module_without_a_task_is_named() -> None:
    with pytest.raises(BlueprintUnmet, match="practical · 直播间搭建与运维"):
        draw_practical(Bank(world.LIVE.code, {}, {}, {}), world.LIVE, "p-a", "seed")


def test_every_certificate_can_be_drawn_from_a_full_bank() -> None:
    for code in ("530051-intermediate", "530051-senior", "560003-intermediate", "560003-senior"):
        specification = find(code)
        form = draw_theory(world.make_bank(specification), specification, "f", "seed")
        assert len(form.items()) == 65
