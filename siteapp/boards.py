"""One picture of each session's wall, made at most once a second, for however many walls look."""

import secrets
import threading
from collections.abc import Callable
from typing import Any

from siteapp.conduct.board import Board
from siteapp.conduct.session import Session

# A page asks once a second, so one wall alone always gets a new picture.
LASTS_MS = 1_000


class Boards:
    """`look` makes the picture of a session's wall, `now` reads the site's clock."""

    def __init__(self, look: Callable[[Session], dict[str, Any]], now: Callable[[], int]) -> None:
        self._look, self._now = look, now
        self._epoch = secrets.token_hex(4)
        self._making = threading.Lock()
        self._boards: dict[str, Board] = {}
        self._made: dict[str, int] = {}

    def told(self, session: Session, version: str, *, fresh: bool = False) -> dict[str, Any]:
        """What is new since a version; `fresh`: after an act, whose effect must be in it."""
        name = session.plan.id
        with self._making:
            now = self._now()
            board = self._boards.setdefault(name, Board(self._epoch))
            made = self._made.get(name)
            if fresh or made is None or not 0 <= now - made < LASTS_MS:
                board.take(self._look(session))
                self._made[name] = now
            return board.since(version, now)
