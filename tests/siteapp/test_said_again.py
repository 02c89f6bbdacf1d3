"""What somebody heard on the link of two servers and says again, from any machine in the room."""

import threading
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import httpx
import pytest
from together import put, wait_until
from two_servers import SECRET, Second, told

from siteapp.site import Site
from siteapp.standby.leader import Leader
from siteapp.standby.messages import (
    PATH,
    Again,
    Answer,
    Begin,
    Frames,
    Hello,
    Here,
    Piece,
    Question,
    Stored,
    open_answer,
    seal_question,
)
from siteapp.standby.spare import Spare
from siteapp.store.replica import State
from siteapp.web.bodies import ROOM_BODY
from sync.wire.link import Link

LINK = Link(SECRET, "primary", "spare")
FILE = f"{'0' * 32}.part"


@pytest.fixture
def second(open_folder: Path, tmp_path: Path) -> Iterator[Second]:
    (tmp_path / "spare").mkdir()
    (open_folder / "settings.toml").write_text("standby_wait_ms = 10000")
    made = Second(open_folder, tmp_path / "spare")
    yield made
    made.close()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """All that the primary says to its spare, as it passes by."""
    found: list[bytes] = []
    post = Leader._post

    def passing(leader: Leader, body: bytes, headers: dict[str, str], patience_s: float) -> bytes:
        found.append(body)
        return post(leader, body, headers, patience_s)

    monkeypatch.setattr(Leader, "_post", passing)
    return found


@pytest.fixture
def failed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Why the primary's talk with its spare began anew."""
    reasons: list[str] = []
    monkeypatch.setattr(Leader, "_failed", lambda _, error: reasons.append(str(error)))
    return reasons


@pytest.fixture
def primary(open_folder: Path, second: Second, heard: list[bytes]) -> Iterator[Site]:
    """A primary that has joined with its spare, both heard by somebody."""
    site = Site(open_folder)
    site.start()
    wait_until(lambda: told(site)["state"] == "both")
    put(site, "a frame")
    yield site
    site.close()


def at_once(spare: Spare, question: Hello) -> Answer:
    """As it was: whoever says Hello has begun."""
    found = Spare._begin(spare, Begin(spare._offered))
    assert isinstance(found, Stored)
    return Here(spare._run, spare.state)


def say_again(second: Second, bodies: list[bytes], times: int) -> None:
    """From a machine of the room, one after the other; what is large is not even read."""
    with httpx.Client(trust_env=False) as client:
        for _ in range(times):
            for body in bodies:
                said = client.post(second.loop.address + PATH, content=body)
                assert said.status_code == (413 if len(body) > ROOM_BODY else 200)


def beside(primary: Site, second: Second, bodies: list[bytes]) -> None:
    """While all of it is said again and again, answers are saved."""
    thread = threading.Thread(target=say_again, args=(second, bodies, 10))
    thread.start()
    while thread.is_alive():
        put(primary, "a save")
    thread.join()
    put(primary, "the last one")


def test_what_was_heard_since_the_beginning_disturbs_nothing_when_it_is_said_again(
    primary: Site, second: Second, heard: list[bytes], failed: list[str]
) -> None:
    run, bodies = second.spare._run, list(heard)
    beside(primary, second, bodies)
    assert (second.spare._run, failed) == (run, [])
    assert told(primary)["state"] == "both"


@pytest.mark.long
def test_a_hello_that_begins_at_once_would_disturb_and_be_noticed(
    primary: Site,
    second: Second,
    heard: list[bytes],
    failed: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, bodies = second.spare._run, list(heard)
    monkeypatch.setattr(Spare, "_hello", at_once)
    beside(primary, second, bodies)
    assert second.spare._run != run
    assert "another run" in failed


def ask(spare: Spare, question: Question, again: int = 1) -> Answer:
    """The answer when these very bytes are said for the last time of so many."""
    body = seal_question(LINK, question)
    answers = [open_answer(LINK, spare.answer(body), body) for _ in range(again)]
    return answers[-1]


def hello(spare: Spare, again: int = 1) -> Here:
    found = ask(spare, Hello(metadata.version("examsite"), State()), again)
    assert isinstance(found, Here)
    return found


def test_a_begin_and_what_is_of_an_earlier_run_are_worthless_when_said_again(
    second: Second,
) -> None:
    spare = second.spare
    first = hello(spare).run
    assert isinstance(ask(spare, Begin(first)), Stored)
    later = hello(spare).run
    assert isinstance(ask(spare, Begin(later)), Stored)
    assert len({first, later, spare._offered}) == 3
    for old in (Begin(first), Begin(later), Begin(b""), Frames(first, 9, [], 0)):
        assert isinstance(ask(spare, old), Again)
    assert spare._run == later


def test_who_says_a_hello_again_takes_no_run_from_him_who_is_about_to_begin(
    second: Second,
) -> None:
    mine = hello(second.spare).run
    assert hello(second.spare, again=20).run == mine
    assert isinstance(ask(second.spare, Begin(mine)), Stored)


@pytest.mark.parametrize(("begins", "goes_on"), [(False, Stored), (True, Again)])
def test_a_file_under_way_goes_on_when_a_hello_is_said_again(
    second: Second, monkeypatch: pytest.MonkeyPatch, begins: bool, goes_on: type[Answer]
) -> None:
    spare = second.spare
    ask(spare, Begin(hello(spare).run))
    run = spare._run
    assert isinstance(ask(spare, Piece(run, 1, FILE, 0, b"ab")), Stored)
    if begins:
        monkeypatch.setattr(Spare, "_hello", at_once)
    hello(spare, again=3)
    assert isinstance(ask(spare, Piece(run, 2, FILE, 2, b"cd")), goes_on)
