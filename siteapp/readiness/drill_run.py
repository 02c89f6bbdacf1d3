"""The fault drill as it runs: begun by a person, watched by a thread, kept over a restart."""

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from siteapp.clock import wall_ms
from siteapp.conduct.session import Session
from siteapp.conduct.spans import Span
from siteapp.config import Settings
from siteapp.disk import Disk
from siteapp.errors import DrillNotNow
from siteapp.readiness import drill_state
from siteapp.readiness.drill import (
    TIMES,
    Facts,
    Happening,
    Rehearsed,
    advance,
    happening,
    percentile,
    proofs,
    share,
    taking_part,
)
from siteapp.readiness.drill_room import DrillRoom, Told
from siteapp.readiness.drill_state import DrillState, Seen, StepState
from siteapp.readiness.drill_watch import Outside, links
from siteapp.results import Packer
from siteapp.store.live import Live
from sync.errors import NotFound
from sync.wire.passwords import new_token
from sync.words import Words

log = logging.getLogger("examsite.drill")

KEEP_CLOCK_MS = 1_000
DATABASE = ("drill.db", "drill.db-wal", "drill.db-shm")


class Around(NamedTuple):
    """What the drill may know of the site it runs in."""

    site: str
    sessions: Callable[[], Iterable[Session]]
    rehearsed: Callable[[], tuple[Rehearsed, ...]]
    number: Callable[[str], int]
    # True if the disk is too full for what is not an answer.
    stops: Callable[[], bool]


