"""The room's network for real: namespaces on a switch, multicast, loss, spoofs, two servers."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from cables import possible
from netlab import NET, SERVER, TOKEN, Agents, Lab
from together import wait_until
from zeroconf import IPVersion, ServiceInfo, Zeroconf

from siteapp.lan import announce, service
from siteapp.lan.agent import seatagent
from siteapp.lan.announce import SITE_KIND, About, instance_name
from siteapp.lan.service import Lan
from siteapp.lan.sightings import LIVE_MS, Machine, merge
from siteapp.lan.sweep import Swept, settled, sweep
from siteapp.lan.table import Table

pytestmark = pytest.mark.skipif(not possible(), reason="network namespaces need root and iproute2")
ABOUT = About("beijing-01", "北京一考点", "1.0", "ab" * 32, "exam.local", "http", 8500)
COUNT, WITH_AGENT, DEAF = 20, 14, 6
EVERYBODY = [f"{NET}{n}" for n in range(1, 255) if f"{NET}{n}" != SERVER]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    made = Lab(COUNT)
    try:
        made.lay()
        for n in range(WITH_AGENT - 2, WITH_AGENT - 2 + DEAF):
            made.deaf_to_ping(n)
        with made.at_the_switch():
            yield made
    finally:
        made.clear()


@pytest.fixture(scope="module")
def agents(lab: Lab) -> Iterator[Agents]:
    made = Agents(lab, range(1, WITH_AGENT + 1))
    yield made
    made.close()


@contextmanager
def announced(about: About = ABOUT) -> Iterator[Lan]:
    lan = Lan(about, TOKEN, lambda: False)
    lan.start(about.port, announced=True, in_room=True)
    try:
        yield lan
    finally:
        lan.stop()


def look(addresses: list[str] = EVERYBODY, token: bytes = TOKEN) -> Swept:
    stop = threading.Event()
    return settled(sweep(addresses, token, stop), stop)


def listed(swept: Swept, table: Table, now: int = 1_000_000) -> list[Machine]:
    networks = {place.network for place in service.places()}
    table.swept(swept, networks, now)
    return merge(table.sightings(), now)


def found(machine: Zeroconf, about: About = ABOUT) -> ServiceInfo | None:
    return machine.get_service_info(SITE_KIND, f"{instance_name(about)}.{SITE_KIND}", 3000)


def test_every_machine_that_is_on_is_found_once_whether_it_answers_ping_or_not(
    lab: Lab, agents: Agents
) -> None:
    swept = look()
    machines = listed(swept, Table())
    assert sorted(m.address for m in machines) == sorted(map(lab.address, lab.machines))
    assert {m.state for m in machines} == {"on"}
    assert {m.mac for m in machines} == set(map(lab.mac, lab.machines))
    assert sorted(m.agent for m in machines if m.agent) == sorted(agents.names.values())
    assert swept.seconds <= 3


def test_a_stranger_without_the_token_hears_no_agent(agents: Agents) -> None:
    assert look(token=bytes(32)).agents == []


def test_losing_a_tenth_makes_nobody_missing_and_losing_all_does(lab: Lab, agents: Agents) -> None:
    if shutil.which("nft") is None:
        pytest.skip("nftables is not installed")
    table, now, stop = Table(), 1_000_000, threading.Event()
    room = [lab.address(n) for n in lab.machines]
    listed(sweep(room, TOKEN, stop), table)
    with lab.losing(10):
        for _ in range(3):
            lab.forget_neighbours()
            now += LIVE_MS // 3 + 1
            machines = listed(sweep(room, TOKEN, stop), table, now)
    assert [m.state for m in machines] == ["on"] * COUNT
    with lab.losing(100):
        lab.forget_neighbours()
        lost = listed(sweep(room, TOKEN, stop), table, now + LIVE_MS + 1)
    assert [m.state for m in lost] == ["away"] * COUNT


def test_the_server_is_announced_with_its_address_and_comes_again_at_a_new_one(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WATCH_S", 0.2)
    with announced() as lan, at_a_machine(lab) as machine:
        info = wait_for(lambda: found(machine))
        assert info.parsed_addresses() == [SERVER]
        text = {k.decode(): (v or b"").decode() for k, v in info.properties.items()}
        assert text.pop("run")
        assert text.items() <= {k: str(v) for k, v in msgspec.to_builtins(ABOUT).items()}.items()
        assert (info.server, info.port) == ("exam.local.", 8500)
        lab.server_moves(SERVER, f"{NET}2")
        try:
            wait_until(lambda: addresses(machine) == [f"{NET}2"])
            assert lan.host == "exam.local"
        finally:
            lab.server_moves(f"{NET}2", SERVER)


@contextmanager
def at_a_machine(lab: Lab, machine: int = 1) -> Iterator[Zeroconf]:
    with lab.at(machine):
        # A loop of its own: Playwright leaves one running in this thread.
        only = [lab.address(machine)]
        there = Zeroconf(interfaces=only, ip_version=IPVersion.V4Only, use_asyncio=False)
    try:
        yield there
    finally:
        there.close()


def wait_for(ask: Callable[[], ServiceInfo | None]) -> ServiceInfo:
    got: list[ServiceInfo | None] = []

    def asked() -> bool:
        got.append(ask())
        return got[-1] is not None

    wait_until(asked)
    assert got[-1] is not None
    return got[-1]


def addresses(machine: Zeroconf) -> list[str]:
    info = found(machine)
    return info.parsed_addresses() if info else []


def test_a_second_server_of_the_same_name_is_noticed_by_both_and_takes_another_host(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WATCH_S", 0.2)
    with announced() as first, at_a_machine(lab) as machine:
        wait_for(lambda: found(machine))
        with lab.at(2):
            other = Lan(ABOUT, TOKEN, lambda: False)
            other.start(8500, announced=True, in_room=True)
        try:
            wait_until(lambda: bool(first.view().servers and other.view().servers))
            (seen,) = first.view().servers
            assert (seen.site, seen.same_site, seen.address) == ("beijing-01", True, lab.address(2))
            assert (first.host, other.host) == ("exam.local", "exam-2.local")
        finally:
            other.stop()
        wait_until(lambda: first.view().servers == [])


def test_another_machine_that_answers_to_the_servers_name_is_noticed(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WATCH_S", 0.2)
    kind = "_http._tcp.local."
    with announced() as lan, at_a_machine(lab) as machine:
        wait_for(lambda: found(machine))
        wait_until(lambda: lan.view().listens)
        # The control: alone, the server shares its name with nobody.
        assert (lan.host, lan.view().sharers) == ("exam.local", ())
        there = [socket.inet_aton(lab.address(1))]
        machine.register_service(
            ServiceInfo(kind, f"x.{kind}", 80, server="exam.local.", addresses=there)
        )
        wait_until(lambda: lan.view().sharers == (lab.address(1),))
        assert lan.view().servers == []


def test_the_list_survives_a_restart_at_another_address(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(service, "WATCH_S", 0.2)
    first = Lan(ABOUT, TOKEN, lambda: False, path=tmp_path / "lan.json")
    first.start(8500, announced=False, in_room=True)
    try:
        first.seen("mark3", 7, lab.address(3), "Chrome")
        wait_until(lambda: lan_on(first) == lab.count)
    finally:
        first.stop()
    lab.server_moves(SERVER, f"{NET}2")
    try:
        again = Lan(ABOUT, TOKEN, lambda: False, path=tmp_path / "lan.json")
        assert (lan_on(again), again.view().machines[0].seat) == (lab.count, 7)
        # The control: without its file a server knows nobody before it has looked.
        assert lan_on(Lan(ABOUT, TOKEN, lambda: False)) == 0
    finally:
        lab.server_moves(f"{NET}2", SERVER)


def lan_on(lan: Lan) -> int:
    return sum(m.state in ("on", "here") and bool(m.mac) for m in lan.view().machines)


def test_text_of_no_shape_and_too_long_stops_neither_list_nor_server(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WATCH_S", 0.2)
    evil = {b"site": b"\xff\x00" * 100, b"version": b"9" * 240, b"run": None, b"path": b""}
    info = ServiceInfo(
        SITE_KIND, f"evil.{SITE_KIND}", 1, properties=evil, server="evil.local.",
        addresses=[socket.inet_aton(lab.address(1))],
    )  # fmt: skip
    with announced() as lan, at_a_machine(lab) as machine:
        machine.register_service(info)
        wait_until(lambda: bool(lan.view().servers))
        (seen,) = lan.view().servers
        assert (seen.name, seen.same_site) == ("evil", False)
        assert len(seen.version) == announce.LONGEST
        assert len(seen.site) <= announce.LONGEST
        assert seen.site.isprintable()


def test_a_spoofed_announcement_and_a_forged_answer_take_nobodys_place(
    lab: Lab, agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WATCH_S", 0.2)
    with announced() as lan:
        lan.seen("mark3", 7, lab.address(3), "Chrome")
        wait_until(lambda: lan.view().swept_at > 0)
        with lab.at(5):
            forged = seatagent.announcement(agents.names[3], lab.address(5))
            strange = seatagent.announcement("f" * 16, f"{NET}250")
            spoof(forged)
            spoof(strange)
        wait_until(lambda: any(m.address == f"{NET}250" for m in lan.view().machines))
        machines = {m.address: m for m in lan.view().machines}
    assert machines[f"{NET}250"].state == "announced"
    assert (machines[lab.address(3)].seat, machines[lab.address(3)].agent) == (7, agents.names[3])
    assert (machines[lab.address(5)].seat, machines[lab.address(5)].agent) == (0, agents.names[5])


def spoof(packet: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"up0")
        out.sendto(packet, seatagent.MDNS)


def test_agents_that_announce_themselves_are_heard_at_once(
    lab: Lab, agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WATCH_S", 0.2)
    with announced() as lan, at_a_machine(lab) as machine:
        wait_for(lambda: found(machine))
        agents.announce()
        wanted = {lab.address(n) for n in agents.names}
        wait_until(lambda: wanted <= {s.address for s in lan.table.sightings()})


def test_an_agent_of_another_version_is_listed_and_stops_nobody(lab: Lab, agents: Agents) -> None:
    old = Agents(lab, [COUNT], version=9)
    try:
        machines = listed(look([lab.address(n) for n in lab.machines]), Table())
    finally:
        old.close()
    (other,) = [m for m in machines if m.version == 9]
    assert (other.address, other.flags) == (lab.address(COUNT), ["other-version"])
    assert len(machines) == COUNT
