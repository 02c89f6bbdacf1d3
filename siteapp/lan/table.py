"""What was seen, the newest of each; bounded, for much of it comes from anybody in the room."""

import ipaddress
import threading
from collections.abc import Iterable
from typing import Any

import msgspec

from siteapp.lan.sightings import Sighting
from siteapp.lan.sweep import Swept

# More than any room has; a machine that makes up others pushes out its own first.
MOST, MOST_AT_ADDRESS = 2_000, 80
# What has been silent so long is no part of this day.
FORGET_MS = 12 * 60 * 60_000

Key = tuple[str, str, str]
Networks = Iterable[ipaddress.IPv4Network]


class Table:
    """The sightings of this day, those of before a restart too."""

    def __init__(self, before: Iterable[Sighting] = ()) -> None:
        self._seen: dict[Key, Sighting] = {_key(one): one for one in before}
        self._lock = threading.Lock()

    def sightings(self) -> list[Sighting]:
        """All of them."""
        with self._lock:
            return list(self._seen.values())

    def browser(self, marker: str, seat: int, address: str, browser: str, now: int) -> None:
        """A page said which mark its machine keeps, and at which seat it is."""
        one = Sighting("browser", address, now, now, marker=marker, seat=seat, browser=browser)
        self._note(one)

    def announced(self, addresses: set[str], networks: Networks, now: int) -> None:
        """Somebody says that there are agents at these addresses; of other networks nothing."""
        for address in (one for one in addresses if inside(one, networks)):
            self._note(Sighting("announced", address, now, now))

    def hinted(self, networks: Networks) -> set[str]:
        """Addresses of our networks that are worth a question of their own."""
        known = {one.address for one in self.sightings()}
        return {one for one in known if inside(one, networks)}

    def swept(self, swept: Swept, networks: Networks, now: int) -> None:
        """What a sweep found; neighbours of other networks are not of this room."""
        for heard in swept.agents:
            facts = heard.told.facts
            told: dict[str, Any] | None = None
            if facts is not None:
                told = msgspec.to_builtins(facts) | {"clock_off_ms": heard.clock_off_ms}
            # One of another version has told no name that we can read.
            agent = facts.agent if facts else f"v{heard.told.version}@{heard.address}"
            one = Sighting("agent", heard.address, now, now, agent=agent)
            one = msgspec.structs.replace(one, version=heard.told.version, facts=told)
            self._note(one)
        for n in swept.neighbours:
            if inside(n.address, networks):
                at = now if n.sure else now - n.confirmed_s * 1000
                self._note(Sighting("neighbour", n.address, at, at, mac=n.mac))

    def _note(self, one: Sighting) -> None:
        key = _key(one)
        with self._lock:
            before = self._seen.get(key)
            if before is None:
                self._make_room(one)
            else:
                same = before.seat == one.seat or not one.seat
                since = before.since if same else one.since
                seat = one.seat or before.seat
                at = max(before.at, one.at)
                one = msgspec.structs.replace(one, since=since, seat=seat, at=at)
            self._seen[key] = one

    def _make_room(self, one: Sighting) -> None:
        old = [k for k, s in self._seen.items() if one.at - s.at > FORGET_MS]
        for key in old:
            del self._seen[key]
        beside = [k for k in self._seen if k[0] == one.address]
        if len(beside) >= MOST_AT_ADDRESS:
            del self._seen[min(beside, key=lambda k: self._seen[k].at)]
        elif len(self._seen) >= MOST:
            crowded: dict[str, int] = {}
            for key in self._seen:
                crowded[key[0]] = crowded.get(key[0], 0) + 1
            most = max(crowded, key=lambda a: crowded[a])
            del self._seen[min((k for k in self._seen if k[0] == most), key=self._at)]

    def _at(self, key: Key) -> int:
        return self._seen[key].at


def _key(one: Sighting) -> Key:
    told = {"browser": one.marker, "agent": one.agent, "neighbour": one.mac, "announced": ""}
    return one.address, one.source, told[one.source]


def inside(address: str, networks: Networks) -> bool:
    """True if the text is an address of one of these networks."""
    try:
        found = ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)
