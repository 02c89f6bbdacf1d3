"""Copies of headquarters under faults: all of it comes back or nothing does."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from copied import at, brought_back, escrow, lived, made, rows, tables_of
from desk_world import BY, NOW, Desk
from faults.storage import fill, small_disk
from postgres import Cluster
from receiving import MAIN

from sync.errors import AlreadyInitialised, DocumentAltered
from sync.headquarters.copies.drill import drill, own_signers
from sync.headquarters.copies.errors import (
    BytesMissing,
    CopyFailed,
    CopyKeyWrong,
    CopyOfAnother,
    DatabaseTaken,
    RowsAltered,
)
from sync.headquarters.copies.restoring import restore, verified_copy
from sync.headquarters.copies.verifying import verify
from sync.headquarters.copies.writing import KEPT, copies_in, write_copy
from sync.headquarters.intake import edge
from sync.headquarters.store import dump
from sync.headquarters.store.folder import SETTINGS, open_headquarters
from sync.wire.keys import OpeningKey


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def taking_in(desk: Desk, stop: threading.Event) -> None:
    """Batches that come in one after the other while a copy is written."""
    story = desk.published()
    story.start("99530051002")
    number = 0
    while not stop.is_set():
        digest, data = desk.batch(story.events, term=50 + number, final=False)
        edge.accept_bytes(desk.hq, data, digest, NOW)
        number += 1


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def test_while_the_intake_runs_each_copy_is_of_one_moment(
    kind: str, request: pytest.FixtureRequest
) -> None:
    name = "published_desk" if kind == "sqlite" else "published_on_postgresql"
    desk = lived(request.getfixturevalue(name))
    stop = threading.Event()
    intake = threading.Thread(target=taking_in, args=(desk, stop))
    intake.start()
    try:
        counts = []
        for number in range(2):
            to = desk.folder / f"copies-{number}"
            to.mkdir()
            assert write_copy(desk.hq, at(NOW), to).missing == ()
            done = drill(desk.hq, verified_copy(to, own_signers(desk.hq, NOW)), BY, None)
            assert done.findings == ()
            counts.append(done.verified.receipts)
    finally:
        stop.set()
        intake.join()
    assert counts[0] < counts[1]


def spoilt(what: str, to: Path) -> None:
    (copy,) = to.glob("examhq-*.copy")
    one = next(path for path in (to / "bytes").rglob("*") if path.is_file())
    if what == "a byte of the copy":
        data = bytearray(copy.read_bytes())
        data[-100] ^= 1
        copy.write_bytes(data)
    elif what == "a byte beside it":
        data = bytearray(one.read_bytes())
        data[100] ^= 1
        one.write_bytes(data)
    elif what == "a file beside it":
        one.unlink()


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("a byte of the copy", DocumentAltered),
        ("a byte beside it", BytesMissing),
        pytest.param("a file beside it", BytesMissing, marks=pytest.mark.long),
        ("nothing", None),
    ],
)
def test_of_a_copy_that_is_not_whole_nothing_is_restored(
    desk: Desk, cluster: Cluster, what: str, error: type[Exception] | None
) -> None:
    to, _ = made(lived(desk))
    spoilt(what, to)
    address = cluster.database()
    folder = desk.folder / "again"

    def attempt() -> None:
        copy = verified_copy(to, own_signers(desk.hq, NOW))
        changes = {"database": address, "blobs": "table"}
        restore(copy, BY, folder, [escrow(desk)], changes=changes)

    if error is None:
        attempt()
        assert folder.exists()
        return
    with pytest.raises(error):
        attempt()
    assert not list(desk.folder.glob("*again*"))
    assert tables_of(address) == 0


def test_only_its_own_signer_and_the_escrow_open_a_copy(desk: Desk) -> None:
    to, _ = made(lived(desk))
    with pytest.raises(CopyOfAnother):
        verified_copy(to, ["0123456789abcdef"])
    copy = verified_copy(to, own_signers(desk.hq, NOW))
    with pytest.raises(CopyKeyWrong):
        restore(copy, BY, desk.folder / "again", [OpeningKey.generate()])
    assert not list(desk.folder.glob("*again*"))


def test_neither_a_folder_nor_a_database_of_somebody_is_touched(
    desk: Desk, cluster: Cluster
) -> None:
    to, _ = made(lived(desk))
    copy = verified_copy(to, own_signers(desk.hq, NOW))
    with pytest.raises(AlreadyInitialised):
        restore(copy, BY, desk.hq.folder, [escrow(desk)])
    address = cluster.database()
    brought_back(desk, to, database=address)[0].close()
    later = write_copy(desk.hq, at(NOW + 1), to)
    with pytest.raises(DatabaseTaken):
        restore(
            verified_copy(Path(later.path), own_signers(desk.hq, NOW)),
            BY,
            desk.folder / "third",
            [escrow(desk)],
            changes={"database": address},
        )
    assert not (desk.folder / "third").exists()


def test_killed_between_the_commit_and_the_end_it_is_simply_done_again(
    desk: Desk, cluster: Cluster
) -> None:
    to, _ = made(lived(desk))
    address = cluster.database()
    brought_back(desk, to, database=address)[0].close()
    # As if the power had gone while all was being put into its place.
    left = desk.folder / "again" / ".restoring"
    left.mkdir()
    (desk.folder / "again" / SETTINGS).rename(left / SETTINGS)
    again, _ = brought_back(desk, to, database=address)
    assert rows(again) == rows(desk.hq)
    assert verify(again, NOW).findings == ()
    again.close()


def test_killed_while_it_restores_nothing_counts_and_it_is_done_again(
    desk: Desk, cluster: Cluster
) -> None:
    to, _ = made(lived(desk))
    address, folder = cluster.database(), desk.folder / "again"
    key = desk.hq.folder / "keys" / "escrow.seed"
    words = ["--data", str(folder), "restore", str(to), "--key", str(key), "--database", address]
    words += ["--signed-by", own_signers(desk.hq, NOW)[0]]
    # When all rows are in the transaction.
    patch = "import os; from sync.headquarters.copies import restoring; "
    patch += "restoring.whole = lambda *_: os.kill(os.getpid(), 9); "
    codes = []
    for program in (patch + MAIN, MAIN):
        command = [sys.executable, "-c", program, *words]
        codes.append(subprocess.run(command, capture_output=True, check=False).returncode)
        if len(codes) == 1:
            assert (tables_of(address), (folder / SETTINGS).exists()) == (0, False)
    assert codes == [-signal.SIGKILL, 0]
    again = open_headquarters(folder)
    assert rows(again) == rows(desk.hq)
    again.close()


def test_a_full_disk_leaves_no_half_copy_and_the_one_before_stays(desk: Desk) -> None:
    lived(desk)
    to = desk.folder / "small"
    with small_disk(to, 1):
        made_before = write_copy(desk.hq, at(NOW), to)
        ballast = fill(to, 8_000)
        with pytest.raises(CopyFailed):
            write_copy(desk.hq, at(NOW + 1), to)
        assert [str(path) for path in to.glob("*.copy")] == [made_before.path]
        assert not list(to.rglob(".*"))
        ballast.unlink()
        write_copy(desk.hq, at(NOW + 2), to)
        assert len(list(to.glob("*.copy"))) == 2


def test_a_full_disk_leaves_no_half_headquarters(desk: Desk) -> None:
    to, _ = made(lived(desk))
    copy = verified_copy(to, own_signers(desk.hq, NOW))
    small = desk.folder / "small"
    with small_disk(small, 1):
        ballast = fill(small, 300_000)
        with pytest.raises(CopyFailed):
            restore(copy, BY, small / "hq", [escrow(desk)])
        assert [path.name for path in small.iterdir()] == ["ballast"]
        ballast.unlink()
    restore(copy, BY, desk.folder / "hq2", [escrow(desk)])


@pytest.mark.parametrize("point", ["keep", "copies_in", pytest.param("", marks=pytest.mark.long)])
def test_killed_at_any_point_there_is_a_whole_copy_or_none(desk: Desk, point: str) -> None:
    lived(desk)
    to = desk.folder / "copies"
    to.mkdir()
    patch = "import os; from sync.headquarters.copies import writing; "
    if point:
        patch += f"writing.{point} = lambda *_: os.kill(os.getpid(), 9); "
    words = ["--data", str(desk.hq.folder), "backup", "make", str(to)]
    command = [sys.executable, "-c", f"{patch}{MAIN}", *words]
    ended = subprocess.run(command, capture_output=True, check=False).returncode
    assert ended == (-signal.SIGKILL if point else 0)
    # Killed before the copy had its name, there is none; after it, the copy is whole.
    assert len(list(to.glob("*.copy"))) == (point != "keep")
    write_copy(desk.hq, at(NOW * 2), to)
    assert not list(to.rglob(".*"))
    for path in to.glob("*.copy"):
        copy = verified_copy(path, own_signers(desk.hq, NOW))
        assert drill(desk.hq, copy, BY, None).findings == ()


def test_rows_that_a_database_gives_back_otherwise_are_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    to, _ = made(lived(desk))
    monkeypatch.setattr(dump, "_value", lambda column, value: value and str(value).upper())
    with pytest.raises(RowsAltered):
        brought_back(desk, to)
    assert not list(desk.folder.glob("*again*"))


@pytest.mark.parametrize("ahead", [10**10, -(10**10)])
def test_a_clock_that_was_set_back_does_not_make_the_new_copy_the_oldest(
    desk: Desk, ahead: int
) -> None:
    to = desk.folder / "copies"
    to.mkdir()
    for number in range(KEPT):
        (to / f"examhq-{NOW + ahead + number:013d}.copy").write_bytes(b"")
    path = Path(write_copy(desk.hq, at(NOW), to).path)
    assert copies_in(to)[-1] == path
    assert len(copies_in(to)) == KEPT
