"""`examsite discover`: looks through the room's network once, from the shell."""

import ipaddress
import sys
import threading
import time
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from siteapp.errors import NetworkTooWide, NoMachineFound, NoRoomNetwork
from siteapp.identity import load_identity
from siteapp.lan.addresses import WIDEST, hosts, places
from siteapp.lan.kept import NAME, kept
from siteapp.lan.protocol import room_token
from siteapp.lan.sightings import Machine, merge
from siteapp.lan.sweep import AT_ONCE, PAUSE_S, settled, sweep
from siteapp.lan.table import Table, inside
from sync.console import language, say, show_json, show_table

# From here on asking in the terminal is not enough.
NEVER_UNASKED = 16
HEADS = (
    ["状态", "座位", "地址", "网卡", "名称", "内存", "磁盘剩余", "远程控制"],
    ["state", "seat", "address", "mac", "host", "memory", "disk free", "remote control"],
)
STATES = {
    "on": ("已开机", "on"),
    "away": ("无响应", "silent"),
    "here": ("已打开页面", "page open"),
    "announced": ("只有通告", "announced"),
}


class Network(click.ParamType[ipaddress.IPv4Network]):
    """An IPv4 network."""

    name = "network"

    def convert(self, value: Any, param: Any, ctx: Any) -> ipaddress.IPv4Network:
        """10.0.5.0/24 and the like."""
        try:
            return ipaddress.IPv4Network(value, strict=False)
        except ValueError:
            self.fail(f"{value}: 10.0.5.0/24", param, ctx)


@click.command("discover")
@click.option("--network", type=Network(), multiple=True, help="Network [all this server is in].")
@click.option("--yes", is_flag=True, help="Look through a large network without asking.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def discover(
    folder: Path, network: tuple[ipaddress.IPv4Network, ...], yes: bool, as_json: bool
) -> None:
    """Find the room's machines: seat agents, and every machine that is on.

    May run beside the service; which pages were open half a minute ago is known from it.
    """
    token = room_token(load_identity(folder).candidate_secret)
    here = places()
    networks = sorted(set(network or (one.network for one in here)))
    if not networks:
        raise NoRoomNetwork
    for one in networks:
        _agreed(one, yes)
    own = {one.address for one in here}
    addresses = [address for one in networks for address in hosts(one, own)]
    # What the service last knew: which pages are open, who was there before.
    before = [s for s in kept(folder / NAME, _now()).sightings if inside(s.address, networks)]
    table, seconds = Table(before), _look(addresses, token, networks, as_json)
    table.swept(seconds[0], networks, _now())
    machines = merge(table.sightings(), _now())
    _show(machines, networks, round(seconds[1], 2), as_json)
    if not any(one.state in ("on", "here") for one in machines):
        raise NoMachineFound(networks=", ".join(map(str, networks)))


def _agreed(network: ipaddress.IPv4Network, yes: bool) -> None:
    """Pass, ask, or NetworkTooWide."""
    if network.prefixlen >= WIDEST or yes:
        return
    count = network.num_addresses
    minutes = max(1, round(count / AT_ONCE * PAUSE_S / 60))
    refused = NetworkTooWide(network=network, addresses=count, minutes=minutes)
    if network.prefixlen <= NEVER_UNASKED or not sys.stdin.isatty():
        raise refused
    if not click.confirm(refused.say(language()), default=False):
        raise refused


def _look(
    addresses: list[str], token: bytes, networks: list[ipaddress.IPv4Network], quiet: bool
) -> tuple[Any, float]:
    stop = threading.Event()
    with Progress(console=Console(stderr=True), transient=True, disable=quiet) as shown:
        task = shown.add_task(" ".join(map(str, networks)), total=len(addresses))
        swept = sweep(addresses, token, stop, lambda done: shown.update(task, completed=done))
        return settled(swept, stop), swept.seconds


def _show(
    machines: list[Machine], networks: list[ipaddress.IPv4Network], seconds: float, as_json: bool
) -> None:
    if as_json:
        told = {"networks": [str(one) for one in networks], "seconds": seconds}
        show_json(told | {"machines": msgspec.to_builtins(machines)})
        return
    show_table(
        HEADS[language() == "en"],
        [_row(one) for one in machines],
    )
    on = sum(one.state in ("on", "here") for one in machines)
    agents = sum(bool(one.agent) for one in machines)
    say(
        f"{on} 台机器，其中 {agents} 台有座位程序，用时 {seconds} 秒",
        f"{on} machines, {agents} of them with a seat agent, in {seconds} s",
    )


def _row(one: Machine) -> list[object]:
    facts: dict[str, Any] = one.facts or {}
    state = STATES[one.state][language() == "en"]
    host = facts.get("host") or (f"agent v{one.version}" if one.agent else "")
    memory, disk = facts.get("memory_mib"), facts.get("disk_free_mib")
    sizes = [f"{n / 1024:.1f} GiB" if n is not None else "" for n in (memory, disk)]
    seat = str(one.seat or "")
    return [state, seat, one.address, one.mac, host, *sizes, ", ".join(facts.get("remote") or [])]


def _now() -> int:
    return int(time.time() * 1000)
