"""`make deb`: the Debian package, the same bytes from the same commit."""

import argparse
import gzip
import hashlib
import json
import os
import shutil
import sys
import time
import tomllib
from pathlib import Path

from provisioning.packaging.manual import pages
from provisioning.packaging.tree import (
    HOME,
    PROGRAMS,
    ROOT,
    Python,
    compile_all,
    lay_out,
    plain,
    run,
    wheelhouse,
)

DEBIAN = Path(__file__).parent / "debian"
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
UNITS = Path("lib/systemd/system")
MIB = 2**20


class Package:
    """The tree of the package in `folder`, and what goes into it."""

    def __init__(self, folder: Path, version: str, epoch: str) -> None:
        self.folder, self.version, self.epoch = folder, version, epoch
        self.tree = folder / "tree"
        self.python = Python()

    @property
    def release(self) -> Path:
        """Where the release lies in the tree."""
        return self.tree / HOME / self.version

    def fill(self, wheels: Path) -> None:
        """Everything but what dpkg itself asks for."""
        shutil.rmtree(self.tree, ignore_errors=True)
        self.release.parent.mkdir(parents=True)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        wheelhouse(pip, wheels)
        lay_out(self.release, self.python, pip, wheels, self.epoch)
        compile_all(self.release, self.python, Path("/usr/lib/examsite/releases") / self.version)
        self._share()
        self._system()
        self._papers()

    def _share(self) -> None:
        share = self.release / "share"
        share.mkdir(exist_ok=True)
        fronts = ("haproxy.cfg", "haproxy-examsite.conf", "haproxy-hq.cfg", "haproxy-examhq.conf")
        for name in (*fronts, "journald-examsite.conf"):
            shutil.copy(ROOT / "systemd" / name, share / name)

    def _system(self) -> None:
        """Units, users and folders, and the programs where a shell finds them."""
        for where in (UNITS, "usr/lib/sysusers.d", "usr/lib/tmpfiles.d", "usr/bin"):
            (self.tree / where).mkdir(parents=True)
        for unit in (*(ROOT / "systemd").glob("*.service"), *(ROOT / "systemd").glob("*.timer")):
            shutil.copy(unit, self.tree / UNITS / unit.name)
        for kind in ("sysusers", "tmpfiles"):
            to = self.tree / f"usr/lib/{kind}.d/examsite.conf"
            shutil.copy(ROOT / "systemd" / f"examsite.{kind}", to)
        for program in PROGRAMS:
            path = self.tree / "usr/bin" / program
            path.write_text(f'#!/bin/sh\nexec /usr/lib/examsite/current/bin/{program} "$@"\n')

    def _papers(self) -> None:
        """What Debian asks of every package: changelog, copyright, manuals, what lintian skips."""
        about = self.tree / "usr/share/doc/examsite"
        about.mkdir(parents=True)
        shutil.copy(DEBIAN / "copyright", about / "copyright")
        when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(int(self.epoch)))
        log = (
            f"examsite ({self.version}) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n"
            f" -- examsite maintainers <maintainers@examsite.invalid>  {when}\n"
        )
        _packed(about / "changelog.gz", log)
        manual = self.tree / "usr/share/man/man1"
        manual.mkdir(parents=True)
        for program, text in pages(self.version, time.gmtime(int(self.epoch))):
            _packed(manual / f"{program}.1.gz", text)
        overrides = self.tree / "usr/share/lintian/overrides"
        overrides.mkdir(parents=True)
        shutil.copy(DEBIAN / "lintian-overrides", overrides / "examsite")

    def control(self) -> None:
        """What dpkg reads: the control file, the sums, the scripts."""
        control = self.tree / "DEBIAN"
        shutil.rmtree(control, ignore_errors=True)
        files = sorted(p for p in self.tree.rglob("*") if p.is_file() and not p.is_symlink())
        sums = [f"{_md5(p)}  {p.relative_to(self.tree)}\n" for p in files]
        control.mkdir()
        (control / "md5sums").write_text("".join(sums))
        python = self.python
        given = {
            "VERSION": self.version,
            "ARCHITECTURE": run("dpkg", "--print-architecture").strip(),
            "SIZE": str(sum(p.stat().st_size for p in files) // 1024),
            "PYTHON": f"{python.major}.{python.minor}",
            "NEXT": f"{python.major}.{python.minor + 1}",
        }
        for name in ("control", *SCRIPTS):
            text = (DEBIAN / name).read_text()
            for word, value in given.items():
                text = text.replace(f"@{word}@", value)
            (control / name).write_text(text)

    def write(self, to: Path) -> Path:
        """The package as a file."""
        plain(self.tree)
        path = to / f"examsite_{self.version}_{run('dpkg', '--print-architecture').strip()}.deb"
        # One thread: their number shows in the bytes. More than level 1 gains little.
        options = ["--root-owner-group", "-Zxz", "-z1", "--threads-max=1"]
        run("dpkg-deb", *options, "--build", self.tree, path, SOURCE_DATE_EPOCH=self.epoch)
        return path


def _packed(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def commit_time() -> str:
    """The time that everything in the package bears."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return given or run("git", "-C", ROOT, "log", "-1", "--format=%ct").strip()


def make(version: str, folder: Path, to: Path) -> Path:
    """Build the package of that version in `folder`, and put it into `to`."""
    package = Package(folder / version, version, commit_time())
    package.fill(folder / "wheelhouse")
    package.control()
    to.mkdir(parents=True, exist_ok=True)
    return package.write(to)


def main() -> None:
    """`make deb`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", default=project["version"])
    parser.add_argument("--folder", type=Path, default=ROOT / "build")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    path = make(given.version, given.folder.resolve(), given.folder.resolve())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    size = round(path.stat().st_size / MIB, 1)
    if given.json:
        print(json.dumps({"package": str(path), "sha256": digest, "deb_mib": size}))
    else:
        print(f"{path}  {size} MiB\nsha256 {digest}")


if __name__ == "__main__":
    main()
