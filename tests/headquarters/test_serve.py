"""The service as a process: real sockets, a real courier, a clean end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from desk_world import Desk
from line import get
from together import wait_until

from sync.courier import Courier
from sync.headquarters.intake.archive import list_batches
from sync.headquarters.marking.scoring import scored_rows
from sync.spool import Spool
from sync.transport import HttpTransport
from sync.wire.keys import VerifyKey


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


EXAMHQ = (sys.executable, "-c", "from sync.headquarters.cli import main; main()")


def command(desk: Desk, *words: str) -> list[str]:
    """The command line of the service."""
    return [*EXAMHQ, "--data", str(desk.hq.folder), "--lang", "en", "serve", *words]


@contextmanager
def serving(desk: Desk) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A running service: its address and its process, ended by SIGTERM."""
    process = subprocess.Popen(
        command(desk, "--port", "0"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, process.stderr and process.stderr.read()
        yield found[0], process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def test_a_courier_fetches_delivers_and_gets_the_last_word(desk: Desk) -> None:
    story = desk.published()
    attempt = story.start("99530051001")
    story.answer_right(attempt, 65)
    story.hand_in(attempt)
    story.close(handed_in=1)
    digest, data = desk.batch(story.events)
    spool = Spool(desk.folder / "spool")
    (desk.folder / "out").write_bytes(data)
    spool.put_outgoing(desk.folder / "out")
    key = VerifyKey.from_bytes(desk.hq.keys.public().receipt)
    with serving(desk) as (address, _), HttpTransport(address, "site-01", desk.box.sign) as line:
        courier = Courier(spool, line, key, "site-01")
        done = courier.step()
        assert (done.fetched, done.errors) == (1, [])
        wait_until(lambda: scored_rows(desk.hq, "morning"))
    assert [b.digest for b in list_batches(desk.hq, state="archived")] == [digest]
    assert scored_rows(desk.hq, "morning")[0].marks == 100


def test_the_end_is_clean_and_the_folder_free_again(desk: Desk) -> None:
    for _ in range(2):
        with serving(desk) as (address, process):
            answer = get(f"{address}/.well-known/examhq")
            assert answer.json()["service"] == "examhq"
        assert process.returncode == 0


def test_a_second_service_on_the_folder_is_refused_and_commands_are_not(desk: Desk) -> None:
    with serving(desk):
        second = subprocess.run(command(desk, "--port", "0"), capture_output=True, text=True)
        assert (second.returncode, "data-folder-busy" in second.stderr) == (3, True)
        base = [*EXAMHQ, "--data", str(desk.hq.folder), "site", "list", "--json"]
        beside = subprocess.run(base, capture_output=True, text=True)
        assert json.loads(beside.stdout)[0]["id"] == "site-01"


def test_a_port_in_use_is_said(desk: Desk) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(command(desk, "--port", port), capture_output=True, text=True)
    assert done.returncode == 3
    assert f"Port {port} is already in use" in done.stderr
    assert "Hint: " in done.stderr


def test_killed_in_the_middle_it_starts_again_with_all_it_receipted(desk: Desk) -> None:
    story = desk.published()
    story.start("99530051001")
    digest, data = desk.batch(story.events)
    with serving(desk) as (address, process):
        url = f"{address}/api/v1/batches/{digest}"
        first = httpx.put(url, content=data, trust_env=False)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
    assert first.status_code == 201
    with serving(desk) as (address, _):
        again = httpx.put(f"{address}/api/v1/batches/{digest}", content=data, trust_env=False)
    assert (again.status_code, again.content) == (200, first.content)


@pytest.mark.parametrize("size", [0, 1, 64 * 1024 * 1024 + 1])
def test_bodies_of_any_size_get_an_answer_over_the_wire(desk: Desk, size: int) -> None:
    with serving(desk) as (address, _):
        url = f"{address}/api/v1/batches/{'0' * 64}"
        answer = httpx.put(url, content=bytes(size), trust_env=False, timeout=60)
    assert answer.status_code == (413 if size > 1 else 422)
    assert answer.json()["code"] == ("batch-too-large" if size > 1 else "document-altered")
    assert not list((desk.hq.folder / "incoming").iterdir())
    assert Path(desk.hq.folder / "quarantine").is_dir()
