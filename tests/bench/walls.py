"""The invigilators' wall in figures: 200 seats, 200 candidates who write, walls that look.

`figures` is what `make bench-ui` asks for. An update is measured from the moment when a candidate's
page has its save acknowledged to the moment when a wall has read the tile that shows it.
"""

import http.client
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import rig
from crowd import Crowd, Script, clock, percentile
from scripts import Sitter, checked, request

from siteapp.site import Site

SEATS, SECONDS, WALLS = 200, 30, 4
# Each page saves something new and asks how things stand, both about every five seconds.
REQUESTS_PER_S = 2 * SEATS / 5
SESSION = "am-1121"
NAME = "bench"
# (seat, items answered) → when it was so.
Seen = dict[tuple[int, int], float]


class Writer(Sitter):
    """A candidate who answers another item each time, and whose page asks for the state between."""

    def write(self, saved: Seen) -> Script:
        """Save, ask, save, ask."""
        for number in range(1, len(self.items) + 1):
            answer = yield self._one(number)
            assert answer == (200, b'{"saved":[%d]}' % number), answer
            saved[self.candidate.seat, number] = clock()
            checked((yield request("GET", "state", self.token)))

    def _one(self, number: int) -> bytes:
        item = self.items[number - 1]
        save = {"sequence": number, "item": item["ref"], "response": [item["options"][0]["ref"]]}
        return request("POST", "responses", self.token, {"instance": NAME, "saves": [save]})


class Wall(threading.Thread):
    """An invigilator's page: asks what is new a second after the last answer, as the page does."""

    def __init__(self, port: int, cookie: str, over: threading.Event) -> None:
        super().__init__()
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookie, self._over = cookie, over
        self.seen: Seen = {}
        self.sizes: list[int] = []

    def run(self) -> None:
        """Until it is over, and once more."""
        version = ""
        for last in self._turns():
            self._line.request(
                "GET", f"/api/room/{SESSION}?since={version}", headers={"Cookie": self._cookie}
            )
            body = self._line.getresponse().read()
            told = json.loads(body)
            version = told["version"]
            now = clock()
            self.sizes.append(len(body))
            for tile in told["tiles"]:
                self.seen.setdefault((tile["seat"], tile["answered"]), now)
            if last:
                self._line.close()

    def _turns(self) -> Iterator[bool]:
        while not self._over.wait(1.0):
            yield False
        yield True


def sign_in(port: int, password: str) -> str:
    """The cookie of the invigilator."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/staff/sign-in", f"name={NAME}&password={password}", form)
    answer = line.getresponse()
    assert answer.status == 303, answer.status
    return str(answer.headers["Set-Cookie"]).partition(";")[0]


def updates(saved: Seen, wall: Wall) -> list[float]:
    """How long each save took to the wall; of several between two looks only the last shows."""
    found = []
    for (seat, answered), at in saved.items():
        shown = [wall.seen.get((seat, n)) for n in range(answered, answered + 3)]
        times = [one for one in shown if one is not None]
        if not times:
            raise RuntimeError(f"seat {seat} with {answered} answered never came to the wall")
        found.append(max(0.0, min(times) - at))
    return found


def watched(
    machine: rig.Machine, crowd: Crowd, saved: Seen, cookie: str, walls: int
) -> tuple[float, list[Wall]]:
    """Server CPU seconds a minute while the room writes, and the walls that looked."""
    over = threading.Event()
    looking = [Wall(machine.port, cookie, over) for _ in range(walls)]
    for place, wall in enumerate(looking):
        wall.start()
        # Their turns are spread over the second, as people's pages are.
        time.sleep(place / (4 * walls))
    saved.clear()
    before, began = machine.cpu(), clock()
    crowd.pace(REQUESTS_PER_S, SECONDS)
    spent = (machine.cpu() - before) * 60 / (clock() - began)
    time.sleep(1.5)
    over.set()
    for wall in looking:
        wall.join()
    return spent, looking


def figures(browser: object) -> dict[str, float]:
    """`wall_update_p99_s`, `wall_cpu_s_per_minute`, and what they are made of; needs no browser."""
    del browser
    with tempfile.TemporaryDirectory() as folder:
        return measured(Path(folder))


def measured(folder: Path) -> dict[str, float]:
    """The figures of a site made in that folder."""
    package = rig.prepare(folder, SEATS)
    site = Site(folder)
    password = site.staff.add(NAME, "invigilator")
    site.close()
    writers = [Writer(person) for person in package.plan.candidates]
    with rig.serving(folder) as machine:
        entering = Crowd(machine.port, [one.enter() for one in writers])
        entering.run()
        entering.close()
        saved: Seen = {}
        cookie = sign_in(machine.port, password)
        crowd = Crowd(machine.port, [one.write(saved) for one in writers])
        alone, _ = watched(machine, crowd, saved, cookie, 0)
        with_one, _ = watched(machine, crowd, saved, cookie, 1)
        with_all, walls = watched(machine, crowd, saved, cookie, WALLS)
        crowd.close()
    late = [time_s for wall in walls for time_s in updates(saved, wall)]
    return {
        "wall_update_p99_s": round(percentile(late, 0.99) / 1000, 3),
        "wall_update_p50_s": round(percentile(late, 0.5) / 1000, 3),
        "wall_cpu_s_per_minute": round(with_one - alone, 2),
        "wall_cpu_s_per_minute_each_of_4": round((with_all - alone) / WALLS, 2),
        "wall_delta_kib": round(
            sum(sum(w.sizes[1:]) for w in walls) / sum(len(w.sizes) - 1 for w in walls) / 1024, 1
        ),
    }
