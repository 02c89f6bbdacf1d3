"""Installation in figures: `make bench-install`, with ARGS=--json for one JSON line.

A bare Debian in a container without a network is booted, gets the package, is applied and asked
over HTTPS; then it is booted again, upgraded, and rolled back from a release that does not serve.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import room
import world
from installed import Installed, repacked
from nspawned import booted, cabled, missing

from siteapp.site import Site

# What is more than this fails.
BOUNDS = {
    "install_seconds": 60.0,
    "boot_to_ready_seconds": 5.0,
    "exposure_max": 1.5,
    "upgrade_seconds": 30.0,
    "rollback_seconds": 10.0,
}


def opened(folder: Path) -> Path:
    """The data of a site whose room is open."""
    data = folder / "site"
    data.mkdir()
    headquarters = world.Headquarters()
    package = world.make_package(headquarters, headquarters.enrol(data), folder)
    site = Site(data)
    room.open_room(site, package)
    site.close()
    return data


def exposure() -> float:
    """The largest that systemd reckons for any of our units."""
    found = []
    for unit in (Path(__file__).parents[2] / "systemd").glob("*.service"):
        command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        found.append(float(re.findall(r"exposure level for \S+: ([\d.]+)", said)[0]))
    return max(found)


def installed(made: Installed, package: Path, data: Path) -> float:
    """Seconds from the package to the first answer over HTTPS."""
    made.prepare()
    began = time.monotonic()
    made.install(package)
    made.enrol(data)
    made.apply()
    made.wait_served()
    return time.monotonic() - began


def changed(made: Installed, packages: tuple[Path, Path]) -> tuple[float, float]:
    """Seconds of an upgrade, and of going back; each to the first answer."""
    newer, faulty = packages
    _, upgrade = made.install(newer)
    upgrade += made.wait_served()
    made.install(faulty, check=False)
    assert made.asks() == 200, "the faulty release was not taken back"
    began = time.monotonic()
    made.container.run("examsite-setup", "upgrade", "back")
    made.wait_served()
    return upgrade, time.monotonic() - began


def measure(package: Path, folder: Path) -> dict[str, float]:
    """One machine, from bare to rolled back."""
    data, figures = opened(folder), {"deb_mib": package.stat().st_size / 2**20}
    (version,) = re.findall(r"_(.+?)_", package.name)
    packages = (
        repacked(package, f"{version}.1", folder),
        repacked(package, f"{version}.2", folder, broken=True),
    )
    with booted(folder / "machine") as container:
        with cabled(container) as cable:
            made = Installed(container, cable, folder)
            figures["install_seconds"] = installed(made, package, data)
            made.close_sittings()
        container.off()
        began = time.monotonic()
        container.boot("examsite-web", "haproxy")
        figures["boot_to_ready_seconds"] = time.monotonic() - began
        with cabled(container) as cable:
            made = Installed(container, cable, folder)
            made.wait_served()
            figures["ready_rss_mib"] = made.rss_mib()
            figures["upgrade_seconds"], figures["rollback_seconds"] = changed(made, packages)
    figures["exposure_max"] = exposure()
    return {name: round(value, 1) for name, value in figures.items()}


def main() -> int:
    """Measure the package that is named, and say so."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("package", type=Path)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    if why := missing():
        print(f"bench-install: {why}", file=sys.stderr)
        return 3
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(given.package.resolve(), Path(folder))
    if given.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            bound = f"at most {BOUNDS[name]:g}" if name in BOUNDS else ""
            print(f"{name:24}{value:<8}{bound}".rstrip())
    above = [name for name, bound in BOUNDS.items() if figures[name] > bound]
    if above:
        print(f"bench-install: above the bound: {', '.join(above)}", file=sys.stderr)
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
