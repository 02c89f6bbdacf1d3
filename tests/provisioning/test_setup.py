"""From a machine with the package on it to a site: on a folder that stands for the machine."""

import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
import world
from boxed import ALONE, GOOD, box, bundle_of_nobody, do_all, laid_out, tree
from click.testing import CliRunner, Result

from provisioning.cli import main
from provisioning.privileged import Machine
from provisioning.setup import commands, files
from provisioning.setup import facts as measuring
from provisioning.setup.answers import Answers, read_answers
from provisioning.setup.around import Around
from provisioning.setup.errors import AnswersRefused
from provisioning.setup.facts import GIB, Facts, Taken, blockers, warnings
from provisioning.setup.steps import STEPS, undone
from siteapp.config import Settings
from sync.wire.documents import to_bytes


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


def runs(root: Path, *words: str) -> Result:
    """`examsite-setup` on that folder."""
    return CliRunner().invoke(main, ["--lang", "en", words[0], "--root", str(root), *words[1:]])


def answers_of(folder: Path, text: str) -> tuple[str, str]:
    path = folder / "answers.toml"
    path.write_text(text)
    return ("--answers", str(path))


@pytest.fixture
def good_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever machine runs the test."""
    monkeypatch.setattr(commands, "measure", lambda machine, answers: GOOD)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (GOOD._replace(free=GIB), "use a larger disk"),
        (GOOD._replace(now=0.0), "date -s"),
        (GOOD._replace(addresses=(), cards=()), "driver is missing"),
        (GOOD._replace(taken=(Taken(443, "nginx", "nginx.service"),)), "disable --now nginx"),
    ],
)
def test_apply_on_an_unfit_machine_ends_with_code_status_and_hint_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: Facts, code: str
) -> None:
    monkeypatch.setattr(commands, "measure", lambda machine, answers: facts)
    before = tree(laid_out(tmp_path))
    done = runs(tmp_path, "apply")
    assert done.exit_code == 3
    assert "[machine-unfit]" in done.output
    assert code in done.output.partition("Hint: ")[2].replace("Use", "use")
    assert tree(tmp_path) == before


@pytest.mark.usefixtures("good_machine")
def test_the_same_machine_mended_is_set_up_and_plan_verify_and_doctor_agree(tmp_path: Path) -> None:
    laid_out(tmp_path)
    assert "·" in runs(tmp_path, "plan").output
    assert runs(tmp_path, "verify").exit_code == 3
    # A first run that was cut off after one step.
    STEPS[0].do(Around(Machine(tmp_path), Answers(), GOOD))
    done = runs(tmp_path, "apply")
    assert (done.exit_code, "host-name:" in done.output) == (0, False)
    assert "Not enrolled yet" in done.output
    assert runs(tmp_path, "apply").output.count(":") == 0
    assert runs(tmp_path, "verify").exit_code == 0
    assert (
        json.loads(runs(tmp_path, "doctor", "--json").output)["found"][0]["code"] == "not-enrolled"
    )
    (tmp_path / files.CHRONY.lstrip("/")).unlink()
    found = runs(tmp_path, "doctor")
    assert (found.exit_code, "[not-well]" in found.output) == (3, True)
    mended = runs(tmp_path, "doctor", "--mend")
    assert (mended.exit_code, "1 mended" in mended.output) == (0, True)
    assert runs(tmp_path, "verify").exit_code == 0


@pytest.mark.usefixtures("good_machine")
@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("colour = 1", "answers-refused", 6),
        ('bundle = "/nowhere.json"', "bundle-missing", 9),
        ('bundle = "{torn}"', "step-failed", 3),
        ('bundle = "{nobody}"', "step-failed", 3),
    ],
)
def test_bad_answers_and_a_lost_or_torn_bundle_have_each_a_way_forward(
    tmp_path: Path, text: str, code: str, status: int
) -> None:
    laid_out(tmp_path)
    torn = tmp_path / "torn.json"
    torn.write_text('{"format": "examsite-enr')
    nobody = tmp_path / "nobody.json"
    nobody.write_bytes(to_bytes(bundle_of_nobody()))
    given = answers_of(tmp_path, text.format(torn=torn, nobody=nobody))
    done = runs(tmp_path, "apply", "--once", *given)
    assert (done.exit_code, f"[{code}]" in done.output) == (status, True)
    # What needs no bundle is ready all the same; bad answers change nothing.
    assert (tmp_path / files.FIREWALL.lstrip("/")).exists() is (code != "answers-refused")


@pytest.mark.usefixtures("good_machine")
def test_a_missing_room_plan_waits_and_all_else_is_done(
    tmp_path: Path, hq: world.Headquarters
) -> None:
    laid_out(tmp_path)
    hq.enrol(tmp_path / "var/lib/examsite")
    done = runs(tmp_path, "apply", *answers_of(tmp_path, 'rooms = "/nowhere.xlsx"'))
    assert (done.exit_code, "[room-plan-missing]" in done.output) == (9, True)
    assert (tmp_path / "etc/examsite/front.pem").exists()


def test_a_port_is_found_with_the_program_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        monkeypatch.setattr(measuring, "FRONT_PORTS", (door.getsockname()[1],))
        (one,) = measuring.taken(False, ())
        assert one.by.startswith(("python", "pytest"))
    assert measuring.taken(False, ()) == []
