"""Headquarters' intake in figures: `make bench-hq`, with ARGS=--json for one JSON line.

Two receivers on one PostgreSQL of the bench's own (private cluster, fsync on), clients on the same
cores. Each figure comes from this run; on a machine where others work too, trust the ratios.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from crowd import clock, percentile
from nation import Job, Sender, Totals, register_all, together
from postgres import Cluster, missing

from sync.headquarters.store.folder import Headquarters, create_headquarters

# name → (bound, what it means); docs/design/intake.md has the figures that were seen.
TARGETS: dict[str, tuple[str, float, str]] = {
    "batches_per_s": (">=", 400, "batches taken in a second, receipts durable"),
    "raw_insert_per_s": (">=", 0, "bare inserts of as many bytes, same PostgreSQL, same run"),
    "ratio_to_raw_insert": (">=", 0.25, "batches to bare inserts"),
    "p99_ms": (">=", 0, "99th percentile of an acknowledgement, 24 connections, closed loop"),
    "sites": (">=", 0, "sites in the large run"),
    "batches": (
        ">=",
        0,
        "different batches in it; four a site are cut once and repeated once besides",
    ),
    "seconds": (">=", 0, "seconds in which all of them came in"),
    "cpu_s_per_1000": (">=", 0, "CPU seconds of 1,000 batches, receivers and PostgreSQL"),
    "growth": ("<=", 1.3, "that at so many sites to that at 100"),
    "sqlite_batches_per_s": (">=", 150, "one receiver, SQLite and a folder"),
}
RAW_THREADS = 8
EXAMHQ = (sys.executable, "-c", "from sync.headquarters.cli import main; main()")


@contextmanager
def receivers(folder: Path, count: int) -> Iterator[list[tuple[int, psutil.Process]]]:
    """So many `examhq receive`: their ports and processes."""
    command = [*EXAMHQ, "--data", str(folder), "--lang", "en", "receive", "--port", "0"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    try:
        yield [(_port(p), psutil.Process(p.pid)) for p in processes]
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    found = re.search(r":(\d+)$", process.stdout.readline().strip())
    assert found is not None
    return int(found[1])


def cpu_of(trees: Sequence[psutil.Process]) -> float:
    """CPU seconds of processes and their children, the dead ones too."""
    total = 0.0
    for tree in trees:
        times = tree.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
        for child in tree.children():
            own = child.cpu_times()
            total += own.user + own.system
    return total


def raw_inserts(address: str, seconds: float, size: int) -> float:
    """Bare durable idempotent inserts a second: one statement, one commit each, no HTTP."""
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("CREATE TABLE raw (digest text PRIMARY KEY, data bytea NOT NULL)")
    counts = [0] * RAW_THREADS

    def insert(number: int, until: float) -> None:
        with psycopg.connect(address, autocommit=True) as db:
            while clock() < until:
                row = (os.urandom(32).hex(), os.urandom(size))
                db.execute("INSERT INTO raw VALUES (%s, %s) ON CONFLICT DO NOTHING", row)
                counts[number] += 1

    until = clock() + seconds
    threads = [threading.Thread(target=insert, args=(n, until)) for n in range(RAW_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def jobs(sites: int, sequences: range, faults: bool) -> list[Job]:
    """Every site's batches, number by number, as they come on a day."""
    return [Job(site, n, faults) for n in sequences for site in range(sites)]


def send(hq: Headquarters, count: int, todo: Sequence[Job], *also: psutil.Process) -> Totals:
    """Send all through so many receivers."""
    with receivers(hq.folder, count) as ready:
        measured = [process for _, process in ready] + list(also)
        share = [todo[n::count] for n in range(count)]
        keys = hq.keys.public()
        senders = [Sender(port, share[n], keys) for n, (port, _) in enumerate(ready)]
        return together(senders, lambda: cpu_of(measured))


def exactly_once(address: str, digests: Sequence[str]) -> None:
    """What was acknowledged is there once, with its bytes and its receipt, and nothing else is."""
    with psycopg.connect(address) as db:
        intact = "SELECT b.digest FROM batches b JOIN receipts r USING (digest) JOIN blobs USING "
        intact += "(digest) WHERE encode(sha256(data), 'hex') = digest AND r.level = 'received'"
        found = [row[0] for row in db.execute(intact)]
        (rows,) = db.execute("SELECT count(*) FROM batches").fetchone() or (0,)
    if sorted(found) != sorted(digests) or rows != len(digests):
        raise RuntimeError(f"{len(digests)} acknowledged, {len(found)} intact, {rows} rows")


def on_postgresql(folder: Path, sites: int, seconds: float) -> dict[str, float]:
    """All figures but SQLite's."""
    cluster = Cluster().create()
    try:
        assert cluster.process is not None
        server = psutil.Process(cluster.process.pid)
        few = create_headquarters(folder / "few", database=cluster.database(), blobs="table")
        register_all(few, 100)
        send(few, 2, jobs(100, range(4), True), server)
        small = send(few, 2, jobs(100, range(4, 24), False), server)
        before = raw_inserts(cluster.database(), seconds / 2, 20_000)
        address = cluster.database()
        many = create_headquarters(folder / "many", database=address, blobs="table")
        register_all(many, sites)
        hostile = send(many, 2, jobs(sites, range(4), True), server)
        large = send(many, 2, jobs(sites, range(4, 5), False), server)
        raw = (before + raw_inserts(cluster.database(), seconds / 2, 20_000)) / 2
        exactly_once(address, hostile.sent.digests + large.sent.digests)
    finally:
        cluster.remove()
    found = figures(small, large, raw)
    seconds = hostile.seconds + large.seconds
    return found | {"sites": sites, "batches": sites * 5, "seconds": round(seconds, 1)}


def figures(small: Totals, large: Totals, raw: float) -> dict[str, float]:
    """The figures of the runs with few and many sites and the bare rate."""
    count = len(large.sent.digests)
    cost = large.cpu_s / count
    rate = count / large.seconds
    return {
        "batches_per_s": round(rate, 1),
        "raw_insert_per_s": round(raw, 1),
        "ratio_to_raw_insert": round(rate / raw, 3),
        "p99_ms": percentile(large.sent.times, 0.99),
        "cpu_s_per_1000": round(cost * 1000, 2),
        "growth": round(cost / (small.cpu_s / len(small.sent.digests)), 2),
    }


def on_sqlite(folder: Path) -> dict[str, float]:
    """One receiver on a file."""
    hq = create_headquarters(folder / "sqlite")
    register_all(hq, 100)
    found = send(hq, 1, jobs(100, range(15), False))
    return {"sqlite_batches_per_s": round(len(found.sent.digests) / found.seconds, 1)}


def show(found: dict[str, float]) -> None:
    """The table; a figure that misses its target is marked."""
    for name, (sign, bound, meaning) in TARGETS.items():
        figure = found[name]
        good = figure >= bound if sign == ">=" else figure <= bound
        target = f"{sign} {bound:g}" if bound else ""
        print(f"{name:22} {figure:>9g} {target:>8} {' ' if good else '!'} {meaning}")


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    parser.add_argument("--sites", type=int, default=10_000, help="sites in the large run")
    parser.add_argument("--seconds", type=float, default=10, help="length of the bare inserts")
    given = parser.parse_args()
    if why := missing():
        sys.exit(why)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        found = on_sqlite(Path(folder))
        found |= on_postgresql(Path(folder), given.sites, given.seconds)
    show(found)
    if given.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
