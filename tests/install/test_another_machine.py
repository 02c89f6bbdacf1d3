"""The server is lost; another machine becomes the site from its copy, and the sitting goes on.

Run by `make test-install`. The machine is hostile first: a port taken, then a disk that is full.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from installed import BOOTED, DATA, PACKAGE, Installed, repacked
from nspawned import booted, cabled

from siteapp.standby.copies import make_recovery

pytestmark = BOOTED
TAKES = ("systemd-run", "-q", "--unit=other-server", "python3", "-m", "http.server", "443")
COPIES = "/var/backups/examsite"


class Lost:
    """What is left of the first machine: a copy on a stick, and a secret on paper."""

    def __init__(self, copy: Path, secret: str, root: str, package: world.Package) -> None:
        self.copy, self.secret, self.root, self.package = copy, secret, root, package
        self.seat = package.plan.candidates[0].seat


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("another")


@pytest.fixture(scope="module")
def lost(folder: Path, opened: tuple[Path, world.Package]) -> Lost:
    """A site in the middle of a sitting; a copy is taken, then it is gone."""
    data, package = opened
    (folder / "first").mkdir()
    with booted(folder / "first" / "machine") as container, cabled(container) as room:
        made = Installed(container, room, folder / "first")
        made.prepare()
        made.install(Path(PACKAGE))
        made.enrol(data)
        made.apply()
        made.wait_served()
        made.sit(package, package.plan.candidates[0].seat, answer=[1, 2], expect=2)
        secret = made.as_site("examsite --lang en recovery make").split()[-1]
        # As its timer does, in the sandbox of its unit, while the site serves.
        container.run("systemctl", "start", "examsite-backup")
        (name,) = container.run("sh", "-c", f"ls {COPIES}/*.copy").split()
        copy = folder / Path(name).name
        container.get(name, copy)
        root = container.run("cat", f"{DATA}/root.txt")
        container.cut()
    return Lost(copy, secret, root, package)


@pytest.fixture(scope="module")
def second(folder: Path, lost: Lost) -> Iterator[Installed]:
    """Another bare machine, with the package on it."""
    assert lost.copy.stat().st_size > 0
    (folder / "second").mkdir()
    with booted(folder / "second" / "machine") as container, cabled(container) as room:
        made = Installed(container, room, folder / "second")
        made.prepare()
        made.install(Path(PACKAGE))
        yield made


def adopt(made: Installed, lost: Lost, secret: str) -> str:
    """As the page for administrators says."""
    made.container.put(lost.copy, f"/srv/{lost.copy.name}")
    words = f"adopt /srv/{lost.copy.name} --root {lost.root} --reason power"
    return made.as_site(f"echo {secret} | examsite --lang en {words} 2>&1 || true")


def test_another_secret_opens_nothing_and_the_right_one_all(
    second: Installed, lost: Lost, tmp_path: Path
) -> None:
    refused = adopt(second, lost, make_recovery(tmp_path))
    assert "cannot-open" in refused
    assert "took over" not in refused
    assert not second.container.succeeds("test", "-e", f"{DATA}/site.db")
    assert "took over" in adopt(second, lost, lost.secret)


def test_with_a_port_taken_nothing_is_done_and_it_is_named(second: Installed) -> None:
    second.container.run(*TAKES)
    second.container.run("sh", "-c", "until ss -ltn | grep -q :443; do sleep 0.1; done")
    said = second.container.run(
        "examsite-setup", "--lang", "en", "apply", "--answers", "/root/answers.toml", check=False
    )
    assert "443" in said
    assert "other-server" in said
    assert not second.container.succeeds("test", "-e", "/etc/examsite/front.pem")
    # The control: with the port free the same command goes through.
    second.container.run("systemctl", "stop", "other-server")
    second.apply()
    second.wait_served()


def test_the_sitting_goes_on_there_with_every_answer(second: Installed, lost: Lost) -> None:
    told = second.sit(lost.package, lost.seat, again=True, answer=[3], expect=3)
    assert told == {"secure": True}
    assert second.container.run("examsite-setup", "verify", "--json") == '{"differs": []}'


def test_an_upgrade_on_a_full_disk_changes_nothing_and_goes_through_with_room(
    second: Installed, folder: Path
) -> None:
    second.close_sittings()
    second.wait_served()
    newer = repacked(Path(PACKAGE), "0.1.1", folder)
    second.small_disk("/var", 600)
    second.fill("/var")
    said, _ = second.install(newer, check=False)
    assert "No space left" in said
    assert second.current() == "0.1.0"
    assert second.asks() == 200
    # The control: with the room back the same package takes the place.
    second.container.run("rm", "/var/filler")
    second.install(newer)
    assert second.current() == "0.1.1"
    second.wait_served()


def test_an_upgrade_that_cannot_note_what_it_does_does_nothing(
    second: Installed, folder: Path
) -> None:
    second.small_disk("/var/lib/examsite-setup", 1)
    second.fill("/var/lib/examsite-setup")
    newest = repacked(Path(PACKAGE), "0.1.2", folder)
    second.install(newest, check=False)
    assert second.current() == "0.1.1"
    assert second.asks() == 200
    second.container.run("rm", "/var/lib/examsite-setup/filler")
    second.install(newest)
    assert second.current() == "0.1.2"
    second.wait_served()
