"""The package is a function of the commit: two people who build it get the same bytes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("git", "dpkg-deb", "strip", "readelf")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason="needs git, dpkg-deb, binutils"),
]
# Nobody's machine is like another's.
HERE = {"TZ": "Asia/Shanghai", "LANG": "C.UTF-8"}
THERE = {"TZ": "America/Lima", "LANG": "zh_CN.UTF-8", "PYTHONHASHSEED": "7"}
# As Python would make it by itself: with the time of the source in it.
WITH_CLOCK = ("-m", "compileall", "-q", "-f", "--invalidation-mode", "timestamp")


def built(clone: Path, umask: int, around: dict[str, str]) -> Path:
    """A clone of this commit, and both packages built in it; the folder they lie in."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    wheels = ROOT / "build" / "wheelhouse"
    if wheels.is_dir():
        # Fetching them again shows nothing: their hashes are checked.
        shutil.copytree(wheels, clone / "build" / "wheelhouse", copy_function=os.link)
    command = [sys.executable, "-m", "provisioning.packaging.build"]
    environment = os.environ | around
    subprocess.run(
        command, cwd=clone, env=environment, umask=umask, check=True, stdout=subprocess.DEVNULL
    )
    return clone / "build"


def digests(folder: Path) -> dict[str, bytes]:
    """File → its bytes."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.deb"))}


def pack(folder: Path, program: Sequence[str]) -> None:
    """Run a line of Python in that clone."""
    subprocess.run([sys.executable, *program], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def test_two_clones_of_a_commit_give_the_same_packages(tmp_path: Path) -> None:
    one = built(tmp_path / "one", 0o022, HERE)
    other = built(tmp_path / "somewhere" / "else-entirely", 0o077, THERE)
    first, second = digests(one), digests(other)
    assert [name.partition("_")[0] for name in first] == ["examhq", "examsite"]
    assert first == second
    # The control: with byte code as Python makes it by itself they would differ.
    (site,) = (other / "0.1.0" / "examsite").glob("usr/lib/examsite/package/*/lib/*/site-packages")
    pack(other.parent, [*WITH_CLOCK, str(site / "click")])
    again = (
        "from pathlib import Path; from provisioning.packaging.build import Package, commit_time\n"
        f"place = Path({str(other / '0.1.0')!r})\n"
        "Package('examsite', place, '0.1.0', commit_time()).write(place.parent)"
    )
    pack(other.parent, ["-c", again])
    assert digests(other)["examsite_0.1.0_amd64.deb"] != first["examsite_0.1.0_amd64.deb"]
