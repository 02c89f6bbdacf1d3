"""The facts that alarms follow from, gathered from what the site has already."""

import time
from contextlib import suppress
from typing import Any, NamedTuple

from siteapp.alarms.keeping import Alarms
from siteapp.alarms.rules import Known, Upload, alarms
from siteapp.cameras.service import Cameras
from siteapp.clock import Clock, WallWatch
from siteapp.config import Settings
from siteapp.errors import CameraListDamaged
from siteapp.identity import Identity
from siteapp.readiness import server
from siteapp.readiness.cameras import seen_now
from siteapp.readiness.checks import judge, known
from siteapp.readiness.ends import find_ends, judge_ends
from siteapp.readiness.room import Readiness
from sync.errors import NotFound
from sync.spool import Spool
from sync.wire.readiness import Finding


class Sources(NamedTuple):
    """Who in the site knows something."""

    identity: Identity
    settings: Settings
    spool: Spool
    cameras: Cameras
    readiness: Readiness


class Watch:
    """Looks again and again; keeps by how much the wall clock was moved since somebody saw it."""

    def __init__(self, alarms: Alarms, sources: Sources, clock: Clock) -> None:
        self._alarms, self._sources, self._clock = alarms, sources, clock
        self._jumps, self._moved_ms = WallWatch(clock), 0

    def look(
        self,
        disk: dict[str, Any],
        standby: dict[str, Any] | None,
        copies: dict[str, Any] | None,
    ) -> None:
        """One look at everything, told to the alarms."""
        if any(one.id == "clock-moved" and one.by for one in self._alarms.on()):
            self._moved_ms = 0
        self._moved_ms += self._jumps.jump()
        found = known_now(self._sources, disk, standby, copies, self._clock.wall())
        found = found._replace(moved_ms=self._moved_ms)
        self._alarms.tell(alarms(found, self._sources.settings.number))


def known_now(
    of: Sources,
    disk: dict[str, Any],
    standby: dict[str, Any] | None,
    copies: dict[str, Any] | None,
    wall: int,
) -> Known:
    """Everything, as it is now; asks nobody in the room but the front on this machine."""
    front = bool(of.settings.text("front"))
    ends = of.readiness.ends(wall, lambda: find_ends(of.identity, front, wall))
    cameras: tuple[tuple[str, tuple[Finding, ...]], ...] = ()
    with suppress(CameraListDamaged):
        seen = seen_now(of.cameras, of.settings, wall)
        cameras = tuple((one.camera.label, tuple(one.findings)) for one in seen)
    return Known(
        findings=(*_machine(of.settings), *judge_ends(ends, of.settings.number)),
        disk=disk,
        upload=uploads(of.spool, time.time_ns()),
        online=bool(of.settings.text("headquarters")),
        standby=standby,
        copies=copies,
        front_answers=ends.front_days is not None if front else None,
        cameras=cameras,
    )


def _machine(settings: Settings) -> list[Finding]:
    found = server.look()
    return [
        judge("server-memory", found.memory_mib, settings.number),
        judge("temperature", found.temperature_c, settings.number),
        known("power", found.on_mains, found.power),
        known("server-clock", found.clock_synchronised, found.clock_source, "warn"),
        known("link", bool(found.links), ""),
    ]


def uploads(spool: Spool, now_ns: int) -> Upload:
    """How long the oldest batch waits for its first receipt, and how many were refused."""
    waiting, refused, oldest = 0, 0, now_ns
    for entry in spool.outgoing():
        with suppress(NotFound):
            state = spool.state(entry.digest)
            refused += state == "refused"
            if state == "waiting":
                waiting, oldest = waiting + 1, min(oldest, entry.written_ns)
    return Upload(max(0, now_ns - oldest) // 1_000_000, waiting, refused)
