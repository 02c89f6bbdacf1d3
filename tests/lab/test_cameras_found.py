"""Cameras found by real multicast: a WS-Discovery responder in each of some namespaces."""

import re
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cables import possible
from netlab import SERVER, Lab

from siteapp.cameras.discover import GROUP, discover

pytestmark = pytest.mark.skipif(not possible(), reason="network namespaces need root and iproute2")
MATCH = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header><RelatesTo>{}</RelatesTo>'
    "</e:Header><e:Body><ProbeMatches><ProbeMatch><Types>dn:NetworkVideoTransmitter</Types>"
    "<Scopes>onvif://www.onvif.org/name/{}</Scopes><XAddrs>http://{}:8080/onvif</XAddrs>"
    "</ProbeMatch></ProbeMatches></e:Body></e:Envelope>"
)
# Machine 4 says that it is where machine 1 is; machine 5 sends rubbish.
COUNT, LIAR, MAD = 5, 4, 5


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    made = Lab(COUNT)
    try:
        made.lay()
        yield made
    finally:
        made.clear()


def door(lab: Lab, machine: int) -> socket.socket:
    """Where that machine hears what is sent to the group."""
    with lab.at(machine):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("", GROUP[1]))
        member = socket.inet_aton(GROUP[0]) + socket.inet_aton(lab.address(machine))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    return made


@contextmanager
def responders(lab: Lab) -> Iterator[None]:
    """All machines answer probes until the end of the block, each twice."""
    doors = {door(lab, n): n for n in lab.machines}
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            for one in select.select(list(doors), [], [], 0.05)[0]:
                probe, asker = one.recvfrom(4096)
                asked = re.search(rb"MessageID>([^<]+)<", probe)
                assert asked is not None
                n = doors[one]
                at = lab.address(1 if n == LIAR else n)
                said = MATCH.format(asked[1].decode(), f"cam{n}", at).encode()
                for _ in range(2):
                    one.sendto(bytes(range(256)) * 8 if n == MAD else said, asker)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        for one in doors:
            one.close()


def test_each_camera_is_found_once_where_it_is_and_rubbish_stops_nobody(lab: Lab) -> None:
    with responders(lab), lab.at_the_switch():
        found = discover([SERVER])
    expected = [(lab.address(n), f"cam{n}", 80 if n == LIAR else 8080) for n in range(1, MAD)]
    assert [(one.address, one.name, one.port) for one in found] == expected


def test_where_nobody_answers_and_where_there_is_no_network_nothing_is_found(lab: Lab) -> None:
    with lab.at_the_switch():
        assert discover([SERVER, "203.0.113.9"], seconds=0.2) == []
        assert discover([]) == []
