"""Which saves of a page are here: kept shortly, and asked for by number."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteapp.conduct.received import Received


@pytest.mark.parametrize(
    ("numbers", "upto", "above"),
    [
        ([], 0, set()),
        ([1, 2, 3], 3, set()),
        ([3, 1], 1, {3}),
        ([3, 1, 2], 3, set()),
        ([5, 4, 2, 3, 1], 5, set()),
        ([2, 2, 9], 0, {2, 9}),
    ],
)
def test_received_numbers_are_kept_shortly(numbers: list[int], upto: int, above: Any) -> None:
    received = Received()
    for number in numbers:
        received.add(number)
    assert (received.upto, set(received.above)) == (upto, above)
    assert [n for n in range(1, 11) if n in received] == sorted({*numbers, *range(1, upto + 1)})
    assert received.missing(6) == [n for n in range(1, 7) if n not in numbers]


@given(st.permutations(range(1, 9)), st.integers(0, 8))
def test_what_each_number_said_is_known_in_whatever_order_they_came(
    order: list[int], many: int
) -> None:
    received, came = Received(), order[:many]
    for number in [*came, *came]:
        received.add(number, b"%8d" % number)
    for number in range(10):
        assert received.said(number) == (b"%8d" % number if number in came else None)
