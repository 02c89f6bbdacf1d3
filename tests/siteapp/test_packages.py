"""What a site says to a package that is not right; every refusal leaves the site as it was."""

import json
import shutil
import socket
from pathlib import Path

import pytest
import world
from click.testing import CliRunner, Result

from siteapp.cli import main
from siteapp.identity import accept_certificate, load_identity, make_keys
from siteapp.site import Site
from siteapp.store.database import check_sqlite
from siteapp.store.live import Live
from sync.errors import ForeignDataFolder, SqliteTooOld
from sync.wire.unlock import UnlockCode


@pytest.fixture
def sealed(hq: world.Headquarters, site_folder: Path, tmp_path: Path) -> world.Package:
    """A package for the site in `site_folder`."""
    return world.make_package(hq, load_identity(site_folder).certificate, tmp_path)


def examsite(folder: Path, *args: str, typed: str = "", lang: str = "en") -> Result:
    return CliRunner().invoke(main, ["--data", str(folder), "--lang", lang, *args], input=typed)


def sessions(folder: Path) -> list:
    return json.loads(examsite(folder, "package", "list", "--json").stdout)


def test_a_package_is_imported_and_its_sittings_are_there(site_folder, sealed):
    done = examsite(site_folder, "package", "import", str(sealed.path))
    assert (done.exit_code, sessions(site_folder)[0]["candidates"]) == (0, 5)


@pytest.mark.parametrize("keep", [0, 5, 200, 0.5, -1])
def test_a_package_cut_short_is_refused_and_nothing_is_kept(site_folder, sealed, keep):
    whole = sealed.path.read_bytes()
    size = int(len(whole) * keep) if isinstance(keep, float) else keep
    sealed.path.write_bytes(whole[:size])
    done = examsite(site_folder, "package", "import", str(sealed.path))
    assert done.exit_code == 4
    assert "document-truncated" in done.stderr
    assert "copy it again" in done.stderr
    assert sessions(site_folder) == []
    assert not list((site_folder / "packages").iterdir())


@pytest.mark.parametrize("place", [0.3, 0.6, 0.999])
def test_one_flipped_bit_is_refused(site_folder, sealed, place):
    content = bytearray(sealed.path.read_bytes())
    content[int(len(content) * place)] ^= 1
    sealed.path.write_bytes(content)
    done = examsite(site_folder, "package", "import", str(sealed.path))
    assert done.exit_code == 4
    assert "altered" in done.stderr or "signature-refused" in done.stderr
    assert sessions(site_folder) == []


def test_a_package_for_another_site_says_whose_it_is(hq, site_folder, tmp_path):
    (tmp_path / "other").mkdir()
    other = hq.enrol(tmp_path / "other", "site-02")
    package = world.make_package(hq, other, tmp_path)
    done = examsite(site_folder, "package", "import", str(package.path), lang="zh")
    assert done.exit_code == 4
    assert "该文件属于考点 site-02，本考点为 site-01" in done.stderr


def test_a_package_signed_by_another_headquarters_is_refused(site_folder, tmp_path):
    certificate = load_identity(site_folder).certificate
    forged = world.make_package(world.Headquarters(), certificate, tmp_path)
    done = examsite(site_folder, "package", "import", str(forged.path))
    assert (done.exit_code, "signature-refused" in done.stderr) == (4, True)


def test_the_same_session_imported_twice_changes_nothing(site_folder, sealed):
    examsite(site_folder, "package", "import", str(sealed.path))
    before = sessions(site_folder)
    done = examsite(site_folder, "package", "import", str(sealed.path))
    assert (done.exit_code, "already-there" in done.stderr) == (7, True)
    assert sessions(site_folder) == before


def test_a_file_that_is_no_package_is_named_so(site_folder, tmp_path):
    path = tmp_path / "roster.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(500))
    done = examsite(site_folder, "package", "import", str(path))
    assert (done.exit_code, "not-a-document" in done.stderr) == (4, True)


def test_a_disk_without_room_refuses_the_package(site_folder, sealed):
    free_mib = shutil.disk_usage(site_folder).free // 2**20
    (site_folder / "settings.toml").write_text(f"reserve_mib = {free_mib + 1000}")
    done = examsite(site_folder, "package", "import", str(sealed.path))
    assert (done.exit_code, "disk-too-full" in done.stderr) == (3, True)
    (site_folder / "settings.toml").unlink()
    assert sessions(site_folder) == []


def unlock(folder: Path, *codes: str) -> Result:
    return examsite(folder, "unlock", "am-1121", typed="\n".join(codes) + "\n")


@pytest.fixture
def imported(site_folder, sealed) -> world.Package:
    examsite(site_folder, "package", "import", str(sealed.path))
    return sealed


def spoken(package: world.Package) -> tuple[str, str]:
    return package.codes[0].spoken, package.codes[1].spoken


def test_the_two_codes_unlock_without_any_line(site_folder, imported):
    one, two = spoken(imported)
    assert unlock(site_folder, one.lower().replace("-", " "), two).exit_code == 0
    assert sessions(site_folder)[0]["unlocked"] is True


