"""What a primary holds for its spare: nothing that no message can carry."""

import time

import pytest

from siteapp.standby import messages, ring
from siteapp.standby.ring import Ring
from siteapp.store.replica import State
from siteapp.store.writer import Statement


def commit(held: Ring, size: int) -> None:
    """One commit of about so many bytes."""
    held.stamp([Statement("INSERT INTO event VALUES (?)", ("x" * size,))])
    held.kept(lambda: None)


def test_a_commit_that_no_message_carries_goes_as_a_whole_copy() -> None:
    held = Ring(State(1, 0, bytes(32)), time.monotonic)
    commit(held, 10)
    begun = held.state
    commit(held, messages.MAX_MESSAGE)
    assert held.after(begun) is None
    large = held.state
    commit(held, 10)
    assert held.after(begun) is None
    assert [frame.position for frame in held.after(large) or []] == [large.position + 1]


def test_without_the_bound_it_would_be_sent_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ring, "MAX_FRAME", ring.MAX_HELD)
    held = Ring(State(1, 0, bytes(32)), time.monotonic)
    begun = held.state
    commit(held, messages.MAX_MESSAGE)
    (frame,) = held.after(begun) or []
    assert len(frame.body) > messages.MAX_MESSAGE
