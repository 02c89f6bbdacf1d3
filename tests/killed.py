"""A site in a process of its own that is killed without a warning."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

EXAMSITE = ["-m", "siteapp.cli"]
# A writer that answers before the commit: what the tests below must be able to notice.
EARLY = """
import time
from siteapp import cli
from siteapp.store import live, writer

class Early(writer.Writer):
    def _commit(self, group):
        decided = self._decide(group)
        for job in group:
            job.finish()
        time.sleep(0.15)
        self._store(*decided)

live.Writer = Early
cli.main()
"""


@contextmanager
def served(folder: Path, program: list[str]) -> Iterator[tuple[str, Callable[[], None]]]:
    """A site in a process of its own: its address, and what kills it without a warning."""
    command = [sys.executable, *program, "--data", str(folder), "--lang", "en", "serve"]
    with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().partition(": ")[2].strip()
            yield address, lambda: os.kill(process.pid, signal.SIGKILL)
        finally:
            process.kill()
