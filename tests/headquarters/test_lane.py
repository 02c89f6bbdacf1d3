"""Batches taken in together, and the lane that brings them: the same answers as one by one."""

import errno
import http.client
import os
from collections.abc import Iterator

import pytest
from desk_world import NOW, Desk, Story
from headquarters_served import served

from sync.errors import NotFound
from sync.headquarters.intake import edge
from sync.headquarters.intake.archive import list_batches, list_quarantine
from sync.headquarters.intake.gate import Gate
from sync.headquarters.intake.groups import accept_group
from sync.headquarters.store.blobs import FolderBlobs, TableBlobs
from sync.headquarters.store.commits import Commits
from sync.headquarters.web.lane import IntakeLane

Sent = tuple[str, bytes]


@pytest.fixture(params=["published_desk", "published_on_postgresql"], ids=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Here the session is published when a test begins."""
    found: Desk = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def story(desk: Desk) -> Story:
    """A published session in which one candidate has started."""
    told = desk.published()
    told.start("99530051001")
    return told


@pytest.fixture
def port(desk: Desk) -> Iterator[int]:
    """A receiver on it, with the bytes where they usually are: in a folder, or in a table."""
    if desk.hq.store.is_postgresql:
        desk.hq.blobs = TableBlobs(desk.hq.store, "batches")
    with served(desk.hq, intake_only=True) as address:
        yield int(address.rpartition(":")[2])


def altered(batch: Sent) -> Sent:
    """Another byte at the end, under the digest that it had."""
    digest, data = batch
    return digest, data[:-1] + bytes([data[-1] ^ 1])


def no_room(*_: object) -> None:
    """A full disk."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def put(port: int, batch: Sent, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("PUT", f"/api/v1/batches/{batch[0]}", batch[1], headers)
    answer = line.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    line.close()
    return found


def test_a_group_is_answered_as_each_would_be(desk: Desk, story: Story) -> None:
    first, second = desk.batch(story.events), desk.batch(story.events, sequence=1)
    story.start("99530051002")
    rival, nobody = desk.batch(story.events), desk.batch(story.events, site="nobody")
    known = edge.accept_bytes(desk.hq, second[1], second[0], NOW).receipt
    sent = [first, altered(second), second, nobody, first, (rival[0], b"no batch")]
    found = accept_group(desk.hq, sent, NOW)
    assert [one and one.new for one in found] == [True, None, False, None, False, None]
    assert found[0] and found[4] and found[0].receipt == found[4].receipt
    assert found[2] and found[2].receipt == known
    assert accept_group(desk.hq, [rival], NOW) == [None]
    assert [row.digest for row in list_batches(desk.hq)] == [first[0], second[0]]
    # Who got nothing is sent to the door that keeps it and says why.
    assert list_quarantine(desk.hq) == []


def test_a_group_without_a_batch_in_it_asks_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.hq, "store", None)
    assert accept_group(desk.hq, [("0" * 64, b"x")], NOW) == [None]


def test_a_group_whose_bytes_are_not_kept_gets_no_receipt(
    desk: Desk, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = desk.batch(story.events)
    (folder := desk.folder / "blobs").mkdir(exist_ok=True)
    desk.hq.blobs = FolderBlobs(folder)
    with monkeypatch.context() as full:
        full.setattr("sync.headquarters.store.blobs.write_durably", no_room)
        with pytest.raises(OSError, match="No space"):
            accept_group(desk.hq, [batch], NOW)
    assert list_batches(desk.hq) == []
    # The control: bytes that are forgotten leave a receipt for nothing.
    monkeypatch.setattr(FolderBlobs, "put", lambda *_: None)
    assert accept_group(desk.hq, [batch], NOW) != [None]
    with pytest.raises(NotFound):
        desk.hq.blobs.read(batch[0])


def test_the_lane_answers_as_the_threads_do(desk: Desk, story: Story, port: int) -> None:
    batch, threads = desk.batch(story.events), {"Cookie": "a=b"}
    new, again, same = put(port, batch), put(port, batch), put(port, batch, **threads)
    assert (new[0], again[0], same[0]) == (201, 200, 200)
    assert new[2] == again[2] == same[2]
    for _, headers, _ in (new, again, same):
        assert headers.pop("Date")
    assert new[1] == again[1] == same[1]


def test_only_what_gets_a_receipt_is_answered_by_the_lane(
    desk: Desk, story: Story, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: list[object] = []
    answer = IntakeLane.answer
    monkeypatch.setattr(IntakeLane, "answer", lambda *a: (answered.append(a[2]), answer(*a))[1])
    batch = desk.batch(story.events)
    status, _, body = put(port, altered(batch))
    assert (status, b"document-altered" in body) == (422, True)
    assert [row.declared for row in list_quarantine(desk.hq)] == [batch[0]]
    assert answered == [None]
    assert put(port, batch, Cookie="a=b")[0] == 201
    assert answered == [None]
    assert put(port, batch)[0] == 200
    assert len(answered) == 2


def test_a_full_lane_says_when_to_come_again(
    desk: Desk, story: Story, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = desk.batch(story.events)
    with monkeypatch.context() as full:
        full.setattr(Gate, "enter", lambda _: False)
        status, headers, _ = put(port, batch)
        assert (status, "Retry-After" in headers) == (503, True)
    assert list_batches(desk.hq) == []
    assert put(port, batch)[0] == 201


def test_a_group_that_fails_goes_through_the_other_door(
    desk: Desk, story: Story, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = desk.batch(story.events)
    with monkeypatch.context() as broken:
        broken.setattr("sync.headquarters.web.lane.accept_group", lambda *_: 1 / 0)
        assert put(port, batch)[0] == 201
        assert put(port, batch)[0] == 200
    assert [row.digest for row in list_batches(desk.hq)] == [batch[0]]


def test_without_a_commit_there_would_be_a_receipt_and_no_batch(
    desk: Desk, story: Story, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Commits, "commit_all", lambda _, arrivals: [True for _ in arrivals])
    assert put(port, desk.batch(story.events))[0] == 201
    assert list_batches(desk.hq) == []
