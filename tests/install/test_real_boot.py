"""A bare Debian machine becomes a site, really: booted by systemd, with no network but the room's.

Run by `make test-install`, which builds the package first; needs root and debootstrap.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from installed import BOOTED, PACKAGE, Installed, repacked
from nspawned import booted, cabled

pytestmark = BOOTED
RELEASE = "/usr/lib/examsite/current"
# Longer than the watchdog of the test, and than systemd takes to start the service again.
A_WHILE_S = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("install")


@pytest.fixture(scope="module")
def site(
    folder: Path, opened: tuple[Path, world.Package]
) -> Iterator[tuple[Installed, world.Package]]:
    """Installed, enrolled, applied; a session is open."""
    with booted(folder / "machine") as container, cabled(container) as room:
        made = Installed(container, room, folder)
        made.prepare()
        made.install(Path(PACKAGE))
        made.enrol(opened[0])
        made.apply()
        made.wait_served()
        yield made, opened[1]


Site = tuple[Installed, world.Package]


def test_it_is_as_planned_and_a_second_run_changes_nothing(site: Site) -> None:
    made, _ = site
    assert made.container.run("examsite-setup", "verify", "--json") == '{"differs": []}'
    assert ":" not in made.apply()
    assert made.container.run("systemctl", "--failed", "--no-legend") == ""


# What breaks, and what the doctor calls it.
BREAKS = {
    "folders": ("chmod", "777", "/var/backups/examsite"),
    "time": ("systemctl", "stop", "chrony"),
    "firewall": ("nft", "delete", "table", "inet", "examsite"),
    "logs": ("rm", "/etc/systemd/journald.conf.d/examsite.conf"),
    "trust": ("rm", "/etc/examsite/front.pem"),
    "front": ("systemctl", "stop", "haproxy"),
    "services": ("systemctl", "disable", "examsite-courier"),
}
# This site has neither a paper with a recovery key nor a headquarters that answers.
NOTES = ["no-recovery-key", "headquarters-away"]


def doctor(made: Installed, *options: str) -> list[str]:
    said = made.container.run("examsite-setup", "doctor", "--json", *options, check=False)
    return [one["code"] for one in json.loads(said.splitlines()[0])["found"]]


def test_what_breaks_the_doctor_finds_and_mends(site: Site) -> None:
    made, _ = site
    assert doctor(made) == NOTES
    for command in BREAKS.values():
        made.container.run(*command)
    assert made.asks() == 0
    assert doctor(made) == [*BREAKS, *NOTES]
    assert doctor(made, "--mend") == NOTES
    assert made.container.run("examsite-setup", "verify", "--json") == '{"differs": []}'
    made.wait_served()


def test_a_candidate_sits_over_https_in_a_browser_of_the_room(site: Site) -> None:
    made, package = site
    told = made.sit(package, package.plan.candidates[0].seat, answer=[1, 2], expect=2)
    assert told == {"secure": True}


def test_a_service_that_stands_still_is_ended_and_every_answer_is_there(site: Site) -> None:
    made, package = site
    made.watched("3")
    made.hang()
    made.wait_served()
    assert made.container.state("examsite-web", "NRestarts") == "1"
    assert "watchdog" in made.container.run("journalctl", "-u", "examsite-web", "-o", "cat")
    seat = package.plan.candidates[0].seat
    made.sit(package, seat, again=True, answer=[], expect=2)


def test_without_a_watchdog_it_would_stand_still_for_ever(site: Site) -> None:
    made, _ = site
    made.watched("0")
    made.hang()
    time.sleep(A_WHILE_S)
    assert made.asks() == 0
    assert made.container.state("examsite-web", "NRestarts") == "0"
    made.watched("30")


def test_a_certificate_renewed_during_the_sitting_cuts_nobody_off(site: Site) -> None:
    made, _ = site
    machine = made.container
    with made.held() as before:
        _, first = before.ask()
        # The control: without a reason nothing is certified anew.
        machine.run("systemctl", "start", "examsite-certificate")
        with made.held() as other:
            assert other.ask() == (200, first)
        machine.run("ip", "addr", "add", "10.99.0.3/24", "dev", made.card())
        machine.run("systemctl", "start", "examsite-certificate")
        assert before.ask() == (200, first)
        with made.held() as after:
            status, second = after.ask()
            assert status == 200
            assert second != first
            # The control: by a restart of the front it would have been cut off.
            machine.run("systemctl", "restart", "haproxy")
            assert after.ask()[0] == 0


def test_the_courier_finds_no_database(site: Site) -> None:
    made, _ = site
    pid = made.container.state("examsite-courier", "MainPID")
    look = ["nsenter", "-t", pid, "-m", "ls", "/var/lib/examsite"]
    assert "site.db" not in made.container.run(*look)
    assert "site.db" in made.container.run("ls", "/var/lib/examsite")


def test_what_headquarters_needs_besides_joins_the_release_that_runs(site: Site) -> None:
    made, _ = site
    package = Path(PACKAGE)
    reads = [f"{RELEASE}/bin/python3", "-I", "-c", "import psycopg, psycopg_binary, minio"]
    assert not made.container.succeeds(*reads)
    made.container.put(
        package.with_name(package.name.replace("examsite", "examhq")), "/root/hq.deb"
    )
    made.container.run("dpkg", "-i", "/root/hq.deb")
    assert made.container.succeeds(*reads)
    made.container.run("dpkg", "--purge", "examhq")
    assert made.asks() == 200


def test_while_a_sitting_is_open_no_release_is_changed(site: Site, folder: Path) -> None:
    made, _ = site
    newer = repacked(Path(PACKAGE), "0.1.1", folder)
    said, _ = made.install(newer, check=False)
    assert "sitting-runs" in said
    assert made.current() == "0.1.0"
    assert made.asks() == 200


def test_after_it_the_new_release_takes_the_place_and_a_faulty_one_gives_it_back(
    site: Site, folder: Path
) -> None:
    made, _ = site
    made.close_sittings()
    made.install(folder / "examsite_0.1.1.deb")
    assert made.current() == "0.1.1"
    made.wait_served()
    faulty = repacked(Path(PACKAGE), "0.1.2", folder, broken=True)
    said, _ = made.install(faulty, check=False)
    assert "release-ill" in said
    assert made.current() == "0.1.1"
    made.wait_served()


def test_a_package_altered_by_a_byte_is_refused_and_nothing_changes(
    site: Site, folder: Path
) -> None:
    made, _ = site
    altered = folder / "altered.deb"
    data = bytearray((folder / "examsite_0.1.1.deb").read_bytes())
    data[len(data) // 2] ^= 1
    altered.write_bytes(data)
    made.container.put(altered, "/root/altered.deb")
    assert not made.container.succeeds("dpkg", "-i", "/root/altered.deb")
    assert made.current() == "0.1.1"
    assert made.asks() == 200
    # The control: whole it is taken.
    made.install(folder / "examsite_0.1.1.deb")
    made.wait_served()


def test_by_hand_the_release_before_comes_back(site: Site) -> None:
    made, _ = site
    assert made.current() == "0.1.1"
    made.container.run("examsite-setup", "upgrade", "back")
    assert made.current() == "0.1.0"
    made.wait_served()


def test_after_a_power_cut_it_serves_by_itself(site: Site) -> None:
    made, _ = site
    made.container.cut()
    made.container.boot()
    assert made.container.run("systemctl", "is-active", "examsite-web") == "active"


def test_uninstalling_leaves_a_debian_machine_and_the_data(site: Site) -> None:
    made, _ = site
    made.container.run("examsite-setup", "uninstall")
    assert not made.container.succeeds("systemctl", "is-active", "haproxy")
    assert not made.container.succeeds("systemctl", "is-active", "examsite-web")
    assert not made.container.succeeds("nft", "list", "table", "inet", "examsite")
    assert made.container.succeeds("test", "-f", "/var/lib/examsite/site.db")


def test_purging_leaves_the_results(site: Site) -> None:
    made, _ = site
    made.container.run("dpkg", "--purge", "examsite")
    assert made.container.succeeds("test", "-f", "/var/lib/examsite/site.db")
    assert not made.container.succeeds("test", "-e", "/usr/lib/examsite")
