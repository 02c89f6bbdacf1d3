"""A disk that runs full: answers are the last to give way, none acknowledged is lost."""

import logging
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import world
from faults.storage import CARELESS, NO_PACE, SHORT_LOG, Room, fill, program, service, small_disk
from killed import EXAMSITE
from ledger import lost, pages_of
from readied import keep_ready
from room import journal, staff_browser
from together import wait_until

from siteapp.disk import GIVES_WAY, Disk, QuietWhenFull
from siteapp.site import Site
from siteapp.store.checkpoint import LOG_BYTES
from sync.disk import MIB, free_bytes

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk"),
    pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed"),
]
FULL = {(507, "disk-too-full")}
# The reserve is eaten already, or was never there.
NO_RESERVE = "from siteapp import disk\ndisk.Reserve.give = lambda self: False\n"
SETTINGS = "reserve_mib = 8\ncandidate_reserve_kib = 1024\n"


@pytest.fixture
def small(open_folder: Path, tmp_path: Path) -> Any:
    """The open room on a disk of 96 MiB."""
    with small_disk(tmp_path / "small", 96) as disk:
        folder = shutil.copytree(open_folder, disk / "site")
        (folder / "settings.toml").write_text(SETTINGS)
        yield folder


def reserve(folder: Path) -> int:
    path = folder / "reserve"
    return path.stat().st_blocks * 512 if path.exists() else 0


def test_answers_go_on_from_the_reserve_after_all_else_has_given_way(
    small: Path, open_package: world.Package
) -> None:
    room, whole = Room(pages_of(open_package)), LOG_BYTES + 4 * MIB
    with service(small) as site:
        wait_until(lambda: reserve(small) >= whole)
        ballast = fill(small.parent, 0)
        room.write(site, most=150)
        assert len(room.ledger) == 750
        assert not room.told
        assert reserve(small) < whole
        ballast.unlink()
        wait_until(lambda: reserve(small) >= whole)
    assert lost(small, room.ledger) == {}


def test_without_the_reserve_answers_would_stop_too(
    small: Path, open_package: world.Package
) -> None:
    room = Room(pages_of(open_package))
    with service(small, program(NO_RESERVE)) as site:
        room.write(site, most=1)
        fill(small.parent, 0)
        room.write(site, lambda: bool(room.told))
    assert set(room.told) == FULL


@pytest.mark.parametrize(
    "rooms", [(0, 8, 40, 200), pytest.param(range(0, 400, 4), marks=pytest.mark.long)]
)
def test_a_disk_full_after_any_number_of_bytes_loses_nothing_and_goes_on(
    small: Path, open_package: world.Package, rooms: Any
) -> None:
    room = Room(pages_of(open_package))
    with service(small, program(NO_RESERVE + SHORT_LOG + NO_PACE)) as site:
        for kib in rooms:
            room.told.clear()
            ballast = fill(small.parent, kib * 1024)
            room.write(site, lambda: bool(room.told))
            assert set(room.told) == FULL
            ballast.unlink()
            room.write(site, most=2)
            assert site.running
    assert lost(small, room.ledger) == {}


def test_an_acknowledgement_of_what_found_no_room_would_be_noticed(
    small: Path, open_package: world.Package
) -> None:
    room = Room(pages_of(open_package))
    with service(small, program(NO_RESERVE + CARELESS)) as site:
        room.write(site, most=1)
        fill(small.parent, 0)
        room.write(site, lambda: len(room.ledger) > 50)
    assert lost(small, room.ledger) != {}


def test_the_service_comes_up_on_a_full_disk(small: Path, open_package: world.Package) -> None:
    room = Room(pages_of(open_package))
    with service(small) as site:
        wait_until(lambda: reserve(small) > LOG_BYTES)
        room.write(site, most=2)
        fill(small.parent, 0)
    with service(small) as site:
        room.write(site, most=20)
    assert len(room.ledger) == 110
    assert lost(small, room.ledger) == {}


def test_without_waking_up_from_the_reserve_it_would_not(
    small: Path, open_package: world.Package
) -> None:
    asleep = "from siteapp import disk\ndisk.Disk.wake = lambda self: None\n"
    with service(small) as site:
        wait_until(lambda: reserve(small) > LOG_BYTES)
        Room(pages_of(open_package)).write(site, most=2)
    # As a reboot or an orderly end leaves it: what SQLite needs beside the database is gone.
    Site(small).close()
    fill(small.parent, 0)
    with service(small, program(asleep)) as site:
        assert site.wait() != 0


