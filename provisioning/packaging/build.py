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
from provisioning.packaging.running import run
from provisioning.packaging.tree import (
    EXTRA_HOME,
    HOME,
    PROGRAMS,
    ROOT,
    Python,
    compile_all,
    lay_out,
    plain,
    relink,
    wheelhouse,
)

DEBIAN = Path(__file__).parent / "debian"
RELEASES = Path("/usr/lib/examsite/releases")
UNITS = Path("lib/systemd/system")
MIB = 2**20


class Package:
    """The tree of a package in `folder`; what `dpkg-deb` needs besides."""

    def __init__(self, name: str, folder: Path, version: str, epoch: str) -> None:
        self.name, self.folder, self.version, self.epoch = name, folder, version, epoch
        self.tree = folder / name
        self.python = Python()

    def about(self) -> Path:
        """The folder of its papers, with those that Debian asks of every package."""
        about = self.tree / "usr/share/doc" / self.name
        about.mkdir(parents=True)
        shutil.copy(DEBIAN / "copyright", about / "copyright")
        when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(int(self.epoch)))
        log = (
            f"{self.name} ({self.version}) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n"
            f" -- examsite maintainers <maintainers@examsite.invalid>  {when}\n"
        )
        _packed(about / "changelog.gz", log)
        given = DEBIAN / self.name / "lintian-overrides"
        if given.exists():
            overrides = self.tree / "usr/share/lintian/overrides"
            overrides.mkdir(parents=True)
            shutil.copy(given, overrides / self.name)
        return about

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
            "ARCHITECTURE": architecture(),
            "SIZE": str(sum(p.stat().st_size for p in files) // 1024),
            "PYTHON": f"{python.major}.{python.minor}",
            "NEXT": f"{python.major}.{python.minor + 1}",
        }
        for path in (DEBIAN / self.name).iterdir():
            if path.name != "lintian-overrides":
                text = path.read_text()
                for word, value in given.items():
                    text = text.replace(f"@{word}@", value)
                (control / path.name).write_text(text)

    def write(self, to: Path) -> Path:
        """The package as a file."""
        plain(self.tree, int(self.epoch))
        path = to / f"{self.name}_{self.version}_{architecture()}.deb"
        # Opened in a third of the time of xz; zstd gains little more, and lintian does not know it.
        # One thread: their number shows in the bytes.
        options = ["--root-owner-group", "-Zgzip", "-z6", "--threads-max=1"]
        run("dpkg-deb", *options, "--build", self.tree, path, SOURCE_DATE_EPOCH=self.epoch)
        return path


class Site(Package):
    """All that a site needs, and a headquarters of one machine."""

    def fill(self, wheels: Path, extra: Path) -> None:
        """Everything but what dpkg itself asks for; what only a large headquarters needs, apart."""
        for tree in (self.tree, extra):
            shutil.rmtree(tree, ignore_errors=True)
        release = self.tree / HOME / self.version
        release.parent.mkdir(parents=True)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        wheelhouse(pip, wheels)
        lay_out(release, extra / EXTRA_HOME / self.version, self.python, pip, wheels)
        relink(release, self.python)
        for tree in (release, extra / EXTRA_HOME / self.version):
            compile_all(tree, self.python, RELEASES / self.version)
        self._share(release / "share")
        self._system()
        self._papers()

    def _share(self, share: Path) -> None:
        share.mkdir()
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
        """Changelog and copyright, and a manual of each program."""
        self.about()
        manual = self.tree / "usr/share/man/man1"
        manual.mkdir(parents=True)
        for program, text in pages(self.version, time.gmtime(int(self.epoch))):
            _packed(manual / f"{program}.1.gz", text)


def architecture() -> str:
    """As Debian calls this machine's."""
    return run("dpkg", "--print-architecture").strip()


def _packed(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def commit_time() -> str:
    """The time that everything in the package bears."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return given or run("git", "-C", ROOT, "log", "-1", "--format=%ct").strip()


def make(version: str, folder: Path, to: Path) -> tuple[Path, Path]:
    """Build both packages of that version in `folder`, put them into `to`: site, headquarters."""
    place, epoch = folder / version, commit_time()
    site = Site("examsite", place, version, epoch)
    extra = Package("examhq", place, version, epoch)
    site.fill(folder / "wheelhouse", extra.tree)
    extra.about()
    to.mkdir(parents=True, exist_ok=True)
    for package in (site, extra):
        package.control()
    return site.write(to), extra.write(to)


def main() -> None:
    """`make deb`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", default=project["version"])
    parser.add_argument("--folder", type=Path, default=ROOT / "build")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = given.folder.resolve()
    path, extra = make(given.version, folder, folder)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    size = round(path.stat().st_size / MIB, 1)
    more = {"headquarters": str(extra), "headquarters_mib": round(extra.stat().st_size / MIB, 1)}
    if given.json:
        print(json.dumps({"package": str(path), "sha256": digest, "deb_mib": size} | more))
    else:
        print(f"{path}  {size} MiB\nsha256 {digest}")
        print(f"{extra}  {more['headquarters_mib']} MiB, for a headquarters besides")


if __name__ == "__main__":
    main()
