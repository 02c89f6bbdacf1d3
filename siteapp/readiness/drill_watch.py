"""What the drill sees without asking anybody: cables in the server, and the courier's rounds."""

from pathlib import Path

import psutil

from siteapp.readiness.server import INNER
from sync.spool import Spool


def links() -> tuple[str, ...]:
    """The network cards that have a carrier now."""
    found = psutil.net_if_stats().items()
    return tuple(sorted(n for n, stats in found if stats.isup and not n.startswith(INNER)))


class Outside:
    """Whether the courier's last round reached headquarters; its dates decide nothing."""

    def __init__(self, spool: Path) -> None:
        self._spool = Spool(spool)
        self._touch = False
        self._round: tuple[int, int | None] | None = None

    def look(self) -> None:
        """Read what the courier left."""
        status = self._spool.status()
        if status is None:
            return
        if (status.round_at, status.last_contact) != self._round:
            self._round = status.round_at, status.last_contact
            self._touch = status.last_contact == status.round_at

    def in_touch(self) -> bool:
        """As of the last look."""
        self.look()
        return self._touch
