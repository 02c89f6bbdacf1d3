"""The hours of sittings, as the web service tells them to the courier: it sees no database.

SPOOL/windows.json   whether a sitting is open, and the hours around those that are still to come
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from sync.exam.specification import Struct
from sync.wire.files import write_durably

FILE = "windows.json"
# Before a session begins machines are checked, papers unlocked, candidates let in.
AHEAD_MS, AFTER_MS = 2 * 3_600_000, 12 * 3_600_000


class Windows(Struct, frozen=True):
    """`open`: somebody may be sitting now. `hours`: from and until, ms since 1970."""

    open: bool = False
    hours: tuple[tuple[int, int], ...] = ()

    def cover(self, now: int) -> bool:
        """Whether the line and the disk belong to a sitting now."""
        return self.open or any(start <= now < end for start, end in self.hours)


def around(starts: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """The hours around sessions that begin then."""
    return tuple((start - AHEAD_MS, start + AFTER_MS) for start in sorted(set(starts)))


def tell_windows(spool: Path, windows: Windows) -> None:
    """Write the file; OSError."""
    write_durably(spool / FILE, msgspec.json.encode(windows))


def read_windows(spool: Path) -> Windows:
    """What was told last; none before the first. Damaged: taken for a sitting."""
    try:
        return msgspec.json.decode((spool / FILE).read_bytes(), type=Windows)
    except FileNotFoundError:
        return Windows()
    except (OSError, msgspec.MsgspecError):
        return Windows(open=True)
