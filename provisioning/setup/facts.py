"""What the machine is, and whether it can be a site. The judging is pure."""

import os
import shutil
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from provisioning.privileged import Machine
from provisioning.setup import findings
from provisioning.setup.answers import Answers
from provisioning.setup.dhcp import lenders
from provisioning.setup.findings import Finding, found
from siteapp.lan.addresses import cards, places

GIB = 2**30
LEAST_CORES, LEAST_MEMORY, LEAST_DISK = 2, int(1.8 * GIB), 8 * GIB
# This was written then; a clock before it is wrong.
EARLIEST = 1_790_000_000
LATEST = EARLIEST + 20 * 366 * 86_400
# Whose ports they may be: ours.
OURS = ("haproxy.service", "examsite-names.service")
FRONT_PORTS, NAME_PORTS = (80, 443), (53, 67)


class Taken(NamedTuple):
    """A port that this box needs, and the program and unit that have it."""

    port: int
    by: str
    unit: str


class Facts(NamedTuple):
    """As measured now."""

    cores: int
    memory: int
    free: int
    now: float
    # Addresses that somebody in the room could reach.
    addresses: tuple[str, ...]
    taken: tuple[Taken, ...]
    # Network cards; those with a cable in them first.
    cards: tuple[str, ...] = ("eth0",)
    # Who else lends addresses here; asked only where it matters.
    lenders: tuple[str, ...] = ()


def measure(machine: Machine, answers: Answers) -> Facts:
    """Look at this machine, and ask the network if this box is to lend addresses."""
    data = machine.at("/var/lib")
    data.mkdir(parents=True, exist_ok=True)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    there = tuple(card.name for card in cards())
    addresses = tuple(one.address for one in places())
    return Facts(
        os.cpu_count() or 1,
        memory,
        shutil.disk_usage(data).free,
        time.time(),
        addresses,
        tuple(taken(bool(answers.names or answers.dhcp), addresses)),
        there,
        others(there, addresses) if answers.dhcp else (),
    )


def others(cards: tuple[str, ...], addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Servers that lend addresses on these cards and are not this box."""
    return tuple(sorted({one.server for one in lenders(cards)} - set(addresses)))


def taken(names: bool, addresses: tuple[str, ...]) -> list[Taken]:
    """Ports that others listen on; those of the names only if this box is to answer them."""
    # A name server of this machine's own, on loopback, is in nobody's way.
    lent = {"0.0.0.0", "::", *addresses}  # noqa: S104  (compared, not bound)
    many = {}
    for one in psutil.net_connections("inet"):
        if not one.laddr or (one.type == socket.SOCK_STREAM and one.status != psutil.CONN_LISTEN):
            continue
        front = one.laddr.port in FRONT_PORTS and one.type == socket.SOCK_STREAM
        name = names and one.laddr.port in NAME_PORTS and one.laddr.ip in lent and not one.raddr
        if front or name:
            many[one.laddr.port] = _who(one.laddr.port, one.pid)
    return [who for _, who in sorted(many.items()) if who.unit not in OURS]


def _who(port: int, pid: int | None) -> Taken:
    if pid is None:
        return Taken(port, "?", "…")
    by, unit = str(pid), "…"
    with suppress(psutil.Error, OSError):
        by = psutil.Process(pid).name()
        last = Path(f"/proc/{pid}/cgroup").read_text().strip().rpartition("/")[2]
        unit = last if last.endswith(".service") else by
    return Taken(port, by, unit)


def blockers(facts: Facts, answers: Answers) -> list[Finding]:
    """What must be mended first; nothing is done before."""
    told = []
    if facts.free < LEAST_DISK:
        told.append(found(findings.DISK_SMALL, free=facts.free // GIB, least=LEAST_DISK // GIB))
    if not EARLIEST <= facts.now <= LATEST:
        told.append(found(findings.CLOCK_WRONG, date=day(facts.now)))
    if not facts.cards and not facts.addresses:
        told.append(found(findings.NO_CARD))
    elif not facts.addresses and not answers.address:
        told.append(found(findings.NO_ADDRESS))
    told += [
        found(findings.PORT_TAKEN, port=one.port, by=one.by, unit=one.unit) for one in facts.taken
    ]
    if answers.dhcp:
        told += [found(findings.OTHER_DHCP, server=server) for server in facts.lenders]
    return told


def warnings(facts: Facts) -> list[Finding]:
    """What is weak and stops nobody."""
    told = []
    if facts.cores < LEAST_CORES:
        told.append(found(findings.FEW_CORES, cores=facts.cores))
    if facts.memory < LEAST_MEMORY:
        told.append(found(findings.LITTLE_MEMORY, mib=facts.memory // 2**20))
    return told


def day(moment: float) -> str:
    """A moment as people read it, to the minute; this machine's own zone."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))


def release_share(machine: Machine) -> Path:
    """Where the files of the release in use lie."""
    return machine.at("/usr/lib/examsite/current/share")
