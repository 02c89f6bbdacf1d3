"""A mark rests on events that a signed checkpoint vouches for, and on nothing else."""

import hashlib

import pytest
from desk_world import BY, NOW, Box, Desk, Story

from sync.exam.journal import Event, encode, origin
from sync.exam.merkle import merkle_root
from sync.headquarters.errors import BatchMissing, JournalBroken
from sync.headquarters.intake import edge, journals
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.marking.scoring import refresh, saved_reconciliation, score, scored_rows
from sync.wire import documents
from sync.wire.checkpoint import Checkpoint, encode_checkpoint

ONE = "99530051001"


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def sat(desk: Desk, right: int) -> Story:
    """One candidate has so many items right."""
    story = desk.published()
    attempt = story.start(ONE)
    story.answer_right(attempt, right)
    story.hand_in(attempt)
    story.close(handed_in=1)
    return story


def note(desk: Desk, events: list[Event], *, session: str = "morning", term: int = 1) -> str:
    """A checkpoint of the site over these events."""
    head = Checkpoint(
        origin("site-01", session, term), len(events), merkle_root(encode(e) for e in events)
    )
    return encode_checkpoint(head, desk.box.sign, "examsite/site-01")


def with_a_tail(desk: Desk) -> None:
    """The checkpoint covers all events but the last ones, among them the answers."""
    story = sat(desk, 65)
    desk.deliver(story, checkpoint=note(desk, story.events[:3]))


def altered(desk: Desk) -> None:
    """The checkpoint was signed over wrong answers; the batch carries right ones."""
    wrong = sat(desk, 65)
    for place, event in enumerate(wrong.events):
        if event.kind == "response":
            body = event.body | {"response": ["z"]}
            wrong.events[place] = Event(event.seq, event.at, event.kind, body)
    desk.deliver(sat(desk, 65), checkpoint=note(desk, wrong.events))


def without_events(desk: Desk) -> None:
    """The checkpoint is the one before any event."""
    desk.deliver(sat(desk, 65), checkpoint=note(desk, []))


def by_somebody_else(desk: Desk) -> None:
    """The events fit, and another key signed that."""
    story, own = sat(desk, 65), desk.box
    desk.box = Box()
    found = note(desk, story.events)
    desk.box = own
    desk.deliver(story, checkpoint=found)


def of_another_term(desk: Desk) -> None:
    """The checkpoint of another journal with the same events."""
    story = sat(desk, 65)
    desk.deliver(story, checkpoint=note(desk, story.events, term=2))


UNVERIFIED = (with_a_tail, altered, without_events, by_somebody_else, of_another_term)


@pytest.mark.parametrize("deliver", UNVERIFIED, ids=lambda f: f.__name__)
def test_events_that_no_checkpoint_covers_give_no_mark_and_are_shown(desk: Desk, deliver) -> None:
    deliver(desk)
    with pytest.raises(JournalBroken):
        score(desk.hq, BY, "morning")
    assert refresh(desk.hq, BY) == 1
    assert scored_rows(desk.hq, "morning") == []
    saved = saved_reconciliation(desk.hq, "morning")
    assert saved is not None
    assert saved.lacking is not None
    assert "batch 0 of server term 1" in saved.lacking.en
    assert saved.sittings[0].received == 0


@pytest.mark.parametrize("deliver", UNVERIFIED, ids=lambda f: f.__name__)
def test_without_the_comparison_they_would_give_marks(
    desk: Desk, deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(desk)
    monkeypatch.setattr(documents, "check_head", lambda *_: None)
    assert score(desk.hq, BY, "morning")[0].marks == 100


def in_two(desk: Desk, changed: Story | None = None) -> None:
    """The story in two batches, of which the second may tell another story of the beginning."""
    story = sat(desk, 65)
    first = desk.batch(story.events[:30], final=False)
    tail = changed or story
    second = desk.batch(tail.events, first=30, sequence=1, previous=first[0])
    for digest, data in (first, second):
        edge.accept_bytes(desk.hq, data, digest, NOW)


def test_what_was_covered_cannot_be_told_anew_later(desk: Desk) -> None:
    other = sat(desk, 65)
    event = other.events[5]
    other.events[5] = Event(event.seq, event.at, event.kind, event.body | {"response": ["z"]})
    in_two(desk, other)
    with pytest.raises(JournalBroken, match="batch 1"):
        score(desk.hq, BY, "morning")


def test_the_tail_that_has_not_come_is_said_and_nothing_is_scored_without_it(desk: Desk) -> None:
    story = sat(desk, 65)
    digest, data = desk.batch(story.events[:30], final=False)
    edge.accept_bytes(desk.hq, data, digest, NOW)
    with pytest.raises(BatchMissing, match="the final batch has not come in"):
        score(desk.hq, BY, "morning")
    assert len(read_journal(desk.hq, "morning").events()) == 30


def exchange(desk: Desk) -> None:
    """Someone at headquarters puts another batch of the site in place of the one that came in."""
    digest = desk.deliver(sat(desk, 10))
    _, better = desk.batch(sat(desk, 65).events)
    desk.hq.blobs.path(digest).write_bytes(better)  # type: ignore[attr-defined]


def test_a_batch_exchanged_at_headquarters_gives_no_mark(desk: Desk) -> None:
    exchange(desk)
    with pytest.raises(JournalBroken, match="not the one that came in"):
        score(desk.hq, BY, "morning")


def test_without_its_digest_it_would(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange(desk)
    digest = read_rows(desk)

    class Blind:
        """Finds every file to be the right one."""

        @staticmethod
        def sha256(_: bytes) -> object:
            return type("Hash", (), {"hexdigest": lambda self: digest})()

    monkeypatch.setattr(journals, "hashlib", Blind)
    assert score(desk.hq, BY, "morning")[0].marks == 100
    assert hashlib.sha256(b"").hexdigest() != digest


def read_rows(desk: Desk) -> str:
    """The digest of the only batch."""
    (row,) = journals.list_batches(desk.hq, session="morning")
    return row.digest
