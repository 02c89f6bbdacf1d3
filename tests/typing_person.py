"""A person at a terminal: reads what a program asks, types, presses ctrl-C."""

import os
import re
import select
import subprocess
import time
from collections.abc import Sequence

CTRL_C = "\x03"
PATIENCE_S = 60.0


class Person:
    """Sits before one program until it ends; `read` is everything that it said."""

    def __init__(self, command: Sequence[str], **environment: str) -> None:
        self._own, other = os.openpty()
        self.read = ""
        given = {**os.environ, "TERM": "dumb", "PYTHONUNBUFFERED": "1", **environment}
        # The terminal is the program's own, so that ctrl-C reaches it and nobody else.
        seat = ["setsid", "--ctty", "--wait", *command]
        self._program = subprocess.Popen(seat, stdin=other, stdout=other, stderr=other, env=given)
        os.close(other)

    def sees(self, text: str) -> None:
        """Waits until it says that, after all that was seen before."""
        until = time.monotonic() + PATIENCE_S
        while not (found := re.search(re.escape(text), self._new)):
            assert time.monotonic() < until, (text, self.read)
            assert self._hears(), (text, self.read)
        self._seen += found.end()

    _seen = 0

    @property
    def _new(self) -> str:
        return self.read[self._seen :]

    def _hears(self) -> bool:
        """False if it has ended and said all."""
        ready, _, _ = select.select([self._own], [], [], 0.2)
        if not ready:
            return True
        try:
            part = os.read(self._own, 65536)
        except OSError:
            return False
        self.read += part.decode("utf-8", "ignore").replace("\r\n", "\n")
        return bool(part)

    def types(self, text: str = "") -> None:
        """A line."""
        os.write(self._own, f"{text}\n".encode())

    def presses(self, key: str) -> None:
        """One key."""
        os.write(self._own, key.encode())

    def leaves(self) -> int:
        """Waits for its end; the exit status."""
        until = time.monotonic() + PATIENCE_S
        while self._hears():
            assert time.monotonic() < until, self.read
        status = self._program.wait(PATIENCE_S)
        os.close(self._own)
        return status
