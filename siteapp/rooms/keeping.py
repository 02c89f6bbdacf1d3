"""The room plan as the site keeps it: one version after another, each act on the newest only."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from siteapp.errors.rooms import NothingToUndo, RoomPlanChanged
from siteapp.lan.sightings import Machine
from siteapp.rooms.numbers import Numbers
from siteapp.rooms.plan import RoomPlan, read_plan, sound
from siteapp.rooms.watching import Watching
from siteapp.store import rooms
from siteapp.store.checked import Rows
from siteapp.store.live import Live
from siteapp.store.records import note_act
from siteapp.store.writer import Statement

Change = Callable[[RoomPlan], RoomPlan]


class Kept(NamedTuple):
    """The plan as it is now, and who made it so; version 0: nobody has drawn one yet."""

    version: int
    before: int
    who: str
    plan: RoomPlan


class Rooms:
    """For any thread. What is read is what is on disk; `machines` is who was seen in the room."""

    def __init__(self, live: Live, machines: Callable[[], Sequence[Machine]] = tuple) -> None:
        self.numbers = Numbers()
        self._watching = Watching(machines, live.clock.now)
        self._live = live
        # One act after another: two of one version in one commit would fail others' saves.
        self._changing = threading.Lock()
        row = rooms.newest(live.rows)
        self._kept = _kept(row) if row else Kept(0, 0, "", RoomPlan())

    def now(self) -> Kept:
        """The newest version."""
        return self._kept

    def elsewhere(self) -> list[dict[str, Any]]:
        """Machines that are not where they belong, for the wall; as of some seconds ago."""
        return self._watching.grave(self._kept.version, self._kept.plan)

    def change(self, version: int, who: str, what: str, change: Change) -> Kept:
        """Make a new version out of `version`, durably; RoomPlanChanged if that is not the newest.

        `what` is for the audit log. A change that changes nothing makes no version.
        """
        with self._changing:
            self._fresh(version)
            plan = sound(change(self._kept.plan))
            if plan == self._kept.plan:
                return self._kept
            at = self._live.clock.wall()
            line = note_act(at, who, "room-plan", what)
            return self._keep(version, plan, who, line)

    def undo(self, version: int, who: str) -> Kept:
        """As it was before the last change that is not undone yet, as a version of its own."""
        with self._changing:
            self._fresh(version)
            back = self._kept.before
            row = rooms.at_version(self._live.rows, back)
            plan = _kept(row).plan if row else RoomPlan()
            # Too long ago to be kept, or already where it began.
            if (back and not row) or plan == self._kept.plan:
                raise NothingToUndo
            at, said = self._live.clock.wall(), f"{version} → {back}"
            line = note_act(at, who, "room-plan-undo", said)
            return self._keep(row.before if row else 0, plan, who, line)

    def _fresh(self, version: int) -> None:
        if version != self._kept.version:
            raise RoomPlanChanged(who=self._kept.who or "—", version=self._kept.version)

    def _keep(self, before: int, plan: RoomPlan, who: str, line: Statement) -> Kept:
        version, at = self._kept.version + 1, self._live.clock.wall()
        document = msgspec.json.encode(plan).decode()
        made = rooms.Version(version, before, at, who, document)
        self._live.store(*rooms.keep(made), line)
        self._kept = Kept(version, before, who, plan)
        return self._kept


def kept_plan(rows: Rows) -> RoomPlan:
    """The newest plan, also read beside the running service; empty if nobody has drawn one."""
    row = rooms.newest(rows)
    return read_plan(row.document) if row else RoomPlan()


def _kept(row: rooms.Version) -> Kept:
    return Kept(row.version, row.before, row.who, read_plan(row.document))