def test_a_misheard_group_is_named(site_folder, imported):
    one, two = spoken(imported)
    groups = one.split("-")
    groups[2] = ("A" if groups[2][0] != "A" else "B") + groups[2][1:]
    done = unlock(site_folder, "-".join(groups), two)
    assert done.exit_code == 5
    assert "Unlock code 1: group 3 was misheard" in done.stderr


def test_well_formed_codes_of_another_package_are_told_apart_from_misheard_ones(
    site_folder, imported
):
    done = unlock(site_folder, *(UnlockCode.generate(n).spoken for n in (1, 2)))
    assert (done.exit_code, "wrong-unlock-code" in done.stderr) == (5, True)
    assert sessions(site_folder)[0]["unlocked"] is False


def test_codes_given_in_the_wrong_order_are_named(site_folder, imported):
    one, two = spoken(imported)
    done = unlock(site_folder, two, one)
    assert (done.exit_code, "other-officials-code" in done.stderr) == (5, True)


def test_a_package_damaged_on_the_disk_after_import_is_not_called_a_wrong_code(
    site_folder, imported
):
    (kept,) = (site_folder / "packages").iterdir()
    content = bytearray(kept.read_bytes())
    content[-20] ^= 1
    kept.write_bytes(content)
    done = unlock(site_folder, *spoken(imported))
    assert (done.exit_code, "document-altered" in done.stderr) == (4, True)


@pytest.mark.parametrize("again", [True, False], ids=["imported again", "control: left as it is"])
def test_a_package_damaged_on_the_disk_is_healed_by_importing_it_again(
    site_folder, imported, again
):
    (kept,) = (site_folder / "packages").iterdir()
    content = bytearray(kept.read_bytes())
    content[-20] ^= 1
    kept.write_bytes(content)
    if again:
        done = examsite(site_folder, "package", "import", str(imported.path))
        assert (done.exit_code, "already-there" in done.stderr) == (7, True)
    assert unlock(site_folder, *spoken(imported)).exit_code == (0 if again else 4)


@pytest.mark.parametrize("torn", [False, True])
def test_an_import_that_a_crash_ended_before_its_record_is_done_by_doing_it_again(
    site_folder, sealed, monkeypatch, torn
):
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut_short:
        cut_short.setattr(Live, "add_session", crash)
        examsite(site_folder, "package", "import", str(sealed.path))
    (kept,) = (site_folder / "packages").iterdir()
    assert sessions(site_folder) == []
    if torn:
        kept.write_bytes(kept.read_bytes()[:-1])
    assert examsite(site_folder, "package", "import", str(sealed.path)).exit_code == 0
    assert unlock(site_folder, *spoken(sealed)).exit_code == 0


def test_after_a_restart_the_papers_are_open_without_a_call(site_folder, imported):
    unlock(site_folder, *spoken(imported))
    site = Site(site_folder)
    try:
        session = site.live.session("am-1121")
        assert sum(site.shelf.items_by_form(session).values()) == 130
    finally:
        site.close()


def test_a_second_process_on_the_folder_is_refused(site_folder):
    site = Site(site_folder)
    try:
        done = examsite(site_folder, "package", "list")
        assert (done.exit_code, "data-folder-busy" in done.stderr) == (3, True)
    finally:
        site.close()


def test_a_data_folder_of_another_site_is_refused(hq, site_folder, tmp_path):
    Site(site_folder).close()
    other = tmp_path / "other"
    other.mkdir()
    hq.enrol(other, "site-02")
    (other / "site.db").write_bytes((site_folder / "site.db").read_bytes())
    done = examsite(other, "package", "list")
    assert (done.exit_code, "foreign-data-folder" in done.stderr) == (3, True)
    assert "site-01" in done.stderr


def test_a_certificate_for_other_keys_is_refused(hq, site_folder, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    make_keys(mine)
    theirs = (site_folder / "certificate.json").read_bytes()
    with pytest.raises(ForeignDataFolder):
        accept_certificate(mine, theirs, hq.root.public.key_id)
    assert not (mine / "certificate.json").exists()


def test_a_folder_that_was_never_set_up_says_what_to_run(tmp_path):
    done = examsite(tmp_path, "package", "list")
    assert (done.exit_code, "examsite-setup" in done.stderr) == (3, True)


def test_a_port_in_use_ends_with_a_hint(site_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = examsite(site_folder, "serve", "--port", str(port))
    assert (done.exit_code, f"Port {port} is already in use" in done.stderr) == (3, True)


def test_settings_that_do_not_exist_are_named(site_folder):
    (site_folder / "settings.toml").write_text('prot = 1\nport = "x"\nthreads = 0')
    done = examsite(site_folder, "package", "list")
    assert done.exit_code == 6
    assert all(name in done.stderr for name in ("prot", "port", "threads"))


def test_an_old_sqlite_is_refused():
    with pytest.raises(SqliteTooOld):
        check_sqlite((3, 40, 1))
    check_sqlite()


def test_a_courier_without_a_line_says_so_and_ends_with_its_status(site_folder):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        (site_folder / "settings.toml").write_text(f'headquarters = "http://127.0.0.1:{port}"')
        done = examsite(site_folder, "courier", "--once")
    assert (done.exit_code, "headquarters-unreachable" in done.stderr) == (8, True)
    assert "0 packages fetched" in done.stdout
    (site_folder / "settings.toml").unlink()
    assert examsite(site_folder, "courier", "--once").exit_code == 7
