"""The wall shows how many answers only a candidate's machine has, as its page says."""

import pytest

from siteapp.conduct.only_there import MOST, OnlyThere


def test_what_is_said_twice_in_a_row_is_shown_and_what_arrived_is_not() -> None:
    there = OnlyThere()
    there.tell("am", "live/1", "3")
    assert there.of("am") == {}
    there.tell("am", "live/1", "5")
    assert there.of("am") == {"live/1": 3}
    there.tell("am", "live/1", "")
    assert there.of("am") == {}


def test_each_session_has_its_own() -> None:
    there = OnlyThere()
    for session in ("am", "pm", "am"):
        there.tell(session, "live/1", "2")
    assert (there.of("am"), there.of("pm")) == ({"live/1": 2}, {})


@pytest.mark.parametrize("text", ["-1", "1e9", "３", "<b>", "", "٣"])
def test_what_is_no_number_is_nought(text: str) -> None:
    there = OnlyThere()
    there.tell("am", "live/1", text)
    there.tell("am", "live/1", text)
    assert there.of("am") == {}


def test_a_number_beyond_reason_is_cut() -> None:
    there = OnlyThere()
    for _ in range(2):
        there.tell("am", "live/1", "9" * 5000)
    assert there.of("am") == {"live/1": MOST}
