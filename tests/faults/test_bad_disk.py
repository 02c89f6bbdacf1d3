"""A disk that is slow, and one that the kernel has made read-only."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import world
from faults.storage import CARELESS, Room, program, service, small_disk
from killed import EXAMSITE
from ledger import lost, pages_of

from siteapp.store.writer import EXIT_STORAGE

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
# One save a commit, as without the writer's groups.
ALONE = "from siteapp.store import writer\nwriter.MAX_GROUP = 1\n"
# Nor does what tends the disk beside the writer end it, perhaps before it has said anything.
CARELESS_OF_ALL = f"{CARELESS}\nfrom siteapp import site\nsite.end_at_once = lambda: None\n"


def syncs_a_save(folder: Path, package: world.Package, run: list[str], trace: Path) -> float:
    """Everybody saves on a disk that takes 15 ms longer for each sync."""
    only = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=15000"]
    room, log = Room(pages_of(package)), str(folder / "site.db-wal")
    with service(folder, run, ["-o", str(trace), "-P", log, *only]) as site:
        room.write(site, most=1)
        before = trace.read_text().count("sync(")
        room.write(site, most=30)
        syncs = trace.read_text().count("sync(") - before
    assert len(room.ledger) == 155
    assert not room.told
    assert lost(folder, room.ledger) == {}
    return syncs / 150


def test_on_a_slow_disk_saves_share_their_syncs(
    open_folder: Path, open_package: world.Package, tmp_path: Path
) -> None:
    assert syncs_a_save(open_folder, open_package, EXAMSITE, tmp_path / "trace") < 0.7


def test_without_groups_each_save_would_wait_for_a_sync_of_its_own(
    open_folder: Path, open_package: world.Package, tmp_path: Path
) -> None:
    assert syncs_a_save(open_folder, open_package, program(ALONE), tmp_path / "trace") > 0.9


@pytest.fixture
def image(open_folder: Path, tmp_path: Path) -> Path:
    """A disk with the open room on it, not mounted."""
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(128 * 2**20)
    # All of it is laid out here: the kernel has nothing to write on its own account later.
    whole = "lazy_itable_init=0,lazy_journal_init=0"
    subprocess.run(["mkfs.ext4", "-q", "-F", "-E", whole, str(image)], check=True)
    with mounted(image) as folder:
        shutil.copytree(open_folder, folder)
        (folder / "settings.toml").write_text("reserve_mib = 8\n")
    return image


@contextmanager
def mounted(image: Path) -> Iterator[Path]:
    """The site's folder on that disk.

    A copy is mounted, which is the image from then on: whoever made a mount namespace meanwhile
    still holds the old mount after `umount`, and mounting the same device again would give that
    one back, with its errors.
    """
    copy = image.with_name("copy")
    subprocess.run(["cp", "--sparse=always", str(image), str(copy)], check=True)
    options = ("-t", "ext4", "-o", "loop,errors=remount-ro", str(copy))
    with small_disk(image.with_name("disk"), 0, *options) as disk:
        yield disk / "site"
        write_back(disk)
    copy.replace(image)


def write_back(disk: Path) -> None:
    """What `umount` would do, were the disk held by nobody else; one that failed refuses it."""
    subprocess.run(["sync", "--file-system", str(disk)], check=False, capture_output=True)


@contextmanager
def another_holds_the_mounts() -> Iterator[None]:
    """A process with a copy of this moment's mounts, as a test of another boot beside this one."""
    command = ["unshare", "--mount", "sh", "-c", "echo; exec sleep 600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        try:
            yield
        finally:
            holder.kill()


def fail_for_good(folder: Path) -> None:
    """Have the kernel meet an error in the file system: it takes no more writes."""
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    (device,) = (m[0] for m in mounts if m[1] == str(folder.parent))
    Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error").write_text("a test")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")
def test_the_disk_comes_back_whole_while_another_still_holds_the_failed_one(image: Path) -> None:
    with ExitStack() as others:
        with mounted(image) as folder:
            others.enter_context(another_holds_the_mounts())
            (folder / "kept").write_text("kept")
            write_back(folder)
            fail_for_good(folder)
        with mounted(image) as folder:
            (folder / "more").write_text((folder / "kept").read_text())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")
def test_a_disk_that_becomes_read_only_ends_the_service_and_has_everything_when_it_is_back(
    image: Path, open_package: world.Package
) -> None:
    room = Room(pages_of(open_package))
    with mounted(image) as folder:
        with service(folder) as site:
            room.write(site, most=5)
            fail_for_good(folder)
            room.write(site)
            assert site.wait() == EXIT_STORAGE
        with service(folder) as site:
            assert site.wait() == 3
    with mounted(image) as folder:
        with service(folder) as site:
            room.write(site, most=5)
        assert len(room.ledger) >= 50
        assert lost(folder, room.ledger) == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")
def test_answers_called_saved_on_a_read_only_disk_would_be_noticed(
    image: Path, open_package: world.Package
) -> None:
    room = Room(pages_of(open_package))
    with mounted(image) as folder, service(folder, program(CARELESS_OF_ALL)) as site:
        room.write(site, most=5)
        fail_for_good(folder)
        room.write(site, lambda: len(room.ledger) > 50)
        assert site.status is None
    with mounted(image) as folder:
        assert lost(folder, room.ledger) != {}
