"""The room's network while the server runs: announced, watched, and one list of what is there.

Two threads, and nobody waits for either: one announces, one looks while somebody wants to know.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from siteapp.conduct.pace import Bucket
from siteapp.lan.addresses import Place, hosts, narrowed, places
from siteapp.lan.announce import About, Announcer, OtherServer
from siteapp.lan.kept import keep, kept
from siteapp.lan.sightings import Machine, Sighting, merge
from siteapp.lan.sweep import sweep
from siteapp.lan.table import Table
from siteapp.lan.wide import Wide, WideSweep

log = logging.getLogger("examsite.lan")

WATCH_S = 2.0
SWEEP_MS = 10_000
KEEP_MS = 30_000
# A whole room behind one address, and each page again every twenty seconds.
SEEN_AT_ONCE, SEEN_A_SECOND = 400, 20.0


@dataclass(frozen=True)
class View:
    """What the staff's page shows."""

    machines: list[Machine]
    servers: list[OtherServer]
    places: list[Place]
    swept_at: int
    seconds: float
    wide: Wide
    now: int
    listens: bool
    sharers: tuple[str, ...]


class Lan:
    """Made with the site, begun with the service, ended with it."""

    def __init__(
        self,
        about: About,
        token: bytes,
        fenced: Callable[[], bool],
        clock: Callable[[], int] = lambda: int(time.time() * 1000),
        path: Path | None = None,
    ) -> None:
        before = kept(path, clock()) if path else None
        self.token = token
        self.table = Table(before.sightings if before else ())
        self.about = about
        self._fenced, self._clock = fenced, clock
        self._announcer: Announcer | None = None
        self._pace = Bucket(SEEN_AT_ONCE)
        self._wide = WideSweep()
        self._places: list[Place] = []
        self._servers: list[OtherServer] = []
        self._in_room = False
        self._sharers: tuple[str, ...] = ()
        self._listens = False
        self._swept_at, self._seconds = before.looked_at if before else 0, 0.0
        self._path, self._kept_at = path, 0
        self._stopping, self._wake = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, port: int, announced: bool, in_room: bool) -> None:
        """Begin; returns at once. Without `announced` it looks when asked and says nothing.

        What only this machine can reach (not `in_room`) has no business in any network.
        """
        self.about = msgspec.structs.replace(self.about, port=port)
        self._announcer = Announcer(self.about) if announced else None
        self._in_room = in_room
        for work in (self._announce, self._look) if in_room else ():
            thread = threading.Thread(target=work, name=f"lan-{work.__name__[1:]}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Say goodbye and end; harmless if it was never begun."""
        self._stopping.set()
        self._wake.set()
        for thread in self._threads:
            thread.join()
        if self._threads:
            self._keep()

    @property
    def host(self) -> str:
        """The name under which this server is reached: ours, or the next one if that was taken."""
        return self._announcer.host if self._announcer else self.about.host

    @property
    def address(self) -> str:
        """What people type: the short address of this server in the room."""
        return self.at(self.host)

    def at(self, host: str) -> str:
        """The address of this server under another name of it."""
        scheme, port = self.about.scheme, self.about.port
        usual = {"http": 80, "https": 443}[scheme] == port
        return f"{scheme}://{host}" + ("" if usual else f":{port}")

    def here(self) -> list[Place]:
        """Where student machines may reach this server, as of a moment ago."""
        return (self._places or places()) if self._in_room else []

    def view(self, more: Sequence[Sighting] = (), look: bool = True) -> View:
        """The list as it is now; the room is looked through while somebody asks for it.

        `more` is what else is known of machines. Without `look` the network is left in peace.
        """
        now = self._clock()
        if look:
            self._wake.set()
        here = self.here()
        return View(
            machines=merge([*self.table.sightings(), *more], now),
            servers=self._servers,
            places=here,
            swept_at=self._swept_at,
            seconds=self._seconds,
            wide=self._wide.told(here),
            now=now,
            listens=self._listens,
            sharers=self._sharers,
        )

    def seen(self, marker: str, seat: int, address: str, browser: str) -> None:
        """A browser in the room says that it is there; TooFast if its address says too much."""
        self._pace.take_one(address, SEEN_A_SECOND, self._clock())
        self.table.browser(marker, seat, address, browser, self._clock())

    def sweep_wide(self) -> int:
        """Look through all of a wide network, in the background; how many addresses that is."""
        count = self._wide.begin(self.here())
        self._wake.set()
        return count

    def leave_in_peace(self) -> None:
        """Give up the sweep of a wide network."""
        self._wide.end()

    def _announce(self) -> None:
        """Stay announced at the addresses that this server has, whatever becomes of them."""
        announced: list[str] = []
        while True:
            self._places = places()
            wanted = [] if self._fenced() else [one.address for one in self._places]
            if self._announcer is not None:
                if wanted != announced and self._moved(self._announcer, wanted):
                    announced = wanted
                self._servers = self._announcer.servers()
                self._sharers = self._announcer.sharers(set(wanted))
                self._listens = bool(announced)
                networks = {one.network for one in self._places}
                self.table.announced(self._announcer.seats(), networks, self._clock())
            if self._due(self._kept_at, KEEP_MS):
                self._keep()
            if self._stopping.wait(WATCH_S):
                break
        if self._announcer is not None:
            self._announcer.end()

    def _keep(self) -> None:
        """The list in its file; where there is no room for it, it lives in memory as before."""
        self._kept_at = self._clock()
        if self._path is None:
            return
        try:
            keep(self._path, self.table.sightings(), self._swept_at)
        except Exception:
            log.warning("the list of machines was not kept", exc_info=True)

    @staticmethod
    def _moved(announcer: Announcer, wanted: list[str]) -> bool:
        try:
            announcer.end()
            if wanted:
                announcer.begin(wanted)
        except Exception:
            # An address that went while it was taken up; tried again at the next look.
            log.warning("this server could not be announced", exc_info=True)
            return False
        return True

    def _due(self, last: int, every_ms: int) -> bool:
        """Also where the clock was set back since: waiting for it could take a day."""
        return abs(self._clock() - last) >= every_ms

    def _look(self) -> None:
        while not self._stopping.is_set():
            if not self._wide.running:
                self._wake.wait()
            self._wake.clear()
            if self._stopping.is_set():
                continue
            try:
                self._look_once()
            except Exception:
                # Shown as an old time of the last look; the list and the page go on.
                log.warning("the room could not be looked through", exc_info=True)

    def _look_once(self) -> None:
        """The room if it is due, and a piece of the wide network if somebody asked for that."""
        if self._due(self._swept_at, SWEEP_MS):
            self._sweep()
        if piece := self._wide.piece():
            # Before the sweep: a piece that cannot be swept is not tried for ever.
            self._wide.asked(len(piece))
            swept = sweep(piece, self.token, self._stopping)
            self.table.swept(swept, {one.network for one in self.here()}, self._clock())

    def _sweep(self) -> None:
        here = self.here()
        own = {one.address for one in here}
        targets = {address for one in here for address in hosts(narrowed(one), own)}
        targets |= self.table.hinted({one.network for one in here}) - own
        swept = sweep(sorted(targets), self.token, self._stopping)
        now = self._clock()
        self.table.swept(swept, {one.network for one in here}, now)
        self._swept_at, self._seconds = now, swept.seconds


def fingerprint(public: bytes) -> str:
    """Of the key in the site's certificate: SHA-256 in hex."""
    return hashlib.sha256(public).hexdigest()
