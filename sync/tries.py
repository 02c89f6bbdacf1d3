"""A round of the courier, and the files that do not get through: how often they were tried."""

import itertools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sync.delivery import back_off, site_offset
from sync.delivery_errors import (
    CopyFailed,
    HeadquartersBusy,
    SpoolFailed,
    StickUnusable,
    TransferCut,
)
from sync.errors import ExamError, HeadquartersUnreachable
from sync.errors.system import system_words
from sync.spool import Held

MAX_HELD = 50
POLL_S = 20.0
# Not SiteNotRecognised: batches carry their own proof and go in also when packages do not come.
_LINE_DOWN = (HeadquartersUnreachable, HeadquartersBusy, StickUnusable)

log = logging.getLogger("sync.courier")


@dataclass
class Round:
    """What one round did, how many of each, and the seconds until the next."""

    fetched: int = 0
    carried: int = 0
    received: int = 0
    archived: int = 0
    refused: int = 0
    asked_for: int = 0
    contact: bool = False
    errors: list[ExamError] = field(default_factory=list)
    pause: float = POLL_S


@dataclass
class Tries:
    """Tries of one file in a row that brought nothing, when the next is due, the last error."""

    count: int = 0
    due: float = 0.0
    error: ExamError | None = None


class Tried:
    """What did not get through, and when it is tried again; names are digests, or of acts."""

    def __init__(self, site: str, ticks: Callable[[], float], random: Callable[[], float]) -> None:
        self._site, self._ticks, self._random = site, ticks, random
        self._tries: dict[str, Tries] = {}

    def through(self, name: str) -> None:
        """It got through."""
        self._tries.pop(name, None)

    def held(self) -> dict[str, Held]:
        """What a person should know of files that do not get through; bounded, for the screen."""
        told = ((name, one) for name, one in self._tries.items() if one.error is not None)
        shown = itertools.islice(told, MAX_HELD)
        return {name: Held(one.count, one.error.to_json()) for name, one in shown if one.error}

    @contextmanager
    def isolated(self, done: Round, what: str) -> Iterator[None]:
        """Keep a fault of one file to that file; a fault of the line goes on to end the round."""
        try:
            yield
        except (TransferCut, CopyFailed) as error:
            self.note(done, error, what)
            self.defer(what, error)
        except _LINE_DOWN:
            raise
        except ExamError as error:
            self.note(done, error, what)
            self.defer(what, error)
        except OSError as error:
            fault = SpoolFailed(reason=system_words(error))
            self.note(done, fault, what)
            self.defer(what, fault)

    def note(self, done: Round, error: ExamError, what: str) -> None:
        """Log an error and keep it for the screen."""
        done.errors.append(error)
        down = isinstance(error, _LINE_DOWN)
        log.log(logging.WARNING if down else logging.ERROR, "%s: %s: %s", what, error.code, error)

    def due(self, name: str) -> bool:
        """Whether it may be tried now."""
        tries = self._tries.get(name)
        return tries is None or self._ticks() >= tries.due

    def defer(self, name: str, error: ExamError | None) -> None:
        """Leave one file alone for a while."""
        tries = self._tries.setdefault(name, Tries())
        tries.count += 1
        tries.error = error
        tries.due = self._ticks() + self.wait(tries.count, error)

    def between(self) -> float:
        """Seconds between two rounds that went well."""
        return POLL_S * (0.5 + self._random())

    def wait(self, attempt: int, error: ExamError | None) -> float:
        """Seconds until the next attempt."""
        asked = error.retry_after if isinstance(error, HeadquartersBusy) else None
        offset = site_offset(self._site)
        return back_off(attempt, self._random, offset=offset, retry_after=asked)
