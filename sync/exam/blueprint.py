"""The blueprint of a theory paper: how many items of which kind from which work field."""

import hashlib
from collections.abc import Sequence

from sync.exam.specification import Component, ItemKind, Struct, Weight


class Cell(Struct, frozen=True):
    """So many items of one kind from one work field."""

    kind: ItemKind
    field: str
    items: int


def rank(*words: str) -> bytes:
    """A place in an order that only these words decide."""
    return hashlib.sha256("\x1f".join(words).encode()).digest()


def apportion(total: int, weights: Sequence[Weight]) -> list[int]:
    """`total` split by weight, largest remainder first; ties go to the earlier one."""
    exact = [divmod(total * w.weight, 100) for w in weights]
    counts = [whole for whole, _ in exact]
    by_rest = sorted(range(len(weights)), key=lambda i: (-exact[i][1], i))
    for i in by_rest[: total - sum(counts)]:
        counts[i] += 1
    return counts


def blueprint(component: Component) -> tuple[Cell, ...]:
    """The cells of a theory paper: every part spread over the work fields by their weights."""
    return tuple(
        Cell(part.kind, weight.fields[0], count)
        for part in component.parts
        for weight, count in zip(
            component.weights, apportion(part.items, component.weights), strict=True
        )
    )
