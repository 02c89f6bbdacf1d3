"""The answer path in figures: `make bench`, and `make bench ARGS=--json` for one JSON line.

The server has one core and the clients another. All goes through the whole application, durably;
each figure comes from this run. On a machine where others work too, trust the ratios.
"""

import argparse
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rig
from crowd import Crowd, clock, during, percentile
from scripts import Sitter
from uploading import uploads

# name → (bound, what it means); the targets of docs/design/answer-path.md.
TARGETS: dict[str, tuple[str, float, str]] = {
    "saves_per_s": (">=", 3500, "durable saves/s, 200 connections, closed loop"),
    "no_write_per_s": (">=", 0, "the same without queue and commit"),
    "no_write_cpu_s_per_1000": (">=", 0, "server CPU seconds of 1,000 of those"),
    "no_write_to_released": ("<=", 1.15, "that CPU to the last release's, both in this yardstick"),
    "ratio_to_no_write": (">=", 0.6, "durable to not written"),
    "p50_ms": (">=", 0, "median in the closed loop"),
    "p99_ms": ("<=", 100, "99th percentile in the closed loop"),
    "cpu_s_per_1000": ("<=", 0.28, "server CPU seconds of 1,000 durable saves"),
    "fdatasync_per_save": (">=", 0, "syncs a save in the closed loop"),
    "paced_p99_ms": ("<=", 15, "99th percentile at 100 saves/s"),
    "paced_p99_ms_before_uploads": (">=", 0, "the same on the site of the next line, before it"),
    "paced_p99_ms_with_uploads": (
        ">=",
        0,
        "99th percentile at 100 saves/s while 10 files of 200 MB come in",
    ),
    "upload_mib_per_s": (">=", 0, "MiB/s of these files, on the disk"),
    "slow_disk_saves_per_s": (">=", 2000, "saves/s with 10 ms more for each sync"),
    "saves_per_s_two_servers": (
        ">=",
        0,
        "on both disks; the spare is on the crowd's core",
    ),
    "p99_ms_two_servers": (">=", 0, "99th percentile of these"),
    "start_500_s": ("<=", 4, "500 candidates sign in, start and have the paper"),
    "paper_kib": (">=", 0, "the paper's size, not compressed"),
    "pss_mib": ("<=", 120, "memory with 1,000 candidates signed in"),
    "saves_per_s_1000_clients": (">=", 0, "saves/s from 1,000 clients, no front"),
    "saves_per_s_tls_1000_clients": (">=", 3000, "from 1,000 clients, TLS front on the same core"),
    "idle_growth": ("<", 1.25, "CPU a save at 1,000 connections to that at 40, TLS front, 200/s"),
    "idle_growth_no_front": (">=", 0, "the same without the front"),
}
WARM_UP_S = 2
UPLOADS = 10
# The SQLite that pysqlite3 bundles calls fsync; one built with HAVE_FDATASYNC calls the other.
SYNCS = ("-e", "trace=fsync,fdatasync")


# The baseline of the last release, in yardsticks: a slower one would flatter `ratio_to_no_write`.
RELEASED = Path(__file__).with_name("released.json")


def yardstick() -> float:
    """CPU seconds of a fixed piece of Python's work on the site's core: what machines differ by."""
    os.sched_setaffinity(0, {rig.SITE_CORE})
    text = json.dumps({"instance": "bench", "saves": [{"item": "0" * 16, "response": ["1"] * 4}]})
    began = time.process_time()
    for n in range(20_000):
        json.loads(text)["saves"][0]["item"].encode().hex()
        hashlib.blake2b(b"%d" % n, digest_size=8).hexdigest()
    os.sched_setaffinity(0, {rig.CROWD_CORE})
    return time.process_time() - began


def enter(machine: rig.Machine, sitters: list[Sitter]) -> float:
    """Bring them to their papers at once; seconds until the last has it."""
    began = clock()
    crowd = Crowd(machine.port, [s.enter() for s in sitters])
    crowd.run()
    crowd.close()
    return clock() - began


