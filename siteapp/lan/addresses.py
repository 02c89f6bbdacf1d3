"""Which networks this server is in, and which neighbours its kernel has heard. No privilege."""

import ipaddress
import json
import logging
import subprocess
from typing import Any, NamedTuple

log = logging.getLogger("examsite.lan")

# Larger networks are swept only when somebody says so.
WIDEST = 22
PATIENCE_S = 5


class Place(NamedTuple):
    """An address of this server that student machines may reach, and its network."""

    interface: str
    address: str
    network: ipaddress.IPv4Network


class Neighbour(NamedTuple):
    """A machine that answered for its address; `confirmed_s` ago, `sure` if it is so just now."""

    address: str
    mac: str
    confirmed_s: int
    sure: bool
    asking: bool


def places() -> list[Place]:
    """The addresses of interfaces that are up, without loopback and link-local ones."""
    found = []
    for link in _ip("-4", "addr", "show", "up"):
        if link.get("operstate") == "DOWN":
            continue
        for one in link.get("addr_info", ()):
            home = ipaddress.IPv4Interface(f"{one['local']}/{one['prefixlen']}")
            if not home.ip.is_loopback and not home.ip.is_link_local:
                found.append(Place(str(link["ifname"]), str(home.ip), home.network))
    return found


class Card(NamedTuple):
    """An Ethernet card of this machine, and whether a cable with somebody at its end is in it."""

    name: str
    plugged: bool


# Not hardware: made by containers, tunnels and virtual machines.
MADE = ("docker", "veth", "br-", "virbr", "lxc", "tap", "tun", "ifb", "dummy")


def cards() -> list[Card]:
    """The cards a cable could be in; those that are plugged in first."""
    found = []
    for link in _ip("link", "show"):
        name = str(link.get("ifname", ""))
        flags = link.get("flags", [])
        if link.get("link_type") == "ether" and not name.startswith(MADE):
            found.append(Card(name, "LOWER_UP" in flags))
    return sorted(found, key=lambda card: not card.plugged)


def neighbours() -> list[Neighbour]:
    """The kernel's neighbour table, without those that did not answer."""
    found = []
    for row in _ip("-s", "-4", "neigh", "show"):
        state = (row.get("state") or [""])[0]
        if "lladdr" not in row or state in ("FAILED", "INCOMPLETE", "NONE"):
            continue
        confirmed, sure = int(row.get("confirmed", 0)), state in ("REACHABLE", "PERMANENT")
        asking = state in ("DELAY", "PROBE")
        found.append(Neighbour(row["dst"], row["lladdr"].lower(), confirmed, sure, asking))
    return found


def hosts(network: ipaddress.IPv4Network, but: set[str]) -> list[str]:
    """Every address of a network that a machine may have, except these."""
    return [text for one in network.hosts() if (text := str(one)) not in but]


def narrowed(place: Place) -> ipaddress.IPv4Network:
    """The network, or the /24 around this server where it is too wide to sweep unasked."""
    if place.network.prefixlen >= WIDEST:
        return place.network
    return ipaddress.IPv4Network(f"{place.address}/24", strict=False)


def _ip(*words: str) -> list[dict[str, Any]]:
    """What iproute2 says; nothing if it is not there, which is logged."""
    try:
        done = subprocess.run(
            ["ip", "-j", *words], capture_output=True, timeout=PATIENCE_S, check=True
        )
        told = json.loads(done.stdout or b"[]")
    except (OSError, subprocess.SubprocessError, json.JSONDecodeError) as error:
        log.info("iproute2 does not answer: %s", error)
        return []
    return [row for row in told if isinstance(row, dict) and row]
