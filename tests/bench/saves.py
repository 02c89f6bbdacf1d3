"""Durable saves per second through the whole application: `make bench ARGS=--json`.

The server runs on one core and the client on the other. Each connection is a candidate that saves
one item after another and waits for every acknowledgement. A figure is only printed by a run.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import world

from siteapp.conduct import acts
from siteapp.site import Site
from siteapp.standby.folder import PairFolder, Peer
from siteapp.store.writer import Decision


def prepare(folder: Path, candidates: int) -> world.Package:
    """An enrolled site with an open sitting."""
    hq = world.Headquarters()
    certificate = hq.enrol(folder)
    package = world.make_package(hq, certificate, folder, live=candidates, media=0)
    site = Site(folder)
    site.shelf.receive(package.path)
    session = site.live.session(package.plan.id)
    site.shelf.unlock(session, package.codes)
    for sitting in ("live", "media"):
        site.live.act(session, lambda s, x=sitting: Decision(acts.open_sitting(s, x, "bench")))
    site.close()
    return package


def start(folder: Path, core: int, *words: str) -> tuple[subprocess.Popen[str], int]:
    """The site (or its spare) in a process of its own on one core; its port."""
    command = [sys.executable, "-m", "siteapp.cli", "--data", str(folder), "--lang", "en"]
    process = subprocess.Popen(
        ["taskset", "-c", str(core), *command, *words, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    line = process.stdout.readline()
    return process, int(line.rsplit(":", 1)[1])


def pair(folder: Path, core: int) -> subprocess.Popen[str]:
    """A spare beside the site's folder, on the client's core; the site is paired with it."""
    spare, secret = folder / "spare", bytes(32)
    spare.mkdir()
    shutil.copytree(folder / "keys", spare / "keys")
    for name in ("certificate.json", "root.txt"):
        shutil.copy(folder / name, spare / name)
    PairFolder(spare).pair(Peer("spare", "http://127.0.0.1:1"), secret)
    process, port = start(spare, core, "standby", "run")
    PairFolder(folder).pair(Peer("primary", f"http://127.0.0.1:{port}"), secret)
    return process


def enter(address: str, candidate: Any) -> tuple[str, list[dict[str, Any]]]:
    """Sign in, start, read the paper."""
    with httpx.Client(base_url=f"{address}/api/candidate", trust_env=False, timeout=60) as http:
        given = {
            "admission": candidate.admission,
            "secret": candidate.identity[-6:],
            "seat": candidate.seat,
            "instance": "bench",
        }
        token = http.post("/sign-in", json=given).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        http.post("/confirm", json={}, headers=headers)
        http.post("/start", json={}, headers=headers)
        paper = http.get("/paper", headers=headers).json()
    return token, [item for part in paper["parts"] for item in part["items"]]


def request(token: str, item: dict[str, Any], sequence: int) -> bytes:
    """The bytes of one save."""
    option = item["options"][sequence % len(item["options"])]["ref"]
    save = {"sequence": sequence, "item": item["ref"], "response": [option]}
    body = json.dumps({"instance": "bench", "saves": [save]}).encode()
    head = (
        f"POST /api/candidate/responses HTTP/1.1\r\nHost: room\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def candidate_saves(
    port: int, token: str, items: list[dict[str, Any]], until: float, times: list[float]
) -> None:
    """One connection in a closed loop."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sequence = 0
    while time.perf_counter() < until:
        sequence += 1
        began = time.perf_counter()
        writer.write(request(token, items[sequence % len(items)], sequence))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head[:200])
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - began)
    writer.close()


async def load(port: int, entered: list[Any], seconds: float) -> list[float]:
    """All candidates at once; the times of all saves."""
    times: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(candidate_saves(port, t, i, until, times) for t, i in entered))
    return times


def measure(folder: Path, candidates: int, seconds: float, spare: bool) -> dict[str, float]:
    """One run: prepare, enter, save, count."""
    package = prepare(folder, candidates)
    cores = sorted(os.sched_getaffinity(0))
    second = pair(folder, cores[-1]) if spare else None
    process, port = start(folder, cores[0], "serve")
    os.sched_setaffinity(0, {cores[-1]})
    try:
        address = f"http://127.0.0.1:{port}"
        entered = [enter(address, c) for c in package.plan.candidates]
        server = psutil.Process(process.pid)
        commits = httpx.get(f"{address}/health", trust_env=False).json()["commits"]
        cpu = sum(server.cpu_times()[:2])
        times = sorted(asyncio.run(load(port, entered, seconds)))
        cpu = sum(server.cpu_times()[:2]) - cpu
        commits = httpx.get(f"{address}/health", trust_env=False).json()["commits"] - commits
        pss = server.memory_full_info().pss
    finally:
        for one in filter(None, (process, second)):
            one.terminate()
            one.wait(20)
    return {
        "candidates": candidates,
        "saves": len(times),
        "saves_per_s": round(len(times) / seconds),
        "p50_ms": round(times[len(times) // 2] * 1000, 1),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1),
        "cpu_s_per_1000": round(cpu / len(times) * 1000, 3),
        "saves_per_commit": round(len(times) / max(1, commits), 1),
        "pss_mib": round(pss / 2**20),
    }


def main() -> None:
    """Print a table, and with --json one JSON object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--candidates", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--spare", action="store_true", help="with a second server")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        figures = measure(Path(folder), given.candidates, given.seconds, given.spare)
    for name, figure in figures.items():
        print(f"{name:18} {figure:>10}")
    if given.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