class Drill:
    """One a site; for any thread."""

    def __init__(self, folder: Path, around: Around) -> None:
        self._data, self._around = folder, around
        self._lock = threading.RLock()
        self.times = TIMES
        self._room: DrillRoom | None = None
        self._kept_ms = 0
        # Set by the writer's thread: whoever holds the lock may be waiting for that thread.
        self._broken = threading.Event()
        self._outside = Outside(folder / "spool")
        self.state = drill_state.load(folder)
        if self.state.on:
            self._resume()

    def _resume(self) -> None:
        """After a restart: the same drill goes on, and the restart is part of the evidence."""
        try:
            self._open()
        except Exception:
            # A drill is never why a site does not come up.
            log.exception("the drill cannot be resumed")
            self._keep(replace(self.state, on=False, running=None))
            return
        room = self.room
        outage, now, seen = room.live.clock.outage, room.live.clock.now(), self.state.seen
        if outage is not None:
            away = Span(now - outage.counted_ms, now)
            seen = replace(seen, outages=(*seen.outages, away))
        # The file's limit went with the process.
        self._keep(replace(self.state, seen=replace(seen, full_until=None)))

    def _open(self) -> None:
        around = self._around
        room = DrillRoom(self._data / drill_state.FOLDER, around.site, self._fatal)
        try:
            wanted = [c.seat for s in around.sessions() for c in s.plan.candidates]
            room.furnish(around.site, wanted)
        except BaseException:
            room.close()
            raise
        self._room = room

    def _fatal(self) -> None:
        """The drill's own file failed: no reason to end the site, whose files are others."""
        log.critical("the drill's database failed; the drill is over")
        self._broken.set()

    @property
    def room(self) -> DrillRoom:
        """The open room, or DrillNotNow."""
        room = self._room
        if room is None or not self.state.on or self._broken.is_set():
            raise DrillNotNow(reason_zh="没有进行中的演练", reason_en="no drill is on")
        return room

    def close(self) -> None:
        """At the end of the process; the drill goes on in the next."""
        with self._lock:
            if self._room:
                self._room.close()
                self._room = None

    def start(self) -> None:
        """Begin a drill: a new room for its pages. What steps showed before stays."""
        with self._lock:
            self._refuse_beside_examination()
            if self._around.stops():
                raise DrillNotNow(reason_zh="磁盘空间不足", reason_en="the disk is too full")
            self.finish()
            for name in DATABASE:
                (self._data / drill_state.FOLDER / name).unlink(missing_ok=True)
            self._open()
            wanted = [len(s.plan.candidates) for s in self._around.sessions() if not s.closed]
            run = new_token()[:12]
            self._keep(replace(self.state, run=run, on=True, wanted=max(wanted, default=0)))

    def finish(self) -> None:
        """The pages are sent away; a step that runs is ended."""
        with self._lock:
            if self._room and self.state.on and not self._broken.is_set():
                self._settle("ended")
            self.close()
            self._broken.clear()
            if self.state.on or self.state.running:
                self._keep(replace(self.state, on=False, running=None))

    def begin(self, name: str, by: str) -> None:
        """A person begins a step; the one that runs must have ended."""
        with self._lock:
            self._refuse_beside_examination()
            room, step = self.room, self._step(name)
            if self.state.running and self.state.running != name:
                raise DrillNotNow(reason_zh="另一步正在进行", reason_en="another step is running")
            phase, now = advance(step.phase, "begin"), room.live.clock.now()
            room.begin_part()
            room.live.refused = 0
            seen = Seen(links=links(), outside_before=self._outside.in_touch())
            if name == "load":
                due = now + self.times.paced + self.times.burst_ahead
                seen = replace(seen, burst_at=due)
            if name == "disk":
                seen = replace(seen, full_until=now + self.times.full)
            fresh = StepState(step.step, phase, began=now, at=wall_ms(), by=by)
            state = replace(self.state, part=self.state.part + 1, running=step.step, seen=seen)
            self._keep(state.with_step(fresh))
            if name == "disk":
                room.full(True)

    def skip(self, name: str, reason: str, by: str) -> None:
        """A person leaves a step out and says why; never green."""
        with self._lock:
            step = self._step(name)
            phase = advance(step.phase, "skip")
            if self.state.running == step.step:
                self._make_room()
                self.state = replace(self.state, running=None)
            fresh = replace(step, phase=phase, at=wall_ms(), reason=reason, by=by)
            self._keep(self.state.with_step(fresh))

    def end(self, name: str) -> None:
        """A person gives up a running step; it is judged as it stands."""
        with self._lock:
            if self.state.running != self._step(name).step:
                advance(self._step(name).phase, "ended")
            self._settle("ended")

    def tick(self) -> None:
        """Look, keep, judge: twice a second."""
        with self._lock:
            if self._room is None:
                return
            over = self._broken.is_set() or not self.state.on
            if over or self._examination_is_open() or self._around.stops():
                self.finish()
                return
            self._watch(self._room)
            if self.state.running:
                facts = self.facts()
                if found := happening(self.state.running, facts, self.times):
                    self._settle(found)

    def look(self) -> None:
        """`tick`, for a thread: a drill hurts nothing but itself."""
        try:
            self.tick()
        except Exception:
            log.exception("tending the drill failed")

    def _watch(self, room: DrillRoom) -> None:
        now = room.live.clock.now()
        self._outside.look()
        if self.state.running:
            self._note(self._seen(now, room))
        seen = self.state.seen
        if seen.full_until is not None and now >= seen.full_until:
            self._make_room()
        if now - self._kept_ms >= KEEP_CLOCK_MS:
            self._kept_ms = now
            try:
                room.live.keep_clock()
                room.live.journal_silences(room.session)
            except Exception as error:
                # On the full disk of the drill; tried again in a moment.
                log.info("the drill's clock was not kept: %s", error)

    def _seen(self, now: int, room: DrillRoom) -> Seen:
        """What the server sees now, beside what it saw before."""
        seen = self.state.seen
        refused = room.live.refused
        if refused:
            room.live.refused -= refused
            seen = replace(seen, refused=seen.refused + refused)
        down = bool(seen.links) and not set(seen.links) <= set(links())
        if down and seen.link_from is None:
            seen = replace(seen, link_from=now)
        elif not down and seen.link_from is not None:
            gone = Span(seen.link_from, now)
            seen = replace(seen, links_down=(*seen.links_down, gone), link_from=None)
        touch = self._outside.in_touch()
        if touch and seen.outside_from is not None:
            away = Span(seen.outside_from, now)
            seen = replace(seen, outside_down=(*seen.outside_down, away), outside_from=None)
        elif touch and not seen.outside_before:
            seen = replace(seen, outside_before=True)
        elif not touch and seen.outside_before and seen.outside_from is None:
            seen = replace(seen, outside_from=now)
        return seen

    def _note(self, seen: Seen) -> None:
        if seen != self.state.seen:
            self._keep(replace(self.state, seen=seen))

    def _make_room(self) -> None:
        """Lift the limit of the drill's file, if there is one."""
        if self._room and self.state.seen.full_until is not None:
            self._room.full(False)
            self._keep(replace(self.state, seen=replace(self.state.seen, full_until=None)))

    def facts(self) -> Facts:
        """What is known of the running step."""
        with self._lock:
            room, state = self.room, self.state
            seen, step = state.seen, state.step(state.running or "load")
            pages, now = room.pages(state.part), room.live.clock.now()
            down = (*seen.links_down, *_open_end(seen.link_from, now))
            outside = (*seen.outside_down, *_open_end(seen.outside_from, now))
            times = list(room.times)
            return Facts(
                began=step.began,
                now=now,
                pages=pages,
                wanted=state.wanted,
                outages=tuple(one for one in seen.outages if one.to_ms >= step.began),
                links_down=down,
                link_is_down=seen.link_from is not None,
                refused=seen.refused,
                room_again=seen.full_until is None,
                outside_before=seen.outside_before,
                outside_down=outside,
                outside_is_down=seen.outside_from is not None,
                burst_at=seen.burst_at,
                middle_ms=percentile(times, 50),
                slow_ms=percentile(times, 99),
                rehearsed=self._around.rehearsed() if state.running == "sitting" else (),
                limits={"drill_ack_ms": self._around.number("drill_ack_ms")},
            )

    def _settle(self, found: Happening) -> None:
        """The running step has come to an end; what was seen of it is kept."""
        if not self.state.running:
            return
        facts, step = self.facts(), self.state.step(self.state.running)
        self._make_room()
        load = step.step == "load"
        ended = replace(
            step,
            phase=advance(step.phase, found),
            at=wall_ms(),
            broken=found == "broken",
            proofs=proofs(step.step, facts),
            pages=len(taking_part(facts)),
            answers=sum(one.found for one in taking_part(facts)),
            middle_ms=facts.middle_ms if load else None,
            slow_ms=facts.slow_ms if load else None,
        )
        self._keep(replace(self.state.with_step(ended), running=None))

    def join(self, seat: int, instance: str) -> str:
        """A machine's page takes part; its token."""
        self._refuse_beside_examination()
        return self.room.join(seat, instance)

    def tell(self, token: str, told: Told) -> dict[str, Any]:
        """Take what a page says; what it shall do now."""
        room, state = self.room, self.state
        room.tell(token, told, state.part, state.running == "load")
        return self.orders()

    def orders(self) -> dict[str, Any]:
        """What every page shall do now."""
        room, state = self.room, self.state
        load, now, seen = state.running == "load", room.live.clock.now(), state.seen
        every, at_once = self.times.every, 0
        if load:
            pages = sum(1 for at in room.live.contacts.values() if now - at < self.times.pace)
            every, at_once = share(pages, state.wanted, self.times)
        due = seen.burst_at if load else None
        return {
            "run": state.run,
            "part": state.part,
            "step": state.running,
            "every_ms": every,
            # Large enough that no page of the file has room for it by chance.
            "size": 3000 if state.running == "disk" else 200,
            "burst": None if due is None else {"in_ms": due - now, "count": at_once},
        }

    def invitation(self) -> str | None:
        """The run that check pages are to join, if there is one."""
        on = self.state.on and self._room and not self._broken.is_set()
        return self.state.run if on else None

    def _step(self, name: str) -> StepState:
        try:
            return self.state.step(name)
        except KeyError:
            raise NotFound(what=name) from None

    def _keep(self, state: DrillState) -> None:
        drill_state.keep(self._data, state)
        self.state = state

    def _examination_is_open(self) -> bool:
        return any(
            phase == "open"
            for session in self._around.sessions()
            if session.plan.kind == "examination"
            for phase in session.sittings.values()
        )

    def _refuse_beside_examination(self) -> None:
        if self._examination_is_open():
            why = Words("正式考试正在进行", "an examination is open")
            raise DrillNotNow(reason_zh=why.zh, reason_en=why.en)


def _open_end(began: int | None, now: int) -> tuple[Span, ...]:
    """A stretch that goes on."""
    return () if began is None else (Span(began, now),)


def around(live: Live, packer: Packer, settings: Settings, disk: Disk) -> Around:
    """What a drill knows of this site."""
    return Around(
        live.site,
        lambda: list(live.sessions.values()),
        lambda: _rehearsed(live, packer.packed, settings.number("drill_days")),
        settings.number,
        lambda: disk.stops("intake"),
    )


def _rehearsed(live: Live, packed: Callable[[str], bool], days: int) -> tuple[Rehearsed, ...]:
    """The rehearsal sessions that were closed here within so many days."""
    found = []
    for session in list(live.sessions.values()):
        if session.plan.kind != "rehearsal" or not session.closed:
            continue
        last = live.events(session.plan.id, first=session.next_seq - 1)
        if not last or not 0 <= wall_ms() - last[-1].at <= days * drill_state.DAY_MS:
            continue
        phases = [one.phase for one in session.attempts.values() if one.phase != "expected"]
        done = phases.count("handed-in")
        found.append(Rehearsed(session.plan.id, len(phases), done, packed(session.plan.id)))
    return tuple(found)
