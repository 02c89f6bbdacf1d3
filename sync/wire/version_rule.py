"""The oldest version of this software with which a site may hold a sitting (docs/specs)."""

import re
from typing import Annotated

from msgspec import Meta

from sync.exam.specification import Struct
from sync.wire.fields import Counter, Number

PATTERN = r"^[0-9]{1,4}(\.[0-9]{1,4}){1,3}\Z"
Version = Annotated[str, Meta(pattern=PATTERN)]
_LEADING = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){1,3}")


class VersionRule(Struct, frozen=True):
    """Headquarters' word; of several the one of the highest serial counts."""

    serial: Counter
    oldest: Version
    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    at: Number


def allows(rule: VersionRule, version: str) -> bool | None:
    """Whether that version may be used; None for one that names no numbers.

    What follows the numbers (`.dev1`, `rc1`) is taken for that release.
    """
    found = _LEADING.match(version)
    return None if found is None else _numbers(found[0]) >= _numbers(rule.oldest)


def _numbers(version: str) -> list[int]:
    parts = [int(part) for part in version.split(".")]
    return parts + [0] * (4 - len(parts))
