"""Limits on wrong sign-ins: per candidate and machine, so that nobody locks out a neighbour. Pure.

After `tries` wrong ones in a row a wait begins that doubles, from 10 s to 5 min. A machine has its
own budget of twice as many, so it cannot try the numbers of a whole room. A machine is its network
address, not the seat that it claims: a claim would let it lock out any other seat.
"""

from dataclasses import dataclass, field
from typing import TypeVar

FIRST_WAIT_MS = 10_000
LONGEST_WAIT_MS = 300_000
# A table for what was never on the roster would let a flood fill the memory.
MAX_KEPT = 5_000
# A machine waits as a whole long before it has tried so many numbers, or claimed so many seats.
MAX_EACH = 32


@dataclass
class Tally:
    """Wrong tries in a row and when the next one is allowed."""

    wrong: int = 0
    free_at_ms: int = 0

    def count(self, tries: int, now: int) -> None:
        """One more; from `tries` on a wait."""
        self.wrong += 1
        if self.wrong >= tries:
            doubled = FIRST_WAIT_MS << min(self.wrong - tries, 8)
            self.free_at_ms = now + min(doubled, LONGEST_WAIT_MS)


@dataclass
class Machine:
    """The wrong tries of one machine: as a whole, by candidate, and the seats it said it is."""

    whole: Tally = field(default_factory=Tally)
    each: dict[str, Tally] = field(default_factory=dict)
    seats: set[int] = field(default_factory=set)

    @property
    def free_at_ms(self) -> int:
        """When nobody waits here any more."""
        return max(tally.free_at_ms for tally in (self.whole, *list(self.each.values())))


Waiting = TypeVar("Waiting", Tally, Machine)


@dataclass
class Limits:
    """Waits by candidate at a machine and by machine; `now` in ms of the site's clock."""

    tries: int = 5
    _machines: dict[str, Machine] = field(default_factory=dict)

    def wait_ms(self, admission: str, machine: str, now: int) -> int:
        """How long this machine must wait before it may try this candidate (0 = now)."""
        found = self._machines.get(machine)
        if found is None:
            return 0
        own = found.each.get(admission, Tally())
        return max(0, found.whole.free_at_ms - now, own.free_at_ms - now)

    def wrong(self, admission: str, machine: str, now: int) -> None:
        """Note a wrong try."""
        found = self._machine(machine)
        if admission not in found.each and len(found.each) >= MAX_EACH:
            _drop(found.each, 1)
        found.each.setdefault(admission, Tally()).count(self.tries, now)
        found.whole.count(2 * self.tries, now)

    def right(self, admission: str, machine: str) -> None:
        """A right one forgives this candidate's wrong ones; tries at others' numbers stay."""
        found = self._machines.get(machine)
        if found is None:
            return
        found.whole.wrong -= found.each.pop(admission, Tally()).wrong
        found.whole.free_at_ms = 0
        if found.whole.wrong <= 0:
            self._machines.pop(machine, None)

    def claims(self, machine: str, seat: int) -> None:
        """Note which seat a machine says it is, so that an invigilator can lift by seat."""
        seats = self._machine(machine).seats
        if len(seats) < MAX_EACH:
            seats.add(seat)

    def lift(self, seat: int) -> None:
        """An invigilator ends the waits of the machines that say they are this seat."""
        for name, machine in list(self._machines.items()):
            if seat in machine.seats:
                self._machines.pop(name, None)

    def _machine(self, name: str) -> Machine:
        if name not in self._machines and len(self._machines) >= MAX_KEPT:
            # Whose wait is over, or soonest over: a flood of new addresses frees no guesser.
            _drop(self._machines, MAX_KEPT // 10)
        return self._machines.setdefault(name, Machine())


def _drop(kept: dict[str, Waiting], count: int) -> None:
    """Forget those whose wait ends first."""
    for name, _ in sorted(kept.items(), key=lambda one: one[1].free_at_ms)[:count]:
        kept.pop(name, None)
