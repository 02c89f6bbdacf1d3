"""A full check of a room for `make bench-lan`: every machine speaks the check page's own HTTP.

Each from its namespace: questions, a pull and pieces up, its report; then all pull at one moment
and report again; then the administrator has the report measured and signed.
"""

import http.client
import json
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import world
from netlab import SERVER, Lab
from readied import CHROMIUM, FINE
from room import staff_browser

from siteapp.readiness.report import kept_report
from siteapp.serve import Server
from siteapp.site import Site
from siteapp.store import checked

TRIPS, PIECE, PIECES = 20, bytes(16_000), 16
SESSION, PATIENCE_S = "am-1121", 60


class Machine:
    """One check page at one seat."""

    def __init__(self, port: int, seat: int) -> None:
        self._line = http.client.HTTPConnection(SERVER, port, timeout=PATIENCE_S)
        self._seat = seat

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """One request on its one connection; the body of a 200."""
        self._line.request(method, path, body, {"User-Agent": CHROMIUM})
        answer = self._line.getresponse()
        data = answer.read()
        assert answer.status == 200, (answer.status, data[:200])
        return data

    def check(self) -> None:
        """All that the page does, to the second report."""
        trips = [self._timed("GET", "/api/check/ping") for _ in range(TRIPS)]
        down = self._timed("GET", "/api/check/blob")
        up = sum(self._timed("POST", "/api/check/up", PIECE) for _ in range(PIECES))
        found = {"trips": trips, "down_kbit": int(2**23 / down), "up_kbit": int(2_048_000 / up)}
        self._tell(found | {"load": None})
        while (pull := json.loads(self.ask("GET", "/api/check/ping"))["pull"]) is None:
            time.sleep(0.5)
        time.sleep(max(0, pull["in_ms"]) / 1000)
        load = {"round": pull["round"], "ms": self._timed("GET", "/api/check/blob")}
        self._tell(found | {"load": load})

    def _tell(self, found: dict[str, Any]) -> None:
        name = f"m{self._seat}"
        said = FINE | found | {"seat": self._seat, "marker": name, "visit": name}
        self.ask("POST", "/api/check/result", json.dumps(said).encode())

    def _timed(self, method: str, path: str, body: bytes | None = None) -> float:
        began = time.perf_counter()
        self.ask(method, path, body)
        return (time.perf_counter() - began) * 1000


def report_seconds(lab: Lab) -> dict[str, float]:
    """From the moment that all pages are open to the signed report; who is in it with its load."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "site"
        folder.mkdir()
        hq = world.Headquarters()
        package = world.make_package(hq, hq.enrol(folder), Path(name))
        (folder / "settings.toml").write_text('announce = "off"\n', "utf-8")
        site = Site(folder)
        site.shelf.receive(package.path)
        server = Server(site, SERVER, 0)
        serving = threading.Thread(target=server.run)
        serving.start()
        try:
            return _measured(lab, site, server.port)
        finally:
            server.stop()
            serving.join()


def _measured(lab: Lab, site: Site, port: int) -> dict[str, float]:
    admin = staff_browser(site, "administrator")
    failed: list[BaseException] = []

    def work(n: int) -> None:
        try:
            with lab.at(n):
                Machine(port, n).check()
        except BaseException as error:
            failed.append(error)

    began = time.monotonic()
    machines = [threading.Thread(target=work, args=(n,)) for n in lab.machines]
    for one in machines:
        one.start()
    # As an administrator does who sees that all have reported once.
    while not failed and checked.count(site.live.rows) < lab.count:
        time.sleep(0.1)
    admin.post(f"/api/readiness/{SESSION}/pull")
    for one in machines:
        one.join()
    if failed:
        raise failed[0]
    admin.post(f"/api/readiness/{SESSION}/sign")
    seconds = time.monotonic() - began
    said = kept_report(site.folder, SESSION, site.identity.sign.public)
    pulled = sum(m.full_load_ms is not None for m in said.machines) if said else 0
    return {"report_seconds": round(seconds, 2), "report_machines": pulled}
