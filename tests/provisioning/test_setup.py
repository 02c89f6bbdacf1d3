"""From a machine with the package on it to a site: on a folder that stands for the machine."""

import shutil
import subprocess
from pathlib import Path

import pytest
import world

from provisioning.privileged import Machine
from provisioning.setup import files
from provisioning.setup.answers import Answers, read_answers
from provisioning.setup.around import Around
from provisioning.setup.errors import AnswersRefused
from provisioning.setup.facts import EARLIEST, GIB, Facts, Taken, blockers, warnings
from provisioning.setup.steps import STEPS, undone
from siteapp.config import Settings

GOOD = Facts(4, 8 * GIB, 100 * GIB, EARLIEST + 1000, ("192.168.7.2",), ())
ALONE = Answers(names=True, dhcp=("10.0.0.50", "10.0.0.99"), address="10.0.0.1")
SHARE = "usr/lib/examsite/current/share"
SYSTEMD = Path(__file__).parents[2] / "systemd"


def box(root: Path, answers: Answers | None = None) -> Around:
    (root / SHARE).mkdir(parents=True)
    for name in ("haproxy-examsite.conf", "journald-examsite.conf"):
        shutil.copy(SYSTEMD / name, root / SHARE)
    (root / "var/lib/examsite").mkdir(parents=True)
    return Around(Machine(root), answers or Answers(), GOOD)


def do_all(around: Around) -> list[str]:
    """One run: the names of what was done."""
    done = []
    for step in STEPS:
        if step in undone(around):
            step.do(around)
            done.append(step.name)
    return done


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_box_that_is_no_site_yet_is_made_ready_and_the_rest_waits(tmp_path: Path) -> None:
    around = box(tmp_path)
    assert do_all(around) == ["host-name", "time", "firewall", "logs"]
    assert undone(around) == []


def test_a_site_gets_trust_and_front_and_a_second_run_changes_nothing(
    tmp_path: Path, hq: world.Headquarters
) -> None:
    around = box(tmp_path)
    hq.enrol(tmp_path / "var/lib/examsite")
    assert do_all(around) == ["host-name", "time", "firewall", "logs", "trust", "front"]
    settings = Settings.load(tmp_path / "var/lib/examsite")
    assert settings.text("front") == "unix:/run/examsite/web.sock"
    before = tree(tmp_path)
    assert do_all(around) == []
    assert tree(tmp_path) == before


def test_what_somebody_changed_is_found_and_mended(tmp_path: Path) -> None:
    around = box(tmp_path)
    do_all(around)
    (tmp_path / files.FIREWALL.lstrip("/")).write_text("flush ruleset\n")
    assert [step.name for step in undone(around)] == ["firewall"]
    do_all(around)
    assert undone(around) == []


def test_a_half_finished_installation_goes_on_where_it_ended(tmp_path: Path) -> None:
    around = box(tmp_path)
    STEPS[0].do(around)
    assert do_all(around) == ["time", "firewall", "logs"]


def test_undoing_leaves_the_data_and_nothing_of_ours_in_the_system(
    tmp_path: Path, hq: world.Headquarters
) -> None:
    around = box(tmp_path)
    hq.enrol(tmp_path / "var/lib/examsite")
    do_all(around)
    for step in reversed(STEPS):
        step.undo(around)
    left = {name for name in tree(tmp_path) if name.startswith("etc/")}
    assert {name for name in left if "trust" not in name} == {
        "etc/examsite/front.pem",
        "etc/hostname",
    }
    assert (tmp_path / "var/lib/examsite/certificate.json").exists()


@pytest.mark.parametrize(
    ("facts", "answers", "code"),
    [
        (GOOD._replace(free=GIB), Answers(), "disk-small"),
        (GOOD._replace(now=0.0), Answers(), "clock-wrong"),
        (GOOD._replace(now=4e9), Answers(), "clock-wrong"),
        (GOOD._replace(addresses=(), cards=()), Answers(), "no-card"),
        (GOOD._replace(addresses=()), Answers(), "no-address"),
        (GOOD._replace(taken=(Taken(443, "nginx", "nginx.service"),)), Answers(), "port-taken"),
        (GOOD._replace(lenders=("192.168.7.1",)), ALONE, "other-dhcp"),
    ],
)
def test_a_machine_that_cannot_be_a_site_is_told_why_before_anything_is_done(
    facts: Facts, answers: Answers, code: str
) -> None:
    assert [one.kind.code for one in blockers(facts, answers)] == [code]
    assert blockers(GOOD, answers) == []


def test_with_its_own_address_it_needs_none_and_lending_none_it_may_meet_a_lender() -> None:
    assert blockers(GOOD._replace(addresses=()), ALONE) == []
    assert blockers(GOOD._replace(lenders=("192.168.7.1",)), Answers()) == []


def test_a_weak_machine_is_told_and_goes_on() -> None:
    weak = GOOD._replace(cores=1, memory=GIB)
    assert len(warnings(weak)) == 2
    assert warnings(GOOD) == blockers(weak, Answers()) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour = 1", "no such answer: colour"),
        ("spare = 3", "Expected `bool`, got `int` - at `$.spare`"),
        ('host_name = "a b"', "host_name: lower-case letters, digits, -"),
        ('dhcp = ["10.0.0.9"]', "dhcp: the first address and the last"),
        ('address = "exam"', "address is no address: exam"),
        ('dhcp = ["10.0.0.9", "10.0.0.5"]\naddress = "10.0.0.1"', "dhcp: the first is after"),
        ('dhcp = ["10.0.0.9", "10.0.1.5"]\naddress = "10.0.0.1"', "must be in 10.0.0.0/24"),
        ('dhcp = ["10.0.0.1", "10.0.0.5"]\naddress = "10.0.0.1"', "this box's own address"),
        ('card = "a b"', "no card's name: a b"),
        ('ssh_from = "10.0.0.1"', "ssh_from is like 192.168.1.0/24"),
        ("host_name =", "Invalid value"),
    ],
)
def test_an_answer_file_with_a_mistake_is_refused_whole(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(text)
    with pytest.raises(AnswersRefused) as refused:
        read_answers(path)
    assert any(says in one.en for one in refused.value.problems)


@pytest.mark.skipif(not shutil.which("nft"), reason="nftables is not installed")
@pytest.mark.parametrize("answers", [Answers(), Answers(names=True, ssh_from="10.0.0.0/8")])
def test_nftables_understands_the_rules(tmp_path: Path, answers: Answers) -> None:
    path = tmp_path / "rules"
    path.write_text(files.firewall(answers))
    command = ["unshare", "-rn", "nft", "-c", "-f", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
