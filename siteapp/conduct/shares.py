"""How long each part of a paper lasts for one candidate. Pure."""

from collections.abc import Sequence

MINUTE_MS = 60_000


def shares(part_minutes: Sequence[int], extra_ms: int) -> tuple[int, ...]:
    """The parts' times with more time granted in advance, which they share by their length."""
    whole = sum(part_minutes)
    given = [extra_ms * minutes // whole for minutes in part_minutes]
    lengths = [m * MINUTE_MS + more for m, more in zip(part_minutes, given, strict=True)]
    if lengths:
        lengths[-1] += extra_ms - sum(given)
    return tuple(lengths)
