"""Headquarters lays out all that a new site needs, and two officers sign for every byte of it."""

import os
import shutil
import subprocess
from pathlib import Path

import enrolling
import pytest
from click.testing import CliRunner, Result
from desk_world import BY, Desk
from releasing import release_keys
from typed import Shell

from provisioning.cli import main
from provisioning.errors import LoginRefused
from provisioning.setup.answers import read_answers
from provisioning.stick import layout
from provisioning.stick.making import Wanted, countersign_stick, make_stick
from provisioning.stick.taking import Box
from provisioning.stick.unattended import HASH, Machine, install_script, late_command, preseed
from sync.errors import ForOtherSite, NotFound
from sync.errors.sticks import StickContentRefused, StickFileDiffers, StickSignatureMissing
from sync.errors.updates import UpdateFileDiffers
from sync.headquarters.errors import NotAReleaseKey, SecondOfficerNeeded
from sync.headquarters.planning.install_sticks import root_of
from sync.headquarters.planning.updates import countersign_update, sign_update
from sync.headquarters.store.engine import Stamp
from sync.install_stick import FOLDER
from sync.wire.keys import SigningKey

SITE = "site-02"
CRYPTED = "$6$saltsalt$" + "a" * 86


@pytest.fixture
def deb(tmp_path: Path) -> Path:
    path = tmp_path / "examsite.deb"
    path.write_bytes(b"!<arch>\n" * 500)
    return path


@pytest.fixture
def wanted(desk: Desk, deb: Path, tmp_path: Path) -> Wanted:
    """What a stick for a new site is made of: the update is signed, the site invited."""
    first, second = release_keys(desk.hq)
    enrolling.ready(desk.hq)
    word = sign_update(desk.hq, BY, first, deb, version="1.2.0", reason="首次安装", days=90)
    countersign_update(desk.hq, BY, second, word, deb)
    bundle, answers, kits = (tmp_path / name for name in ("bundle.json", "mine.toml", "kits"))
    bundle.write_bytes(enrolling.text_of(enrolling.invited(desk.hq, SITE, BY)))
    answers.write_text('host_name = "exam-1"\nnames = true\naddress = "10.0.0.1"\n')
    kits.mkdir()
    (kits / "trust.ps1").write_text("kit")
    return Wanted(SITE, deb, bundle, answers, bundle, kits)


def typed(*words: str) -> Result:
    """`examsite-setup` as it is typed."""
    return CliRunner().invoke(main, [*words])


def test_two_officers_make_a_stick_that_a_new_machine_believes(
    desk: Desk, wanted: Wanted, tmp_path: Path
) -> None:
    first, second = release_keys(desk.hq)
    box, stick = Box(tmp_path / "box", tmp_path / "kept", BY.at), tmp_path / "stick"
    make_stick(desk.hq, BY, first, stick, wanted)
    with pytest.raises(StickSignatureMissing):
        box.look(stick, root_of(desk.hq))
    for again in (first, SigningKey.generate()):
        with pytest.raises((SecondOfficerNeeded, NotAReleaseKey)):
            countersign_stick(desk.hq, BY, again, stick)
    countersign_stick(desk.hq, BY, second, stick)
    with pytest.raises(SecondOfficerNeeded):
        countersign_stick(desk.hq, BY, second, stick)
    found = box.look(stick, root_of(desk.hq))
    assert (found.listed.site, found.update.version, found.bundle) == (SITE, "1.2.0", True)
    box.keep(stick, found)
    answers = read_answers(box.held / layout.ANSWERS)
    assert (answers.host_name, answers.names, answers.address) == ("exam-1", True, "10.0.0.1")
    assert answers.bundle == str(layout.HELD / layout.BUNDLE)
    assert answers.rooms == str(layout.HELD / layout.ROOMS)
    # A newer one takes its place.
    make_stick(desk.hq, Stamp(BY.who, BY.at + 1), first, stick, wanted._replace(kits=None))
    countersign_stick(desk.hq, BY, second, stick)
    assert box.look(stick, root_of(desk.hq)).kits == 0


def test_what_was_altered_between_the_two_officers_is_not_signed(
    desk: Desk, wanted: Wanted, tmp_path: Path
) -> None:
    first, second = release_keys(desk.hq)
    stick = tmp_path / "stick"
    make_stick(desk.hq, BY, first, stick, wanted)
    kit = stick / FOLDER / layout.KITS / "trust.ps1"
    kit.write_text("kiT")
    with pytest.raises(StickFileDiffers):
        countersign_stick(desk.hq, BY, second, stick)
    kit.write_text("kit")
    countersign_stick(desk.hq, BY, second, stick)


def test_other_software_another_site_s_bundle_and_strange_names_go_on_no_stick(
    desk: Desk, wanted: Wanted, tmp_path: Path
) -> None:
    key, stick = release_keys(desk.hq)[0], tmp_path / "stick"
    other = tmp_path / "other.deb"
    other.write_bytes(b"another")
    with pytest.raises(UpdateFileDiffers):
        make_stick(desk.hq, BY, key, stick, wanted._replace(package=other))
    with pytest.raises(ForOtherSite):
        make_stick(desk.hq, BY, key, stick, wanted._replace(site="site-03"))
    assert wanted.kits is not None
    strange = wanted.kits / "说明.txt"
    strange.write_text("x")
    with pytest.raises(StickContentRefused):
        make_stick(desk.hq, BY, key, stick, wanted)
    strange.unlink()
    (wanted.kits / "link").symlink_to("/etc/hostname")
    with pytest.raises(StickContentRefused):
        make_stick(desk.hq, BY, key, stick, wanted)
    assert list(stick.rglob("*.deb")) == []
    (wanted.kits / "link").unlink()
    make_stick(desk.hq, BY, key, stick, wanted)


