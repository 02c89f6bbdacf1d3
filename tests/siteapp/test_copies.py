"""No spare: any machine adopts the newest sealed copy, and the browsers refill it."""

from pathlib import Path

import pytest
import world
from click.testing import CliRunner
from room import Page, browser, journal
from together import put, wait_until

from siteapp.cli import main
from siteapp.errors import RecoveryRefused
from siteapp.site import Site
from siteapp.standby import copies
from sync.errors import AlreadyThere, CannotOpen, DocumentAltered, NotReady
from sync.wire.keys import OpeningKey, load_key


@pytest.fixture
def secret(open_site: Site) -> str:
    """What stands on the paper."""
    return copies.make_recovery(open_site.folder)


@pytest.fixture
def root(hq: world.Headquarters) -> str:
    """The fingerprint that headquarters told."""
    return hq.root.public.key_id


def test_an_old_copy_is_adopted_and_refilled_by_the_page_without_signing_in(
    open_site: Site, open_package: world.Package, secret: str, root: str, tmp_path: Path
) -> None:
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.begin()
    before = [page.save(n, option=1)[0] for n in range(5)]
    path = copies.write_copy(open_site.identity, tmp_path)
    after = [page.save(n, option=2)[0] for n in range(3, 8)]
    assert before + after == [200] * 10
    copies.adopt(tmp_path / "new", path, copies.read_secret(secret), root, "stolen")
    adopted = Site(tmp_path / "new")
    page.client = browser(adopted)
    state = page.call("GET", "state")[1]
    # What the page does: all above the watermark again, under the old numbers.
    watermark = state["watermark"][page.instance]
    assert watermark == len(journal(adopted, "response")) == 5
    for sequence in range(watermark + 1, 11):
        assert page.save(sequence - 3, option=2, sequence=sequence)[0] == 200
    sent = {(e["item"], *e["response"]) for e in journal(open_site, "response")}
    assert {(e["item"], *e["response"]) for e in journal(adopted, "response")} == sent
    assert adopted.standby.term == adopted.packer._server_term == 2
    adopted.close()


def test_the_stick_alone_opens_nothing(
    open_site: Site, secret: str, root: str, tmp_path: Path
) -> None:
    path = copies.write_copy(open_site.identity, tmp_path)
    content = path.read_bytes()
    for told in (b"am-1121\x00", "王小明".encode(), open_site.identity.candidate_secret):
        assert told not in content
    with pytest.raises(CannotOpen):
        copies.adopt(tmp_path / "new", path, OpeningKey.generate(), root, "x")
    assert not (tmp_path / "new").exists()


def test_a_copy_that_was_altered_or_is_of_another_root_is_refused(
    open_site: Site, secret: str, root: str, tmp_path: Path
) -> None:
    path = copies.write_copy(open_site.identity, tmp_path)
    key = copies.read_secret(secret)
    with pytest.raises(CannotOpen):
        copies.adopt(tmp_path / "new", path, key, "0" * 16, "x")
    spoilt = bytearray(path.read_bytes())
    spoilt[-1] ^= 1
    path.write_bytes(spoilt)
    with pytest.raises(DocumentAltered):
        copies.adopt(tmp_path / "new", path, key, root, "x")
    assert not (tmp_path / "new").exists()


def test_the_secret_is_read_as_people_write_and_a_wrong_letter_is_noticed(
    open_site: Site, secret: str
) -> None:
    key = copies.read_secret(f"  {secret.lower().replace('-', ' ')}\n")
    assert key.public.to_bytes() == load_key(open_site.folder / "recovery.pub", 1216)
    other = ("A" if secret[5] != "A" else "B").join((secret[:5], secret[6:]))
    for wrong in ("", "abc", other, secret[:-1]):
        with pytest.raises(RecoveryRefused):
            copies.read_secret(wrong)
    with pytest.raises(AlreadyThere):
        copies.make_recovery(open_site.folder)


def test_without_a_recovery_key_there_is_no_copy(open_site: Site, tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        copies.write_copy(open_site.identity, tmp_path)


def test_copies_are_written_while_the_site_serves_and_five_are_kept(
    open_folder: Path, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    (open_folder / "settings.toml").write_text(f'backup_folder = "{stick}"\nbackup_seconds = 1')
    copies.make_recovery(open_folder)
    site = Site(open_folder)
    site.start()
    wait_until(lambda: (site.copier.told() or {}).get("problem") != "")
    put(site, "goes on without its stick")
    stick.mkdir()
    wait_until(lambda: len(list(stick.glob("*.copy"))) >= 1)
    wait_until(lambda: (site.copier.told() or {})["problem"] == "")
    site.close()
    for _ in range(7):
        newest = copies.write_copy(site.identity, stick)
    found = sorted(stick.iterdir())
    assert len(found) == copies.KEPT
    assert newest in found


def test_the_commands_do_it(open_folder: Path, root: str, tmp_path: Path) -> None:
    def run(folder: Path, *words: str, given: str = "") -> str:
        done = CliRunner().invoke(main, ["--data", str(folder), "--lang", "en", *words], given)
        assert done.exit_code == 0, done.output
        return done.output

    secret = run(open_folder, "recovery", "make").partition("(write it down): ")[2]
    run(open_folder, "backup", str(tmp_path))
    (copy,) = tmp_path.glob("*.copy")
    words = ("adopt", str(copy), "--root", root, "--reason", "stolen")
    assert "server term 2" in run(tmp_path / "new", *words, given=secret)
    site = Site(tmp_path / "new")
    assert journal(site, "promote")[0]["reason"] == "stolen"
    site.close()
