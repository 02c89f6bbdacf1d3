"""An installation stick is believed whole or refused whole, and taken in whole or not at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import world
from click.testing import CliRunner, Result
from registering import signed

from provisioning.cli import main
from provisioning.stick import layout
from provisioning.stick.taking import Box
from siteapp.identity import load_identity
from sync.delivery_errors import CopyFailed, StickUnusable
from sync.errors import (
    BundleAltered,
    CannotOpen,
    DiskTooFull,
    ExamError,
    ForOtherSite,
    NotInitialised,
    SignatureRefused,
)
from sync.errors.sticks import (
    RootUntold,
    StickExpired,
    StickFileDiffers,
    StickFileMissing,
    StickFileStrange,
    StickListMissing,
    StickOlder,
    StickSignatureMissing,
)
from sync.install_stick import FOLDER, InstallStick, list_files
from sync.spool import Spool
from sync.updates import Updates, lay_out
from sync.wire import dsse
from sync.wire.documents import to_bytes
from sync.wire.enrolment import new_bundle
from sync.wire.keys import SigningKey
from sync.wire.stick_list import LIST, StickList, peek_list, write_list
from sync.wire.update import Update, write_update

NOW, DAY = 1_790_000_000_000, 86_400_000
DEB = b"!<arch>\n" + b"software" * 1000
KIT = f"{layout.KITS}/windows/trust.ps1"


def both(envelope: bytes, hq: world.Headquarters) -> bytes:
    return dsse.countersign(envelope, hq.release[1])


def made(
    hq: world.Headquarters,
    where: Path,
    *,
    package: bytes = b"",
    site: str = "site-01",
    **other: Any,
) -> Path:
    """A stick as headquarters hands it over; `other` are members of its list."""
    folder = where / FOLDER
    (folder / layout.PACKAGES).mkdir(parents=True)
    (folder / layout.KEYS).write_bytes(signed(hq))
    digest = hashlib.sha256(DEB).hexdigest()
    update = Update(3, "9.3.0", digest, len(DEB), "修复", NOW - DAY, 4_000_000_000_000)
    (where / "new.deb").write_bytes(DEB)
    lay_out(folder, both(write_update(update, hq.release[0]), hq), where / "new.deb")
    if package:
        name = f"{hashlib.sha256(package).hexdigest()}.package"
        (folder / layout.PACKAGES / name).write_bytes(package)
    address = {"address": "http://127.0.0.1:1", "expires_at": NOW + DAY}
    bundle = new_bundle(hq.root.public, site=site, name="示例考点", **address)
    (folder / layout.BUNDLE).write_bytes(to_bytes(bundle))
    (folder / layout.ANSWERS).write_text('host_name = "exam-1"\n')
    (folder / KIT).parent.mkdir(parents=True)
    (folder / KIT).write_bytes(b"kit")
    resign(hq, where, site=site, **other)
    return where


def resign(hq: world.Headquarters, where: Path, **other: Any) -> None:
    """List what lies there now, by both officers."""
    given = {"site": "site-01", "at": NOW - DAY, "until": NOW + 60 * DAY} | other
    listed = StickList(files=list_files(where / FOLDER), **given)
    (where / FOLDER / LIST).write_bytes(both(write_list(listed, hq.release[0]), hq))


@pytest.fixture
def root(hq: world.Headquarters) -> str:
    """The fingerprint that is told on paper."""
    return hq.root.public.key_id


@pytest.fixture
def stick(hq: world.Headquarters, tmp_path: Path) -> Path:
    return made(hq, tmp_path / "stick")


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """A machine that is no site yet."""
    return Box(tmp_path / "data", tmp_path / "kept", NOW)


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_new_machine_believes_it_by_the_fingerprint_and_keeps_it_whole(
    box: Box, stick: Path, root: str
) -> None:
    found = box.look(stick, root)
    assert (found.update.version, found.newer, found.bundle, found.kits) == ("9.3.0", True, True, 1)
    box.keep(stick, found)
    assert files(box.held) == files(stick / FOLDER)
    # Again, and after what computers leave on sticks, it is the same stick.
    (stick / "System Volume Information").mkdir()
    (stick / "examsite" / "batches").mkdir(parents=True)
    box.keep(stick, box.look(stick, root))
    assert files(box.held) == files(stick / FOLDER)
    with pytest.raises(NotInitialised):
        box.take()


def altered(at: Path) -> None:
    (at / KIT).write_bytes(b"kiT")


def longer(at: Path) -> None:
    (at / KIT).write_bytes(b"kit and more")


def missing(at: Path) -> None:
    (at / KIT).unlink()


def extra(at: Path) -> None:
    (at / layout.KITS / "autorun.inf").write_bytes(b"")


def hidden(at: Path) -> None:
    (at / ".profile").write_bytes(b"")


def linked(at: Path) -> None:
    (at / KIT).unlink()
    (at / KIT).symlink_to("/etc/hostname")


def linked_folder(at: Path) -> None:
    shutil.move(at / layout.KITS, at.parent / "elsewhere")
    (at / layout.KITS).symlink_to(at.parent / "elsewhere")


def piped(at: Path) -> None:
    (at / KIT).unlink()
    os.mkfifo(at / KIT)


def folder_instead(at: Path) -> None:
    (at / KIT).unlink()
    (at / KIT).mkdir()


@pytest.mark.parametrize(
    ("does", "error"),
    [
        (altered, StickFileDiffers),
        (longer, StickFileDiffers),
        (missing, StickFileMissing),
        (extra, StickFileStrange),
        (hidden, StickFileStrange),
        (linked, StickFileStrange),
        (linked_folder, StickFileStrange),
        (piped, StickFileStrange),
        (folder_instead, StickFileMissing),
    ],
)
def test_a_stick_that_is_not_just_as_listed_is_refused_and_nothing_is_kept(
    box: Box, stick: Path, root: str, tmp_path: Path, does: Callable[[Path], None],
    error: type[ExamError],
) -> None:  # fmt: skip
    sound = box.look(stick, root)
    does(stick / FOLDER)
    with pytest.raises(error) as caught:
        box.look(stick, root)
    assert type(caught.value) is error
    # Also if it was as listed when it was looked at.
    with pytest.raises(error):
        box.keep(stick, sound)
    assert not box.held.exists()
    assert files(tmp_path / "kept") == {}
    again = made_again(stick)
    box.keep(again, box.look(again, root))
    assert files(box.held) == files(again / FOLDER)


def made_again(stick: Path) -> Path:
    """The control: the same stick with its kit put right."""
    folder = stick / FOLDER
    if (folder / layout.KITS).is_symlink():
        (folder / layout.KITS).unlink()
    for strange in (folder / ".profile", folder / layout.KITS / "autorun.inf"):
        strange.unlink(missing_ok=True)
    kit = folder / KIT
    kit.rmdir() if kit.is_dir() else kit.unlink(missing_ok=True)
    kit.parent.mkdir(parents=True, exist_ok=True)
    kit.write_bytes(b"kit")
    return stick


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b", "a//b", ".x", "a/", ""])
def test_a_list_that_names_something_outside_is_no_list(
    hq: world.Headquarters, box: Box, stick: Path, root: str, path: str
) -> None:
    listed = peek_list((stick / FOLDER / LIST).read_bytes())[0]
    entry = {"path": path, "size": 1, "digest": "0" * 64}
    whole = json.loads(to_bytes(listed)) | {"files": [entry]}
    payload = json.dumps(whole, separators=(",", ":"), sort_keys=True).encode()
    kind = "application/vnd.examsite.stick.v1+json"
    (stick / FOLDER / LIST).write_bytes(dsse.sign(kind, payload, hq.release))
    with pytest.raises(ExamError) as caught:
        box.look(stick, root)
    assert caught.value.code == "not-canonical"


def test_who_signed_and_by_whose_root_decides(
    hq: world.Headquarters, box: Box, stick: Path, root: str
) -> None:
    with pytest.raises(RootUntold):
        box.look(stick, None)
    with pytest.raises(CannotOpen):
        box.look(stick, SigningKey.generate().public.key_id)
    listed = peek_list((stick / FOLDER / LIST).read_bytes())[0]
    for keys, error in (
        (hq.release[:1], StickSignatureMissing),
        ((hq.release[0], SigningKey.generate()), StickSignatureMissing),
        ((SigningKey.generate(), SigningKey.generate()), SignatureRefused),
        ((*hq.release, SigningKey.generate()), SignatureRefused),
    ):
        envelope = write_list(listed, keys[0])
        for key in keys[1:]:
            envelope = dsse.countersign(envelope, key)
        (stick / FOLDER / LIST).write_bytes(envelope)
        with pytest.raises(error):
            box.look(stick, root)


def test_an_older_stick_one_that_ended_and_one_of_another_site_are_refused(
    hq: world.Headquarters, site_folder: Path, tmp_path: Path
) -> None:
    box = Box(site_folder, tmp_path / "kept", NOW)
    old, new = made(hq, tmp_path / "old"), made(hq, tmp_path / "new", at=NOW - 1)
    twin = made(hq, tmp_path / "twin", package=b"x", at=NOW - 1)
    box.keep(old, box.look(old, None))
    box.keep(new, box.look(new, None))
    for stick in (old, twin):
        with pytest.raises(StickOlder):
            box.look(stick, None)
    box.look(new, None)
    ending = made(hq, tmp_path / "ending", at=NOW, until=NOW + 1)
    box.look(ending, None)
    with pytest.raises(StickExpired):
        Box(site_folder, tmp_path / "kept", NOW + 1).look(ending, None)
    with pytest.raises(ForOtherSite):
        box.look(made(hq, tmp_path / "other", site="site-02", at=NOW), None)
    # A machine that is no site yet knows by its bundle.
    fresh = made(hq, tmp_path / "mixed", site="site-02", at=NOW)
    shutil.copy(new / FOLDER / layout.BUNDLE, fresh / FOLDER / layout.BUNDLE)
    resign(hq, fresh, site="site-02")
    with pytest.raises(ForOtherSite):
        Box(tmp_path / "data", tmp_path / "none", NOW).look(fresh, hq.root.public.key_id)


def test_an_altered_bundle_is_refused_even_if_it_is_listed(
    hq: world.Headquarters, box: Box, stick: Path, root: str
) -> None:
    bundle = stick / FOLDER / layout.BUNDLE
    bundle.write_bytes(bundle.read_bytes().replace(b"127.0.0.1:1", b"127.0.0.1:2"))
    resign(hq, stick)
    with pytest.raises(BundleAltered):
        box.look(stick, root)


def test_a_stick_that_is_pulled_out_in_the_middle_leaves_what_was_there(
    hq: world.Headquarters, box: Box, stick: Path, root: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    box.keep(stick, box.look(stick, root))
    before = files(tmp_path / "kept")
    newer = made(hq, tmp_path / "newer", package=b"sealed", at=NOW - 1)
    found, count = box.look(newer, root), 0
    opened = InstallStick._opened

    def pulled(self: InstallStick, *given: Any) -> Any:
        nonlocal count
        count += 1
        if count == 4:
            raise OSError(5, "Input/output error")
        return opened(self, *given)

    monkeypatch.setattr(InstallStick, "_opened", pulled)
    with pytest.raises(CopyFailed):
        box.keep(newer, found)
    assert files(tmp_path / "kept") == before
    monkeypatch.undo()
    with pytest.raises(StickUnusable):
        box.look(tmp_path / "gone", root)
    with pytest.raises(StickListMissing):
        box.look(tmp_path, root)
    box.keep(newer, found)
    assert files(box.held) == files(newer / FOLDER)


def test_a_full_disk_keeps_nothing(
    box: Box, stick: Path, root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = box.look(stick, root)
    monkeypatch.setattr("sync.disk.free_bytes", lambda folder: 100 * 2**20)
    with pytest.raises(DiskTooFull):
        box.keep(stick, found)
    assert files(tmp_path / "kept") == {}


def test_a_site_takes_register_software_and_packages_once(
    hq: world.Headquarters, site_folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    # Root's umask is not asked: the site's own user reads what was copied.
    before = os.umask(0o077)
    request.addfinalizer(lambda: os.umask(before))
    package = world.make_package(hq, load_identity(site_folder).certificate, tmp_path).path
    stick = made(hq, tmp_path / "full", package=package.read_bytes())
    box = Box(site_folder, tmp_path / "kept", NOW)
    box.keep(stick, box.look(stick, None))
    assert all(p.stat().st_mode & 0o044 == 0o044 for p in box.held.rglob("*"))
    taken = box.take()
    assert [name.split(".")[-1] for name in taken] == ["json", "deb", "package"]
    (entry,) = Spool(site_folder / "spool").incoming()
    assert entry.path.read_bytes() == package.read_bytes()
    release = [key.public for key in hq.release]
    updates = Updates(site_folder, release, None, "0.1.0", NOW)
    assert updates.file_of(updates.current()).read_bytes() == DEB
    assert box.take() == []


def run(folder: Path, kept: Path, *words: str) -> Result:
    given = ["--data", str(folder), "--lang", "en", "stick", *words, "--kept", str(kept)]
    return CliRunner().invoke(main, given)


def test_the_commands_say_what_is_on_it_and_what_comes_next(
    hq: world.Headquarters, stick: Path, root: str, tmp_path: Path
) -> None:
    kept, data = tmp_path / "kept", tmp_path / "data"
    assert run(data, kept, "check", str(stick)).exit_code == RootUntold.exit_status
    far = made(hq, tmp_path / "far", until=4_000_000_000_000)
    told = run(data, kept, "check", str(far), "--root", root, "--json")
    said = json.loads(told.output)
    assert (said["software"], said["enrolled"], said["bundle"]) == ("9.3.0", False, True)
    assert not kept.exists()
    told = run(data, kept, "import", str(far), "--root", root)
    assert told.exit_code == 0
    assert f"apply --answers {kept}/held/answers.toml" in told.output
    assert run(data, kept, "take").exit_code == NotInitialised.exit_status
    hq.enrol(data)
    assert "9.3.0" in run(data, kept, "import", str(far)).output
    assert "nothing new" in run(data, kept, "take").output
