"""From a stick to the receipt: a bare machine, Debian's installer at its end, a site, a sitting.

The installer itself is not run: what it would run at its end is, in the new system, without a
network. Run by `make test-install`; needs root and debootstrap.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import approving
import pytest
from click.testing import CliRunner
from desk_world import BY, Box, Desk
from installed import Installed, repacked
from nspawned import INSIDE, OUTSIDE, Container, base, cabled, missing
from releasing import release_keys
from together import wait_until

from provisioning.stick import layout
from provisioning.stick.making import Wanted, countersign_stick, make_stick
from provisioning.stick.unattended import UNIT, late_command
from sync.headquarters.cli import main
from sync.headquarters.clock import wall_ms
from sync.headquarters.planning.publish import package_of, read_codes
from sync.headquarters.planning.rosters import candidate_plans
from sync.headquarters.planning.updates import countersign_update, publish_update, sign_update
from sync.headquarters.register import invitations, site_requests
from sync.headquarters.register.rotation import rotate
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters, create_headquarters
from sync.install_stick import FOLDER
from sync.wire.documents import to_bytes

PACKAGE = os.environ.get("EXAMSITE_PACKAGE", "")
ROOT = Path(__file__).parents[2]
SITE, PORT = "site-01", 8400
ALTERED = f"/root/altered/{FOLDER}/README.txt"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not PACKAGE, reason="no package: run make test-install"),
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]
# What people do on the pages, with the service down for the moment: import, unlock, open.
HOLD = """
from pathlib import Path
from siteapp.conduct import acts
from siteapp.site import Site
from siteapp.store.writer import Decision
from sync.wire.unlock import UnlockCode
site = Site(Path("/var/lib/examsite"))
plan = site.shelf.receive(Path("/var/lib/examsite/spool/incoming/{package}.package"))
session = site.live.session(plan.id)
codes = (UnlockCode.parse("{first}", 1), UnlockCode.parse("{second}", 2))
site.shelf.unlock(session, codes, reason="试一次")
for one in plan.sittings:
    site.live.act(session, lambda s, one=one: Decision(acts.open_sitting(s, one.id, "chief")))
