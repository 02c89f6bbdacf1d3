"""A PostgreSQL of the tests' own: a private cluster in a temporary folder, on a unix socket."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

PATIENCE_S = 60.0
USER = "postgres"


def program(name: str) -> str | None:
    """One of PostgreSQL's programs; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


def missing() -> str | None:
    """Why there can be no cluster here, or None."""
    if program("initdb") is None:
        return "PostgreSQL is not installed (apt-get install postgresql)"
    return None


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.getuid():
        return []
    return ["setpriv", "--reuid", USER, "--regid", USER, "--clear-groups"]


@dataclass
class Cluster:
    """The cluster; `fsync` is on, as in earnest."""

    folder: Path = field(
        default_factory=lambda: Path(tempfile.mkdtemp(prefix="examhq-pg-", dir="/tmp"))
    )
    process: subprocess.Popen[bytes] | None = None
    count: int = 0

    def create(self) -> "Cluster":
        """Make it and start it."""
        if not os.getuid():
            entry = pwd.getpwnam(USER)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        initdb = program("initdb")
        assert initdb is not None
        options = ["-A", "trust", "-U", USER, "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8"]
        command = [*_unprivileged(), initdb, "-D", str(self.folder / "data"), *options]
        subprocess.run(command, check=True, capture_output=True, cwd="/")
        return self.start()

    def start(self) -> "Cluster":
        """Start the server and wait until it answers."""
        server = program("postgres")
        assert server is not None
        settings = ["listen_addresses=", f"unix_socket_directories={self.folder}"]
        words = [word for one in settings for word in ("-c", one)]
        command = [*_unprivileged(), server, "-D", str(self.folder / "data"), *words]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                psycopg.connect(self.address("postgres")).close()
                return self
            except psycopg.OperationalError:
                assert time.monotonic() < until, (self.folder / "log").read_text()[-2000:]
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT cleanly, SIGQUIT as a crash does."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE_S)
            self.process = None

    def remove(self) -> None:
        """End it and forget it: what it has not written yet nobody will read."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    def address(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def database(self, template: str | None = None) -> str:
        """The address of a database of its own: empty, or a copy of another."""
        self.count += 1
        name = f"d{self.count}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return self.address(name)


@contextmanager
def running() -> Iterator[Cluster]:
    """A cluster that goes when the block ends."""
    found = Cluster()
    try:
        yield found.create()
    finally:
        found.remove()
