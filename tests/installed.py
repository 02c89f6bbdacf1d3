"""A site as its administrator would make it: a bare Debian, the package, `examsite-setup apply`."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from nspawned import INSIDE, OUTSIDE, Container, missing
from together import wait_until
from world import Package

PACKAGE = os.environ.get("EXAMSITE_PACKAGE", "")
# What runs on a machine that is really booted: by `make test-install`.
BOOTED = [
    pytest.mark.long,
    pytest.mark.skipif(not PACKAGE, reason="no package: run make test-install"),
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]
TESTS = Path(__file__).parent
ROOT, MACHINE = TESTS.parent, TESTS / "install" / "machine.py"
DATA = "/var/lib/examsite"
ANSWERS = f'host_name = "exam-1"\naddress = "{INSIDE}"\n'
# A container has no right to set the clock; chrony serves the room from it all the same.
CHRONY = {
    "/etc/systemd/system/chrony.service.d/container.conf": "[Unit]\nConditionCapability=\n",
    "/etc/default/chrony": 'DAEMON_OPTS="-F 0 -x"\n',
}
CLOSE = """
import sys
from pathlib import Path
from siteapp.conduct import acts
from siteapp.site import Site
from siteapp.store.writer import Decision
from siteapp.heartbeat import Running
site = Site(Path("/var/lib/examsite"))
for session in site.live.sessions.values():
    of = site.shelf.items_by_form(session)
    for name in session.sittings:
        close = lambda s, name=name: Decision(acts.close_sitting(s, name, "chief", of))
        site.live.act(session, close)
site.close()
"""
# One connection that stays open: each line asks for one answer over it, and says its certificate.
HELD = """
import hashlib, http.client, ssl, sys
host, trusted = sys.argv[1:]
c = ssl.create_default_context(cafile=trusted)
c.check_hostname = False
way = http.client.HTTPSConnection(host, timeout=10, context=c)
way.connect()
way.auto_open = 0
bears = hashlib.sha256(way.sock.getpeercert(True)).hexdigest()
for _ in sys.stdin:
    try:
        way.request("GET", "/health")
        answer = way.getresponse()
        answer.read()
        print(answer.status, bears, flush=True)
    except (OSError, http.client.HTTPException):
        print(0, bears, flush=True)
"""
BROKEN = "raise RuntimeError('a fault that only shows when it serves')\n"


def repacked(package: Path, version: str, to: Path, broken: bool = False) -> Path:
    """The same package as another version; a broken one falls over when it is to serve."""
    copy = to / f"tree-{version}"
    subprocess.run(["dpkg-deb", "-R", str(package), str(copy)], check=True)
    (old,) = (copy / "usr/lib/examsite/package").iterdir()
    release = old.rename(old.parent / version)
    for name in ("control", "postinst"):
        path = copy / "DEBIAN" / name
        path.write_text(path.read_text().replace(old.name, version))
    if broken:
        (served,) = release.glob("lib/*/site-packages/siteapp/serve.py")
        text = served.read_text()
        begins = "    site = Site(folder)\n"
        assert begins in text
        served.write_text(text.replace(begins, f"    {BROKEN}{begins}"))
        shutil.rmtree(served.parent / "__pycache__")
    (copy / "DEBIAN" / "md5sums").unlink()
    path = to / f"examsite_{version}.deb"
    quick = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build"]
    subprocess.run([*quick, str(copy), str(path)], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(copy)
    return path


class Held:
    """A connection that stays open, in a process of its own."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self._popen = popen

    def ask(self) -> tuple[int, str]:
        """Status over that very connection, 0 if it was cut, and the certificate it began with."""
        assert self._popen.stdin
        assert self._popen.stdout
        self._popen.stdin.write("\n")
        self._popen.stdin.flush()
        status, bears = self._popen.stdout.readline().split()
        return int(status), bears


