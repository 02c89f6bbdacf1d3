"""Parallel forms: equally hard, sharing nothing, fresh first, and a reason where it cannot be."""

import random
from itertools import combinations

import msgspec
import pytest
import world

from sync.errors import BlueprintUnmet, TooManyRepeats
from sync.exam.assumed import assume
from sync.exam.blueprint import blueprint
from sync.exam.drawing import Drawn, draw_parallel
from sync.exam.items import Bank, Item
from sync.exam.specification import Specification

NAMES = ("live-A", "live-B", "live-C")
# What pure chance gives is worse than this in most draws (see the control).
EQUAL = 0.2


def bank_of(specification: Specification, times: int, hard: bool = True) -> Bank:
    """`times` what a form needs, of uneven difficulty; two scenario items share a situation."""
    chance = random.Random(7)
    whole = world.make_bank(specification)
    items: dict[str, Item] = {}
    for n in range(times):
        for one in whole.items.values():
            if one.id.endswith(("-0", "-1", "-2")) or n < times // 2 + times % 2:
                name = f"{one.id}-{n}"
                share = round(chance.uniform(0.3, 0.9), 2) if hard else one.difficulty
                items[name] = msgspec.structs.replace(one, id=name, difficulty=share)
    return Bank(whole.specification, items, whole.situations, {})


def ids(drawn: Drawn) -> set[str]:
    return {item.id for item in drawn.form.items()}


def situations(drawn: Drawn) -> set[str]:
    return {s.id for s in drawn.form.situations}


@pytest.mark.parametrize("seed", [f"seed {n}" for n in range(5)])
def test_neighbours_share_nothing_and_are_expected_the_same_marks(seed: str) -> None:
    drawn = draw_parallel(bank_of(world.LIVE, 8), world.LIVE, NAMES[:2], seed)
    one, two = drawn
    assert not ids(one) & ids(two)
    assert not situations(one) & situations(two)
    assert one.shared == two.shared == 0
    assert abs(one.easiness - two.easiness) <= EQUAL  # type: ignore[operator]


def test_forms_drawn_each_for_itself_are_less_equal() -> None:
    """The control: what the test above asks is not had by chance."""
    bank = bank_of(world.LIVE, 8)
    alone = [draw_parallel(bank, world.LIVE, ("x",), f"seed {n}")[0].easiness for n in range(8)]
    apart = [abs(a - b) for a, b in combinations(alone, 2)]  # type: ignore[operator]
    assert sum(one > EQUAL for one in apart) > len(apart) / 2


def test_every_form_keeps_the_blueprint() -> None:
    bank = bank_of(world.LIVE, 8)
    for one in draw_parallel(bank, world.LIVE, NAMES, "seed"):
        for cell in blueprint(world.LIVE.component("theory")):
            found = [bank.items[i] for i in ids(one)]
            assert sum((i.kind, i.field) == (cell.kind, cell.field) for i in found) == cell.items


def test_what_was_out_before_comes_last_and_is_counted() -> None:
    bank = bank_of(world.LIVE, 4)
    (first,) = draw_parallel(bank, world.LIVE, ("a",), "monday")
    earlier = dict.fromkeys(ids(first), 1)
    (second,) = draw_parallel(bank, world.LIVE, ("a",), "tuesday", earlier)
    assert not ids(first) & ids(second)
    assert second.repeated == 0
    (again,) = draw_parallel(bank, world.LIVE, ("a",), "tuesday", dict.fromkeys(bank.items, 1))
    assert again.repeated == len(again.form.items())


def test_more_repeats_than_the_rule_allows_are_refused_with_the_number() -> None:
    strict = assume(world.LIVE, {"theory.repeats": 20})
    bank = world.make_bank(strict)
    with pytest.raises(TooManyRepeats) as refused:
        draw_parallel(bank, strict, ("a",), "seed", dict.fromkeys(bank.items, 1))
    assert refused.value.facts["most"] == 13
    assert refused.value.facts["repeated"] == 65
    fresh = dict.fromkeys(list(bank.items)[::2], 1)
    assert draw_parallel(bank, strict, ("a",), "seed", fresh)[0].repeated == 0


def test_a_bank_too_small_for_two_forms_shares_as_little_as_it_must_and_says_so() -> None:
    whole = world.make_bank(world.LIVE)
    lost = next(i.id for i in whole.items.values() if i.kind == "multiple")
    items = {name: item for name, item in whole.items.items() if name != lost}
    drawn = draw_parallel(Bank(whole.specification, items, whole.situations, {}), world.LIVE,
                          NAMES[:2], "seed")  # fmt: skip
    common = ids(drawn[0]) & ids(drawn[1])
    assert drawn[0].shared == drawn[1].shared == len(common)
    cell = next(c for c in blueprint(world.LIVE.component("theory")) if c.kind == "multiple")
    assert 1 <= len(common) <= cell.items


def test_every_cell_that_cannot_be_filled_is_listed_with_what_is_outside_the_band() -> None:
    whole = world.make_bank(world.LIVE)
    fields = list(world.LIVE.work_fields)
    items = {
        name: msgspec.structs.replace(item, difficulty=0.95)
        if (item.kind, item.field) == ("single", fields[0])
        else item
        for name, item in whole.items.items()
        if item.kind != "scenario" or item.field != fields[1]
    }
    with pytest.raises(BlueprintUnmet) as unmet:
        draw_parallel(Bank(whole.specification, items, {}, {}), world.LIVE, NAMES, "seed")
    said = [problem.zh for problem in unmet.value.problems]
    assert len(said) == 2
    assert f"单选题 · {fields[0]}" in said[0]
    assert "难度不在规定范围" in said[0]
    assert f"情景分析题 · {fields[1]}" in said[1]
    assert "难度" not in said[1]


def test_the_order_of_the_bank_decides_nothing() -> None:
    bank = bank_of(world.LIVE, 4)
    turned = Bank(bank.specification, dict(reversed(bank.items.items())), bank.situations, {})
    there, back = (draw_parallel(b, world.LIVE, NAMES, "s") for b in (bank, turned))
    assert there == back
