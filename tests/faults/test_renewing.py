"""A certificate is renewed while the room sits: the HAProxy that runs takes it, none is cut off."""

import http.client
import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tls_room import HERE, Authority, Front
from together import wait_until

from provisioning.errors import FrontKeepsOld
from provisioning.trust.front import hand_over

pytestmark = pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed")


class Lasting(Front):
    """HAProxy with a master and its socket, as Debian's unit runs it."""

    def __init__(self, authority: Authority) -> None:
        super().__init__(authority, "unix:/nowhere.sock")
        self.master = authority.folder / "master.sock"
        self.command = ["haproxy", "-q", "-Ws", "-S", str(self.master)]
        self.pages: list[http.client.HTTPSConnection] = []

    def start(self) -> None:
        """Its master listens after its worker, and once more after it has begun itself anew."""
        super().start()
        wait_until(self._master_answers)

    def _master_answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            probe.connect(str(self.master))
            probe.sendall(b"@1 show ssl cert\n")
            return b".pem" in probe.recv(4096)
        return False

    def connect(self, authority: Authority) -> http.client.HTTPSConnection:
        """As a page does; it stays open."""
        context = ssl.create_default_context(cafile=authority.file)
        made = http.client.HTTPSConnection(HERE, self.port, timeout=10, context=context)
        made.connect()
        self.pages.append(made)
        return made


@pytest.fixture
def room(tmp_path: Path) -> Iterator[tuple[Authority, Lasting]]:
    authority = Authority(tmp_path)
    front = Lasting(authority)
    front.start()
    try:
        yield authority, front
    finally:
        for page in front.pages:
            page.close()
        front.end()


def serial(page: http.client.HTTPSConnection) -> object:
    assert isinstance(page.sock, ssl.SSLSocket)
    return (page.sock.getpeercert() or {})["serialNumber"]


def asks(page: http.client.HTTPSConnection) -> int:
    """Over the connection that it has; it opens no other."""
    assert page.sock
    page.request("GET", "/metrics")
    answer = page.getresponse()
    answer.read()
    return answer.status


def test_a_renewed_certificate_is_taken_and_the_open_connection_goes_on(
    room: tuple[Authority, Lasting],
) -> None:
    authority, front = room
    page = front.connect(authority)
    before, own = serial(page), page.sock
    assert asks(page) == 404
    renewed = authority.front(HERE)
    # The file alone changes nothing.
    assert serial(front.connect(authority)) == before
    assert hand_over(renewed, front.master)
    assert serial(front.connect(authority)) != before
    assert asks(page) == 404
    assert page.sock is own


def test_a_restart_would_have_cut_it_off(room: tuple[Authority, Lasting]) -> None:
    authority, front = room
    page = front.connect(authority)
    assert asks(page) == 404
    front.end()
    front.start()
    with pytest.raises((http.client.RemoteDisconnected, OSError)):
        asks(page)


def test_a_torn_certificate_is_refused_and_the_old_one_goes_on(
    room: tuple[Authority, Lasting], tmp_path: Path
) -> None:
    authority, front = room
    before = serial(front.connect(authority))
    torn = tmp_path / "torn.pem"
    torn.write_text(authority.front(HERE).read_text()[:400])
    with pytest.raises(FrontKeepsOld):
        hand_over(torn, front.master)
    assert serial(front.connect(authority)) == before
    assert hand_over(authority.front(HERE), front.master)


def test_where_no_haproxy_runs_there_is_nobody_to_take_it(tmp_path: Path) -> None:
    pem = Authority(tmp_path).front(HERE)
    assert not hand_over(pem, tmp_path / "nobody")
