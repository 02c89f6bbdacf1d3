"""What headquarters weighs: `make bench-hq` runs it after the intake, with ARGS=--json for a line.

Bytes in the database, CPU seconds of sites that only ask, of a copy, of restoring and verifying
it. CPU seconds say the same on a machine where others work too; PostgreSQL's are in them.
"""

import argparse
import base64
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil
import psycopg
from intake import EXAMHQ, _port, cpu_of, jobs, send
from nation import key_of, name_of, register_all
from postgres import Cluster, missing

from sync.headquarters.copies.drill import own_signers
from sync.headquarters.copies.restoring import restore, verified_copy
from sync.headquarters.copies.verifying import verify
from sync.headquarters.copies.writing import write_copy
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters, create_headquarters
from sync.wire.documents import FetchRequest, sign
from sync.wire.keys import SECRET_LENGTH, OpeningKey, load_key

# name → what it means; docs/design/sizing.md reckons with them.
MEANINGS = {
    "batch_bytes": "of a batch as the bench makes it",
    "row_bytes_per_batch": "database without the bytes themselves: rows, receipts, audit, indexes",
    "table_bytes_per_batch": "of the table of bytes for each batch",
    "contact_cpu_s_per_1000": "CPU seconds of 1,000 rounds of a courier that has nothing to send",
    "contact_bytes": "of one such round both ways, without TLS",
    "copy_cpu_s_per_1000": "of a first copy, for 1,000 batches",
    "copy_bytes_per_batch": "of a copy and what lies beside it",
    "restore_cpu_s_per_1000": "of restoring it into an empty PostgreSQL",
    "verify_cpu_s_per_1000": "of verifying it without the journals, which the bench cannot open",
}
SITES, BATCHES, ROUNDS = 100, 20, 300
# What a courier asks each round; docs/design/sizing.md counts them.
ASKED = ("/api/v1/keys", "/api/v1/version", "/api/v1/packages", "/api/v1/update")


def sizes(address: str) -> tuple[int, int]:
    """Bytes of the table of bytes, and of all other tables with their indexes."""
    query = "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
    query += " AND relnamespace = 'public'::regnamespace"
    with psycopg.connect(address) as db:
        found = dict(db.execute(query).fetchall())
    return found.pop("blobs"), sum(found.values())


def proof(site: int, path: str) -> str:
    """A site's word for a request."""
    said = FetchRequest(name_of(site), "GET", path, time.time_ns() // 1_000_000)
    return base64.b64encode(sign(said, key_of(site))).decode("ascii")


def ask(port: int, rounds: int) -> int:
    """As many rounds of couriers over a connection that stays open; bytes of them, without TLS."""
    line, size = http.client.HTTPConnection("127.0.0.1", port), 0
    for number in range(rounds):
        for path in ASKED:
            headers = {"Examsite-Authorization": proof(number % SITES, path)}
            line.request("GET", path, headers=headers)
            answer = line.getresponse()
            body = answer.read()
            size += len(path) + len(body) + _length(headers.items()) + _length(answer.getheaders())
            if answer.status not in (200, 404):
                raise RuntimeError(f"{path}: {answer.status}")
    line.close()
    return size


def _length(headers: Iterable[tuple[str, str]]) -> int:
    # With the line before them.
    return 60 + sum(len(name) + len(value) + 4 for name, value in headers)


def contacts(hq: Headquarters, server: psutil.Process) -> dict[str, float]:
    """CPU seconds of headquarters for 1,000 rounds, and bytes of one."""
    command = [*EXAMHQ, "--data", str(hq.folder), "--lang", "en", "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        trees = [psutil.Process(process.pid), server]
        port = _port(process)
        ask(port, 30)
        before = cpu_of(trees)
        size = ask(port, ROUNDS)
        cost = (cpu_of(trees) - before) / ROUNDS * 1000
        return {"contact_cpu_s_per_1000": cost, "contact_bytes": size / ROUNDS}
    finally:
        process.terminate()
        process.wait(30)


def spent(act: Callable[[], object], server: psutil.Process) -> float:
    """CPU seconds of this process and of PostgreSQL."""
    before = time.process_time() + cpu_of([server])
    act()
    return time.process_time() + cpu_of([server]) - before


def copied(hq: Headquarters, folder: Path, empty: str, server: psutil.Process) -> dict[str, float]:
    """A copy of it, restored and verified."""
    to, by, count = folder / "copies", Stamp("bench", time.time_ns() // 1_000_000), SITES * BATCHES
    to.mkdir()
    found = {"copy_cpu_s_per_1000": spent(lambda: write_copy(hq, by, to), server)}
    size = sum(path.stat().st_size for path in to.rglob("*") if path.is_file())
    escrow = load_key(hq.folder / "keys" / "escrow.seed", SECRET_LENGTH)

    def back() -> None:
        copy = verified_copy(to, own_signers(hq, by.at))
        changes = {"database": empty, "blobs": "table"}
        restore(copy, by, folder / "again", [OpeningKey.from_seed(escrow)], changes=changes)

    found["restore_cpu_s_per_1000"] = spent(back, server)
    again = Headquarters(folder / "again")
    found["verify_cpu_s_per_1000"] = spent(lambda: verify(again, by.at), server)
    again.close()
    found = {name: value / count * 1000 for name, value in found.items()}
    return found | {"copy_bytes_per_batch": size / count}


def measured(folder: Path) -> dict[str, float]:
    """All figures."""
    cluster = Cluster().create()
    try:
        assert cluster.process is not None
        server, address = psutil.Process(cluster.process.pid), cluster.database()
        hq = create_headquarters(folder / "hq", database=address, blobs="table")
        register_all(hq, SITES)
        before = sizes(address)
        done = send(hq, 1, jobs(SITES, range(BATCHES), False))
        after, count = sizes(address), len(done.sent.digests)
        with psycopg.connect(address) as db:
            row = db.execute("SELECT avg(size)::float FROM batches").fetchone()
        found = {
            "batch_bytes": row[0] if row else 0.0,
            "row_bytes_per_batch": (after[1] - before[1]) / count,
            "table_bytes_per_batch": (after[0] - before[0]) / count,
        }
        found |= copied(hq, folder, cluster.database(), server)
        hq.close()
        # Of its own: nothing to archive meanwhile.
        quiet = create_headquarters(folder / "quiet", database=cluster.database(), blobs="table")
        register_all(quiet, SITES)
        quiet.close()
        found |= contacts(quiet, server)
    finally:
        cluster.remove()
    return {name: round(value, 2) for name, value in found.items()}


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    given, _ = parser.parse_known_args()
    if why := missing():
        sys.exit(why)
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder))
    for name, meaning in MEANINGS.items():
        print(f"{name:24} {found[name]:>10g} {meaning}")
    if given.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
