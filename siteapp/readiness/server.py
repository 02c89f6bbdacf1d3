"""What the server finds out about itself. psutil lives here alone; what cannot be read is None."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import psutil

from sync.disk import MIB, free_bytes, sync

WRITES, WRITE_BYTES = 21, 4096
COMMAND_S = 3
# Interfaces that lead nowhere outside this machine.
INNER = ("lo", "docker", "veth", "br-", "virbr")


class Machine(NamedTuple):
    """The machine under the service."""

    memory_mib: int | None
    memory_total_mib: int | None
    load_percent: int | None
    processors: int | None
    temperature_c: int | None
    on_mains: bool | None
    power: str
    link_mbit: int | None
    links: tuple[str, ...]
    clock_synchronised: bool | None
    clock_source: str


Run = Callable[[list[str]], str | None]


def ask(command: list[str]) -> str | None:
    """What a command of the system prints; None if it is not there, fails or takes too long."""
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(command, capture_output=True, timeout=COMMAND_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip()


def look(run: Run = ask) -> Machine:
    """Ask the system about everything."""
    processors = psutil.cpu_count()
    on_mains, power = _power(run)
    speed, links = _links()
    synchronised, source = _clock(run)
    memory = psutil.virtual_memory()
    return Machine(
        memory_mib=memory.available // MIB,
        memory_total_mib=memory.total // MIB,
        load_percent=int(psutil.getloadavg()[0] * 100 / processors) if processors else None,
        processors=processors,
        temperature_c=_temperature(),
        on_mains=on_mains,
        power=power,
        link_mbit=speed,
        links=links,
        clock_synchronised=synchronised,
        clock_source=source,
    )


def _temperature() -> int | None:
    sensors: dict[str, Any] = getattr(psutil, "sensors_temperatures", dict)()
    values = [one.current for found in sensors.values() for one in found if one.current > 0]
    return round(max(values)) if values else None


def _power(run: Run) -> tuple[bool | None, str]:
    """A UPS if NUT knows one, else what a battery says; a desktop alone says nothing."""
    names = (run(["upsc", "-l"]) or "").split()
    if names:
        status = run(["upsc", names[0], "ups.status"]) or ""
        words = status.split()
        return (None if not words else "OL" in words), f"UPS {names[0]} {status}".strip()[:200]
    battery = getattr(psutil, "sensors_battery", lambda: None)()
    if battery is None or battery.power_plugged is None:
        return None, ""
    return bool(battery.power_plugged), f"{round(battery.percent)} %"


def _links() -> tuple[int | None, tuple[str, ...]]:
    """The fastest link that is up, and all of them in words; 0 is a speed that nobody tells."""
    up = {
        name: stats.speed
        for name, stats in psutil.net_if_stats().items()
        if stats.isup and not name.startswith(INNER)
    }
    said = tuple(f"{name} {speed}" if speed else name for name, speed in sorted(up.items()))
    return max(up.values(), default=0) or None, said


def _clock(run: Run) -> tuple[bool | None, str]:
    tracking = run(["chronyc", "-c", "tracking"])
    if tracking:
        fields = tracking.split(",")
        # The last field is the leap status; a clock that follows nobody says so there.
        return fields[-1] != "Not synchronised", f"chrony {fields[1] if len(fields) > 1 else ''}"[
            :200
        ]
    said = run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"])
    return (said == "yes", "systemd-timesyncd") if said in ("yes", "no") else (None, "")


def sync_times(folder: Path) -> tuple[int | None, int | None]:
    """Median and worst of small synced writes in that folder, ms rounded up; None: it failed."""
    path, taken = folder / ".sync-test", []
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            for _ in range(WRITES):
                began = time.perf_counter()
                os.write(handle, os.urandom(WRITE_BYTES))
                sync(handle)
                taken.append((time.perf_counter() - began) * 1000)
        finally:
            os.close(handle)
            path.unlink()
    except OSError:
        # Full, read-only or failing: the other checks of the disk say which.
        return None, None
    return -int(-median(taken) // 1), -int(-max(taken) // 1)


def free_mib(folder: Path) -> int:
    """What is free on the disk of that folder."""
    return free_bytes(folder) // MIB


def disk_mib(folder: Path) -> int:
    """How large the disk of that folder is."""
    return shutil.disk_usage(folder).total // MIB
