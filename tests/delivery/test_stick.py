"""What only a stick can do wrong."""

import logging
import os
import resource

import pytest
from delivery_world import Room, StickLine, make_package

from sync.spool import digest_of


def lay(stick: StickLine, site: str = "site-01", keep: int | None = None) -> str:
    path = make_package(stick.hq.folder, site)
    folder = stick.root / "examsite" / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    digest = digest_of(path)
    (folder / f"{digest}.package").write_bytes(path.read_bytes()[:keep])
    return digest


def test_a_copied_batch_waits_until_a_receipt_comes_back(offline: Room, stick: StickLine) -> None:
    digest = offline.put()
    assert offline.courier.step().carried == 1
    assert offline.spool.state(digest) == "waiting"
    copy = stick.root / "examsite" / "batches" / f"{digest}.batch"
    assert digest_of(copy) == digest
    # A stick that was not at headquarters yet, plugged in again.
    offline.clocks.pass_(1800)
    before = copy.stat()
    assert offline.courier.step().carried == 1
    assert copy.stat() == before
    assert offline.spool.state(digest) == "waiting"


def test_a_damaged_copy_on_the_stick_is_replaced(offline: Room, stick: StickLine) -> None:
    digest = offline.put()
    offline.courier.step()
    copy = stick.root / "examsite" / "batches" / f"{digest}.batch"
    copy.write_bytes(b"short")
    offline.clocks.pass_(1800)
    assert offline.courier.step().errors == []
    assert digest_of(copy) == digest


def test_a_missing_stick_is_not_made_up(offline: Room, stick: StickLine) -> None:
    offline.put()
    stick.close()
    assert offline.courier.step().errors[0].code == "stick-unusable"
    assert not stick.root.exists()


def test_a_stick_that_is_full_keeps_no_half_batch(offline: Room, stick: StickLine) -> None:
    large, small = offline.put(b"x" * 3_000_000), offline.put()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limits[1]))
    try:
        assert offline.rounds() == ["copy-failed"]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {p.stem for p in (stick.root / "examsite" / "batches").iterdir()} == {small}
    assert offline.rounds(2) == []
    assert offline.spool.state(large) == "received"


def test_a_package_of_another_site_is_left_on_the_stick(offline: Room, stick: StickLine) -> None:
    ours, _ = lay(stick), lay(stick, "site-02")
    assert offline.courier.step().errors == []
    assert [entry.digest for entry in offline.spool.incoming()] == [ours]


@pytest.mark.parametrize("keep", [0, 5, 400, 90_000])
def test_a_package_cut_short_is_named_and_not_taken(
    offline: Room, stick: StickLine, keep: int, caplog: pytest.LogCaptureFixture
) -> None:
    digest = lay(stick, keep=keep)
    with caplog.at_level(logging.ERROR):
        done = offline.courier.step()
    assert [error.code for error in done.errors] == ["document-altered"]
    assert digest in caplog.text
    assert offline.spool.incoming() == []


def test_other_files_on_the_stick_are_passed_over(offline: Room, stick: StickLine) -> None:
    ours = lay(stick)
    folder = stick.root / "examsite" / "packages"
    for name in ("._" + ours, "holiday.jpg", ours.upper() + ".package", ours + ".package.exe"):
        (folder / name).write_bytes(b"x")
    (folder / f"{'0' * 64}.package").mkdir()
    os.mkfifo(folder / f"{'1' * 64}.package")
    assert [entry.digest for entry in stick.transport.packages()] == [ours]
    assert stick.transport.packages()[0].session == "am"


def test_a_receipt_on_the_stick_of_the_higher_level_wins(offline: Room, stick: StickLine) -> None:
    digest = offline.put()
    offline.rounds()
    stick.hq.levels[digest] = "archived"
    stick.work()
    names = sorted(p.name for p in (stick.root / "examsite" / "receipts").iterdir())
    assert len(names) == 2
    offline.rounds()
    assert offline.spool.state(digest) == "archived"


def test_a_stick_without_receipts_takes_back_none(offline: Room, stick: StickLine) -> None:
    digest = offline.put()
    offline.rounds(2)
    assert offline.spool.state(digest) == "received"
    for path in (stick.root / "examsite" / "receipts").iterdir():
        path.unlink()
    stick.hq.forget(digest)
    offline.courier.step()
    assert offline.spool.state(digest) == "received"


def test_line_and_stick_keep_their_own_status(online: Room, offline: Room) -> None:
    online.put()
    online.rounds()
    offline.line.close()
    offline.rounds()
    by_line, by_stick = online.spool.status("http"), online.spool.status("stick")
    assert by_line is not None
    assert by_stick is not None
    assert (by_line.errors, by_stick.errors[0]["code"]) == ((), "stick-unusable")
