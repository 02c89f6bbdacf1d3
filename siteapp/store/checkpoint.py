"""When the log of the database goes into its file: by the writer, between two groups.

SQLite's own checkpoint runs inside a COMMIT and keeps a failed sync to itself: it tries again at
some later commit (docs/design/storage.md). Here the saves are answered first, and a failure is an
exception.
"""

from typing import Any, Literal

# Frames of one page: 8 MiB of log are moved at once.
PAGES = 2000
# A reader in the way leaves the log growing; from here on readers are waited for.
MOST_PAGES = 4 * PAGES
# What the log takes on the disk: frames with their heads, and the largest group on top.
LOG_BYTES = 40 * 2**20

Mode = Literal["NOOP", "PASSIVE", "RESTART"]


class Checkpoints:
    """Keeps the log of one database short; called by whoever owns the connection."""

    def __init__(self, connection: Any, pages: int = PAGES) -> None:
        self._connection = connection
        self._pages, self._due = pages, pages
        self.done = 0

    def after_commit(self) -> None:
        """Move the log into the file if it is long; SQLite's error if the disk fails in it."""
        log = self._run("NOOP")[1]
        # After a restart the log begins at its head again.
        self._due = min(self._due, log + self._pages)
        if log < self._due:
            return
        # On a full disk it is tried again in a while, not at every commit.
        self._due = log + self._pages // 8
        # Restarted and never truncated: the log keeps the room that it has.
        self._run("PASSIVE" if log < MOST_PAGES else "RESTART")
        self._due = log + self._pages
        self.done += 1

    def last(self) -> None:
        """Move all of it before the file is closed: there SQLite would keep a failure to itself."""
        self._run("PASSIVE")

    def _run(self, mode: Mode) -> tuple[int, int, int]:
        busy, log, moved = self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        return int(busy), int(log), int(moved)
