"""The tree of a release: an environment of Debian's Python with the locked wheels in it."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-hq.lock"
HOME = Path("usr/lib/examsite/package")
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
# Only to install with.
TOOLS = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence.pth")


def run(*command: str | Path, **more: str) -> str:
    """What a command says; it must succeed."""
    environment = os.environ | {"PYTHONHASHSEED": "0"} | more
    done = subprocess.run(
        [str(word) for word in command], env=environment, check=True, text=True, capture_output=True
    )
    return done.stdout


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
    run(*pip, "download", "-q", *given, "-d", folder, "-r", LOCK)


def lay_out(release: Path, python: Python, pip: list[str], wheels: Path, epoch: str) -> None:
    """Fill `release` from the wheels alone; nothing is fetched."""
    (release / "bin").mkdir(parents=True)
    (release / "bin" / "python3").symlink_to(python.path)
    told = f"home = {python.path.parent}\ninclude-system-site-packages = false\n"
    (release / "pyvenv.cfg").write_text(f"{told}version = {python.major}.{python.minor}\n")
    own = release.parent / "own"
    quiet = ["-q", "--no-index", "--no-deps"]
    source = _source(release.parent / "source")
    run(*pip, "wheel", *quiet, "--no-build-isolation", "-w", own, source, SOURCE_DATE_EPOCH=epoch)
    into = ["--python", str(release / "bin" / "python3"), "install", "--no-compile"]
    locked = ["--require-hashes", "--find-links", str(wheels), "-r", str(LOCK)]
    run(*pip, *into, "-q", "--no-index", *locked)
    run(*pip, *into, *quiet, *sorted(own.glob("*.whl")))
    shutil.rmtree(own)
    shutil.rmtree(source)
    _tidy(release, python)


def _source(folder: Path) -> Path:
    """A copy of what git has: building leaves nothing in the project, and takes nothing else in."""
    names = run("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, names.split("\0")):
        if not name.startswith(("tests/", "docs/")) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def _tidy(release: Path, python: Python) -> None:
    """Our three programs and no others; nothing that only an installer reads."""
    for path in (release / "bin").iterdir():
        if path.name != "python3":
            path.unlink()
    for program, module in PROGRAMS.items():
        path = release / "bin" / program
        path.write_text(LAUNCH.replace("MODULE", module).replace("PROGRAM", program))
        path.chmod(0o755)
    libraries = release / "lib" / python.name / "site-packages"
    for name in TOOLS:
        for path in (*libraries.glob(name), *libraries.glob(f"{name}-*.dist-info")):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for record in (
        *libraries.glob("*.dist-info/RECORD"),
        *libraries.glob("*.dist-info/direct_url.json"),
    ):
        record.unlink()
    # Sets up a developer's machine.
    (libraries / "provisioning" / "bootstrap.sh").unlink(missing_ok=True)
    for tests in (libraries / "Crypto" / "SelfTest", *libraries.glob("*/tests")):
        shutil.rmtree(tests, ignore_errors=True)
    if (release / "lib64").is_symlink():
        (release / "lib64").unlink()


def compile_all(release: Path, python: Python, at: Path) -> None:
    """Byte code that no clock and no path of this machine is in; `at` is where it will lie."""
    where = release / "lib" / python.name
    given = ["--invalidation-mode", "unchecked-hash", "-s", str(release), "-p", str(at)]
    run(release / "bin" / "python3", "-m", "compileall", "-q", "-j", "1", *given, where)
    # From here on it is read where it will lie, five folders below /usr.
    (release / "bin" / "python3").unlink()
    (release / "bin" / "python3").symlink_to(f"../../../../../bin/{python.path.name}")


def plain(tree: Path) -> None:
    """Modes that do not come from this machine's umask."""
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink():
            continue
        executable = path.is_dir() or path.parent.name == "bin" or path.parent.name == "DEBIAN"
        script = executable and path.name not in ("control", "md5sums", "conffiles")
        path.chmod(0o755 if script else 0o644)