def closed(
    machine: rig.Machine, sitters: list[Sitter], seconds: float, tls: Any = None
) -> dict[str, float]:
    """A closed loop after a short warm-up, on connections that stand."""
    crowd = Crowd(machine.port, [s.save() for s in sitters], tls)
    crowd.loop(WARM_UP_S)
    began = clock()
    times, cpu = during(machine.cpu, lambda: crowd.loop(seconds))
    taken = clock() - began
    crowd.close()
    return {
        "per_s": round(len(times) / taken),
        "p50": percentile(times, 0.50),
        "p99": percentile(times, 0.99),
        "cpu": round(cpu / len(times) * 1000, 3),
        "saves": len(times),
    }


def paced(
    machine: rig.Machine, sitters: list[Sitter], rate: float, seconds: float, tls: Any = None
) -> tuple[list[float], float]:
    """So many saves a second over all connections: times, and CPU seconds a save."""
    crowd = Crowd(machine.port, [s.save() for s in sitters], tls)
    crowd.pace(rate, WARM_UP_S)
    times, cpu = during(machine.cpu, lambda: crowd.pace(rate, seconds))
    crowd.close()
    return times, cpu / len(times)


class Bench:
    """Runs the parts one after another, each on a fresh site; `figures` fills up."""

    def __init__(self, folder: Path, seconds: float, clients: int = 200) -> None:
        self.folder, self.seconds, self.clients = folder, seconds, clients
        self.figures: dict[str, float] = {}

    def _site(self, name: str, candidates: int) -> tuple[Path, list[Sitter]]:
        folder = self.folder / name
        folder.mkdir()
        package = rig.prepare(folder, candidates)
        return folder, [Sitter(c) for c in package.plan.candidates]

    def closed_loop(self) -> None:
        """Durable against not written, in one run."""
        found, sticks = {}, []
        for name, program in (("baseline", rig.NO_WRITE), ("durable", rig.SITE)):
            folder, sitters = self._site(name, self.clients)
            with rig.serving(folder, program) as machine:
                enter(machine, sitters)
                # Close to the run on both sides: a machine's speed changes by the second.
                sticks.append(yardstick())
                found[name] = closed(machine, sitters, self.seconds)
                sticks.append(yardstick())
                if name == "durable":
                    times, _ = paced(machine, sitters, 100, self.seconds)
                    self.figures["paced_p99_ms"] = percentile(times, 0.99)
        durable, baseline = found["durable"], found["baseline"]
        released = json.loads(RELEASED.read_text())["no_write_yardsticks_per_1000"]
        stick = sum(sticks[:2]) / 2
        self.figures["no_write_to_released"] = round(baseline["cpu"] / stick / released, 2)
        self.figures |= {
            "saves_per_s": durable["per_s"],
            "no_write_per_s": baseline["per_s"],
            "no_write_cpu_s_per_1000": baseline["cpu"],
            "ratio_to_no_write": round(durable["per_s"] / baseline["per_s"], 2),
            "p50_ms": durable["p50"],
            "p99_ms": durable["p99"],
            "cpu_s_per_1000": durable["cpu"],
        }

    def syncs(self) -> None:
        """How many syncs a save costs, and what a slow disk makes of it."""
        for name, options in (
            ("counted", ()),
            ("slow", ("-e", "inject=fsync,fdatasync:delay_enter=10000")),
        ):
            folder, sitters = self._site(name, self.clients)
            summary = folder / "strace.txt"
            trace = ("strace", "-f", "--seccomp-bpf", "-c", "-o", str(summary), *SYNCS)
            with rig.serving(folder, trace=(*trace, *options)) as machine:
                enter(machine, sitters)
                before = sum(s.sequence for s in sitters)
                found = closed(machine, sitters, self.seconds)
                saves = sum(s.sequence for s in sitters) - before
            # Columns: share of time, seconds, µs a call, calls, [errors,] name.
            rows = [line.split() for line in summary.read_text().splitlines()]
            calls = sum(int(row[3]) for row in rows if row and row[-1] in ("fsync", "fdatasync"))
            if name == "counted":
                self.figures["fdatasync_per_save"] = round(calls / saves, 3)
            else:
                self.figures["slow_disk_saves_per_s"] = found["per_s"]

    def uploads(self) -> None:
        """Paced saves alone, and beside ten uploads of 200 MB."""
        folder = self.folder / "uploads"
        folder.mkdir()
        package = rig.prepare_practical(folder, UPLOADS, 100)
        sitting = [c for c in package.plan.candidates if c.sittings == ("media",)]
        sitters = [Sitter(c) for c in sitting]
        sending = [c for c in package.plan.candidates if c.sittings == ("live",)]
        with rig.serving(folder) as machine:
            enter(machine, sitters)
            alone, _ = paced(machine, sitters, 100, self.seconds)
            with uploads(machine.port, sending) as done:
                rig.wait(lambda: done.value >= UPLOADS)
                before, began = done.value, clock()
                beside, _ = paced(machine, sitters, 100, self.seconds)
                came = (done.value - before) / (clock() - began)
        self.figures["paced_p99_ms_before_uploads"] = percentile(alone, 0.99)
        self.figures["paced_p99_ms_with_uploads"] = percentile(beside, 0.99)
        self.figures["upload_mib_per_s"] = round(came, 1)

    def two_servers(self) -> None:
        """The closed loop with a spare: an answer is acknowledged when both disks have it."""
        folder, sitters = self._site("paired", self.clients)
        with rig.spare(folder), rig.serving(folder) as machine:
            enter(machine, sitters)
            rig.wait(lambda: rig.on_both(folder))
            found = closed(machine, sitters, self.seconds)
            if not rig.on_both(folder):
                raise RuntimeError("the site went on alone")
        self.figures["saves_per_s_two_servers"] = found["per_s"]
        self.figures["p99_ms_two_servers"] = found["p99"]

    def thousand(self) -> None:
        """A thousand candidates: the start, memory, all at once, and most of them idle."""
        folder, sitters = self._site("thousand", 1000)
        (folder / "settings.toml").write_text('front = "127.0.0.1"\n')
        with rig.serving(folder) as machine:
            self.figures["start_500_s"] = round(enter(machine, sitters[:500]), 2)
            enter(machine, sitters[500:])
            self.figures["paper_kib"] = round(sitters[0].paper_bytes / 1024, 1)
            self.figures["pss_mib"] = machine.pss_mib()
            found = closed(machine, sitters, self.seconds)
            self.figures["saves_per_s_1000_clients"] = found["per_s"]
            self.figures["idle_growth_no_front"] = self._growth(machine, sitters)
            with rig.front(machine, folder) as (fronted, tls):
                found = closed(fronted, sitters, self.seconds, tls)
                self.figures["saves_per_s_tls_1000_clients"] = found["per_s"]
                self.figures["idle_growth"] = self._growth(fronted, sitters, tls)

    def _growth(self, machine: rig.Machine, sitters: list[Sitter], tls: Any = None) -> float:
        few = paced(machine, sitters[:40], 200, self.seconds, tls)[1]
        many = paced(machine, sitters, 200, self.seconds, tls)[1]
        return round(many / few, 2)


