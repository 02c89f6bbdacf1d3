"""Limits on wrong sign-ins: per candidate and machine, so that nobody locks out a neighbour. Pure.

After `tries` wrong ones in a row a wait begins that doubles, from 10 s to 5 min. A machine has its
own budget of twice as many, so it cannot try the numbers of a whole room. A machine is its network
address, not the seat that it claims: a claim would let it lock out any other seat.
"""

from dataclasses import dataclass, field

FIRST_WAIT_MS = 10_000
LONGEST_WAIT_MS = 300_000
# A table for what was never on the roster would let a flood fill the memory.
MAX_KEPT = 5_000


@dataclass
class Tally:
    """Wrong tries in a row and when the next one is allowed."""

    wrong: int = 0
    free_at_ms: int = 0


@dataclass
class Limits:
    """Waits by candidate at a machine and by machine; `now` in ms of the site's clock."""

    tries: int = 5
    _tallies: dict[str, Tally] = field(default_factory=dict)
    _machines: dict[int, set[str]] = field(default_factory=dict)

    def wait_ms(self, admission: str, machine: str, now: int) -> int:
        """How long this machine must wait before it may try this candidate (0 = now)."""
        return max(
            (
                tally.free_at_ms - now
                for key in _keys(admission, machine)
                if (tally := self._tallies.get(key)) and tally.free_at_ms > now
            ),
            default=0,
        )

    def wrong(self, admission: str, machine: str, now: int) -> None:
        """Note a wrong try."""
        own, whole_machine = _keys(admission, machine)
        self._count(own, self.tries, now)
        self._count(whole_machine, 2 * self.tries, now)

    def right(self, admission: str, machine: str) -> None:
        """A right one forgives this candidate's wrong ones; tries at others' numbers stay."""
        own, whole_machine = _keys(admission, machine)
        forgiven = self._tallies.pop(own, Tally()).wrong
        if tally := self._tallies.get(whole_machine):
            tally.wrong -= forgiven
            tally.free_at_ms = 0
            if tally.wrong <= 0:
                del self._tallies[whole_machine]

    def claims(self, machine: str, seat: int) -> None:
        """Note which seat a machine says it is, so that an invigilator can lift by seat."""
        if len(self._machines) >= MAX_KEPT:
            self._machines.clear()
        self._machines.setdefault(seat, set()).add(machine)

    def lift(self, seat: int) -> None:
        """An invigilator ends the waits of the machines that say they are this seat."""
        for machine in self._machines.pop(seat, set()):
            for key in [k for k in self._tallies if k.partition("/")[0] == machine]:
                del self._tallies[key]

    def _count(self, key: str, tries: int, now: int) -> None:
        if key not in self._tallies and len(self._tallies) >= MAX_KEPT:
            self._tallies.pop(next(iter(self._tallies)))
        tally = self._tallies.setdefault(key, Tally())
        tally.wrong += 1
        if tally.wrong >= tries:
            doubled = FIRST_WAIT_MS << min(tally.wrong - tries, 8)
            tally.free_at_ms = now + min(doubled, LONGEST_WAIT_MS)


def _keys(admission: str, machine: str) -> tuple[str, str]:
    # By candidate *and* machine: wrong tries elsewhere never make the right candidate wait.
    return f"{machine}/{admission}", machine
