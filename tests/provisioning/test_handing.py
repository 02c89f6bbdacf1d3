"""Root writes where the site may lay links, and is led to no file of anybody else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import world
from boxed import GOOD, box, laid_out
from trusting import NOW, made, places

from provisioning.handing import give_back, hand, strays
from provisioning.privileged import Machine, Releases
from provisioning.setup.answers import Answers
from provisioning.setup.around import Around
from provisioning.setup.errors import StepFailed
from provisioning.setup.steps import Rooms, setting
from provisioning.trust import keeping

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
DATA, SITE = "var/lib/examsite", 4321
SECRET = b"root:$y$secret\n"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A file that only root may read, outside of the site's folder."""
    path = tmp_path / "outside" / "shadow"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(SECRET)
    path.chmod(0o600)
    return path


def untouched(path: Path) -> bool:
    """As `other` made it, and its folder too."""
    modes = (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777)
    alone = [one.name for one in path.parent.iterdir()] == [path.name]
    return (path.read_bytes(), modes, path.stat().st_uid, alone) == (
        SECRET,
        (0o600, 0o700),
        os.geteuid(),
        True,
    )


def test_settings_that_are_a_link_hand_no_secret_to_the_site(tmp_path: Path, other: Path) -> None:
    machine = Machine(laid_out(tmp_path))
    settings = tmp_path / DATA / "settings.toml"
    settings.symlink_to(other)
    with pytest.raises(StepFailed):
        setting(machine, "front", "x")
    assert settings.is_symlink()
    assert untouched(other)
    settings.unlink()
    settings.write_text('front = "y"\nroom_host = "exam.test"\n')
    setting(machine, "front", "x")
    assert settings.read_text() == 'room_host = "exam.test"\nfront = "x"\n'
    assert settings.stat().st_mode & 0o777 == 0o640


def test_a_link_in_the_place_of_the_room_plan_is_not_written_through(
    tmp_path: Path, other: Path, hq: world.Headquarters, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, seen = tmp_path / "plan.xlsx", []
    plan.write_bytes(b"plan")
    around = box(tmp_path, Answers(rooms=str(plan)))
    hq.enrol(tmp_path / DATA)
    there = tmp_path / "run/examsite/rooms.xlsx"
    there.parent.mkdir(parents=True)
    there.symlink_to(other)
    monkeypatch.setattr(
        Machine, "as_site", lambda _, command: seen.append(Path(command[-1]).read_bytes())
    )
    Rooms().do(around)
    assert seen == [b"plan"]
    assert untouched(other)


@pytest.mark.parametrize("lay", ["folder", "file"])
def test_a_link_in_the_place_of_the_kit_opens_nothing_to_others(
    tmp_path: Path, other: Path, lay: str
) -> None:
    at = places(tmp_path)
    made(at)
    folder = at.data / "trust"
    if lay == "folder":
        folder.rename(at.data / "away")
        folder.symlink_to(other.parent)
    else:
        (folder / "more").symlink_to(other)
    keeping.publish(at, NOW)
    assert untouched(other)
    assert not folder.is_symlink()
    kinds = {name: (folder / name).stat().st_mode & 0o777 for name in ("ca.crt", "kit.zip")}
    assert kinds == {"ca.crt": 0o644, "kit.zip": 0o644}


@as_root
def test_the_new_file_is_the_sites_and_what_a_link_names_is_not(
    tmp_path: Path, other: Path
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    os.chown(folder, SITE, SITE)
    (folder / "one").symlink_to(other)
    hand(folder / "one", b"1", 0o640)
    about = (folder / "one").lstat()
    assert (about.st_uid, about.st_gid, about.st_mode & 0o777) == (SITE, SITE, 0o640)
    assert untouched(other)


@as_root
@pytest.mark.parametrize("swapped", [True, False])
def test_a_folder_swapped_for_a_link_while_root_gives_back_leads_nowhere(
    tmp_path: Path, other: Path, monkeypatch: pytest.MonkeyPatch, swapped: bool
) -> None:
    site = tmp_path / DATA
    spool = laid_out(tmp_path) and site / "spool"
    spool.mkdir()
    (spool / other.name).write_bytes(b"stray")
    for path in (site, spool):
        os.chown(path, SITE, SITE)
    assert strays(site) == [spool / other.name]
    real: Callable[..., None] = os.chown

    def swaps(path: str | Path, *owner: int, **how: object) -> None:
        if swapped and not spool.is_symlink():
            spool.rename(site / "away")
            spool.symlink_to(other.parent)
        real(path, *owner, **how)

    monkeypatch.setattr(os, "chown", swaps)
    give_back(site)
    at = site / "away" if swapped else spool
    assert (at / other.name).stat().st_uid == SITE
    assert untouched(other)


def test_what_vanishes_while_root_looks_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Around(Machine(laid_out(tmp_path)), Answers(), GOOD).machine
    gone = machine.at(DATA) / "site.db-wal"
    gone.write_bytes(b"")
    real = os.stat

    def looks(path: str | Path, **how: object) -> os.stat_result:
        gone.unlink(missing_ok=True)
        return real(path, **how)

    monkeypatch.setattr(os, "stat", looks)
    assert strays(machine.at(DATA)) == []


@pytest.mark.parametrize("name", ["lock", "running.json"])
def test_a_pipe_in_the_place_of_a_file_keeps_no_upgrade_waiting(tmp_path: Path, name: str) -> None:
    machine = Machine(laid_out(tmp_path))
    Releases(machine).check()
    os.mkfifo(machine.at(DATA) / name)
    with pytest.raises(StepFailed, match=name):
        Releases(machine).check()
