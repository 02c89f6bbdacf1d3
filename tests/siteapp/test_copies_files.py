"""A sealed copy has no uploaded files: whoever makes or adopts one is told how many."""

from pathlib import Path

import world
from click.testing import CliRunner
from practical import Uploader
from room import browser
from together import wait_until

from siteapp.cli import main
from siteapp.site import Site
from siteapp.standby import copies


def run(folder: Path, *words: str, given: str = "") -> str:
    done = CliRunner().invoke(main, ["--data", str(folder), "--lang", "en", *words], given)
    assert done.exit_code == 0, done.output
    return done.output


def upload(site: Site, package: world.Package, data: bytes) -> None:
    page = Uploader(browser(site), package.plan.candidates[0])
    page.begin()
    assert page.send(page.announce(data)[1]["upload"], data)[0] == 200


def test_the_commands_say_how_many_files_a_copy_lacks(
    hq: world.Headquarters, practical_folder: Path, practical_package: world.Package, tmp_path: Path
) -> None:
    secret = run(practical_folder, "recovery", "make").partition("(write it down): ")[2]
    out = tmp_path / "stick"
    out.mkdir()
    assert "uploaded" not in run(practical_folder, "backup", str(out))
    words = ("--root", hq.root.public.key_id, "--reason", "stolen")
    (early,) = out.glob("*.copy")
    assert "uploaded" not in run(tmp_path / "early", "adopt", str(early), *words, given=secret)
    early.unlink()
    site = Site(practical_folder)
    upload(site, practical_package, b"a film")
    site.close()
    assert "1 uploaded files are not in the copy" in run(practical_folder, "backup", str(out))
    (copy,) = out.glob("*.copy")
    said = run(tmp_path / "new", "adopt", str(copy), *words, given=secret)
    assert "1 uploaded files are missing" in said


def test_the_wall_says_how_many_files_the_copy_lacks(
    practical_folder: Path, practical_package: world.Package, tmp_path: Path
) -> None:
    copies.make_recovery(practical_folder)
    (practical_folder / "settings.toml").write_text(f'backup_folder = "{tmp_path}"')
    site = Site(practical_folder)
    upload(site, practical_package, b"a film")
    site.copier.start()
    wait_until(lambda: (site.copier.told() or {})["lacks_files"] == 1)
    site.close()
