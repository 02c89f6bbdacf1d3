"""A sync that fails ends the service, at once and wherever it falls; the restart has it all."""

import errno
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import world
from faults.storage import SHORT_LOG, Room, program, service
from ledger import lost, pages_of
from practical import Uploader
from room import browser

from siteapp.site import Site
from siteapp.store.writer import EXIT_STORAGE
from sync.disk import SyncFailed

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")

# As it was: SQLite moves its log by itself, inside a commit.
BY_ITSELF = """
from siteapp.store import checkpoint, live
checkpoint.Checkpoints.after_commit = lambda self: None
opened = live.open_database
def by_itself(*args):
    database = opened(*args)
    database.conn.execute("PRAGMA wal_autocheckpoint=8")
    return database
live.open_database = by_itself
"""


def failing(folder: Path, file: str, call: int, trace: Path) -> list[str]:
    """Options of strace: the file's syncs from number `call` on fail."""
    inject = f"inject=fsync,fdatasync:error=EIO:when={call}"
    only = ["-e", "trace=fsync,fdatasync", "-e", inject]
    return ["-o", str(trace), "-P", str(folder / file), *only]


def short_and_long(file: str, short: list[int], last: int) -> list[Any]:
    every = (k for k in range(1, last) if k not in short)
    return [
        *((file, k) for k in short),
        *(pytest.param(file, k, marks=pytest.mark.long) for k in every),
    ]


@pytest.mark.parametrize(
    ("file", "call"),
    [*short_and_long("site.db", [1, 2], 12), *short_and_long("site.db-wal", [7, 30, 31], 40)],
)
def test_a_failed_sync_ends_the_service_and_loses_nothing(
    open_folder: Path, open_package: world.Package, tmp_path: Path, file: str, call: int
) -> None:
    room, trace = Room(pages_of(open_package)), tmp_path / "trace"
    options = failing(open_folder, file, call, trace)
    with service(open_folder, program(SHORT_LOG), options) as site:
        room.write(site)
        assert site.wait() == EXIT_STORAGE
    assert trace.read_text().count("INJECTED") == 1
    assert lost(open_folder, room.ledger) == {}
    with service(open_folder) as site:
        room.write(site, most=3)
    assert len(room.ledger) >= 15
    assert lost(open_folder, room.ledger) == {}


def test_a_failed_sync_of_sqlites_own_checkpoint_would_be_kept_from_us(
    open_folder: Path, open_package: world.Package, tmp_path: Path
) -> None:
    room, trace = Room(pages_of(open_package)), tmp_path / "trace"
    options = failing(open_folder, "site.db", 2, trace)
    with service(open_folder, program(BY_ITSELF), options) as site:
        room.write(site, most=30)
        assert site.running
    assert trace.read_text().count("INJECTED") == 1
    assert len(room.ledger) == 150


def test_a_log_under_load_is_moved_and_stays_short(
    open_folder: Path, open_package: world.Package
) -> None:
    room, log = Room(pages_of(open_package)), open_folder / "site.db-wal"
    sizes: list[int] = []

    def over() -> bool:
        sizes.append(log.stat().st_size)
        return False

    with service(open_folder, program(SHORT_LOG)) as site:
        room.write(site, over, most=100)
    assert len(room.ledger) == 500
    assert max(sizes) < 4 * 8 * 4120 + 32


def test_without_the_writers_work_the_log_would_grow(
    open_folder: Path, open_package: world.Package
) -> None:
    room = Room(pages_of(open_package))
    never = "from siteapp.store import checkpoint\ncheckpoint.Checkpoints.after_commit = id\n"
    with service(open_folder, program(never)) as site:
        room.write(site, most=100)
        assert (open_folder / "site.db-wal").stat().st_size > 4 * 8 * 4120 + 32


@pytest.fixture
def site_folder(practical_folder: Path) -> Path:
    """Every test here begins in an open practical sitting."""
    return practical_folder


@pytest.fixture
def uploader(site: Site, practical_package: world.Package) -> Uploader:
    """A candidate who has begun a practical paper."""
    found = Uploader(browser(site), practical_package.plan.candidates[0])
    found.begin()
    return found


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_failed_sync_of_a_part_ends_the_service_and_the_part_is_not_built_on(
    site: Site, uploader: Uploader, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    ended: list[float] = []
    site.fatal = lambda: ended.append(time.monotonic())
    upload = uploader.announce(b"x" * 3000)[1]["upload"]
    assert uploader.part(upload, 0, b"x" * 1000)[0] == 200
    with monkeypatch.context() as broken:
        broken.setattr("siteapp.uploads.files.sync", failed(number))
        assert uploader.part(upload, 1000, b"x" * 1000)[0] == 500
    assert len(ended) == 1
    assert uploader.call("GET", f"uploads/{upload}")[1]["offset"] == 0
    assert uploader.send(upload, b"x" * 3000)[0] == 200


def test_a_failed_sync_of_a_part_that_is_swallowed_would_be_built_on_and_noticed(
    site: Site, uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[float] = []
    site.fatal = lambda: ended.append(time.monotonic())
    monkeypatch.setattr("siteapp.uploads.files.sync", swallowed)
    upload = uploader.announce(b"x" * 3000)[1]["upload"]
    assert uploader.part(upload, 0, b"x" * 1000)[0] == 200
    assert uploader.call("GET", f"uploads/{upload}")[1]["offset"] == 1000
    assert ended == []


def swallowed(handle: int) -> None:
    """As a sync whose failure nobody looks at."""
    with suppress(SyncFailed):
        failed(errno.EIO)(handle)


def failed(number: int) -> Any:
    def sync(handle: int) -> None:
        raise SyncFailed(number, os.strerror(number))

    return sync


def test_a_failed_sync_of_a_batch_ends_the_service(
    open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    open_site.fatal = lambda: ended.append("now")
    with monkeypatch.context() as broken:
        broken.setattr("sync.wire.files.sync", failed(errno.EIO))
        open_site._each(open_site.packer.cut)
    assert ended == ["now"]
    open_site._each(open_site.packer.cut)
    assert ended == ["now"]


def test_a_failed_sync_of_a_batch_that_is_swallowed_would_go_unseen(
    open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    open_site.fatal = lambda: ended.append("now")
    monkeypatch.setattr("sync.wire.files.sync", swallowed)
    open_site._each(open_site.packer.cut)
    assert ended == []
    assert list((open_site.folder / "spool" / "outgoing").iterdir()) != []
