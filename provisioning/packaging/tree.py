"""The tree of a release: an environment of Debian's Python with the locked wheels in it."""

import os
import shutil
from pathlib import Path

from provisioning.packaging.running import run
from provisioning.packaging.sparing import ONLY_WHOLE, leave_out, prove, strip

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
# What a headquarters needs besides; every site would unpack it for nothing.
WHOLE_LOCK = ROOT / "requirements-hq.lock"
HOME = Path("usr/lib/examsite/package")
EXTRA_HOME = Path("usr/lib/examsite/extra")
# Of files in a zip; what they bear in the package is the time of the commit.
EARLIEST = "315532800"
PROGRAMS = {
    "examsite": "siteapp.cli",
    "examhq": "sync.headquarters.cli",
    "examsite-setup": "provisioning.cli",
}
# By its own place, so that a running program never changes its release half-way.
LAUNCH = """#!/bin/sh
here=$(readlink -f -- "$0")
exec "${here%/*}/python3" -I -c 'from MODULE import main; main(prog_name="PROGRAM")' "$@"
"""


class Python:
    """Debian's own, which the package depends on."""

    def __init__(self, path: str = "/usr/bin/python3") -> None:
        self.path = Path(path).resolve()
        said = run(self.path, "-c", "import sys; print(*sys.version_info[:2])")
        self.major, self.minor = (int(word) for word in said.split())

    @property
    def name(self) -> str:
        """As its folder of libraries is called."""
        return f"python{self.major}.{self.minor}"


def wheelhouse(pip: list[str], folder: Path) -> None:
    """Every locked wheel, its hash checked, in `folder`; what is there already is not fetched."""
    folder.mkdir(parents=True, exist_ok=True)
    given = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--find-links", str(folder)]
    run(*pip, "download", "-q", *given, "-d", folder, "-r", WHOLE_LOCK)


def lay_out(release: Path, extra: Path, python: Python, pip: list[str], wheels: Path) -> None:
    """Fill `release` from the wheels alone, and `extra` with what only headquarters needs."""
    (release / "bin").mkdir(parents=True)
    (release / "bin" / "python3").symlink_to(python.path)
    told = f"home = {python.path.parent}\ninclude-system-site-packages = false\n"
    (release / "pyvenv.cfg").write_text(f"{told}version = {python.major}.{python.minor}\n")
    own = release.parent / "own"
    quiet = ["-q", "--no-index", "--no-deps"]
    source = _source(release.parent / "source")
    run(
        *pip, "wheel", *quiet, "--no-build-isolation", "-w", own, source, SOURCE_DATE_EPOCH=EARLIEST
    )
    into = ["--python", str(release / "bin" / "python3"), "install", "--no-compile"]
    locked = ["-q", "--no-index", "--require-hashes", "--find-links", str(wheels)]
    run(*pip, *into, *locked, "-r", LOCK)
    run(*pip, *into, *quiet, *sorted(own.glob("*.whl")))
    shutil.rmtree(own)
    shutil.rmtree(source)
    libraries = release / "lib" / python.name / "site-packages"
    _tidy(release, libraries)
    prove(release / "bin" / "python3", ONLY_WHOLE)
    before = _files(libraries)
    run(*pip, *into, *locked, "-r", WHOLE_LOCK)
    _tidy(release, libraries)
    added = _files(libraries) - before
    prove(release / "bin" / "python3")
    for name in added:
        to = extra / "lib" / python.name / "site-packages" / name
        to.parent.mkdir(parents=True, exist_ok=True)
        (libraries / name).rename(to)
    _drop_empty(libraries)


def _files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir()}


def _drop_empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _source(folder: Path) -> Path:
    """A copy of what git has: building leaves nothing in the project, and takes nothing else in."""
    names = run("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, names.split("\0")):
        if not name.startswith(("tests/", "docs/")) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def _tidy(release: Path, libraries: Path) -> None:
    """Our three programs and no others; nothing that only installers and developers read."""
    for path in (release / "bin").iterdir():
        if path.name != "python3":
            path.unlink()
    for program, module in PROGRAMS.items():
        path = release / "bin" / program
        path.write_text(LAUNCH.replace("MODULE", module).replace("PROGRAM", program))
        path.chmod(0o755)
    leave_out(libraries)
    strip(libraries)
    _drop_empty(libraries)
    # Include files of libraries, their manuals, and a second name of lib.
    for name in ("include", "share", "man", "lib64"):
        path = release / name
        path.unlink() if path.is_symlink() else shutil.rmtree(path, ignore_errors=True)


def compile_all(tree: Path, python: Python, at: Path) -> None:
    """Byte code that no clock and no path of this machine is in; `at` is where it will lie."""
    where = tree / "lib" / python.name
    given = ["--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", str(at)]
    run(python.path, "-I", "-m", "compileall", "-q", "-j", "1", *given, where)


def relink(release: Path, python: Python) -> None:
    """From here on Python is found from where it will lie, five folders below /usr."""
    (release / "bin" / "python3").unlink()
    (release / "bin" / "python3").symlink_to(f"../../../../../bin/{python.path.name}")


def plain(tree: Path, epoch: int) -> None:
    """Modes that do not come from this machine's umask, and no time but the commit's."""
    for path in (tree, *tree.rglob("*")):
        os.utime(path, (epoch, epoch), follow_symlinks=False)
        if path.is_symlink():
            continue
        executable = path.is_dir() or path.parent.name == "bin" or path.parent.name == "DEBIAN"
        script = executable and path.name not in ("control", "md5sums", "conffiles")
        path.chmod(0o755 if script else 0o644)
