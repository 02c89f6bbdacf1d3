"""What systemd is told (sd_notify): ready, alive, ending. Where it does not ask, nothing."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

# Of the time after which systemd ends who was silent; two beats may come late.
PART = 3


class Notifier:
    """The way to the manager that started this process; `environment` is the process's."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        path = environment.get("NOTIFY_SOCKET", "")
        # One that begins with @ has no file.
        self._to = "\0" + path[1:] if path.startswith("@") else path
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        asked = int(environment.get("WATCHDOG_USEC") or 0) if mine else 0
        # Seconds between two beats; None where nobody counts them.
        self.every: float | None = asked / 1e6 / PART if asked and self._to else None

    def ready(self, status: str) -> None:
        """What was asked for is served from now on."""
        self._send(f"READY=1\nSTATUS={status}")

    def beat(self) -> None:
        """What counts here is at work."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """It was told to end, and is at it."""
        self._send("STOPPING=1")

    def _send(self, state: str) -> None:
        if not self._to:
            return
        # systemd that does not read is no reason to stop a sitting.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
            way.settimeout(1)
            way.sendto(state.encode(), self._to)
