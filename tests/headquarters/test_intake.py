"""Batches: receipts that repeat, refusals that are kept, a second copy before the last word."""

import threading
from pathlib import Path

import pytest
import releasing
from desk_world import BY, NOW, Box, Desk, Story
from msgspec import structs
from sqlalchemy import delete

from sync.errors import (
    CannotOpen,
    DocumentAltered,
    DocumentRefused,
    DocumentTruncated,
    NotADocument,
    SignatureRefused,
    WrongKind,
)
from sync.headquarters.errors import (
    ConflictingBatch,
    QuarantineFull,
    UnknownSender,
    UnknownSession,
)
from sync.headquarters.intake import archive, edge
from sync.headquarters.intake.archive import archive_pending, highest_receipt, list_batches
from sync.headquarters.planning import publish
from sync.headquarters.register import sites
from sync.headquarters.store.body import hash_file
from sync.headquarters.store.schema import receipts
from sync.wire.documents import Receipt, read
from sync.wire.fields import MAX_INTEGER
from sync.wire.keys import OpeningKey, VerifyKey


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


def check(desk: Desk, envelope: bytes | None) -> Receipt:
    """A receipt as the site checks it."""
    assert envelope is not None
    return read(envelope, Receipt, [VerifyKey.from_bytes(desk.hq.keys.public().receipt)])


def test_a_batch_gets_a_receipt_for_just_these_bytes(desk: Desk, story: Story) -> None:
    digest, data = desk.batch(story.events, sequence=3)
    accepted = edge.accept_bytes(desk.hq, data, digest, NOW)
    receipt = check(desk, accepted.receipt)
    assert accepted.new
    assert (receipt.digest, receipt.size, receipt.level) == (digest, len(data), "received")
    assert (receipt.site, receipt.session) == ("site-01", "morning")
    assert (receipt.server_term, receipt.sequence, receipt.at) == (1, 3, NOW)
    assert desk.hq.blob(digest).read_bytes() == data


def test_a_number_as_long_as_a_site_may_write_is_taken_in(desk: Desk, story: Story) -> None:
    digest, data = desk.batch(story.events, sequence=MAX_INTEGER)
    receipt = check(desk, edge.accept_bytes(desk.hq, data, digest, NOW).receipt)
    assert receipt.sequence == MAX_INTEGER
    assert list_batches(desk.hq)[0].sequence == MAX_INTEGER


def test_a_repeat_gets_the_same_bytes_at_any_later_time(desk: Desk, story: Story) -> None:
    digest, data = desk.batch(story.events)
    first = edge.accept_bytes(desk.hq, data, digest, NOW)
    archive_pending(desk.hq, NOW + 5)
    again = edge.accept_bytes(desk.hq, data, digest, NOW + 9_999)
    assert again.receipt == first.receipt
    assert not again.new
    assert len(list_batches(desk.hq)) == 1


