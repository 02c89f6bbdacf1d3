"""What of a client instance is on disk: its numbers, and eight bytes for what each said. Pure."""

import hashlib
from collections.abc import Container
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

# Bytes of a `content`.
CONTENT = 8
# As many as a page sends again in one go.
MAX_MISSING = 200
# What an event takes besides the response itself.
EVENT_BYTES = 200


@dataclass
class Received:
    """Which sequence numbers of one client instance are on disk: all up to `upto`, and `above`.

    With each, eight bytes that stand for what it said; one after another, for they are many.
    """

    upto: int = 0
    above: dict[int, bytes] = field(default_factory=dict)
    contents: bytearray = field(default_factory=bytearray, compare=False, repr=False)

    def __contains__(self, sequence: object) -> bool:
        return isinstance(sequence, int) and (sequence <= self.upto or sequence in self.above)

    def copy(self) -> "Received":
        """The same, which goes on by itself."""
        return Received(self.upto, dict(self.above), self.contents.copy())

    def add(self, sequence: int, said: bytes = bytes(CONTENT)) -> None:
        """Note one; numbers below a closed gap are forgotten again."""
        if sequence > self.upto:
            self.above[sequence] = said
        while self.upto + 1 in self.above:
            self.upto += 1
            self.contents += self.above.pop(self.upto)

    def said(self, sequence: int) -> bytes | None:
        """The content of one that is here, else None."""
        if 0 < sequence <= self.upto:
            return bytes(self.contents[(sequence - 1) * CONTENT : sequence * CONTENT])
        return self.above.get(sequence)

    @property
    def highest(self) -> int:
        """The greatest number that is here, above gaps too."""
        return max(self.above, default=self.upto)

    def missing(self, last: int, kept: Container[int] = ()) -> list[int]:
        """The first numbers up to `last` that are neither here nor in `kept`; MAX_MISSING at most.

        `last` is what a page claims: it may be anything.
        """
        numbers = range(self.upto + 1, last + 1)
        return list(
            islice((n for n in numbers if n not in self.above and n not in kept), MAX_MISSING)
        )


def content(item: str, response: object) -> bytes:
    """Eight bytes that stand for what a save says, to tell a repeat from a number used twice."""
    return hashlib.blake2b(f"{item}\x1f{response!r}".encode(), digest_size=CONTENT).digest()


@dataclass
class Spent:
    """What an attempt has added to the journal: how many saves and marks, of how many bytes."""

    saves: int = 0
    size: int = 0

    def copy(self) -> "Spent":
        """The same, which goes on by itself."""
        return Spent(self.saves, self.size)

    def add(self, body: dict[str, Any]) -> None:
        """Note one event's body."""
        response = body.get("response", "")
        parts = [response] if isinstance(response, str) else response
        self.saves += 1
        self.size += EVENT_BYTES + sum(len(part.encode()) for part in parts)
