"""A Debian machine in a container: made by debootstrap once, booted by systemd, with no network.

`EXAMSITE_DEBIAN` names the folder where the bare machine is kept (build/debian if not said).
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from together import wait_until

ROOT = Path(__file__).parents[1]
KEPT = Path(os.environ.get("EXAMSITE_DEBIAN", ROOT / "build" / "debian"))
# What a machine has before our package comes: what that depends on and recommends.
PACKAGES = (
    "systemd,systemd-sysv,dbus,python3,haproxy,chrony,dnsmasq-base,nftables,iproute2,"
    "fonts-noto-cjk,libharfbuzz-subset0,libpango-1.0-0,libpangoft2-1.0-0,ca-certificates,procps"
)
SITES = ("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", "Codename: {}")
RELEASE = "bookworm"
# Nothing of this reaches the mounts of the machine that runs the test.
BOOT = """
mount --make-rprivate /
mount -t overlay overlay -o lowerdir={base},upperdir={own}/upper,workdir={own}/work {own}/root
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd
exec systemd-nspawn -q --register=no --keep-unit -D {own}/root --private-network --boot </dev/null
"""
INSIDE, OUTSIDE = "10.99.0.1", "10.99.0.2"


def missing() -> str:
    """Why no machine can be booted here; empty if one can."""
    if os.geteuid() != 0:
        return "only root can boot a container"
    needed = ("debootstrap", "systemd-nspawn", "unshare", "nsenter", "ip")
    absent = [name for name in needed if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


def _mirror() -> list[str]:
    """Where this machine has its own packages from; nothing if it is of another release."""
    asked = [part.format(RELEASE) for part in SITES]
    said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return said.split()[:1]


def base() -> Path:
    """The bare machine; fetched the first time, which takes some minutes."""
    if not (KEPT / "root" / "usr" / "bin").is_dir():
        shutil.rmtree(KEPT, ignore_errors=True)
        KEPT.mkdir(parents=True)
        fresh = KEPT / "fresh"
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", RELEASE]
        subprocess.run([*command, str(fresh), *_mirror()], check=True, stdout=subprocess.DEVNULL)
        for archive in (fresh / "var/cache/apt/archives").glob("*.deb"):
            archive.unlink()
        fresh.rename(KEPT / "root")
    return KEPT / "root"


class Container:
    """A booted machine; what is changed in it lies in `folder`, and outlives a reboot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("upper", "work", "root"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._popen: subprocess.Popen[bytes] | None = None
        self._units: tuple[str, ...] = ()
        self.leader = 0
        self.booted_s = 0.0

    def boot(self, *units: str) -> None:
        """Up, with all that starts at boot started; or with those units up, sooner."""
        self._units = units
        script, began = BOOT.format(base=base(), own=self.folder), time.monotonic()
        with (self.folder / "console").open("wb") as console:
            self._popen = subprocess.Popen(
                ["unshare", "-m", "sh", "-c", script], stdout=console, stderr=subprocess.STDOUT
            )
        wait_until(self._is_up, "the machine")
        self.booted_s = time.monotonic() - began

    def _is_up(self) -> bool:
        assert self._popen
        assert self._popen.poll() is None, (self.folder / "console").read_text()[-2000:]
        self.leader = self._first()
        if not self.leader:
            return False
        if self._units:
            return all(self.succeeds("systemctl", "-q", "is-active", u) for u in self._units)
        said = self.run("systemctl", "is-system-running", check=False)
        return said in ("running", "degraded")

    def _first(self) -> int:
        """The number of its first process; 0 as long as nspawn prepares it."""
        assert self._popen
        with suppress(OSError):
            children = Path(f"/proc/{self._popen.pid}/task/{self._popen.pid}/children")
            for child in children.read_text().split():
                if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    return int(child)
        return 0

    def command(self, *words: str) -> list[str]:
        """What runs `words` inside."""
        return ["nsenter", "-t", str(self.leader), "-a", "--", *words]

    def run(self, *words: str, check: bool = True, **environment: str) -> str:
        """What a command inside says."""
        given = ["env", *(f"{name}={value}" for name, value in environment.items())]
        done = subprocess.run(
            self.command(*given, *words), capture_output=True, text=True, check=False
        )
        said = (done.stdout + done.stderr).strip()
        assert not check or done.returncode == 0, (words, said)
        return said

    def succeeds(self, *words: str) -> bool:
        """Whether a command inside ends with 0."""
        return (
            subprocess.run(self.command(*words), capture_output=True, check=False).returncode == 0
        )

    def put(self, source: Path, to: str) -> None:
        """Copy a file or a folder of this machine into that one."""
        packed = subprocess.Popen(
            ["tar", "-C", str(source.parent), "-c", source.name], stdout=subprocess.PIPE
        )
        into = self.command("tar", "-C", str(Path(to).parent), "-x", "--no-same-owner")
        if source.name != Path(to).name:
            into.append(f"--transform=s,^{source.name},{Path(to).name},")
        with packed:
            subprocess.run(into, stdin=packed.stdout, check=True)

    def get(self, source: str, to: Path) -> None:
        """Copy a file of that machine into a file of this one."""
        with to.open("wb") as file:
            subprocess.run(self.command("cat", source), stdout=file, check=True)

    def state(self, unit: str, what: str) -> str:
        """What systemd says of a unit."""
        return self.run("systemctl", "show", "-P", what, unit)

    def off(self) -> None:
        """Power off; harmless if it is."""
        if self._popen is None or self._popen.poll() is not None:
            return
        if self.leader:
            # What systemd takes for "power off now".
            with suppress(ProcessLookupError):
                os.kill(self.leader, signal.SIGRTMIN + 4)
        try:
            self._popen.wait(30)
        except subprocess.TimeoutExpired:
            self.cut()
        self.leader = 0

    def cut(self) -> None:
        """The power goes."""
        if self.leader:
            with suppress(ProcessLookupError):
                os.kill(self.leader, signal.SIGKILL)
        if self._popen:
            self._popen.wait(30)
        self.leader = 0


@contextmanager
def booted(folder: Path) -> Iterator[Container]:
    """A bare machine that is up; off at the end, whatever happens."""
    container = Container(folder)
    try:
        container.boot()
        yield container
    finally:
        container.off()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cabled(container: Container) -> Iterator[str]:
    """A cable from that machine to a network namespace, the name of which this gives."""
    own = f"exam{os.getpid()}"
    ends = (f"r{os.getpid()}", f"s{os.getpid()}")
    _ip("netns", "add", own)
    try:
        _ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        _ip("link", "set", ends[0], "netns", str(container.leader))
        _ip("link", "set", ends[1], "netns", own)
        container.run("ip", "addr", "add", f"{INSIDE}/24", "dev", ends[0])
        container.run("ip", "link", "set", ends[0], "up")
        for words in (
            ("addr", "add", f"{OUTSIDE}/24", "dev", ends[1]),
            ("link", "set", ends[1], "up"),
        ):
            _ip("-n", own, *words)
        _ip("-n", own, "link", "set", "lo", "up")
        yield own
    finally:
        _ip("netns", "del", own)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
