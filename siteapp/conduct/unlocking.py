"""When the papers may be tried: wrong codes wait longer and longer, an early clock asks why. Pure.

The hour is kept by releasing the codes, not by this server's clock: that one may be wrong, so it
can warn and ask for a reason, never refuse.
"""

from dataclasses import dataclass

from sync.exam.sitting import unlock_due_ms

FREE_TRIES = 3
FIRST_WAIT_MS = 5_000
# A start must not hang on a mistyped code; each try stretches both codes besides.
LONGEST_WAIT_MS = 60_000


@dataclass
class UnlockTries:
    """Well-formed codes that did not open; the journal has them, so a restart forgets none."""

    wrong: int = 0
    last_ms: int = 0

    def note(self, clock_ms: int) -> None:
        """One more, by the site's clock."""
        self.wrong += 1
        self.last_ms = clock_ms

    def wait_ms(self, now: int) -> int:
        """How long the next try must wait (0 = now)."""
        if self.wrong < FREE_TRIES:
            return 0
        wait = min(FIRST_WAIT_MS << min(self.wrong - FREE_TRIES, 8), LONGEST_WAIT_MS)
        # On a copy that was put back the clock may lie behind.
        return max(0, min(wait, self.last_ms + wait - now))


def early_s(starts_at: str, wall_ms: int) -> int:
    """By how many seconds, says the wall clock, it is too early to unlock; 0 when it is time.

    A start that is no time with an offset, which a careful headquarters never sends, is not early:
    nothing about a clock may keep the papers closed.
    """
    try:
        return max(0, (unlock_due_ms(starts_at) - wall_ms) // 1000)
    except ValueError:
        return 0
