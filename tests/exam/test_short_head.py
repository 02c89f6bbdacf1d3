"""The form of a tree head that somebody writes down and types in again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import NotADocument
from sync.exam.short_head import ShortHead, read_short, write_short

ORIGIN = "examsite.journal/site-01/am-1121/2"
ROOT = bytes(range(32))
SHORT = "site-01/am-1121/2 57 AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4IB-CEQT-KUHY"


def test_it_is_written_as_the_specification_says() -> None:
    assert write_short(ORIGIN, 57, ROOT) == SHORT


@given(st.integers(0, 10**15), st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read_again(size: int, root: bytes) -> None:
    assert read_short(write_short(ORIGIN, size, root)) == ShortHead(ORIGIN, size, root[:20])


@pytest.mark.parametrize(
    "typed",
    [
        f"  {SHORT}\n",
        SHORT.replace("-EAYE", " eaye"),
        SHORT.replace("OCAJ", "0CAJ").replace("YDIO", "YD1O"),
    ],
)
def test_how_it_is_typed_does_not_matter(typed: str) -> None:
    assert read_short(typed) == ShortHead(ORIGIN, 57, ROOT[:20])


def test_every_single_wrong_letter_or_number_is_noticed() -> None:
    start = len("site-01/am-1121/")
    for place in (n for n in range(start, len(SHORT)) if SHORT[n] not in "- "):
        other = "3" if SHORT[place] != "3" else "4"
        with pytest.raises(NotADocument):
            read_short(SHORT[:place] + other + SHORT[place + 1 :])


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(NotADocument):
        read_short(text)
    with pytest.raises(NotADocument):
        read_short(f"site-01/am-1121/1 5 {text}")