site.close()
"""
# As the installer has it: the new system below /target, the stick at /cdrom, no network.
INSTALLER = """
set -eu
mount --make-rprivate /
mount -t overlay overlay -o lowerdir={base},upperdir={own}/upper,workdir={own}/work {own}/root
mount -t proc proc {own}/root/proc
mount -t tmpfs tmpfs {own}/root/run
export PATH={own}/bin:$PATH
{late}
"""


@pytest.fixture(scope="module")
def hq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headquarters]:
    made = create_headquarters(tmp_path_factory.mktemp("headquarters") / "hq")
    yield made
    made.close()


@pytest.fixture(scope="module")
def stick(hq: Headquarters, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """By two officers, for a site that was invited."""
    folder = tmp_path_factory.mktemp("stick")
    first, second = release_keys(hq)
    by, package = Stamp("li", wall_ms()), Path(PACKAGE)
    rotate(hq, by, hq.keys.root(), "enrolment", 30)
    version = package.name.split("_")[1]
    word = sign_update(hq, by, first, package, version=version, reason="首次安装", days=30)
    countersign_update(hq, Stamp("wang", by.at), second, word, package)
    bundle, answers = folder / "bundle.json", folder / "answers.toml"
    address = f"http://{OUTSIDE}:{PORT}"
    invited = invitations.invite(hq, by, site=SITE, name="示例职业学校", address=address)
    bundle.write_bytes(to_bytes(invited))
    answers.write_text(f'host_name = "exam-1"\naddress = "{INSIDE}"\n')
    make_stick(hq, by, first, folder / "usb", Wanted(SITE, package, bundle, answers))
    countersign_stick(hq, Stamp("wang", by.at), second, folder / "usb")
    return folder / "usb"


def end_of_installer(container: Container, stick: Path) -> subprocess.CompletedProcess[str]:
    """The late command, in a machine that was just unpacked."""
    tools = container.folder / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "in-target").write_text(f'#!/bin/sh\nexec chroot {container.folder}/root "$@"\n')
    (tools / "in-target").chmod(0o755)
    late = late_command().replace("\\\n", "").partition("string")[2]
    late = late.replace("/target", str(container.folder / "root")).replace("/cdrom", str(stick))
    script = INSTALLER.format(base=base(), own=container.folder, late=late)
    command = ["unshare", "-m", "-n", "sh", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, stick: Path) -> Iterator[Container]:
    """Installed from the stick alone; not started yet."""
    container = Container(tmp_path_factory.mktemp("machine"))
    done = end_of_installer(container, stick)
    assert done.returncode == 0, done.stdout + done.stderr
    yield container
    container.off()


@contextmanager
def headquarters_at(room: str, folder: Path) -> Iterator[None]:
    """Headquarters serves at the other end of the cable."""
    program = "from sync.headquarters.cli import main; main()"
    words = ["--data", str(folder), "serve", "--host", OUTSIDE, "--port", str(PORT)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    within = ["ip", "netns", "exec", room, sys.executable, "-c", program, *words]
    served = subprocess.Popen(within, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        served.terminate()
        served.wait(30)


def reconciled(hq: Headquarters) -> dict[str, int]:
    """What headquarters counts of the only sitting."""
    given = ["--data", str(hq.folder), "reconcile", "morning", "--json"]
    (line,) = json.loads(CliRunner().invoke(main, given).output)["sittings"]
    return {name: line[name] for name in ("registered", "present", "submitted", "received")}


def words_on_the_screen(container: Container) -> str:
    """The English line of the six, as whoever stands before the machine reads it."""
    said = container.run("journalctl", "-u", UNIT, "-o", "cat", check=False)
    found = re.findall(r"^\s+((?:[a-z]+ +){5}[a-z]+)$", said, re.MULTILINE)
    return found[-1] if found else ""


def test_the_stick_is_the_machine_s_own_before_it_starts(machine: Container) -> None:
    upper = machine.folder / "upper"
    held = upper / str(layout.HELD).lstrip("/")
    assert (held / layout.BUNDLE).is_file()
    assert (upper / "etc/systemd/system/multi-user.target.wants" / UNIT).is_symlink()
    assert not (upper / "var/tmp/stick").exists()
    assert (held.parent.stat().st_mode & 0o777) == 0o750


@pytest.fixture(scope="module")
def site(
    machine: Container, hq: Headquarters, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """Started with a line to headquarters, which hears the six words and believes them."""
    machine.boot("systemd-journald")
    with cabled(machine) as room, headquarters_at(room, hq.folder):
        made = Installed(machine, room, tmp_path_factory.mktemp("room"))
        made.prepare()
        wait_until(lambda: words_on_the_screen(machine), "six words", 1.0)
        wait_until(lambda: site_requests.list_waiting(hq, 1), "the request", 1.0)
        said, by = words_on_the_screen(machine), Stamp("zhao", wall_ms())
        site_requests.confirm(hq, by, site_requests.waiting_of(hq, SITE, said), said)
        wait_until(lambda: machine.state(UNIT, "ActiveState") == "inactive", "the site", 1.0)
        yield made


def test_it_becomes_a_site_by_itself_once_headquarters_has_heard_the_six_words(
    site: Installed,
) -> None:
    machine = site.container
    assert machine.run("systemctl", "is-enabled", UNIT, check=False) == "disabled"
    site.wait_served()
    assert machine.run("examsite-setup", "verify", "--json") == '{"differs": []}'


@pytest.fixture(scope="module")
def session(site: Installed, hq: Headquarters, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A session that headquarters has published for the new site, and its digest."""
    desk = Desk(hq, Box(), tmp_path_factory.mktemp("desk"))
    approving.everything(hq, BY)
    desk.published()
    return package_of(hq, "morning").digest


