"""Receivers as processes of their own, and a sender that tries again as a courier does."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
from together import wait_until

MAIN = "from sync.headquarters.cli import main; main()"
# What every control breaks: the receipt is given and nothing is committed.
NO_COMMIT = (
    "from sync.headquarters.store.commits import Commits; "
    "Commits.commit_all = lambda _, arrivals: [True for _ in arrivals]; "
)
PATIENCE_S = 60.0
# Who was told 503 comes again so soon.
LOOK_S = 0.05
File = tuple[str, bytes]


@dataclass
class Receiver:
    """One `examhq receive` on a data folder, which may be broken on purpose."""

    folder: Path
    broken: str = ""
    address: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> "Receiver":
        """Start it, or start it again; it takes any free port."""
        words = ["--data", str(self.folder), "--lang", "en", "receive", "--port", "0"]
        command = [sys.executable, "-c", self.broken + MAIN, *words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        found = re.search(r"http://\S+", self.process.stdout.readline())
        assert found
        self.address = found[0]
        return self

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, by default in the middle of whatever it does."""
        assert self.process is not None and self.process.stdout is not None
        self.process.send_signal(how)
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()


@dataclass
class Ledger:
    """What a sender was told: digest → every receipt it was given."""

    given: dict[str, list[bytes]] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def reach(self, count: int) -> None:
        """Wait until so many are acknowledged: then others are under way."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.given) >= count, PATIENCE_S)

    def send(self, address: Callable[[], str], files: Sequence[File]) -> None:
        """Each file until it is acknowledged; 503 and a dead receiver mean again."""
        with httpx.Client(trust_env=False, timeout=20) as client:
            for digest, data in files:
                this = partial(self._sent, client, address, digest, data)
                wait_until(this, digest, LOOK_S)

    def _sent(
        self, client: httpx.Client, address: Callable[[], str], digest: str, data: bytes
    ) -> bool:
        with suppress(httpx.TransportError):
            answer = client.put(f"{address()}/api/v1/batches/{digest}", content=data)
            if answer.status_code in (200, 201):
                with self.changed:
                    self.given.setdefault(digest, []).append(answer.content)
                    self.changed.notify_all()
                return True
            assert answer.status_code == 503, answer.text
        return False


def at_once(*acts: Callable[[], object]) -> None:
    """All of them at the same time, to their ends."""
    faults: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
