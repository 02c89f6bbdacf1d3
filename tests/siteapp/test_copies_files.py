"""Uploaded files lie sealed beside the copies, each once, and are adopted with them."""

import shutil
from pathlib import Path

import pytest
import world
from click.testing import CliRunner
from practical import Uploader
from room import browser
from together import wait_until

from siteapp.cli import main
from siteapp.site import Site
from siteapp.standby import copies
from siteapp.standby.copied_files import beside, copy_files, whole_files
from siteapp.standby.copies import Adopted

FILM = "直播片段".encode() * 40_000


def run(folder: Path, *words: str, given: str = "", exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, ["--data", str(folder), "--lang", "en", *words], given)
    assert done.exit_code == exit_code, done.output
    return done.output


def upload(site: Site, package: world.Package, data: bytes) -> None:
    page = Uploader(browser(site), package.plan.candidates[0])
    page.begin()
    assert page.send(page.announce(data)[1]["upload"], data)[0] == 200


@pytest.fixture
def with_film(practical_folder: Path, practical_package: world.Package, tmp_path: Path) -> Site:
    """A closed site that has an uploaded film, with a stick at tmp_path/stick."""
    (tmp_path / "stick").mkdir()
    site = Site(practical_folder)
    upload(site, practical_package, FILM)
    site.close()
    return site


def adopted(hq: world.Headquarters, secret: str, stick: Path, into: Path) -> Adopted:
    (copy,) = stick.glob("*.copy")
    key = copies.read_secret(secret)
    return copies.adopt(into, copy, key, hq.root.public.key_id, "stolen")


def test_a_copied_film_is_adopted_and_goes_on_to_headquarters(
    hq: world.Headquarters, with_film: Site, tmp_path: Path
) -> None:
    secret = copies.make_recovery(with_film.folder)
    stick, new = tmp_path / "stick", tmp_path / "new"
    run(with_film.folder, "backup", str(stick))
    sealed = list(beside(stick, with_film.identity.site).iterdir())
    assert len(sealed) == 1
    assert FILM[:1000] not in sealed[0].read_bytes()
    done = adopted(hq, secret, stick, new)
    assert (done.missing, done.damaged) == (0, 0)
    (there,), (here,) = whole_files(with_film.folder), whole_files(new)
    assert (here.name, here.read_bytes()) == (there.name, FILM)
    site = Site(new)
    (session,) = site.live.sessions.values()
    assert site.filer.tally(session)["files"] == 1
    assert len(site.files._known) == 1
    site.close()


def test_a_file_is_sealed_once_and_only_until_the_next_copy_is_due(
    with_film: Site, tmp_path: Path
) -> None:
    copies.make_recovery(with_film.folder)
    stick, key = tmp_path / "stick", copies.recovery_key(with_film.folder)
    assert copy_files(with_film.identity, stick, key, lambda: True) == 1
    assert list(stick.iterdir()) == []
    assert copy_files(with_film.identity, stick, key) == 0
    (sealed,) = beside(stick, with_film.identity.site).iterdir()
    before = sealed.stat().st_ino
    assert copy_files(with_film.identity, stick, key, lambda: True) == 0
    assert sealed.stat().st_ino == before


@pytest.mark.parametrize("fault", ["altered", "cut", "renamed", "gone"])
def test_a_damaged_or_lost_file_is_counted_and_keeps_nobody_from_adopting(
    hq: world.Headquarters, with_film: Site, tmp_path: Path, fault: str
) -> None:
    secret, stick = copies.make_recovery(with_film.folder), tmp_path / "stick"
    run(with_film.folder, "backup", str(stick))
    (sealed,) = beside(stick, with_film.identity.site).iterdir()
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= fault == "altered"
    sealed.write_bytes(content[: len(content) - (fault == "cut")])
    if fault == "renamed":
        sealed.rename(sealed.with_name(f"{'0' * 32}.{'0' * 64}.sealed"))
    if fault == "gone":
        sealed.unlink()
    done = adopted(hq, secret, stick, tmp_path / "new")
    assert (done.missing, done.damaged) == (1, int(fault != "gone"))
    assert whole_files(tmp_path / "new") == []


def test_the_commands_say_what_is_missing_and_use_the_folder_of_the_settings(
    hq: world.Headquarters, with_film: Site, tmp_path: Path
) -> None:
    folder, stick = with_film.folder, tmp_path / "stick"
    secret = run(folder, "recovery", "make").partition("(write it down): ")[2]
    assert "backup_folder is not set" in CliRunner().invoke(
        main, ["--data", str(folder), "--lang", "en", "backup"]
    ).output  # fmt: skip
    (folder / "settings.toml").write_text(f'backup_folder = "{stick}"')
    run(folder, "backup")
    (copy,) = stick.glob("*.copy")
    words = ("adopt", str(copy), "--root", hq.root.public.key_id, "--reason", "stolen")
    assert "missing" not in run(tmp_path / "new", *words, given=secret)
    shutil.rmtree(beside(stick, with_film.identity.site))
    said = run(tmp_path / "other", *words, given=secret)
    assert "1 uploaded files are missing" in said


def test_the_wall_says_how_many_files_the_copy_lacks(
    with_film: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies.make_recovery(with_film.folder)
    (with_film.folder / "settings.toml").write_text(f'backup_folder = "{tmp_path / "stick"}"')
    monkeypatch.setattr(copies, "until_after", lambda _: lambda: True)
    site = Site(with_film.folder)
    site.copier.start()
    wait_until(lambda: (site.copier.told() or {})["lacks_files"] == 1)
    site.close()
    monkeypatch.undo()
    site = Site(with_film.folder)
    site.copier.start()
    wait_until(lambda: (site.copier.told() or {})["last_ms"] is not None)
    place = beside(tmp_path / "stick", site.identity.site)
    wait_until(lambda: place.exists() and len(list(place.glob("*.sealed"))) == 1)
    site.close()
