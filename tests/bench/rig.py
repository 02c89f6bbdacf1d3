"""The machines of a benchmark: site and TLS front on the first core, the crowd on the last."""

import os
import shutil
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import world
from practical import practical_package
from room import open_room
from tls_room import Authority, Front

from siteapp.conduct import acts
from siteapp.site import Site
from siteapp.standby.folder import PairFolder, Peer
from siteapp.store.writer import Decision
from sync.headquarters.content.bank import load_bank

CORES = sorted(os.sched_getaffinity(0))
SITE_CORE, CROWD_CORE = CORES[0], CORES[-1]
SITE = ["-m", "siteapp.cli"]
NO_WRITE = [str(Path(__file__).with_name("no_write.py"))]
BANK = Path("sync/headquarters/content/bank/530051-junior")


def prepare(folder: Path, candidates: int) -> world.Package:
    """An enrolled site with an open sitting of that many candidates, on papers of the real bank."""
    hq = world.Headquarters()
    certificate = hq.enrol(folder)
    bank = load_bank(BANK, world.LIVE)
    package = world.make_package(hq, certificate, folder, live=candidates, media=0, live_bank=bank)
    site = Site(folder)
    site.shelf.receive(package.path)
    session = site.live.session(package.plan.id)
    site.shelf.unlock(session, package.codes)
    site.live.act(session, lambda s: Decision(acts.open_sitting(s, "live", "bench")))
    site.close()
    return package


def prepare_practical(folder: Path, uploading: int, saving: int) -> world.Package:
    """An enrolled site with two open sittings: a practical one, and one that answers items."""
    hq = world.Headquarters()
    hq.enrol(folder)
    site = Site(folder)
    package = practical_package(hq, site, folder, live=uploading, media=saving)
    open_room(site, package)
    site.close()
    return package


class Machine:
    """A site that serves, and the front if it has one."""

    def __init__(self, process: psutil.Process, port: int) -> None:
        self.processes = [process]
        self.port = port

    def cpu(self) -> float:
        """CPU seconds used so far by all processes."""
        return sum(sum(p.cpu_times()[:2]) for p in self.processes)

    def pss_mib(self) -> int:
        """Proportional memory of the site in MiB."""
        return round(self.processes[0].memory_full_info().pss / 2**20)


@contextmanager
def serving(
    folder: Path, program: list[str] = SITE, trace: tuple[str, ...] = ()
) -> Iterator[Machine]:
    """The site in a process of its own on the site's core; `trace` is strace with its options."""
    command = [sys.executable, *program, "--data", str(folder), "--lang", "en", "serve"]
    process = subprocess.Popen(
        ["taskset", "-c", str(SITE_CORE), *trace, *command, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        (found,) = (
            psutil.Process(process.pid).children() if trace else (psutil.Process(process.pid),)
        )
        yield Machine(found, int(line.rsplit(":", 1)[1]))
    finally:
        found.terminate()
        process.wait(30)


@contextmanager
def spare(folder: Path) -> Iterator[None]:
    """A spare that follows the site of that folder, on the crowd's core."""
    beside, secret = folder / "spare", bytes(32)
    shutil.copytree(folder / "keys", beside / "keys")
    for name in ("certificate.json", "root.txt"):
        shutil.copy(folder / name, beside / name)
    PairFolder(beside).pair(Peer("spare", "http://127.0.0.1:1"), secret)
    command = [sys.executable, *SITE, "--data", str(beside), "--lang", "en", "standby", "run"]
    process = subprocess.Popen(
        ["taskset", "-c", str(CROWD_CORE), *command, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        PairFolder(folder).pair(Peer("primary", f"http://127.0.0.1:{port}"), secret)
        yield
    finally:
        process.terminate()
        process.wait(30)


def on_both(folder: Path) -> bool:
    """True if the site's last word about its spare is that both have everything."""
    with closing(sqlite3.connect(f"file:{folder}/site.db?mode=ro", uri=True)) as database:
        said = "SELECT act FROM audit WHERE who = 'standby' ORDER BY rowid DESC LIMIT 1"
        return database.execute(said).fetchone() == ("both",)


@contextmanager
def front(machine: Machine, folder: Path) -> Iterator[tuple[Machine, ssl.SSLContext]]:
    """The project's HAProxy before the site, on the same core; and what its clients trust.

    The crowd is one machine, so the limit of a machine is out of the way.
    """
    authority = Authority(folder)
    front = Front(authority, f"http://127.0.0.1:{machine.port}", PER_MACHINE="5000")
    front.start()
    try:
        os.sched_setaffinity(front.pid, {SITE_CORE})
        both = Machine(machine.processes[0], front.port)
        both.processes.append(psutil.Process(front.pid))
        yield both, ssl.create_default_context(cafile=authority.file)
    finally:
        front.kill()


def wait(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not true():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)
