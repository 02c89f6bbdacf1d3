"""The doctor: a sound machine has no finding; what breaks is found, and mended if it can be."""

import os
import shutil
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import world
from boxed import ALONE, GOOD, do_all, laid_out
from cables import possible
from netlab import Lab
from tls_room import HERE, Authority, Front

from provisioning.privileged import Machine
from provisioning.setup import files, line
from provisioning.setup.answers import Answers
from provisioning.setup.around import Around
from provisioning.setup.doctor import LOOKS, examine, mend
from provisioning.setup.errors import StepFailed
from provisioning.setup.facts import EARLIEST, Taken
from provisioning.setup.findings import KINDS
from provisioning.setup.switching import Upgrade
from sync.errors import ExamError

YEAR_S = 366 * 86_400


class Pretended(Machine):
    """A machine whose systemd is three sets."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.up: set[str] = set()
        self.enabled: set[str] = set()
        self.told: list[tuple[str, ...]] = []
        self.tables = True

    @property
    def runs(self) -> bool:
        """As far as anybody can tell."""
        return True

    def active(self, unit: str) -> bool:
        """It is up."""
        return unit in self.up

    def does(self, *command: str, heard: bool = False) -> bool:
        """Nothing of it reaches the machine that runs the test."""
        self.told.append(command)
        if command[0] == "nft":
            return self.tables
        if command[0] != "systemctl":
            return True
        act, *units = command[2:]
        if act == "is-enabled":
            return set(units) <= self.enabled
        if act == "enable":
            self.enabled |= set(units)
        if act in ("start", "restart"):
            self.up |= set(units)
            self.tables = self.tables or "nftables" in units
        return True


Box = tuple[Pretended, Around]


def made(root: Path, hq: world.Headquarters, answers: Answers) -> Box:
    machine = Pretended(laid_out(root))
    hq.enrol(root / "var/lib/examsite")
    around = Around(machine, answers, GOOD._replace(addresses=("192.168.7.2", "10.0.0.1")))
    # As a first run: no other means gave the box its own address.
    do_all(around._replace(facts=GOOD) if answers.address else around)
    return machine, around


@pytest.fixture
def sound(tmp_path: Path, hq: world.Headquarters) -> Box:
    return made(tmp_path, hq, ALONE)


def codes(around: Around) -> list[str]:
    return [one.kind.code for one in examine(around)]


def cut(path: str) -> Callable[[Pretended], None]:
    """That file is gone."""
    return lambda machine: machine.remove(path)


def down(unit: str) -> Callable[[Pretended], None]:
    """That unit has ended."""
    return lambda machine: machine.up.discard(unit)


def flushed(machine: Pretended) -> None:
    machine.tables = False


def not_at_boot(machine: Pretended) -> None:
    machine.enabled.discard("examsite-courier")


def torn(machine: Pretended) -> None:
    machine.at("/etc/examsite/front.pem").write_bytes(b"torn")


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        (cut("/etc/hostname"), "host-name"),
        (cut(files.ADDRESS), "address"),
        (down("systemd-networkd"), "address"),
        (down("chrony"), "time"),
        (cut(files.CHRONY), "time"),
        (flushed, "firewall"),
        (cut(files.FIREWALL), "firewall"),
        (cut(files.LOGS), "logs"),
        (down("examsite-names"), "names"),
        (down("haproxy"), "front"),
        (cut("/etc/examsite/front.pem"), "trust"),
        (torn, "trust"),
        (down("examsite-web"), "services"),
        (not_at_boot, "services"),
    ],
)
def test_what_apply_did_and_is_no_longer_so_is_found_and_mended(
    sound: Box, breaks: Callable[[Pretended], None], code: str
) -> None:
    machine, around = sound
    assert codes(around) == []
    breaks(machine)
    if code == "address" and machine.read(files.ADDRESS) is None:
        around = around._replace(facts=GOOD)
    assert codes(around) == [code]
    assert mend(around, examine(around), lambda _: None) == 1
    assert codes(around) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_that_became_roots_is_the_sites_again_and_the_kit_stays_roots(sound: Box) -> None:
    machine, around = sound
    data = machine.at("/var/lib/examsite")
    for path in (data, *data.rglob("*")):
        if "trust" not in path.parts:
            os.chown(path, 1, 1)
    assert codes(around) == []
    os.chown(data / "settings.toml", 0, 0)
    (wrong,) = examine(around)
    assert wrong.kind.code == "folders"
    assert "settings.toml" in wrong.says("zh")
    mend(around, [wrong], lambda _: None)
    assert codes(around) == []
    assert (data / "trust" / "trust.json").stat().st_uid == 0


@pytest.mark.skipif(not shutil.which("systemd-tmpfiles"), reason="no systemd")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root lays out folders")
def test_a_folder_with_a_wrong_mode_is_found_and_mended(sound: Box) -> None:
    machine, around = sound
    machine.write("/usr/lib/tmpfiles.d/examsite.conf", "d /var/lib/kept 0750 root root\n")
    assert codes(around) == ["folders"]
    mend(around, examine(around), lambda _: None)
    assert codes(around) == []
    machine.at("/var/lib/kept").chmod(0o777)
    assert codes(around) == ["folders"]


def test_a_certificate_that_ends_or_lacks_an_address_is_said_so_and_made_anew(sound: Box) -> None:
    _, around = sound
    moved = around._replace(facts=around.facts._replace(addresses=("192.168.7.9",)))
    (wrong,) = examine(moved)
    assert (wrong.kind.code, "192.168.7.9" in wrong.says("en")) == ("certificate-elsewhere", True)
    mend(moved, [wrong], lambda _: None)
    assert codes(moved) == []
    later = moved._replace(facts=moved.facts._replace(now=moved.facts.now + YEAR_S))
    (wrong,) = examine(later)
    assert wrong.kind.code == "certificate-ends"
    mend(later, [wrong], lambda _: None)
    assert codes(later) == []


def test_disk_clock_port_and_other_lenders_are_said_and_a_person_mends_most(sound: Box) -> None:
    machine, around = sound
    facts = around.facts
    worse = facts._replace(
        free=100 * 2**20,
        taken=(Taken(443, "nginx", "nginx.service"),),
        lenders=("192.168.7.1",),
    )
    wrong = examine(around._replace(facts=worse))
    assert [one.kind.code for one in wrong] == ["port-taken", "other-dhcp", "disk-nearly-full"]
    assert "nginx.service" in wrong[0].remedy("zh")
    assert mend(around, wrong, lambda _: None) == 1
    assert ("apt-get", "clean") in machine.told


def test_a_clock_before_the_last_save_is_noticed_and_a_little_before_is_not(sound: Box) -> None:
    machine, around = sound
    database = machine.at("/var/lib/examsite/site.db")
    database.touch()
    machine.at("/var/lib/examsite/recovery.pub").touch()
    for ahead, found in ((60, []), (86_400, ["clock-behind"])):
        os.utime(database, (0, around.facts.now + ahead))
        os.utime(database.with_name("recovery.pub"), (0, around.facts.now))
        assert codes(around) == found
    past = around._replace(facts=around.facts._replace(now=EARLIEST - 1.0))
    assert "clock-wrong" in codes(past)


def test_an_old_sealed_copy_is_noticed_and_made_anew(sound: Box) -> None:
    machine, around = sound
    database = machine.at("/var/lib/examsite/site.db")
    database.touch()
    os.utime(database, (0, around.facts.now))
    assert codes(around) == ["no-recovery-key"]
    database.with_name("recovery.pub").touch()
    copies = machine.at("/var/backups/examsite")
    copies.mkdir(parents=True)
    (copies / "one").touch()
    for hours, found in ((2, []), (30, ["backup-old"])):
        os.utime(copies / "one", (0, around.facts.now - hours * 3600))
        assert codes(around) == found
    mend(around, examine(around), lambda _: None)
    assert ("systemctl", "-q", "start", "examsite-backup.service") in machine.told


@pytest.mark.parametrize(
    ("state", "found"),
    [("switched", ["upgrade-open"]), ("stuck", ["upgrade-stuck"]), ("resting", [])],
)
def test_an_upgrade_that_did_not_end_is_noticed(sound: Box, state: str, found: list[str]) -> None:
    machine, around = sound
    noted = msgspec.convert({"before": "1", "after": "2", "state": state}, Upgrade)
    machine.write("/var/lib/examsite-setup/upgrade.json", msgspec.json.encode(noted).decode())
    assert codes(around) == found


def test_one_mending_that_fails_is_told_and_keeps_none_from_the_others(
    sound: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, around = sound
    told: list[ExamError] = []
    machine.remove(files.CHRONY)
    machine.remove(files.LOGS)
    first, second = examine(around)

    def fails() -> None:
        raise StepFailed(what="chrony", status=1)

    assert mend(around, [first._replace(mend=fails), second], told.append) == 1
    assert [one.code for one in told] == ["step-failed"]
    assert codes(around) == ["time"]


def test_who_is_no_site_yet_is_told_and_that_is_no_illness(tmp_path: Path) -> None:
    around = Around(Pretended(laid_out(tmp_path)), Answers(), GOOD)
    do_all(around)
    (told,) = examine(around)
    assert (told.kind.code, told.kind.grave) == ("not-enrolled", False)
    given = around._replace(answers=Answers(bundle="/media/stick/gone.json"))
    assert codes(given) == ["enrolment"]


def test_headquarters_that_is_away_is_noticed_and_is_no_reason_to_stop(sound: Box) -> None:
    machine, around = sound
    machine.write(
        files.SETTINGS, f'headquarters = "http://{HERE}:1"\n{machine.read(files.SETTINGS)}'
    )
    (told,) = examine(around)
    assert (told.kind.code, told.kind.grave) == ("headquarters-away", False)
    assert line.REFUSED[0].en in told.says("en")


def front(folder: Path, days: int = 2) -> tuple[Front, ssl.SSLContext]:
    authority = Authority(folder)
    made = Front(authority, "unix:/nowhere.sock")
    authority.front(HERE, days)
    made.start()
    return made, ssl.create_default_context(cafile=authority.file)


@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed")
def test_why_headquarters_is_away_is_told_by_its_certificate(tmp_path: Path) -> None:
    up, trusts = front(tmp_path)
    try:
        assert line.why_away(up.address, trusts) is None
        assert line.why_away(up.address.replace(HERE, "localhost"), trusts) == line.OTHER
        assert line.why_away(up.address, ssl.create_default_context()) == line.UNKNOWN
    finally:
        up.kill()
    up, trusts = front(tmp_path, days=0)
    try:
        assert line.why_away(up.address, trusts) == line.CLOCK
    finally:
        up.kill()
    assert line.why_away(up.address, trusts) == line.REFUSED


def test_one_who_listens_and_says_nothing_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PATIENCE_S", 0.2)
    with socket.create_server((HERE, 0)) as door:
        port = door.getsockname()[1]
        assert line.why_away(f"https://{HERE}:{port}") == line.SILENT
        assert line.why_away(f"http://{HERE}:{port}") is None


@pytest.mark.skipif(not possible(), reason="only root can make namespaces")
def test_a_name_that_nobody_knows_is_said_to_be_one() -> None:
    lab = Lab(1)
    try:
        lab.lay()
        with lab.at(1):
            assert line.why_away("https://hq.example") == line.NO_NAME
    finally:
        lab.clear()
    assert line.why_away("https://..") == line.NO_NAME


def test_every_kind_says_what_to_do_in_both_languages() -> None:
    assert len(KINDS) > 25
    assert all(k.says.zh and k.says.en and k.remedy.zh and k.remedy.en for k in KINDS.values())
    assert len(LOOKS) == len(set(LOOKS))
