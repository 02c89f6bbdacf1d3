"""Where the demonstration plays: a folder, the commands, and the services it starts and ends."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from provisioning.errors import DemoStopped, FolderNotOurs

MARK = ".examsite-demo"
COMMANDS = Path(sys.executable).parent
PATIENCE_S = 30.0
# All of it is plain HTTP on this machine: forty people need not each read the file of certificates.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def free_port() -> int:
    """A port of loopback that is free at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def clear(folder: Path) -> Path:
    """An empty folder for this run; only one that an earlier run made is ever removed."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise FolderNotOurs(folder=folder)
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    return folder


class Service:
    """A process of ours, with its log."""

    def __init__(self, name: str, args: list[str], log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                args,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                # Ctrl-C reaches the demonstration alone, which ends its services in order.
                start_new_session=True,
            )

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Return when it is ready; DemoStopped with the log's end if it ends or takes too long."""
        until = time.monotonic() + PATIENCE_S
        while not ready():
            if self._process.poll() is not None or time.monotonic() > until:
                tail = self.log.read_text("utf-8", "replace")[-800:]
                raise DemoStopped(step=self.name, reason=tail)
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask it to end; kill it after ten seconds."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class Stage:
    """Folders, addresses, commands and services of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = clear(folder)
        self.hq_folder = self.folder / "headquarters"
        self.site_folder = self.folder / "site"
        self.hq_port, self.site_port = free_port(), free_port()
        self.services: dict[str, Service] = {}

    @property
    def hq_address(self) -> str:
        """Where headquarters' pages are."""
        return f"http://127.0.0.1:{self.hq_port}"

    @property
    def site_address(self) -> str:
        """Where the site's pages are."""
        return f"http://127.0.0.1:{self.site_port}"

    def hq(self, *args: str) -> str:
        """Run `examhq` on this run's headquarters; its output."""
        return self._run("examhq", self.hq_folder, args)

    def site(self, *args: str, answers: str = "") -> str:
        """Run `examsite` on this run's site; its output."""
        return self._run("examsite", self.site_folder, args, answers)

    def setup(self, *args: str) -> str:
        """Run `examsite-setup` on this run's site; its output."""
        return self._run("examsite-setup", self.site_folder, args)

    def hq_json(self, *args: str) -> Any:
        """What `examhq … --json` prints."""
        return json.loads(self.hq(*args, "--json"))

    def _run(self, command: str, data: Path, args: tuple[str, ...], answers: str = "") -> str:
        done = subprocess.run(
            [str(COMMANDS / command), "--data", str(data), "--lang", "en", *args],
            input=answers,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONUTF8": "1"},
        )
        if done.returncode != 0:
            raise DemoStopped(step=f"{command} {' '.join(args[:2])}", reason=done.stderr.strip())
        return done.stdout

    def start_headquarters(self) -> None:
        """Start headquarters' receiver and pages."""
        args = ["--data", str(self.hq_folder), "serve", "--port", str(self.hq_port)]
        self._start("headquarters", ["examhq", *args], f"{self.hq_address}/.well-known/examhq")

    def start_site(self) -> None:
        """Start the site."""
        args = ["--data", str(self.site_folder), "serve", "--port", str(self.site_port)]
        self._start("site", ["examsite", *args], f"{self.site_address}/.well-known/examsite")

    def start_courier(self) -> None:
        """Start the courier between them."""
        args = [str(COMMANDS / "examsite"), "--data", str(self.site_folder), "courier"]
        self.services["courier"] = Service("courier", args, self.folder / "courier.log")

    def _start(self, name: str, args: list[str], address: str) -> None:
        command = [str(COMMANDS / args[0]), *args[1:]]
        service = self.services[name] = Service(name, command, self.folder / f"{name}.log")
        service.wait_until(lambda: answers(address))

    def stop(self, name: str) -> None:
        """End one service."""
        self.services.pop(name).stop()

    def stop_all(self) -> None:
        """End all services, the last started first."""
        for name in reversed(list(self.services)):
            self.stop(name)


def answers(address: str) -> bool:
    """True if something answers there with 200."""
    try:
        return httpx.get(address, timeout=2, trust_env=False, verify=NO_TLS).status_code == 200
    except httpx.TransportError:
        return False