def show(figures: dict[str, float]) -> None:
    """The table; a figure that misses its target is marked."""
    for name, (sign, bound, meaning) in TARGETS.items():
        if name not in figures:
            continue
        figure = figures[name]
        good = {">=": figure >= bound, "<=": figure <= bound, "<": figure < bound}[sign]
        target = f"{sign} {bound:g}" if bound else ""
        print(f"{name:29} {figure:>9g} {target:>9} {' ' if good else '!'} {meaning}")


def main() -> None:
    """Run all parts, or those that are named."""
    parts: dict[str, Callable[[Bench], None]] = {
        "closed": Bench.closed_loop,
        "syncs": Bench.syncs,
        "uploads": Bench.uploads,
        "two-servers": Bench.two_servers,
        "thousand": Bench.thousand,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    parser.add_argument("--seconds", type=float, default=10, help="length of each measurement")
    parser.add_argument("--clients", type=int, default=200, help="of the closed loops")
    parser.add_argument("--only", choices=list(parts), help="one part instead of all")
    given = parser.parse_args()
    os.sched_setaffinity(0, {rig.CROWD_CORE})
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd()) as folder:
        bench = Bench(Path(folder), given.seconds, given.clients)
        for part in [given.only] if given.only else parts:
            parts[part](bench)
    show(bench.figures)
    if given.json:
        print(json.dumps(bench.figures))


if __name__ == "__main__":
    main()
