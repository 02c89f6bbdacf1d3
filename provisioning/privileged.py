"""The only code that needs root: files of the system, systemd, and which release is in use.

What is asked of systemd goes by `Machine`, so that a step can be tried on a folder that stands for
a machine and has no systemd.
"""

import fcntl
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from provisioning.handing import give_back, opened, said
from provisioning.setup.errors import ReleaseIll, RootNeeded, StepFailed
from provisioning.setup.switching import Upgrade, refuse_while_sat, to_keep
from sync.wire.files import write_durably

# Those that use a release, in the order in which they start.
SERVICES = ("examsite-web", "examsite-spare", "examsite-courier", "examhq")
ENV_ANYWAY = "EXAMSITE_ANYWAY"
# What of systemctl only looks.
LOOKING = ("is-enabled", "is-active", "reset-failed")
# Owners and modes, as the package lays them out.
USERS = "/usr/lib/sysusers.d/examsite.conf"
FOLDERS = "/usr/lib/tmpfiles.d/examsite.conf"
PATIENCE_S = 20.0
LOOK_S = 0.1
# One may be bad luck.
MOST_FALLS = 2


class Machine:
    """A machine whose root folder is `root`; without a running systemd it is only files."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root

    def at(self, path: str) -> Path:
        """A path of that machine."""
        return self.root / path.lstrip("/")

    @property
    def runs(self) -> bool:
        """True if systemd is up there."""
        return self.root == Path("/") and Path("/run/systemd/system").is_dir()

    def need_root(self, what: str) -> None:
        """RootNeeded for anybody else; the folder of an image may be anybody's."""
        if self.root == Path("/") and os.geteuid() != 0:
            raise RootNeeded(what=what)

    def tell(self, *words: str) -> bool:
        """systemctl; False if it failed. Where systemd does not run nothing is done, and True."""
        return self.does("systemctl", "-q", *words, heard=words[0] not in LOOKING)

    def does(self, *command: str, heard: bool = False) -> bool:
        """Whether that program of the system ends with 0, or there is no running system to ask."""
        return not self.runs or does(*command, heard=heard)

    def active(self, unit: str) -> bool:
        """It runs, or is on its way up."""
        if not self.runs:
            return False
        return shown(unit, "ActiveState") in ("active", "activating", "reloading")

    def as_site(self, command: Sequence[str], given: Path | None = None) -> None:
        """A command of ours as the site's user, with that file as its input, or StepFailed.

        What it asks and says goes to the person at the terminal.
        """
        program = Path(sys.executable).with_name(command[0])
        user = ["runuser", "-u", "examsite", "--"] if self.root == Path("/") else []
        with (given or Path("/dev/null")).open("rb") as source:
            done = subprocess.run([*user, str(program), *command[1:]], stdin=source, check=False)
        if done.returncode:
            raise StepFailed(what=" ".join(command), status=done.returncode)

    def filters(self, table: str) -> bool:
        """The kernel has that table of the firewall; True where no systemd runs."""
        return self.does("nft", "list", "table", "inet", table)

    def called(self, name: str) -> None:
        """This machine bears that name, from now on and to itself."""
        self.write("/etc/hostname", f"{name}\n")
        if (hosts := self.read("/etc/hosts")) is not None:
            kept = [line for line in hosts.splitlines() if not line.startswith("127.0.1.1")]
            self.write("/etc/hosts", "\n".join([*kept, f"127.0.1.1\t{name}", ""]))
        self.does("hostname", name)

    def make_folders(self) -> None:
        """Users and folders as the package brings them; what lies in the site's is the site's."""
        rules = self.at(FOLDERS)
        does("systemd-sysusers", f"--root={self.root}", str(self.at(USERS)))
        does("systemd-tmpfiles", f"--root={self.root}", "--create", str(rules))
        give_back(self.at("/var/lib/examsite"))

    def make_room(self) -> None:
        """Old logs and fetched packages go; nothing of the site's."""
        self.does("journalctl", "--vacuum-size=50M")
        self.does("apt-get", "clean")

    def belongs_to_another(self, folder: Path) -> bool:
        """Root is here and the folder is the site's: what goes into it goes by as_site."""
        return os.geteuid() == 0 and folder.exists() and folder.stat().st_uid != 0

    def seal(self, name: str, secret: bytes, to: str) -> None:
        """That secret in a file that this machine alone opens, and was seen to; or StepFailed."""
        path = self.at(to)
        fresh = path.with_name(f".{path.name}")
        fresh.unlink(missing_ok=True)
        # No measured state of the firmware: an update of it must not keep a school from its site.
        how = (f"--name={name}", "--with-key=auto", "--tpm2-pcrs=")
        command = ("systemd-creds", "encrypt", *how, "-", str(fresh))
        status = subprocess.run(command, input=secret, check=False).returncode
        if status or self.unsealed(name, fresh) != secret:
            raise StepFailed(what=" ".join(command[:2]), status=status)
        write_durably(path, fresh.read_bytes(), 0o600)
        fresh.unlink()

    def unsealed(self, name: str, path: Path) -> bytes:
        """What such a file holds; StepFailed on another machine."""
        command = ("systemd-creds", "decrypt", f"--name={name}", str(path), "-")
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
        if done.returncode:
            raise StepFailed(what=" ".join(command[:2]), status=done.returncode)
        return done.stdout

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """A file of the system, whole or not at all."""
        to = self.at(path)
        to.parent.mkdir(parents=True, exist_ok=True)
        write_durably(to, text.encode(), mode)
        to.chmod(mode)

    def read(self, path: str) -> str | None:
        """What a file says; None if there is none."""
        try:
            return self.at(path).read_text("utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def remove(self, path: str) -> None:
        """A file, if it is there."""
        self.at(path).unlink(missing_ok=True)


def does(*command: str, heard: bool = False) -> bool:
    """Whether that program ends with 0; False too if there is none. `heard`: it may say why not."""
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(command, check=False, stdout=quiet, stderr=None if heard else quiet)
        return done.returncode == 0
    except OSError:
        return False


class Releases:
    """What lies in /usr/lib/examsite/releases, and which of them `current` names."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._folder = machine.at("/usr/lib/examsite")
        self._note = machine.at("/var/lib/examsite-setup/upgrade.json")
        self._data = machine.at("/var/lib/examsite")

    @property
    def current(self) -> str:
        """The version in use; empty before the first."""
        with suppress(OSError):
            return (self._folder / "current").readlink().name
        return ""

    def check(self) -> None:
        """SittingRuns if an upgrade would disturb a sitting."""
        if os.environ.get(ENV_ANYWAY) == "yes":
            return
        told = said(self._data / "running.json")
        enrolled = (self._data / "certificate.json").exists()
        refuse_while_sat(self._held(), told, enrolled)

    def _held(self) -> bool:
        """Somebody serves the site: the kernel knows, whatever systemd says."""
        try:
            with opened(self._data / "lock") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def switch(self, version: str) -> None:
        """Let that release take the place of the one in use; ReleaseIll with the old one back."""
        self.check()
        why = self._smoke(version)
        if why:
            raise ReleaseIll(after=version, why=why, now=self.current or "-")
        self._carry_out(Upgrade(self._good(version), version).advance("begin"))

    def _good(self, version: str) -> str:
        """The one to go back to: of an upgrade that was cut off, the one before it."""
        noted = self._noted()
        if noted is not None and noted.before and noted.before != version:
            return noted.before
        return self.current if self.current != version else ""

    @property
    def unsettled(self) -> Upgrade | None:
        """An upgrade that was begun and has not ended."""
        noted = self._noted()
        return noted if noted is not None and noted.state != "resting" else None

    def settle(self) -> None:
        """End an upgrade that was cut off; the services are up already."""
        noted = self._noted()
        if noted is None or noted.state not in ("switched", "returning"):
            return
        self._judge(noted, self._ill())

    def back(self) -> str:
        """Return to the release before; its version, empty if there is none."""
        others = [name for name in self._names() if name != self.current]
        if not others:
            return ""
        self.switch(others[-1])
        return others[-1]

    def _names(self) -> list[str]:
        folder = self._folder / "releases"
        found = [p for p in folder.glob("*") if p.is_dir() and not p.name.startswith(".")]
        return [p.name for p in sorted(found, key=lambda p: p.stat().st_mtime)]

    def _noted(self) -> Upgrade | None:
        with suppress(FileNotFoundError, msgspec.MsgspecError):
            return msgspec.json.decode(self._note.read_bytes(), type=Upgrade)
        return None

    def _carry_out(self, upgrade: Upgrade) -> None:
        """Put the state's release in place, start it, and see."""
        self._keep(upgrade)
        running = [unit for unit in SERVICES if self._machine.active(unit)]
        self._link(upgrade.release)
        self._machine.tell("daemon-reload")
        for unit in running:
            # Reset, so that a release that fell over often does not count against the next.
            self._machine.tell("reset-failed", unit)
            self._machine.tell("restart", "--no-block", unit)
        self._judge(upgrade, self._ill(running))

    def _judge(self, upgrade: Upgrade, why: str) -> None:
        judged = upgrade.advance("ill" if why else "well")
        if judged.state == "resting":
            self._note.unlink(missing_ok=True)
            self._prune(upgrade)
            return
        if judged.state == "returning" and upgrade.before:
            self._carry_out(judged)
        else:
            self._keep(judged)
        raise ReleaseIll(after=upgrade.after, why=why, now=self.current)

    def _keep(self, upgrade: Upgrade) -> None:
        self._note.parent.mkdir(parents=True, exist_ok=True)
        write_durably(self._note, msgspec.json.encode(upgrade))

    def _link(self, version: str) -> None:
        """One rename: there is no moment without a release."""
        fresh = self._folder / ".current"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path("releases") / version)
        fresh.replace(self._folder / "current")

    def _prune(self, upgrade: Upgrade) -> None:
        names = self._names()
        for name in set(names) - set(to_keep(names, upgrade)):
            shutil.rmtree(self._folder / "releases" / name, ignore_errors=True)

    def _smoke(self, version: str) -> str:
        """Why that release could not even begin; looked at before anything is touched."""
        python = self._folder / "releases" / version / "bin" / "python3"
        reads = "import siteapp.serve, siteapp.cli, sync.headquarters.cli, sync.headquarters.serve"
        try:
            done = subprocess.run(
                [python, "-c", reads], check=False, capture_output=True, text=True, timeout=60
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        return (done.stderr.strip().splitlines() or ["?"])[-1] if done.returncode else ""

    def _ill(self, running: Sequence[str] | None = None) -> str:
        """Why what should run is not well, after some patience; empty if it is."""
        wanted = [u for u in SERVICES if self._machine.active(u)] if running is None else running
        until = time.monotonic() + PATIENCE_S
        while True:
            why = self._ill_now(wanted)
            if not why or time.monotonic() > until or any(falls_over(unit) for unit in wanted):
                return why
            time.sleep(LOOK_S)

    def _ill_now(self, wanted: Sequence[str]) -> str:
        for unit in wanted:
            said = shown(unit, "ActiveState")
            if said != "active":
                return f"{unit}: {said}"
        if "examsite-web" in wanted and not healthy(self._machine.at("/run/examsite/web.sock")):
            return "/health"
        return ""


def shown(unit: str, what: str) -> str:
    """One property of a unit, as systemd says it."""
    command = ["systemctl", "show", "-P", what, unit]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()


def falls_over(unit: str) -> bool:
    """It was started again so often since it was asked for that waiting is of no use."""
    return int(shown(unit, "NRestarts") or 0) >= MOST_FALLS


def healthy(path: Path) -> bool:
    """The site behind that socket says that its writer lives; without a socket, systemd decides."""
    if not path.exists():
        return True
    with suppress(OSError, http.client.HTTPException), socket.socket(socket.AF_UNIX) as way:
        way.settimeout(5)
        way.connect(str(path))
        way.sendall(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
        answer = http.client.HTTPResponse(way)
        answer.begin()
        return answer.status == 200
    return False
