"""Finding a room in figures: `make bench-lan`, with ARGS=--json for one JSON line.

Namespaces on a switch with real multicast; seven machines in ten have a seat agent, three in ten
answer no ping. Then every machine checks itself at once, to a signed report.
"""

import argparse
import json
import sys
import threading
import time

from cables import possible
from checked_room import report_seconds
from netlab import NET, SERVER, TOKEN, Agents, Lab

from siteapp.lan.announce import About
from siteapp.lan.service import Lan
from siteapp.lan.sweep import sweep

ABOUT = About("bench-01", "bench", "0", "ab" * 32, "exam.local", "http", 8500)
PATIENCE_S = 60
EVERYBODY = [f"{NET}{n}" for n in range(1, 255) if f"{NET}{n}" != SERVER]


def measure(lab: Lab) -> dict[str, float]:
    """The figures of one room that has just come up."""
    rows = 0
    lan = Lan(ABOUT, TOKEN, lambda: False)
    begun = time.monotonic()
    lan.start(ABOUT.port, announced=True, in_room=True)
    try:
        while True:
            on = [m for m in lan.view().machines if m.state == "on"]
            rows, found = len(on), len({m.mac for m in on if m.mac})
            if found == lab.count or time.monotonic() - begun > PATIENCE_S:
                break
            time.sleep(0.05)
        seconds = time.monotonic() - begun
    finally:
        lan.stop()
    lab.forget_neighbours()
    swept = sweep(EVERYBODY, TOKEN, threading.Event())
    return {
        "machines": lab.count,
        "found": found,
        "seconds_to_find_all": round(seconds, 2),
        "doubles": rows - found,
        "sweep_seconds": round(swept.seconds, 2),
        "sweep_found": len({n.address for n in swept.neighbours} & set(EVERYBODY)),
    }


def main() -> int:
    """Lay the room, measure, clear it."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--machines", type=int, default=60)
    given = arguments.parse_args()
    if not possible():
        print("bench-lan needs root and iproute2", file=sys.stderr)
        return 3
    lab = Lab(given.machines)
    try:
        lab.lay()
        for n in lab.machines:
            if n % 10 < 3:
                lab.deaf_to_ping(n)
        with lab.at_the_switch():
            agents = Agents(lab, [n for n in lab.machines if n % 10 < 7])
            try:
                figures = measure(lab) | report_seconds(lab)
            finally:
                agents.close()
    finally:
        lab.clear()
    if given.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:22}{value}" for name, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
