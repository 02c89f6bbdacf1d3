"""Uploads over real HTTP: a line cut in the middle of a part, a server killed in the middle."""

import contextlib
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import world
from killed import EXAMSITE, served
from line import Line
from practical import MIB, Uploader
from room import journal
from together import wait_until

from siteapp.site import Site
from sync.spool import digest_of

DATA = bytes(range(251)) * 20_000

# A server that says a part is kept without having put it on the disk.
FORGETFUL = """
from siteapp import cli
from siteapp.uploads import files
files.Files._write = lambda self, part, here, data: None
cli.main()
"""


@contextlib.contextmanager
def cutting(address: str, after: int) -> Iterator[str]:
    """A proxy that passes so many bytes to the server and then hangs up; its address."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    listening = socket.create_server(("127.0.0.1", 0))

    def pass_on() -> None:
        client, _ = listening.accept()
        with client, socket.create_connection((host, int(port))) as server:
            left = after
            while left and (data := client.recv(min(left, 65536))):
                server.sendall(data)
                left -= len(data)

    thread = threading.Thread(target=pass_on)
    thread.start()
    with listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@contextlib.contextmanager
def begun(address: str) -> Iterator[Uploader]:
    """A page over a real line, which is closed at the end."""
    line = Line(address)
    with line.http:
        page = Uploader(line, world.candidates("live", 1, 1)[0])
        page.begin()
        yield page


def test_a_line_cut_in_a_part_loses_that_part_only(site_folder: Path) -> None:
    with served(site_folder, EXAMSITE) as (address, _), begun(address) as page:
        upload = page.announce(DATA)[1]["upload"]
        assert page.part(upload, 0, DATA[:MIB])[0] == 200
        with cutting(address, 300_000) as page.client.base, pytest.raises(httpx.HTTPError):
            page.part(upload, MIB, DATA[MIB : 2 * MIB])
        page.client.base = address
        at = page.call("GET", f"uploads/{upload}")[1]["offset"]
        assert at == MIB
        assert page.send(upload, DATA, at)[0] == 200


def kill_in_the_middle(site_folder: Path, program: list[str]) -> tuple[str, int]:
    """Send parts until the server is killed; the upload and the last offset it acknowledged."""
    acknowledged = [0]
    with served(site_folder, program) as (address, kill), begun(address) as page:
        upload = page.announce(DATA)[1]["upload"]

        def send() -> None:
            with contextlib.suppress(httpx.HTTPError):
                while (at := acknowledged[-1]) < len(DATA):
                    status, _ = page.part(upload, at, DATA[at : at + 50_000])
                    if status != 200:
                        return
                    acknowledged.append(min(at + 50_000, len(DATA)))

        thread = threading.Thread(target=send)
        thread.start()
        wait_until(lambda: len(acknowledged) >= 20 or not thread.is_alive())
        kill()
        thread.join()
    return upload, acknowledged[-1]


def offset_on_disk(site_folder: Path, upload: str) -> int:
    part = site_folder / "files" / f"{upload}.part"
    return part.stat().st_size if part.exists() else 0


def test_every_acknowledged_part_outlives_a_kill_and_the_upload_goes_on(site_folder: Path) -> None:
    upload, acknowledged = kill_in_the_middle(site_folder, EXAMSITE)
    assert 900_000 <= acknowledged <= offset_on_disk(site_folder, upload)
    with served(site_folder, EXAMSITE) as (address, _), begun(address) as page:
        at = page.announce(DATA)[1]["offset"]
        assert at >= acknowledged
        assert page.send(upload, DATA, at)[0] == 200
    site = Site(site_folder)
    (event,) = journal(site, "file")
    site.close()
    kept = (site_folder / "files" / f"{upload}.{event['sha256']}").read_bytes()
    assert hashlib.sha256(kept).hexdigest() == hashlib.sha256(DATA).hexdigest()


WHOLE, KILLS = 200 * MIB, 3


@pytest.mark.long
@pytest.mark.slow
def test_a_file_of_200_mib_outlives_kills_within_it_and_arrives_whole(site_folder: Path) -> None:
    data = hashlib.shake_256(b"film").digest(MIB) * (WHOLE // MIB)
    told = 0
    for kills in range(1, KILLS + 1):
        with served(site_folder, EXAMSITE) as (address, kill), begun(address) as page:
            at = page.announce(data)[1]["offset"]
            # One more than was told may be there: its answer died with the server.
            assert told <= at <= told + MIB
            told = send_until(page, data, at, kills * WHOLE // (KILLS + 1), kill)
        assert told >= kills * WHOLE // (KILLS + 1)
    with served(site_folder, EXAMSITE) as (address, _), begun(address) as page:
        upload, at = (page.announce(data)[1][name] for name in ("upload", "offset"))
        assert at >= told
        assert page.send(upload, data, at)[1]["sha256"] == hashlib.sha256(data).hexdigest()
    (kept,) = (site_folder / "files").glob(f"{upload}.{'?' * 64}")
    assert digest_of(kept) == hashlib.sha256(data).hexdigest() == kept.suffix[1:]


def send_until(page: Uploader, data: bytes, at: int, enough: int, kill: Callable[[], None]) -> int:
    """Send parts and kill the server inside one when `enough` is told; the last offset told."""
    upload, told = page.announce(data)[1]["upload"], at
    killer = threading.Timer(0.02, kill)
    with contextlib.suppress(httpx.HTTPError):
        while True:
            if told >= enough and not killer.is_alive():
                killer.start()
            status, body = page.part(upload, told, data[told : told + MIB])
            assert status == 200
            told = body["offset"]
    killer.join()
    return told


def test_a_part_acknowledged_and_not_kept_would_be_noticed(site_folder: Path) -> None:
    upload, acknowledged = kill_in_the_middle(site_folder, ["-c", FORGETFUL])
    assert acknowledged > offset_on_disk(site_folder, upload)
