"""How fast one attempt may save: far above a person's hand, far below a script's. Pure.

Nothing is lost by it: a page that is told to wait keeps its saves and sends them again. An attempt
within its budget refills fast; beyond the budget slowly, never not at all. Since an attempt's time
ends, so does what it can add to the journal. See docs/design/limits.md.
"""

from collections.abc import Hashable

from siteapp.conduct.attempt import Attempt
from siteapp.errors import TooFast

# Two hours of answers kept by a page while the server was away are sent in one go.
BURST_SAVES, SAVES_A_SECOND = 2_000, 10.0
BURST_BYTES, BYTES_A_SECOND = 8 * 2**20, 64 * 1024.0
# Beyond these an attempt saves slowly: ten times what a hand at work for three hours does.
BUDGET_SAVES, BUDGET_BYTES = 20_000, 32 * 2**20
SLOW_SAVES_A_SECOND, SLOW_BYTES_A_SECOND = 1.0, 4 * 1024.0
# Right sign-ins of one candidate: a browser that keeps crashing, not a script.
BURST_SIGN_INS, SIGN_INS_A_SECOND = 20, 1 / 15
# Files announced and given up: each is a sync or two under a lock that all uploads share.
BURST_FILES, FILES_A_SECOND = 50, 1.0


class Bucket:
    """What each key may still take: `burst` at first, refilled by the second up to that."""

    def __init__(self, burst: float) -> None:
        self._burst = burst
        # key → level and when it was that; a key is an attempt, so there are only so many.
        self._levels: dict[Hashable, tuple[float, int]] = {}

    def level(self, key: Hashable, rate: float, now: int) -> float:
        """What the key may take now."""
        level, at = self._levels.get(key, (self._burst, now))
        return min(self._burst, level + max(0, now - at) * rate / 1000)

    def wait_ms(self, level: float, cost: float, rate: float) -> int:
        """How long until one at that level may take `cost` (0 = now)."""
        short = min(cost, self._burst) - level
        return int(short * 1000 / rate) + 1 if short > 0 else 0

    def take_one(self, key: Hashable, rate: float, now: int) -> None:
        """Let the key take one, or TooFast."""
        level = self.level(key, rate, now)
        _refuse(self.wait_ms(level, 1, rate))
        self.leave(key, level - 1, now)

    def leave(self, key: Hashable, level: float, now: int) -> None:
        """What is left after something was taken."""
        self._levels[key] = (level, now)


class Pace:
    """The paces of all attempts; `now` in ms of the site's clock."""

    def __init__(self) -> None:
        self._saves = Bucket(BURST_SAVES)
        self._bytes = Bucket(BURST_BYTES)
        self._sign_ins = Bucket(BURST_SIGN_INS)
        self._files = Bucket(BURST_FILES)

    def saves(self, session: str, attempt: Attempt, count: int, size: int, now: int) -> None:
        """Let `count` saves of `size` bytes pass, or TooFast."""
        key, within = (session, attempt.id), is_within_budget(attempt)
        saves_rate = SAVES_A_SECOND if within else SLOW_SAVES_A_SECOND
        bytes_rate = BYTES_A_SECOND if within else SLOW_BYTES_A_SECOND
        saves = self._saves.level(key, saves_rate, now)
        taken = self._bytes.level(key, bytes_rate, now)
        waits = self._saves.wait_ms(saves, count, saves_rate)
        _refuse(max(waits, self._bytes.wait_ms(taken, size, bytes_rate)))
        self._saves.leave(key, saves - count, now)
        self._bytes.leave(key, taken - size, now)

    def sign_in(self, session: str, attempt: Attempt, now: int) -> None:
        """Let a right sign-in pass, or TooFast."""
        self._sign_ins.take_one((session, attempt.id), SIGN_INS_A_SECOND, now)

    def file(self, session: str, attempt: Attempt, now: int) -> None:
        """Let a file be announced or given up, or TooFast."""
        self._files.take_one((session, attempt.id), FILES_A_SECOND, now)


def is_within_budget(attempt: Attempt) -> bool:
    """True while the attempt has journalled less than any honest one ever does."""
    return attempt.spent.saves < BUDGET_SAVES and attempt.spent.size < BUDGET_BYTES


def _refuse(wait: int) -> None:
    if wait > 0:
        raise TooFast(seconds=-(-wait // 1000))