class Installed:
    """The site in its container, and a machine of the room at the end of a cable."""

    def __init__(self, container: Container, room: str, folder: Path) -> None:
        self.container, self._room, self._home = container, room, folder / "home"
        self.address = f"https://{INSIDE}"

    def prepare(self) -> None:
        """What the container is not, as a machine would be."""
        for path, text in CHRONY.items():
            self.write(path, text)
        self.answers()
        self.container.run("systemctl", "daemon-reload")

    def write(self, path: str, text: str) -> None:
        """A file in there."""
        self.container.run("mkdir", "-p", str(Path(path).parent))
        command = self.container.command("tee", path)
        subprocess.run(command, input=text.encode(), check=True, stdout=subprocess.DEVNULL)

    def install(self, package: Path, check: bool = True, **environment: str) -> tuple[str, float]:
        """`dpkg -i`: what it says, and how long it took."""
        self.container.put(package, "/root/examsite.deb")
        began = time.monotonic()
        said = self.container.run("dpkg", "-i", "/root/examsite.deb", check=check, **environment)
        return said, time.monotonic() - began

    def enrol(self, data: Path) -> None:
        """The site's data, as if it had enrolled and a session had been opened."""
        self.container.put(data, "/root/site")
        self.container.run("sh", "-c", f"cp -r /root/site/. {DATA} && rm -rf /root/site")
        self.write(f"{DATA}/settings.toml", f'headquarters = "http://{OUTSIDE}:9"\n')
        self.container.run("chown", "-R", "examsite:examsite", DATA)

    def answers(self, *more: str) -> None:
        """The answer file, with these lines besides."""
        self.write("/root/answers.toml", "\n".join([ANSWERS, *more, ""]))

    def apply(self) -> str:
        """As an administrator with an answer file."""
        return self.container.run("examsite-setup", "apply", "--answers", "/root/answers.toml")

    def asks(self, path: str = "/health") -> int:
        """A machine of the room asks over HTTPS and believes the room's CA; 0 for no answer."""
        program = (
            "import ssl, sys, urllib.request as u\n"
            "c = ssl.create_default_context(cafile=sys.argv[2])\n"
            "print(u.urlopen(sys.argv[1], timeout=5, context=c).status)"
        )
        given = [self.address + path, str(self._trusted())]
        done = self._in_room(sys.executable, "-c", program, *given)
        return int(done.stdout) if done.returncode == 0 else 0

    def _trusted(self) -> Path:
        """The root certificate, in a home whose browser trusts it."""
        file = self._home / "root.pem"
        if not file.exists():
            database = self._home / ".pki" / "nssdb"
            database.mkdir(parents=True)
            file.write_text(self.container.run("cat", "/etc/examsite/trust/root.pem"))
            store = ["certutil", "-d", f"sql:{database}"]
            subprocess.run([*store, "-N", "--empty-password"], check=True)
            trust = [*store, "-A", "-t", "C,,", "-n", "room", "-i", str(file)]
            subprocess.run(trust, check=True)
        return file

    def _in_room(self, *command: str) -> subprocess.CompletedProcess[str]:
        within = ["ip", "netns", "exec", self._room, *command]
        path = os.pathsep.join(str(folder) for folder in (TESTS, TESTS / "journeys", ROOT))
        environment = os.environ | {"PYTHONPATH": path}
        return subprocess.run(within, capture_output=True, text=True, check=False, env=environment)

    @contextmanager
    def held(self) -> Iterator["Held"]:
        """A connection of a machine of the room that stays open."""
        command = [sys.executable, "-c", HELD, INSIDE, str(self._trusted())]
        within = ["ip", "netns", "exec", self._room, *command]
        with subprocess.Popen(
            within, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as popen:
            yield Held(popen)

    def wait_served(self) -> float:
        """Seconds until the room gets an answer."""
        began = time.monotonic()
        wait_until(lambda: self.asks() == 200, "the site over HTTPS", 0.02)
        return time.monotonic() - began

    def sit(self, package: Package, seat: int, **told: Any) -> dict[str, Any]:
        """A candidate in Chromium at the end of the cable."""
        candidate = next(c for c in package.plan.candidates if c.seat == seat)
        given = {"admission": candidate.admission, "secret": candidate.identity[-6:], "seat": seat}
        words = (self.address, str(self._trusted().parent), json.dumps(given | told))
        done = self._in_room(sys.executable, str(MACHINE), *words)
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def close_sittings(self) -> None:
        """As the chief invigilator would; the service is down for the moment."""
        self.container.run("systemctl", "stop", "examsite-web")
        python = "/usr/lib/examsite/current/bin/python3"
        self.container.run("runuser", "-u", "examsite", "--", python, "-I", "-c", CLOSE)
        self.container.run("systemctl", "start", "examsite-web")

    def watched(self, seconds: str) -> None:
        """The service's watchdog, at another measure; it starts anew."""
        text = f"[Service]\nWatchdogSec={seconds}\n"
        self.write("/run/systemd/system/examsite-web.service.d/watch.conf", text)
        self.container.run("systemctl", "daemon-reload")
        self.container.run("systemctl", "restart", "examsite-web")
        self.wait_served()

    def as_site(self, line: str) -> str:
        """A line of the shell as the site's own user, without a terminal."""
        return self.container.run(
            "setsid", "-w", "runuser", "-u", "examsite", "--", "sh", "-c", line
        )

    def small_disk(self, mount: str, spare_mib: int) -> None:
        """That folder moves to a small disk of its own; the services start there."""
        room = int(self.container.run("du", "-sm", mount).split()[0]) + spare_mib
        ours = ("haproxy", "examsite-courier", "examsite-web")
        self.container.run("systemctl", "stop", *ours)
        small = f"/small{mount.replace('/', '-')}"
        script = (
            f"mkdir -p {small} && mount -t tmpfs -o size={room}m,mode=755 tmpfs {small}"
            f" && cp -a {mount}/. {small} && mount --bind {small} {mount}"
        )
        self.container.run("sh", "-c", script)
        self.container.run("systemctl", "start", *ours)
        self.wait_served()

    def fill(self, folder: str) -> None:
        """No byte more fits there; `filler` is to be removed."""
        self.container.run("sh", "-c", f"cat /dev/zero > {folder}/filler 2>/dev/null || true")

    def card(self) -> str:
        """The network card with the room's cable in it."""
        return self.container.run("ip", "-o", "addr", "show", "to", INSIDE).split()[1]

    def current(self) -> str:
        """The release in use."""
        return self.container.run("readlink", "/usr/lib/examsite/current").rpartition("/")[2]

    def hang(self) -> None:
        """The service stands still; systemd sees no heartbeat."""
        self.container.run("kill", "-STOP", self.container.state("examsite-web", "MainPID"))

    def rss_mib(self) -> float:
        """What the service holds in memory."""
        pid = self.container.state("examsite-web", "MainPID")
        status = self.container.run("cat", f"/proc/{pid}/status")
        return round(int(status.split("VmRSS:")[1].split()[0]) / 1024, 1)
