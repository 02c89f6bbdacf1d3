"""Alarms while the site runs: on when their cause stays, off when it has stayed away."""

import threading
from collections.abc import Sequence

from siteapp.alarms.rules import Alarm, grew
from siteapp.store import alarms
from siteapp.store.alarms import Kept
from siteapp.store.live import Live
from siteapp.store.records import note_act
from siteapp.store.writer import Statement
from sync.errors import NotFound

# A cause that is seen once may be a hiccup; one that goes and comes is one alarm, not twenty.
ON_LOOKS = 2
OFF_MS = 120_000
# Who says so in the audit log.
ITSELF = "examsite"


class Alarms:
    """For any thread; what it says is on the disk, so that a restart forgets no acknowledgement."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._changing = threading.Lock()
        self._kept = {one.id: one for one in alarms.all_alarms(live.rows)}
        self._looks: dict[str, int] = {}
        # What each said at the last look.
        self._said: dict[str, str] = {}
        # When each was there last, by the site's clock; from the start on all are.
        self._there = dict.fromkeys(self._kept, live.clock.now())

    def on(self) -> list[Kept]:
        """All alarms, the grave first."""
        return sorted(self._kept.values(), key=lambda one: (one.level, one.since, one.id))

    def unseen(self) -> int:
        """How many nobody has acknowledged."""
        return sum(not one.by for one in self._kept.values())

    def tell(self, found: Sequence[Alarm]) -> None:
        """What is wrong by this look."""
        with self._changing:
            now, wall = self._live.clock.now(), self._live.clock.wall()
            self._looks = {one.id: self._looks.get(one.id, 0) + 1 for one in found}
            self._there |= {one.id: now for one in found}
            new = [k for one in found if (k := self._news(one, wall))]
            self._said = {one.id: one.said for one in found}
            gone = [k for k in self._kept.values() if now - self._there[k.id] >= OFF_MS]
            lines: list[Statement] = []
            for one in new:
                lines += [alarms.keep(one), note_act(wall, ITSELF, "alarm", _told(one))]
            for one in gone:
                over = note_act(wall, ITSELF, "alarm-over", _told(one))
                lines += [alarms.forget(one.id), over]
            if lines:
                self._live.store(*lines)
            left = {k.id: k for k in self._kept.values() if k not in gone}
            self._kept = left | {one.id: one for one in new}

    def _news(self, alarm: Alarm, wall: int) -> Kept | None:
        """What is to be kept of it anew: it came, or is more or worse than what somebody saw."""
        kept = self._kept.get(alarm.id)
        if kept is None:
            came = self._looks[alarm.id] >= ON_LOOKS
            return Kept(*alarm, wall) if came else None
        if alarm.level == kept.level:
            # Who saw one camera lost has not seen the second; a hiccup of it rings as little.
            last = self._said.get(alarm.id, "")
            more = grew(alarm.id, kept.said, alarm.said) and grew(alarm.id, kept.said, last)
            return Kept(*alarm, wall) if more else None
        worse = alarm.level == "fail"
        return Kept(*alarm, wall) if worse else kept._replace(level=alarm.level, said=alarm.said)

    def acknowledge(self, alarm: str, since: int, by: str, reason: str) -> None:
        """Somebody has seen to it; NotFound if that alarm, of that moment, is not on any more.

        The first word counts: a second click, or a second person, adds nothing.
        """
        with self._changing:
            one = self._kept.get(alarm)
            if one is None or one.since != since:
                raise NotFound(what=alarm[:40])
            if one.by:
                return
            seen = one._replace(by=by, reason=reason)
            wall = self._live.clock.wall()
            line = note_act(wall, by, "alarm-seen", f"{alarm} {reason}")
            self._live.store(alarms.keep(seen), line)
            self._kept = self._kept | {alarm: seen}


def _told(one: Kept) -> str:
    return f"{one.id} {one.said}".strip()
