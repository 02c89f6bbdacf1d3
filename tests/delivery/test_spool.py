import os
from pathlib import Path

import pytest

from sync.delivery_errors import RefusedByHeadquarters
from sync.errors import NotFound
from sync.spool import LEFTOVER_S, Spool, Tally, digest_of
from sync.words import Words

ANOTHER_DISK = Path("/dev/shm")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def put(spool: Spool, data: bytes = b"batch") -> str:
    source = spool.folder / "finished"
    source.write_bytes(data)
    return spool.put_outgoing(source)


def refuse(spool: Spool, digest: str) -> None:
    spool.refuse(digest, RefusedByHeadquarters(Words("不认识", "unknown"), {"code": "x"}))


def test_a_batch_is_moved_in_read_only_under_its_digest(spool: Spool) -> None:
    digest = put(spool)
    assert not (spool.folder / "finished").exists()
    (entry,) = spool.outgoing()
    assert (entry.digest, entry.path.name, entry.size) == (digest, f"{digest}.batch", 5)
    assert digest_of(entry.path) == digest
    assert entry.path.stat().st_mode & 0o777 == 0o440


def test_bytes_then_name_are_on_the_disk_when_put_returns(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, fsync = [], os.fsync

    def watched(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink())
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    put(spool)
    assert synced == [spool.folder / "finished", spool.folder / "outgoing"]


def test_putting_the_same_batch_again_changes_nothing(spool: Spool) -> None:
    digest = put(spool)
    spool.add_receipt(digest, "received", b"{}")
    assert put(spool) == digest
    assert len(spool.outgoing()) == 1
    assert spool.state(digest) == "received"


@pytest.mark.skipif(not ANOTHER_DISK.is_dir(), reason="no second file system")
def test_a_batch_comes_in_from_another_disk(spool: Spool) -> None:
    source = ANOTHER_DISK / f"examsite-test-{os.getpid()}"
    source.write_bytes(b"x" * 3_000_000)
    try:
        digest = spool.put_outgoing(source)
        assert digest_of(spool.outgoing()[0].path) == digest
        assert not source.exists()
    finally:
        source.unlink(missing_ok=True)


def test_the_state_follows_receipts_and_refusals(spool: Spool) -> None:
    digest = put(spool)
    assert (spool.state(digest), spool.receipt(digest)) == ("waiting", None)
    refuse(spool, digest)
    assert spool.state(digest) == "refused"
    assert (spool.refusal(digest) or {})["message"]["zh"] == "考务总部拒收：不认识"
    spool.add_receipt(digest, "received", b"one")
    assert spool.state(digest) == "received"
    spool.add_receipt(digest, "archived", b"two")
    assert (spool.state(digest), spool.receipt(digest)) == ("archived", "archived")
    assert spool.receipt_envelope(digest, "received") == b"one"
    assert spool.receipt_envelope("0" * 64, "received") is None


def test_only_archived_batches_are_settled(spool: Spool) -> None:
    digests = [put(spool, bytes([n])) for n in range(4)]
    spool.add_receipt(digests[1], "received", b"{}")
    spool.add_receipt(digests[2], "archived", b"{}")
    refuse(spool, digests[3])
    assert [entry.digest for entry in spool.settled()] == [digests[2]]


def test_the_summary_counts_files_and_bytes_by_state(spool: Spool) -> None:
    digests = [put(spool, b"x" * size) for size in (1, 10, 100, 1000)]
    spool.add_receipt(digests[1], "received", b"{}")
    spool.add_receipt(digests[2], "archived", b"{}")
    refuse(spool, digests[3])
    summary = spool.summary()
    assert summary.waiting == Tally(1, 1)
    assert summary.received == Tally(1, 10)
    assert summary.archived == Tally(1, 100)
    assert summary.refused == Tally(1, 1000)
    assert (summary.incoming, summary.foreign) == (Tally(), 0)


def test_only_a_refused_batch_can_be_sent_again(spool: Spool) -> None:
    digest = put(spool)
    with pytest.raises(ValueError, match="waiting"):
        spool.retry(digest)
    refuse(spool, digest)
    spool.retry(digest)
    assert (spool.state(digest), spool.refusal(digest)) == ("waiting", None)


def test_withdrawn_receipts_stay_as_evidence(spool: Spool) -> None:
    digest = put(spool)
    spool.add_receipt(digest, "received", b"one")
    spool.add_receipt(digest, "archived", b"two")
    spool.withdraw_receipts(digest)
    assert spool.state(digest) == "waiting"
    kept = sorted(path.read_bytes() for path in (spool.folder / "receipts").iterdir())
    assert kept == [b"one", b"two"]
    assert spool.foreign() == []


def test_strange_names_and_things_are_passed_over_and_listed(spool: Spool) -> None:
    digest, folder = put(spool), spool.folder / "outgoing"
    names = [
        f"{'A' * 64}.batch",
        "x.batch",
        f"{digest}.batch.exe",
        ".DS_Store",
        f"{digest}.batch\n",
    ]
    for name in names:
        (folder / name).write_bytes(b"x")
    (folder / f"{'0' * 64}.batch").symlink_to("/etc/hostname")
    os.mkfifo(folder / f"{'1' * 64}.batch")
    (folder / f"{'2' * 64}.batch").mkdir()
    assert [entry.digest for entry in spool.outgoing()] == [digest]
    assert len(spool.foreign()) == spool.summary().foreign == len(names) + 3


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 63, "A" * 64, "0" * 64 + "\n"])
def test_a_digest_that_is_none_leads_nowhere(spool: Spool, name: str) -> None:
    for act in (spool.state, spool.receipt, spool.refusal, spool.retry, spool.withdraw_receipts):
        with pytest.raises(ValueError, match="64 hex"):
            act(name)
    with pytest.raises(ValueError, match="64 hex"):
        spool.part_path(name, "http")


def test_a_batch_that_is_not_there_is_not_found(spool: Spool) -> None:
    with pytest.raises(NotFound):
        spool.state("0" * 64)


def test_what_a_crash_left_is_no_batch_and_is_removed_after_a_day(spool: Spool) -> None:
    old = spool.folder / "outgoing" / f".{'0' * 64}.batch.0123456789abcdef.tmp"
    fresh = spool.part_path("1" * 64, "http")
    for path in (old, fresh):
        path.write_bytes(b"half")
    digest = put(spool)
    assert [entry.digest for entry in spool.outgoing()] == [digest]
    assert (spool.incoming(), spool.foreign()) == ([], [])
    now = fresh.stat().st_mtime
    os.utime(old, (now - LEFTOVER_S - 1, now - LEFTOVER_S - 1))
    assert spool.clean(now) == [old]
    assert fresh.exists()
    assert len(spool.outgoing()) == 1


def test_a_status_that_cannot_be_read_is_none(spool: Spool) -> None:
    (spool.folder / "courier.json").write_bytes(b'{"round_at":')
    assert spool.status() is None
