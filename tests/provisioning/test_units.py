"""The systemd units: commands that exist, and lines that systemd understands."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from provisioning.reference import CLIS

UNITS = sorted((Path(__file__).parents[2] / "systemd").glob("*.service"))
SYSTEMD = shutil.which("systemd-analyze")


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    program, *words = line.split()
    command = CLIS[Path(program).name]
    name = next(w for w in words if not w.startswith(("-", "/")))
    found = command.commands[name]
    options = {o for p in (*command.params, *found.params) for o in p.opts}
    assert isinstance(found, click.Command)
    assert {w for w in words if w.startswith("--")} <= options


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_no_unit_runs_as_root_or_writes_outside_its_folder(unit: Path) -> None:
    text = unit.read_text()
    assert re.search(r"^User=exam", text, re.MULTILINE)
    assert re.findall(r"^ReadWritePaths=(.*)$", text, re.MULTILINE) in (
        ["/var/lib/examsite"],
        ["/var/lib/examhq"],
    )
    assert "NoNewPrivileges=yes" in text
    assert re.search(r"^CapabilityBoundingSet=$", text, re.MULTILINE)


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_the_exposure_of_a_unit_stays_small(unit: Path) -> None:
    done = subprocess.run(
        [str(SYSTEMD), "security", "--offline=true", "--threshold=20", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-300:]
