"""Readiness reports on their way: the newest of each session lies in the spool for the courier."""

from pathlib import Path

FOLDER = "readiness"
# Two thousand machines, the most that a site keeps, take half of this.
MAX_REPORT = 2 * 1024 * 1024
# Told again this often, so that a headquarters restored from an old backup gets them too.
AGAIN_S = 3600.0


def report_path(spool: Path, session: str) -> Path:
    """Where the newest report of a session lies."""
    return spool / FOLDER / f"{session}.json"


class Reports:
    """What one courier has told of them."""

    def __init__(self, spool: Path) -> None:
        self._folder = spool / FOLDER
        self._told: dict[str, tuple[bytes, float]] = {}

    def due(self, ticks: float) -> list[tuple[str, bytes]]:
        """Sessions with reports that headquarters was not told, or not lately."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            said, (known, at) = path.read_bytes(), self._told.get(path.stem, (b"", 0.0))
            if said != known or ticks - at >= AGAIN_S:
                found.append((path.stem, said))
        return found

    def told(self, session: str, envelope: bytes, ticks: float) -> None:
        """Headquarters has it."""
        self._told[session] = envelope, ticks
