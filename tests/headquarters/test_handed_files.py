"""Uploaded files at headquarters: named by the journal, held against it, out for the markers."""

from pathlib import Path

import pytest
from desk_world import BY, Desk, Story
from filed import named, send

from sync.errors import DocumentAltered, SignatureRefused
from sync.headquarters.intake.archive import highest_receipt, list_batches
from sync.headquarters.intake.handed_files import extract_files, handed_files, verify_pending
from sync.headquarters.marking.scoring import refresh, saved_reconciliation
from sync.wire.documents import Receipt, read
from sync.wire.keys import SigningKey, VerifyKey


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


WHO = "99530051001"


@pytest.fixture
def story(desk: Desk) -> Story:
    """A candidate handed up a file in two versions, and handed in."""
    told = desk.published()
    attempt = told.start(WHO)
    for sequence, content in enumerate((b"first", b"second"), start=1):
        named(told, attempt, content, sequence)
    told.hand_in(attempt)
    told.close(handed_in=1)
    return told


def numbers(story: Story) -> list[int]:
    return [e.seq for e in story.events if e.kind == "file"]


def states(desk: Desk) -> list[tuple[bool, str]]:
    return [(one.counts, one.state) for one in handed_files(desk.hq, "morning")]


def test_what_the_journal_names_and_is_not_here_is_missing(desk: Desk, story: Story) -> None:
    desk.deliver(story)
    assert states(desk) == [(False, "missing"), (True, "missing")]
    send(desk, numbers(story)[1], b"second")
    assert states(desk) == [(False, "missing"), (True, "archived")]
    refresh(desk.hq, BY)
    found = saved_reconciliation(desk.hq, "morning")
    assert found and found.sittings[0].files == 2


def test_a_file_has_receipts_of_both_levels_and_is_no_batch(desk: Desk, story: Story) -> None:
    desk.deliver(story)
    digest = send(desk, numbers(story)[0], b"first")
    envelope = highest_receipt(desk.hq, digest)
    key = VerifyKey.from_bytes(desk.hq.keys.public().receipt)
    receipt = read(envelope or b"", Receipt, [key])
    assert (receipt.digest, receipt.level) == (digest, "archived")
    assert len(list_batches(desk.hq)) == 1
    assert send(desk, numbers(story)[0], b"first") != digest
    assert len(handed_files(desk.hq, "morning")) == 2


def test_the_files_that_count_are_written_under_names_of_our_own(
    desk: Desk, story: Story, tmp_path: Path
) -> None:
    desk.deliver(story)
    for number, content in zip(numbers(story), (b"first", b"second"), strict=True):
        send(desk, number, content)
    out = tmp_path / "out"
    assert extract_files(desk.hq, "morning", out) == (1, 0)
    (only,) = (p for p in out.rglob("*") if p.is_file())
    assert only.relative_to(out).as_posix() == f"live/{WHO}/p1-d2-{numbers(story)[1]}.xlsx"
    assert only.read_bytes() == b"second"
    assert extract_files(desk.hq, "morning", out, every=True) == (2, 0)


def test_a_file_that_is_not_what_its_event_says_is_noticed(
    desk: Desk, story: Story, tmp_path: Path
) -> None:
    desk.deliver(story)
    send(desk, numbers(story)[0], b"first")
    send(desk, numbers(story)[1], b"another")
    refresh(desk.hq, BY)
    verify_pending(desk.hq)
    assert states(desk) == [(False, "archived"), (True, "differs")]
    with pytest.raises(DocumentAltered):
        extract_files(desk.hq, "morning", tmp_path / "out")
    assert [p for p in (tmp_path / "out").rglob("*") if p.is_file()] == []


def test_a_file_signed_by_nobody_known_is_refused_and_kept(desk: Desk, story: Story) -> None:
    desk.deliver(story)
    with pytest.raises(SignatureRefused):
        send(desk, numbers(story)[0], b"first", SigningKey.generate())
    assert states(desk)[0] == (False, "missing")
    assert len(list((desk.hq.folder / "quarantine").iterdir())) == 1