def test_a_later_stick_brings_an_exam_package_and_an_altered_one_nothing(
    site: Installed, hq: Headquarters, stick: Path, session: str, tmp_path: Path
) -> None:
    first, second = release_keys(hq)
    by, wanted = Stamp("li", wall_ms()), Wanted(SITE, Path(PACKAGE))
    make_stick(hq, by, first, tmp_path / "later", wanted)
    countersign_stick(hq, by, second, tmp_path / "later")
    machine = site.container
    machine.put(tmp_path / "later", "/root/later")
    machine.run("sh", "-c", f"cp -r /root/later /root/altered; echo x >> {ALTERED}")
    here = f"/var/lib/examsite/spool/incoming/{session}.package"
    # It comes over the line too; on this site's stick it is the same.
    machine.run("systemctl", "stop", "examsite-courier")
    machine.run("rm", "-f", here)
    assert not machine.succeeds("examsite-setup", "stick", "import", "/root/altered")
    assert not machine.succeeds("test", "-e", here)
    machine.run("examsite-setup", "stick", "import", "/root/later")
    assert machine.run("stat", "-c", "%U %a", here) == "examsite 440"
    # The one before is older now.
    machine.put(stick, "/root/usb")
    assert "stick-older" in machine.run(
        "examsite-setup", "stick", "check", "/root/usb", check=False
    )


def test_from_there_to_the_receipt(site: Installed, hq: Headquarters, session: str) -> None:
    machine = site.container
    first, second = read_codes(hq, session)
    script = HOLD.format(package=session, first=first, second=second)
    machine.run("systemctl", "stop", "examsite-web")
    python = ("/usr/lib/examsite/current/bin/python3", "-I", "-c")
    machine.run("runuser", "-u", "examsite", "--", *python, script)
    machine.run("systemctl", "start", "examsite-web")
    site.wait_served()
    with hq.store.reading() as db:
        candidates = candidate_plans(db, "morning")
    told = SimpleNamespace(plan=SimpleNamespace(candidates=candidates))
    assert site.sit(told, candidates[0].seat, answer=[1, 2], expect=2) == {"secure": True}
    site.close_sittings()
    machine.run("systemctl", "start", "examsite-courier")
    receipts = "/var/lib/examsite/spool/receipts"
    wait_until(lambda: "archived" in machine.run("ls", receipts), "the receipt", 1.0)
    wait_until(lambda: reconciled(hq)["received"] == 1, "headquarters", 1.0)
    assert reconciled(hq) == {"registered": 4, "present": 1, "submitted": 1, "received": 1}


def test_newer_software_comes_over_the_line_and_is_installed_by_a_person(
    site: Installed, hq: Headquarters, tmp_path: Path
) -> None:
    first, second = release_keys(hq)
    machine, newer = site.container, repacked(Path(PACKAGE), "0.9.9", tmp_path)
    by = Stamp("li", wall_ms())
    word = sign_update(hq, by, first, newer, version="0.9.9", reason="修复", days=30)
    countersign_update(hq, by, second, word, newer)
    publish_update(hq, by, newer)
    machine.run("sh", "-c", "echo update_kib_per_s = 200000 >> /var/lib/examsite/settings.toml")
    # It asks when it starts, and then every ten minutes.
    machine.run("systemctl", "restart", "examsite-courier")

    def fetched() -> str:
        said = machine.run("examsite-setup", "update", "check", "--json", check=False)
        return str(json.loads(said).get("path", "")) if said.startswith("{") else ""

    wait_until(fetched, "the package", 1.0)
    assert machine.run("readlink", "/usr/lib/examsite/current") != "releases/0.9.9"
    machine.run("examsite-setup", "update", "verify", fetched())
    machine.run("dpkg", "-i", fetched())
    assert machine.run("readlink", "/usr/lib/examsite/current") == "releases/0.9.9"
    site.wait_served()


def test_a_package_altered_by_a_byte_is_not_installed(stick: Path, tmp_path: Path) -> None:
    altered = tmp_path / "usb"
    subprocess.run(["cp", "-r", str(stick), str(altered)], check=True)
    (package,) = (altered / FOLDER / layout.UPDATES).glob("*.deb")
    with package.open("r+b") as file:
        file.seek(1000)
        file.write(b"?")
    container = Container(tmp_path / "machine")
    done = end_of_installer(container, altered)
    assert done.returncode != 0
    assert not (container.folder / "upper/usr/lib/examsite").exists()
