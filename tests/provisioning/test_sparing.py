"""What the package leaves out nothing of ours reads; the build proves it on the tree."""

import subprocess
import sys
from pathlib import Path

from provisioning.packaging.sparing import LEFT_OUT, PROOF, leave_out

ROOT = Path(__file__).parents[2]
# As if the files of those modules were not there.
WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ABSENT:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
"""


def proven(absent: set[str]) -> subprocess.CompletedProcess[str]:
    """The proof of the build, here, without those modules."""
    program = f"ABSENT = {absent!r}\n{WITHOUT}{PROOF}"
    return subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def left_out() -> set[str]:
    """Modules that the package does not have."""
    plain = (one for one in LEFT_OUT if "*" not in one and "." not in one)
    return {one.replace("/", ".") for one in plain}


def test_all_of_ours_is_read_and_prints_without_what_is_left_out() -> None:
    assert "sqlalchemy.testing" in left_out()
    done = proven(left_out())
    assert done.returncode == 0, done.stderr


def test_a_module_that_is_needed_would_be_missed() -> None:
    done = proven({"msgspec"})
    assert "ModuleNotFoundError: msgspec" in done.stderr


def test_only_what_is_named_goes(tmp_path: Path) -> None:
    names = ("click/core.py", "click/core.pyi", "numpy/tests/a.py", "pip/x.py", "tzdata/zone")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    leave_out(tmp_path)
    left = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file())
    assert left == ["click/core.py"]
