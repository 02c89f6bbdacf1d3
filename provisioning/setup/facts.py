"""What the machine is, and whether it can be a site. The judging is pure."""

import os
import shutil
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from provisioning.privileged import Machine
from siteapp.lan.addresses import places
from sync.words import Words

GIB = 2**30
LEAST_CORES, LEAST_MEMORY, LEAST_DISK = 2, int(1.8 * GIB), 8 * GIB
# This was written then; a clock before it is wrong.
EARLIEST = 1_790_000_000
LATEST = EARLIEST + 20 * 366 * 86_400


class Facts(NamedTuple):
    """As measured now."""

    cores: int
    memory: int
    free: int
    now: float
    # Addresses that somebody in the room could reach.
    addresses: tuple[str, ...]
    # Ports that this box needs and another program has.
    taken: tuple[int, ...]


def measure(machine: Machine) -> Facts:
    """Look at this machine."""
    data = machine.at("/var/lib")
    data.mkdir(parents=True, exist_ok=True)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    ours = machine.active("haproxy")
    return Facts(
        os.cpu_count() or 1,
        memory,
        shutil.disk_usage(data).free,
        time.time(),
        tuple(one.address for one in places()),
        () if ours else tuple(port for port in (80, 443) if _taken(port)),
    )


def _taken(port: int) -> bool:
    with suppress(OSError), socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
    return False


def blockers(facts: Facts) -> list[Words]:
    """What must be mended first; nothing is done before."""
    found = []
    if facts.free < LEAST_DISK:
        free, least = facts.free // GIB, LEAST_DISK // GIB
        found.append(
            Words(
                f"磁盘可用 {free} GiB，至少需要 {least} GiB",
                f"{free} GiB free on the disk, {least} needed",
            )
        )
    if not EARLIEST <= facts.now <= LATEST:
        year = time.gmtime(facts.now).tm_year
        found.append(
            Words(
                f"系统时钟显示 {year} 年，请先校准（date -s）",
                f"The clock says {year}; set it first (date -s)",
            )
        )
    if not facts.addresses:
        found.append(
            Words(
                "没有可用的网卡或地址，请检查网线", "No network card with an address; see the cable"
            )
        )
    for port in facts.taken:
        found.append(
            Words(f"端口 {port} 已被其他程序占用", f"Port {port} belongs to another program")
        )
    return found


def warnings(facts: Facts) -> list[Words]:
    """What is weak and stops nobody."""
    found = []
    if facts.cores < LEAST_CORES:
        found.append(Words(f"处理器只有 {facts.cores} 核", f"Only {facts.cores} processor core"))
    if facts.memory < LEAST_MEMORY:
        mib = facts.memory // 2**20
        found.append(Words(f"内存只有 {mib} MiB", f"Only {mib} MiB of memory"))
    return found


def release_share(machine: Machine) -> Path:
    """Where the files of the release in use lie."""
    return machine.at("/usr/lib/examsite/current/share")
