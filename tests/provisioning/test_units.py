"""The systemd units: commands that exist, and lines that systemd understands."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from provisioning.reference import CLIS

FOLDER = Path(__file__).parents[2] / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
# Debian's dnsmasq, as a user of the moment.
NAMES = "examsite-names.service"
# systemd opens the sealed keys, a program of Debian lays them out.
KEYS = "examsite-keys.service"
OURS = [u for u in UNITS if u.name not in (NAMES, KEYS)]
# What serves until it is told to end; the others do one thing and are over.
LASTING = [u for u in UNITS if "Type=notify" in u.read_text()]
SYSTEMD = shutil.which("systemd-analyze")


@pytest.mark.parametrize("unit", OURS, ids=lambda u: u.name)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    program, *words = line.split()
    found: click.Command = CLIS[Path(program).name]
    options = {o for p in found.params for o in p.opts}
    names = iter(w for w in words if not w.startswith(("-", "/")))
    while isinstance(found, click.Group):
        found = found.commands[next(names)]
        options |= {o for p in found.params for o in p.opts}
    assert {w for w in words if w.startswith("--")} <= options


# The first changes the link to the release in use and restarts what uses it; the second has the CA.
ROOTS = ("examsite-settle.service", "examsite-certificate.service")
NOT_ROOTS = [unit for unit in OURS if unit.name not in ROOTS]
BACKUPS = ("/var/backups/examsite", "/var/backups/examhq")
OWN = ("/var/lib/examsite", "/var/lib/examhq", "/run/examsite", *BACKUPS)


@pytest.mark.parametrize("unit", NOT_ROOTS, ids=lambda u: u.name)
def test_no_unit_runs_as_root_or_writes_outside_its_folder(unit: Path) -> None:
    text = unit.read_text()
    assert re.search(r"^User=exam", text, re.MULTILINE)
    written = re.findall(r"^ReadWritePaths=(.*)$", text, re.MULTILINE)
    assert written
    assert all(path.removeprefix("-").startswith(OWN) for path in written)
    assert "NoNewPrivileges=yes" in text
    assert re.search(r"^CapabilityBoundingSet=$", text, re.MULTILINE)


def exposed(unit: Path) -> subprocess.CompletedProcess[str]:
    """What systemd says of it; it fails above the bound."""
    command = [str(SYSTEMD), "security", "--offline=true", f"--threshold={MOST_EXPOSED}"]
    return subprocess.run(
        [*command, "--no-pager", str(unit)], capture_output=True, text=True, check=False
    )


# In tenths: a web server without any of this has 96.
MOST_EXPOSED = 15


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_the_exposure_of_a_unit_stays_small(unit: Path) -> None:
    done = exposed(unit)
    assert done.returncode == 0, done.stdout[-300:]


def test_who_answers_names_is_a_user_of_the_moment_and_sees_nothing_of_the_site() -> None:
    text = (FOLDER / NAMES).read_text()
    assert "DynamicUser=yes" in text
    assert "InaccessiblePaths=-/var/lib/examsite" in text
    assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_NET_RAW\n" in text


DEBIAN = """[Service]
EnvironmentFile=-/etc/default/haproxy
BindReadOnlyPaths=/dev/log:/var/lib/haproxy/dev/log
ExecStart=/usr/sbin/haproxy -Ws -f $CONFIG -p $PIDFILE $EXTRAOPTS
Restart=always
Type=notify
"""


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("drop_in", ["haproxy-examsite.conf", "haproxy-examhq.conf"])
def test_the_front_with_its_drop_in_is_as_little_exposed(tmp_path: Path, drop_in: str) -> None:
    _, _, ours = (FOLDER / drop_in).read_text().partition("[Service]")
    unit = tmp_path / "haproxy.service"
    unit.write_text(DEBIAN + ours)
    assert exposed(unit).returncode == 0
    unit.write_text(DEBIAN)
    assert exposed(unit).returncode != 0


def test_the_courier_sees_the_spool_and_not_the_database() -> None:
    text = (FOLDER / "examsite-courier.service").read_text()
    assert "TemporaryFileSystem=/var/lib/examsite:ro" in text
    # And what it fetches of newer software, which it need not have.
    allowed = ["/var/lib/examsite/spool", "-/var/lib/examsite/updates"] * 2
    assert re.findall(r"^(?:Bind|ReadWrite)Paths=(.*)$", text, re.M) == allowed
    read = " ".join(re.findall(r"^BindReadOnlyPaths=(.*)$", text, re.M))
    assert "site.db" not in read
    assert "/var/lib/examsite/keys" in read


def grounded(text: str) -> list[str]:
    """What would keep a unit down on a real boot, though every line of it is well formed."""
    problems = []
    reads_kernel = "examsite --data /var/lib/examsite serve" in text
    if reads_kernel and re.search(r"^ProcSubset=pid", text, re.MULTILINE):
        problems.append("the clock cannot read the boot id")
    if not re.search(r"^StartLimitIntervalSec=0$", text, re.MULTILINE):
        problems.append("systemd gives up after five starts in ten seconds")
    return problems


@pytest.mark.parametrize("unit", LASTING, ids=lambda u: u.name)
def test_a_unit_can_start_and_is_started_again_for_ever(unit: Path) -> None:
    assert grounded(unit.read_text()) == []


def test_a_unit_that_hides_the_boot_id_or_gives_up_would_be_noticed() -> None:
    (web,) = (unit.read_text() for unit in UNITS if unit.name == "examsite-web.service")
    hidden = web.replace("ProtectProc=invisible", "ProtectProc=invisible\nProcSubset=pid")
    assert grounded(hidden) == ["the clock cannot read the boot id"]
    assert grounded(web.replace("StartLimitIntervalSec=0", "")) != []


def complaints(unit: str, folder: Path) -> str:
    """What systemd says of a unit; its program is put where it is on this machine."""
    here = folder / ("checked@1.service" if "%i" in unit else "checked.service")
    here.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", unit, flags=re.M))
    done = subprocess.run(
        [str(SYSTEMD), "verify", "--man=no", str(here)], capture_output=True, text=True, check=False
    )
    said = (done.stdout + done.stderr).splitlines()
    return "\n".join(line for line in said if here.name in line)


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_systemd_understands_every_line_of_a_unit(unit: Path, tmp_path: Path) -> None:
    assert complaints(unit.read_text(), tmp_path) == ""


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")
def test_a_misspelt_line_of_a_unit_would_be_noticed(tmp_path: Path) -> None:
    unit = LASTING[0].read_text()
    assert "Unknown key" in complaints(unit.replace("RestartSec=1", "RestartSecs=1"), tmp_path)
    assert complaints(unit.replace("RestartSec=1", "RestartSec=soon"), tmp_path) != ""


def leaks_memory(text: str) -> list[str]:
    """The ways in which what a unit has in memory could reach a disk."""
    wanted = ("LimitCORE=0", "MemorySwapMax=0", "PrivateTmp=yes")
    return [line for line in wanted if not re.search(rf"^{line}$", text, re.MULTILINE)]


@pytest.mark.parametrize("name", ["examsite-web", "examsite-spare"])
def test_open_papers_reach_neither_swap_nor_a_core_dump(name: str) -> None:
    (text,) = (unit.read_text() for unit in UNITS if unit.stem == name)
    assert leaks_memory(text) == []
    assert leaks_memory(text.replace("MemorySwapMax=0", "MemorySwapMax=1G")) == ["MemorySwapMax=0"]