def test_ten_receivers_at_once_give_one_receipt(desk: Desk, story: Story) -> None:
    digest, data = desk.batch(story.events)
    given: list[bytes] = []

    def send(number: int) -> None:
        given.append(edge.accept_bytes(desk.hq, data, digest, NOW + number).receipt)

    threads = [threading.Thread(target=send, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 10
    assert len(set(given)) == 1


def test_the_archived_receipt_comes_only_with_a_second_copy(desk: Desk, story: Story) -> None:
    digest, data = desk.batch(story.events)
    edge.accept_bytes(desk.hq, data, digest, NOW)
    assert check(desk, highest_receipt(desk.hq, digest)).level == "received"
    assert archive_pending(desk.hq, NOW + 1).done == 1
    assert desk.hq.archived(digest).read_bytes() == data
    assert check(desk, highest_receipt(desk.hq, digest)).level == "archived"
    assert archive_pending(desk.hq, NOW + 2).done == 0


def test_a_spoilt_blob_is_never_called_archived(desk: Desk, story: Story) -> None:
    digest, data = desk.batch(story.events)
    edge.accept_bytes(desk.hq, data, digest, NOW)
    desk.hq.blob(digest).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    done = archive_pending(desk.hq, NOW)
    assert (done.done, [f.code for f in done.faults]) == (0, ["document-altered"])
    assert check(desk, highest_receipt(desk.hq, digest)).level == "received"


def test_an_archive_that_is_away_gives_no_receipt_and_is_tried_again(
    desk: Desk, story: Story
) -> None:
    desk.deliver(story)
    digest, data = desk.batch(story.events, sequence=1)
    desk.hq.archive = desk.folder / "unplugged"
    edge.accept_bytes(desk.hq, data, digest, NOW)
    assert archive_pending(desk.hq, NOW).faults[0].code == "archive-failed"
    desk.hq.archive.mkdir()
    assert archive_pending(desk.hq, NOW).done == 1


def test_a_repeat_brings_back_a_blob_that_was_lost(desk: Desk, story: Story) -> None:
    digest, data = desk.batch(story.events)
    edge.accept_bytes(desk.hq, data, digest, NOW)
    desk.hq.blob(digest).unlink()
    edge.accept_bytes(desk.hq, data, digest, NOW)
    assert desk.hq.blob(digest).read_bytes() == data


def test_a_database_from_an_older_backup_takes_the_batch_again(desk: Desk, story: Story) -> None:
    digest, data = desk.batch(story.events)
    desk.deliver(story)
    with desk.hq.store.writing() as db:
        db.execute(delete(receipts))
        db.exec_driver_sql("DELETE FROM batches")
    assert highest_receipt(desk.hq, digest) is None
    assert edge.accept_bytes(desk.hq, data, digest, NOW).new


def refused(
    desk: Desk, data: bytes, error: type[DocumentRefused], declared: str | None = None
) -> str:
    """Hand in what must be refused; its digest, once it lies in quarantine."""
    file = desk.folder / "refused"
    file.write_bytes(data)
    digest = hash_file(file)
    with pytest.raises(error):
        edge.accept_bytes(desk.hq, data, declared or digest, NOW)
    assert desk.hq.quarantined(digest).read_bytes() == data
    row = next(r for r in archive.list_quarantine(desk.hq) if r.digest == digest)
    assert row.code == error.code
    assert row.reason_zh
    assert not desk.hq.blob(digest).exists()
    return digest


def test_an_altered_batch_is_refused_and_kept(desk: Desk, story: Story) -> None:
    _, data = desk.batch(story.events)
    refused(desk, data[:-1] + bytes([data[-1] ^ 1]), DocumentAltered)
    assert list_batches(desk.hq) == []


def test_a_batch_cut_short_is_refused_and_kept(desk: Desk, story: Story) -> None:
    _, data = desk.batch(story.events)
    refused(desk, data[:-100], DocumentTruncated)


def test_another_digest_than_declared_is_refused_and_kept(desk: Desk, story: Story) -> None:
    _, data = desk.batch(story.events)
    refused(desk, data, DocumentAltered, declared="0" * 64)


def test_a_batch_that_another_key_signed_is_refused(desk: Desk, story: Story) -> None:
    refused(desk, desk.batch(story.events, signer=Box().sign)[1], SignatureRefused)


@pytest.mark.parametrize("lost", ["seal", "escrow"])
def test_a_batch_that_one_of_our_keys_could_not_open_gets_no_receipt(
    desk: Desk, story: Story, lost: str
) -> None:
    ours = desk.hq.keys.public()
    old = structs.replace(ours, **{lost: OpeningKey.generate().public.to_bytes()})
    refused(desk, desk.batch(story.events, public=old)[1], CannotOpen)
    digest, data = desk.batch(story.events, public=ours)
    assert edge.accept_bytes(desk.hq, data, digest, NOW).new


def test_a_site_cannot_speak_for_another(desk: Desk, story: Story) -> None:
    other = Box()
    sites.register(desk.hq, BY, request=other.request(), site="site-02", name="二号")
    refused(desk, desk.batch(story.events, signer=other.sign)[1], SignatureRefused)
    refused(desk, desk.batch(story.events, site="site-02", signer=other.sign)[1], UnknownSession)


def test_batches_of_nobody_and_of_no_session_are_kept(desk: Desk, story: Story) -> None:
    refused(desk, desk.batch(story.events, site="nobody")[1], UnknownSender)
    refused(desk, desk.batch(story.events, session="evening")[1], UnknownSession)


def test_a_package_and_any_file_are_no_batches(desk: Desk, story: Story) -> None:
    refused(desk, publish.package_of(desk.hq, "morning").path.read_bytes(), WrongKind)
    refused(desk, b"holiday photos", NotADocument)
    refused(desk, b"", DocumentTruncated)


def test_two_different_files_of_one_number_are_both_kept(desk: Desk, story: Story) -> None:
    first = desk.deliver(story)
    story.start("99530051002")
    digest = refused(desk, desk.batch(story.events)[1], ConflictingBatch)
    assert [b.digest for b in list_batches(desk.hq)] == [first]
    assert digest != first


def test_another_server_term_is_another_journal(desk: Desk, story: Story) -> None:
    desk.deliver(story)
    desk.deliver(story, term=2)
    assert [b.server_term for b in list_batches(desk.hq)] == [1, 2]


@pytest.mark.parametrize("bare_desk", ["sqlite", "postgresql"], indirect=True)
def test_what_was_refused_is_taken_once_its_session_is_there(bare_desk: Desk) -> None:
    bare_desk.session()
    story = Story(bare_desk)
    story.start("99530051001")
    digest = refused(bare_desk, bare_desk.batch(story.events)[1], UnknownSession)
    releasing.publish(bare_desk.hq, BY, "morning")
    data = bare_desk.hq.quarantined(digest).read_bytes()
    assert edge.accept_bytes(bare_desk.hq, data, digest, NOW + 7).new
    assert archive.list_quarantine(bare_desk.hq)[0].taken_at == NOW + 7


def test_after_a_new_enrolment_only_the_new_key_counts(desk: Desk, story: Story) -> None:
    old = desk.batch(story.events)[1]
    sites.register(desk.hq, BY, request=Box().request(), site="site-01", name="示例考点")
    refused(desk, old, SignatureRefused)


def test_refused_files_cannot_fill_the_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "MAX_QUARANTINE", 100)
    refused(desk, b"x" * 60, NotADocument)
    with pytest.raises(QuarantineFull):
        edge.accept_bytes(desk.hq, b"y" * 60, "0" * 64, NOW)
    assert len(list((desk.hq.folder / "quarantine").iterdir())) == 1
    assert list((desk.hq.folder / "incoming").iterdir()) == []


def test_the_intake_needs_no_key_that_opens(desk: Desk, story: Story, tmp_path: Path) -> None:
    for name in ("seal.seed", "escrow.seed", "root.key", "release-1.key", "release-2.key"):
        (desk.hq.folder / "keys" / name).rename(tmp_path / name)
    digest, data = desk.batch(story.events)
    assert edge.accept_bytes(desk.hq, data, digest, NOW).new
