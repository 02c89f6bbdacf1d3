import itertools
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.delivery import (
    BASE_S,
    CAP_S,
    MAX_RETRY_AFTER_S,
    SPREAD_S,
    TRANSITIONS,
    Happening,
    State,
    advance,
    back_off,
    next_step,
    site_offset,
)

STATES: tuple[State, ...] = get_args(State)
HAPPENINGS: tuple[Happening, ...] = get_args(Happening)
chances = st.floats(0, 1, exclude_max=True)
attempts = st.integers(1, 10_000)


@pytest.mark.parametrize(("state", "happening"), list(itertools.product(STATES, HAPPENINGS)))
def test_only_what_the_table_says_can_happen(state: State, happening: Happening) -> None:
    if (state, happening) in TRANSITIONS:
        assert advance(state, happening) in STATES
    else:
        with pytest.raises(ValueError, match=happening):
            advance(state, happening)


def test_a_batch_becomes_received_or_archived_by_a_receipt_alone() -> None:
    by = {h for (_, h), to in TRANSITIONS.items() if to in ("received", "archived")}
    assert by == {"receive", "archive"}


def test_an_archived_batch_falls_back_only_if_headquarters_forgot_it() -> None:
    away = {h for (s, h), to in TRANSITIONS.items() if s == "archived" != to}
    assert away == {"forget"}


def test_every_state_is_left_again_and_can_be_reached() -> None:
    assert {s for s, _ in TRANSITIONS} == set(STATES)
    assert set(TRANSITIONS.values()) == set(STATES)


def test_only_waiting_batches_are_sent() -> None:
    assert [s for s in STATES if next_step(s) == "send"] == ["waiting"]
    assert [s for s in STATES if next_step(s) == "ask"] == ["received"]


@given(attempts, chances)
def test_a_wait_lies_within_a_range_that_doubles_up_to_the_cap(n: int, chance: float) -> None:
    wait = back_off(n, lambda: chance)
    assert 0 <= wait <= min(CAP_S, BASE_S * 2 ** min(n, 60))


@given(attempts)
def test_the_jitter_is_full(n: int) -> None:
    assert back_off(n, lambda: 0.0) == 0
    assert back_off(n, lambda: 0.999) > 0.99 * min(CAP_S, BASE_S * 2 ** min(n, 60))


@given(attempts, attempts, chances)
def test_waits_never_shrink_with_more_failures(a: int, b: int, chance: float) -> None:
    shorter, longer = (back_off(n, lambda: chance) for n in sorted((a, b)))
    assert shorter <= longer


@given(attempts, chances, st.floats(0, SPREAD_S), st.floats(0, 1e9))
def test_a_retry_after_is_waited_out_but_an_hour_at_most(
    n: int, chance: float, offset: float, asked: float
) -> None:
    wait = back_off(n, lambda: chance, offset=offset, retry_after=asked)
    assert wait >= min(asked, MAX_RETRY_AFTER_S)
    assert wait <= MAX_RETRY_AFTER_S + CAP_S + SPREAD_S


@given(st.floats(-1e9, 0), chances)
def test_a_retry_after_in_the_past_shortens_nothing(asked: float, chance: float) -> None:
    with_it = back_off(3, lambda: chance, retry_after=asked)
    assert with_it == back_off(3, lambda: chance)


def test_sites_are_spread_and_each_keeps_its_place() -> None:
    offsets = [site_offset(f"site-{n}") for n in range(1000)]
    assert offsets == [site_offset(f"site-{n}") for n in range(1000)]
    assert all(0 <= offset < SPREAD_S for offset in offsets)
    tenths = [sum(t <= o < t + 1 for o in offsets) for t in range(10)]
    assert min(tenths) > 50
