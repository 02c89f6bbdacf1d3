"""Files that do not get through: how often they were tried, and what a screen says of them."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from sync.errors import ExamError
from sync.spool import Held

MAX_HELD = 50


@dataclass
class Tries:
    """Tries of one file in a row that brought nothing, when the next is due, the last error."""

    count: int = 0
    due: float = 0.0
    error: ExamError | None = None


def held_in(tries: Mapping[str, Tries]) -> dict[str, Held]:
    """What a person should know of files that do not get through; bounded, for the screen."""
    told = ((name, one) for name, one in tries.items() if one.error is not None)
    shown = itertools.islice(told, MAX_HELD)
    return {name: Held(one.count, one.error.to_json()) for name, one in shown if one.error}
