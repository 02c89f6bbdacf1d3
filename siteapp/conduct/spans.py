"""Stretches of the site's clock: what is left of some when others are taken away. Pure."""

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """From one reading of the site's clock to another, in ms."""

    from_ms: int
    to_ms: int

    @property
    def ms(self) -> int:
        """How long it is."""
        return self.to_ms - self.from_ms


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What of `spans` no span of `taken` covers, in order; none of it twice."""
    left = merged(spans)
    for hole in merged(taken):
        left = [
            part
            for span in left
            for part in (
                Span(span.from_ms, min(span.to_ms, hole.from_ms)),
                Span(max(span.from_ms, hole.to_ms), span.to_ms),
            )
            if part.ms > 0
        ]
    return left


def within(spans: Iterable[Span], frames: Iterable[Span]) -> list[Span]:
    """The parts of `spans` that lie inside `frames`."""
    whole = merged(spans)
    return without(whole, without(whole, frames))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same stretches in order, those that touch as one, empty ones left out."""
    found: list[Span] = []
    for span in sorted(one for one in spans if one.ms > 0):
        if found and span.from_ms <= found[-1].to_ms:
            found[-1] = Span(found[-1].from_ms, max(found[-1].to_ms, span.to_ms))
        else:
            found.append(span)
    return found


def total_ms(spans: Iterable[Span]) -> int:
    """How long they are together."""
    return sum(span.ms for span in spans)


def as_text(span: Span) -> str:
    """As an event names it: `from-to`."""
    return f"{span.from_ms}-{span.to_ms}"


def from_text(text: str) -> Span:
    """What `as_text` wrote."""
    first, _, last = text.partition("-")
    return Span(int(first), int(last))
