"""What the room may know of the site's CA, and how far each machine trusts it.

DATA/trust/trust.json  ca.crt  kit.zip   (laid out by `examsite-setup ca make`)
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from sync.exam.specification import Struct

FILES = ("ca.crt", "kit.zip")
# How a page came here: over HTTP; over HTTPS that the browser does not believe; believed; not told.
State = Literal["http", "untrusted", "trusted", "https"]
_WORST: tuple[State, ...] = ("http", "untrusted", "https", "trusted")


class Statement(Struct, frozen=True):
    """The CA as it is printed and shown; the fingerprint is SHA-256 in capital hex."""

    name: str
    fingerprint: str
    until: str
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    front_until: str
    limits: tuple[str, ...]

    @property
    def groups(self) -> list[str]:
        """The fingerprint in groups of four, as people compare it."""
        return [self.fingerprint[i : i + 4] for i in range(0, len(self.fingerprint), 4)]


class SeatTrust(NamedTuple):
    """A seat, and how far its machine trusts us."""

    seat: int
    state: State


def statement_path(folder: Path) -> Path:
    """Where the statement lies."""
    return folder / "trust" / "trust.json"


def read_statement(folder: Path) -> Statement | None:
    """The statement, or None where no CA was made (or its file is not readable)."""
    try:
        return msgspec.json.decode(statement_path(folder).read_bytes(), type=Statement)
    except (OSError, msgspec.DecodeError):
        return None


def state_of(seals: bool, worker: bool | None) -> State:
    """How far a machine trusts us, by what its page could do there.

    Over HTTP a page can seal nothing. Where somebody clicked through a warning the page is secure
    in name, but no browser lets it keep a service worker.
    """
    if not seals:
        return "http"
    return "https" if worker is None else "trusted" if worker else "untrusted"


def seats(
    machines: Iterable[Mapping[str, Any]], checks: Iterable[Mapping[str, Any]]
) -> list[SeatTrust]:
    """Every seat with a machine, by number: as it was last measured, else as its page said."""
    found: dict[int, State] = {}
    for row in checks:
        told = msgspec.json.decode(row["report"], type=dict)
        secure, worker = told.get("secure") is True, told.get("worker") is True
        # The newest of a seat comes first.
        found.setdefault(row["seat"], state_of(secure, worker))
    measured = set(found)
    for row in machines:
        if row["seat"] not in measured:
            state = state_of(bool(row["seals"]), None)
            found[row["seat"]] = min(found.get(row["seat"], state), state, key=_WORST.index)
    return [SeatTrust(seat, state) for seat, state in sorted(found.items())]
