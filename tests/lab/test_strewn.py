"""Machines strewn over a network much wider than a room, on a card of their own."""

import ipaddress
import threading
from collections.abc import Iterator

import pytest
from cables import possible, within
from netlab import TOKEN, ip

from siteapp.lan.sweep import sweep
from siteapp.lan.wide import PIECE

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not possible(), reason="network namespaces need root and iproute2"),
]
NETWORK = ipaddress.IPv4Network("10.79.0.0/20")
SERVER = "10.79.0.1"
STREWN = {"10.79.0.5", "10.79.3.77", "10.79.9.200", "10.79.15.250"}


@pytest.fixture
def server() -> Iterator[str]:
    """The namespace of the server; a cable leads to the machines."""
    ours, theirs = "strewn-server", "strewn-machines"
    try:
        ip("netns", "add", ours)
        ip("netns", "add", theirs)
        ip("-n", ours, "link", "add", "up0", "type", "veth", "peer", "name", "up0", "netns", theirs)
        for name, addresses in ((ours, {SERVER}), (theirs, STREWN)):
            for address in addresses:
                ip("-n", name, "addr", "add", f"{address}/{NETWORK.prefixlen}", "dev", "up0")
            ip("-n", name, "link", "set", "up0", "up")
        yield ours
    finally:
        for name in (ours, theirs):
            ip("netns", "del", name)


def test_machines_strewn_over_a_wide_network_are_all_found(server: str) -> None:
    hosts = [str(one) for one in NETWORK.hosts() if str(one) != SERVER]
    found: set[str] = set()
    with within(server):
        for first in range(0, len(hosts), PIECE):
            swept = sweep(hosts[first : first + PIECE], TOKEN, threading.Event())
            found |= {one.address for one in swept.neighbours}
    assert found == STREWN