def test_without_a_signed_update_there_is_no_stick(desk: Desk, deb: Path, tmp_path: Path) -> None:
    enrolling.ready(desk.hq)
    key = release_keys(desk.hq)[0]
    with pytest.raises(NotFound):
        make_stick(desk.hq, BY, key, tmp_path / "stick", Wanted(SITE, deb))


def test_packages_of_a_site_come_along(published_desk: Desk, tmp_path: Path) -> None:
    desk, deb = published_desk, tmp_path / "x.deb"
    deb.write_bytes(b"deb")
    first, second = release_keys(desk.hq)
    enrolling.ready(desk.hq)
    word = sign_update(desk.hq, BY, first, deb, version="1.2.0", reason="x", days=90)
    countersign_update(desk.hq, BY, second, word, deb)
    listed = make_stick(desk.hq, BY, first, tmp_path / "stick", Wanted("site-01", deb))
    packages = [one for one in listed.files if one.path.endswith(".package")]
    assert [one.path.split("/")[-1] for one in packages] == [f"{packages[0].digest}.package"]


def test_the_shell_makes_it(desk: Desk, wanted: Wanted, tmp_path: Path) -> None:
    keys = [str(desk.hq.folder / "keys" / f"release-{n}.key") for n in (1, 2)]
    shell, stick, login = Shell(tmp_path), str(tmp_path / "stick"), tmp_path / "login"
    login.write_text("plain secret\n")
    place = ("--headquarters", str(desk.hq.folder))
    make = ("stick", "make", stick, "--site", SITE, "--package", str(wanted.package), *place,
            "--key", keys[0], "--login", str(login), *shell.officer("li"))  # fmt: skip
    assert typed(*make).exit_code == LoginRefused.exit_status
    login.write_text(CRYPTED + "\n")
    assert typed(*make).exit_code == 0
    more = ("stick", "countersign", stick, *place, "--key", keys[1], *shell.officer("wang"))
    done = typed(*more)
    assert (done.exit_code, root_of(desk.hq) in done.output) == (0, True)
    text = (Path(stick) / FOLDER / layout.PRESEED).read_text()
    assert f"passwd/user-password-crypted password {CRYPTED}\n" in text


@pytest.mark.skipif(shutil.which("debconf-set-selections") is None, reason="no debconf here")
@pytest.mark.parametrize("machine", [Machine(), Machine(CRYPTED, erase=True)])
def test_debian_reads_the_answers(machine: Machine) -> None:
    def judged(text: str) -> tuple[int, str]:
        done = subprocess.run(
            ["debconf-set-selections", "--checkonly"], input=text, capture_output=True, text=True
        )
        return done.returncode, done.stderr

    text = preseed("exam-1", machine)
    assert judged(text) == (0, "")
    assert judged(text + "d-i passwd/username\n")[1] != ""


def disks(folder: Path, script: str, *names: str, removable: str = "") -> set[str]:
    """What the installer would be told with these disks."""
    for name in names:
        (folder / "block" / name).mkdir(parents=True)
        (folder / "block" / name / "removable").write_text("1" if name == removable else "0")
    (folder / "mounts").write_text("/dev/sdz1 /cdrom vfat ro 0 0\n")
    script = script.replace("/sys/block", str(folder / "block"))
    script = script.replace("/proc/mounts", str(folder / "mounts"))
    listed = " ".join(f"/dev/{name}" for name in names)
    tools = folder / "bin"
    tools.mkdir()
    for name, does in (("list-devices", f"echo {listed}"), ("debconf-set", 'echo "$1 $2"')):
        (tools / name).write_text(f"#!/bin/sh\n{does}\n")
        (tools / name).chmod(0o755)
    path = {"PATH": f"{tools}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=True, env=os.environ | path
    )
    return set(done.stdout.splitlines())


def command(text: str, name: str) -> str:
    """The script of a preseed line, its continuation lines joined."""
    joined = text.replace("\\\n", "")
    (line,) = (line for line in joined.splitlines() if line.startswith(f"d-i {name} string"))
    return line.partition("string")[2]


def test_a_disk_is_named_only_where_there_is_just_one(tmp_path: Path) -> None:
    script = command(preseed("exam-1", Machine()), "partman/early_command")
    one = disks(tmp_path / "a", script, "nvme0n1", "sdz", "sdb", removable="sdb")
    assert "partman-auto/disk /dev/nvme0n1" in one
    assert not [line for line in one if "confirm" in line]
    assert disks(tmp_path / "b", script, "sda", "sdb") == set()
    assert disks(tmp_path / "c", script, "sdz") == set()
    erasing = command(preseed("exam-1", Machine(erase=True)), "partman/early_command")
    assert "partman/confirm true" in disks(tmp_path / "d", erasing, "sda", "sdz")
    assert disks(tmp_path / "e", erasing, "sda", "sdb", "sdz") == set()


def test_no_plain_password_is_one() -> None:
    assert HASH.fullmatch("!")
    assert HASH.fullmatch(CRYPTED)
    for wrong in ("", "secret", "$6$short", "$1$" + "a" * 30, CRYPTED + "\nd-i x"):
        assert not HASH.fullmatch(wrong)


@pytest.mark.parametrize(
    "text", [install_script("0" * 64, "1" * 16), command(late_command(), "preseed/late_command")]
)
def test_the_scripts_are_shell(text: str) -> None:
    subprocess.run(["sh", "-n", "-c", text], check=True)
    assert subprocess.run(["sh", "-n", "-c", text + "\nfi"], stderr=subprocess.DEVNULL).returncode