def test_log_lines_give_way_first_then_imports_then_batches(small: Path) -> None:
    disk, given = Disk(small, world_settings(small)), []
    quiet = QuietWhenFull(disk)
    line = logging.makeLogRecord({"levelno": logging.ERROR})
    for mib in (20, 12, 6, 1):
        ballast = fill(small.parent, mib * MIB)
        given.append([work for work in GIVES_WAY if disk.stops(work)])
        assert quiet.filter(line) is (mib == 20)
        ballast.unlink()
    assert given == [[], ["logs"], ["logs", "intake"], ["logs", "intake", "cutting"]]
    assert quiet.filter(logging.makeLogRecord({"levelno": logging.CRITICAL}))


def world_settings(folder: Path) -> Any:
    site = Site(folder)
    site.close()
    return site.settings


def test_no_batch_is_cut_on_a_disk_that_is_nearly_full_until_there_is_room(
    small: Path, open_package: world.Package
) -> None:
    (small / "settings.toml").write_text(f"{SETTINGS}batch_seconds = 1\n")
    room, batches = Room(pages_of(open_package)), small / "spool" / "outgoing"
    whole = LOG_BYTES + 4 * MIB
    with service(small) as site:
        # A disk that fills before the reserve is taken leaves answers nothing to go on from.
        wait_until(lambda: reserve(small) >= whole)
        ballast = fill(small.parent, MIB)
        room.write(site, most=5)
        # What was begun before it was full may still come: two rounds of a second pass.
        time.sleep(2)
        before = len(list(batches.iterdir()))
        room.write(site, most=200)
        assert len(list(batches.iterdir())) == before
        ballast.unlink()
        wait_until(lambda: len(list(batches.iterdir())) > before)


def test_a_start_without_room_for_all_answers_takes_the_chiefs_reason(
    site: Site, package: world.Package, tmp_path: Path
) -> None:
    site.shelf.receive(package.path)
    site.shelf.unlock(site.live.session(package.plan.id), package.codes)
    keep_ready(site, package.plan.id)
    chief, address = staff_browser(site, "chief"), f"/api/room/{package.plan.id}/open"
    with small_disk(tmp_path / "small", 16) as small:
        site.disk = Disk(small, site.settings)
        refused = chief.post(address, json={"sitting": "live"})
        assert (refused.status_code, refused.json["error"]["code"]) == (409, "reserve-missing")
        assert chief.post(address, json={"sitting": "live", "reason": " "}).status_code == 400
        assert journal(site, "open", package.plan.id) == []
        opened = chief.post(address, json={"sitting": "live", "reason": "总部已同意"})
        assert opened.status_code == 200
        (record,) = journal(site, "incident", package.plan.id)
        assert record["note"].endswith(": 总部已同意")
        assert free_bytes(small) > 0


def test_a_start_with_room_for_all_answers_reserves_it_and_asks_nothing(
    site: Site, package: world.Package
) -> None:
    site.shelf.receive(package.path)
    site.shelf.unlock(site.live.session(package.plan.id), package.codes)
    keep_ready(site, package.plan.id)
    chief = staff_browser(site, "chief")
    opened = chief.post(f"/api/room/{package.plan.id}/open", json={"sitting": "live"})
    attempts = len(site.live.session(package.plan.id).attempts)
    assert opened.status_code == 200
    told = opened.json["disk"]
    assert (told["needed_mib"], told["missing_mib"]) == (LOG_BYTES // MIB + attempts, 0)
    assert reserve(site.folder) >= LOG_BYTES


def options(folder: Path, file: str, error: str, call: int) -> list[str]:
    """Options of strace: one write to the file fails."""
    inject = f"inject=pwrite64:error={error}:when={call}"
    only = ["-e", "trace=pwrite64", "-e", inject]
    return ["-o", os.devnull, "-P", str(folder / file), *only]


SHORT_CALLS = [("site.db-wal", 9), ("site.db-wal", 41), ("site.db", 3)]
ALL_CALLS = [("site.db-wal", n) for n in range(1, 60)] + [("site.db", n) for n in range(1, 20)]


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize(
    "calls", [SHORT_CALLS, pytest.param(ALL_CALLS, marks=pytest.mark.long)], ids=["short", "all"]
)
def test_a_write_that_fails_once_loses_nothing_wherever_it_falls(
    open_folder: Path, open_package: world.Package, tmp_path: Path, error: str, calls: Any
) -> None:
    for number, (file, call) in enumerate(calls):
        folder = shutil.copytree(open_folder, tmp_path / str(number))
        room, run = Room(pages_of(open_package)), program(SHORT_LOG)
        with service(folder, run, options(folder, file, error, call)) as site:
            room.write(site, most=12)
            # In its start, before it answers anybody, it ends; systemd starts it again.
            begun = bool(room.ledger or room.told)
            assert site.running is (error == "ENOSPC" and begun), (file, call, room.told)
        assert set(room.told) <= (FULL if error == "ENOSPC" else {(503, "storage-failed")})
        with service(folder, EXAMSITE) as site:
            room.write(site, most=2)
        assert lost(folder, room.ledger) == {}
        shutil.rmtree(folder)
