"""The site's keys sealed to the machine, really booted: they open here and nowhere else.

Run by `make test-install`. The container has no TPM: systemd seals to the key of the system.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from installed import BOOTED, DATA, PACKAGE, Installed
from nspawned import booted, cabled

pytestmark = BOOTED
HERE = "/var/lib/systemd/credential.secret"
NAMES = ("candidate.secret", "seal.seed", "sign.key")


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, opened: tuple[Path, world.Package]
) -> Iterator[Installed]:
    """A site with plain keys, applied, off the cable again."""
    folder = tmp_path_factory.mktemp("sealed")
    with booted(folder / "machine") as container:
        with cabled(container) as room:
            site = Installed(container, room, folder)
            site.prepare()
            site.install(Path(PACKAGE))
            site.enrol(opened[0])
            site.apply()
            site.wait_served()
            site.answers("seal_keys = true")
            site.apply()
            site.wait_served()
            site.apply()
        yield site


def plain(made: Installed) -> list[str]:
    """Key files that lie open on the disk."""
    found = made.container.run("find", "/var/lib", "-xdev", "-name", "*.key", "-o", "-name", "*.s*")
    return [
        path
        for path in found.split()
        if Path(path).name in NAMES and not path.startswith("/var/lib/examsite-keys/")
    ]


def sealed(made: Installed) -> str:
    """One of them as it lies on the disk."""
    return made.container.run("cat", "/var/lib/examsite-keys/sign.key")


def test_they_lie_sealed_and_all_programs_find_them(made: Installed) -> None:
    assert plain(made) == []
    assert made.container.run("readlink", f"{DATA}/keys") == "/run/examsite-keys"
    assert (
        made.container.run("stat", "-c", "%a %U", "/run/examsite-keys/sign.key") == "400 examsite"
    )
    made.as_site("examsite --lang en recovery make")
    made.container.run("systemctl", "start", "examsite-backup")
    made.container.run("systemctl", "start", "examsite-check")
    assert made.container.run("sh", "-c", "ls /var/backups/examsite").endswith(".copy")


def test_no_user_can_make_another_key_that_the_next_boot_would_lose(made: Installed) -> None:
    assert "denied" in made.as_site("touch /run/examsite-keys/new.key 2>&1 || true")


def test_after_a_power_cut_it_serves_without_a_person(made: Installed) -> None:
    before = sealed(made)
    made.container.cut()
    made.container.boot()
    for unit in ("examsite-web", "examsite-courier", "examsite-keys"):
        assert made.container.run("systemctl", "is-active", unit) == "active"
    assert sealed(made) == before
    assert plain(made) == []


def test_on_another_machine_they_do_not_open_and_the_doctor_says_so(made: Installed) -> None:
    """The control: without this system's key the same disk gives nothing."""
    machine = made.container
    machine.run("systemctl", "stop", "examsite-web", "examsite-courier", "examsite-keys")
    machine.run("mv", HERE, f"{HERE}.away")
    assert not machine.succeeds("systemctl", "start", "examsite-keys")
    said = machine.run("examsite-setup", "--lang", "en", "doctor", check=False)
    assert "keys are not sealed as they should be, or do not open" in said
    machine.run("mv", f"{HERE}.away", HERE)
    machine.run("systemctl", "start", "examsite-keys", "examsite-web", "examsite-courier")
    said = machine.run("examsite-setup", "--lang", "en", "doctor", check=False)
    assert "do not open" not in said


def test_taken_back_they_are_plain_files_of_the_site_again(made: Installed) -> None:
    made.answers()
    with cabled(made.container):
        said = made.apply()
    assert "keys" in said
    assert sorted(Path(path).name for path in plain(made)) == sorted(NAMES)
    assert made.container.run("stat", "-c", "%a %U", f"{DATA}/keys/sign.key") == "600 examsite"
    assert made.container.run("ls", "/var/lib/examsite-keys") == ""
    made.as_site("examsite backup /var/backups/examsite")


def test_purging_leaves_sealed_keys_with_the_results(made: Installed) -> None:
    made.answers("seal_keys = true")
    with cabled(made.container):
        made.apply()
    made.close_sittings()
    made.container.run("dpkg", "--purge", "examsite")
    assert sealed(made)
    assert made.container.succeeds("test", "-f", f"{DATA}/site.db")
