"""A room without a router, in network namespaces: Debian's dnsmasq and chrony with our files."""

import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import httpx
import pytest
from boxed import ALONE, GOOD
from cables import possible
from click.testing import CliRunner
from netlab import NET, SERVER, Lab, ip
from tls_room import Authority, Front
from together import wait_until

from provisioning.privileged import Machine
from provisioning.setup import asking, files
from provisioning.setup.answers import Answers
from provisioning.setup.dhcp import discover, lenders, read_offer
from provisioning.setup.facts import blockers, measure

pytestmark = pytest.mark.skipif(not possible(), reason="only root can make namespaces")
needs_dnsmasq = pytest.mark.skipif(not shutil.which("dnsmasq"), reason="no dnsmasq")
ANSWERS = Answers(
    host_name="exam-1", names=True, dhcp=(f"{NET}50", f"{NET}99"), address=SERVER, card="switch"
)
NO_SUCH_NAME = 3
SECONDS_1900 = 2_208_988_800


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    lab = Lab(2)
    try:
        lab.lay()
        ip("-n", lab.name(1), "addr", "flush", "dev", "up0")
        yield lab
    finally:
        lab.clear()


@contextmanager
def running(*command: str | Path) -> Iterator[None]:
    """A program where this thread is; ended by its number."""
    program = subprocess.Popen([str(word) for word in command], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        program.terminate()
        program.wait(10)


@contextmanager
def dnsmasq(conf: str, folder: Path, own: str) -> Iterator[None]:
    """As the unit starts it, and it answers."""
    (folder / f"{own}.conf").write_text(conf)
    lent = f"--dhcp-leasefile={folder / own}.leases"
    given = ("--keep-in-foreground", f"--conf-file={folder / own}.conf", "--pid-file=", "--user=")
    with running("dnsmasq", *given, lent):
        wait_until(lambda: asked("exam.local", own) is not None, "names")
        yield


@pytest.fixture(scope="module")
def room(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("names")
    with ExitStack() as held:
        with lab.at_the_switch():
            text = files.names(ANSWERS, SERVER, "exam.local")
            held.enter_context(dnsmasq(text, folder, SERVER))
        yield lab


def asked(name: str, server: str, kind: int = 1) -> tuple[int, list[str]] | None:
    """What a name server says: its code, and addresses; None if nothing within a second."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    query = struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.settimeout(1)
        try:
            way.sendto(query, (server, 53))
            answer = way.recv(512)
        except OSError:
            return None
    _, flags, _, count, _, _ = struct.unpack_from("!6H", answer)
    # Each answer is 16 bytes: a pointer to the name, type, class, time, length, address.
    ends = [len(query) + 16 * n for n in range(1, count + 1)]
    return flags & 15, [socket.inet_ntoa(answer[end - 4 : end]) for end in ends]


@needs_dnsmasq
def test_our_names_are_answered_and_every_other_fails_at_once(room: Lab) -> None:
    with room.at(2):
        assert asked("exam.local", SERVER) == (0, [SERVER])
        assert asked("exam-1", SERVER) == (0, [SERVER])
        # There is no address of the newer kind, and that is no error.
        assert asked("exam.local", SERVER, 28) == (0, [])
        began = time.monotonic()
        for name in ("www.example.com", "time.windows.com", "nobody"):
            assert asked(name, SERVER) == (NO_SUCH_NAME, [])
        assert time.monotonic() - began < 1
        # The control: where nobody answers a machine waits.
        assert asked("www.example.com", f"{NET}12") is None


@needs_dnsmasq
@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed")
def test_windows_finds_what_it_looks_for_and_stays_on_this_network(
    room: Lab, tmp_path: Path
) -> None:
    with room.at_the_switch():
        front = Front(Authority(tmp_path), "unix:/nowhere.sock", SERVER, PLAIN=f"{SERVER}:80")
        front.start()
    try:
        with room.at(2):
            code, addresses = asked("www.msftconnecttest.com", SERVER) or (-1, [])
            assert (code, addresses) == (0, [SERVER])
            assert asked("dns.msftncsi.com", SERVER) == (0, ["131.107.255.255"])
            for host, path, says in (
                ("www.msftconnecttest.com", "/connecttest.txt", "Microsoft Connect Test"),
                ("www.msftncsi.com", "/ncsi.txt", "Microsoft NCSI"),
            ):
                answer = httpx.get(f"http://{addresses[0]}{path}", headers={"Host": host})
                assert (answer.status_code, answer.text) == (200, says)
            # Any other page there is the site's, which is away here.
            assert httpx.get(f"http://{SERVER}/connecttest.txt").status_code == 503
    finally:
        front.kill()


LEASE = """#!/bin/sh
[ "$1" = bound ] && echo "$ip $router $dns $ntpsrv" > "$0.told"
exit 0
"""


@needs_dnsmasq
@pytest.mark.skipif(not shutil.which("udhcpc"), reason="no DHCP client")
def test_a_machine_gets_an_address_with_this_box_for_names_and_time(
    room: Lab, tmp_path: Path
) -> None:
    script = tmp_path / "lease"
    script.write_text(LEASE)
    script.chmod(0o755)
    client = ["udhcpc", "-f", "-q", "-n", "-i", "up0", "-O", "ntpsrv", "-s", str(script)]
    with room.at(1):
        subprocess.run(client, check=True, capture_output=True, timeout=20)
    lent, *others = (tmp_path / "lease.told").read_text().split()
    assert 50 <= int(lent.removeprefix(NET)) <= 99
    assert others == [SERVER] * 3


@needs_dnsmasq
def test_a_lender_is_seen_from_a_card_without_an_address_and_silence_too(room: Lab) -> None:
    with room.at(1):
        (one,) = lenders(["up0"])
        assert (one.card, one.server) == ("up0", SERVER)
        assert one.offered.startswith(NET)
    with room.at_the_switch():
        # Itself it does not hear, and nobody else is there.
        assert lenders(["switch"], 0.5) == []
    # A card that is not there.
    assert lenders(["nosuch0"], 0.2) == []


@needs_dnsmasq
def test_where_somebody_lends_addresses_the_person_is_told_and_not_asked(room: Lab) -> None:
    facts = GOOD._replace(addresses=(), cards=("up0",))

    @click.command()
    def looks() -> None:
        click.echo(asking.network(ALONE, facts).dhcp)

    with room.at(1):
        # There is nobody to type anything: a question would end it.
        done = CliRunner(env={"EXAMSITE_LANG": "en"}).invoke(looks)
    assert (done.exit_code, f"Yes: {SERVER} lends addresses" in done.output) == (0, True)
    assert done.output.endswith("()\n")


@needs_dnsmasq
def test_beside_another_lender_this_box_starts_none(lab: Lab, tmp_path: Path) -> None:
    other = f"{NET}12"
    machine = Machine(tmp_path)
    with lab.at_the_switch():
        alone = measure(machine, ANSWERS)
    with ExitStack() as held:
        with lab.at(2):
            text = files.names(ANSWERS, other, "exam.local").replace(SERVER, other)
            held.enter_context(dnsmasq(text, tmp_path, other))
        with lab.at_the_switch():
            beside = measure(machine, ANSWERS)
    assert (alone.lenders, beside.lenders) == ((), (other,))
    assert "other-dhcp" not in [one.kind.code for one in blockers(alone, ANSWERS)]
    (told,) = [one for one in blockers(beside, ANSWERS) if one.kind.code == "other-dhcp"]
    assert other in told.says("zh")


def test_only_an_offer_to_our_own_question_counts() -> None:
    asked_by_us = discover(b"\x02\0\0\0\0\1", 7)
    assert read_offer(asked_by_us, 7) is None
    answer = bytearray(asked_by_us)
    answer[20:22] = struct.pack("!H", 67)
    answer[28] = 2
    answer[28 + 240 + 2] = 2
    assert read_offer(bytes(answer), 7) == ("0.0.0.0", "0.0.0.0")
    assert read_offer(bytes(answer), 8) is None
    for cut in range(len(answer)):
        # However short it is, it is only not an offer.
        read_offer(bytes(answer[:cut]), 7)


@pytest.mark.skipif(not shutil.which("chronyd"), reason="chrony is not installed")
def test_the_room_has_its_time_from_this_box_though_nobody_tells_it(
    lab: Lab, tmp_path: Path
) -> None:
    conf = tmp_path / "chrony.conf"
    # What Debian's own file adds for where its sockets lie; here they must be nobody else's.
    conf.write_text(files.chrony() + f"bindcmdaddress /\npidfile {tmp_path}/pid\n")
    chronyd = ("chronyd", "-x", "-d", "-u", "root", "-f", conf)
    with lab.at_the_switch(), running(*chronyd), lab.at(2):
        wait_until(lambda: told_time(SERVER) is not None, "the time")
        told = told_time(SERVER)
    assert told is not None
    assert told[1] == 10
    assert abs(told[0] - time.time()) < 5


def told_time(server: str) -> tuple[float, int] | None:
    """(seconds since 1970, stratum) as a machine hears it by NTP; None: nobody, or not set."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.settimeout(0.5)
        try:
            way.sendto(b"\x23" + bytes(47), (server, 123))
            answer = way.recv(64)
        except OSError:
            return None
    if answer[0] >> 6 == 3 or answer[1] == 0:
        return None
    return struct.unpack_from("!I", answer, 40)[0] - SECONDS_1900, answer[1]
