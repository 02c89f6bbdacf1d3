"""Dealing a bank's items to parallel forms: the freshest, no item twice, equally hard."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

from sync.exam.blueprint import Cell, rank
from sync.exam.items import Item
from sync.exam.specification import Component

# Items that go to one form together: those of one situation, or a single one.
Unit = tuple[Item, ...]


class Swap(NamedTuple):
    """Two units of one cell that change places."""

    cell: Cell
    given: int
    taken: int


class Dealing:
    """The forms while their cells are filled. `marks` are those expected of each so far."""

    def __init__(
        self, component: Component, names: Sequence[str], seed: str, earlier: Mapping[str, int]
    ) -> None:
        self.names, self._seed, self._earlier = names, seed, earlier
        self.marks = dict.fromkeys(names, 0.0)
        self._each = {part.kind: part.marks_each for part in component.parts}
        self._hands: dict[str, dict[Cell, list[Unit]]] = {name: {} for name in names}
        self._common: set[Cell] = set()

    def items(self, name: str) -> list[Item]:
        """What a form has."""
        return [i for units in self._hands[name].values() for unit in units for i in unit]

    def fill(self, cell: Cell, fitting: Sequence[Item]) -> None:
        """Give every form its items of this cell; of `fitting` there are enough for one form."""
        hands = self._deal(cell, self._units(fitting))
        if hands is None:
            # Too few for all: each form for itself, in an order of its own.
            self._common.add(cell)
            hands = {name: self._alone(name, cell, fitting) for name in self.names}
        for name, units in hands.items():
            self._hands[name][cell] = units
            self.marks[name] += sum(map(self._expected, units))

    def level(self) -> None:
        """Let the forms exchange units of a cell until no exchange makes them more alike."""
        for high, low in list(combinations(self.names, 2)) * 2:
            while swap := self._best(high, low):
                there, here = self._hands[high][swap.cell], self._hands[low][swap.cell]
                moved = self._expected(there[swap.given]) - self._expected(here[swap.taken])
                there[swap.given], here[swap.taken] = here[swap.taken], there[swap.given]
                self.marks[high] -= moved
                self.marks[low] += moved

    def _best(self, high: str, low: str) -> Swap | None:
        """The exchange that leaves the least between two forms; None if none leaves less."""
        apart = self.marks[high] - self.marks[low]
        best, least = None, abs(apart) - 1e-9
        for cell, there in self._hands[high].items():
            if cell in self._common:
                continue
            for (n, one), (m, other) in product(
                enumerate(there), enumerate(self._hands[low][cell])
            ):
                left = abs(apart - 2 * (self._expected(one) - self._expected(other)))
                if len(one) == len(other) and left < least:
                    best, least = Swap(cell, n, m), left
        return best

    def _deal(self, cell: Cell, units: Sequence[Unit]) -> dict[str, list[Unit]] | None:
        """Whole units in turns: who is expected the fewest marks of gets the easiest."""
        needed = dict.fromkeys(self.names, cell.items)
        hands: dict[str, list[Unit]] = {name: [] for name in self.names}
        marks = dict(self.marks)
        first = list(_enough(units, cell.items, len(self.names)))
        for unit in sorted(first, key=lambda u: (-len(u), -_mean(u), rank(self._seed, u[0].id))):
            most = max(needed.values())
            if not most:
                break
            name = min(
                (name for name in self.names if needed[name] == most),
                key=lambda n: (marks[n], rank(self._seed, "turn", cell.kind, cell.field, n)),
            )
            taken = unit[:most]
            hands[name].append(taken)
            needed[name] -= len(taken)
            marks[name] += self._expected(taken)
        return None if any(needed.values()) else hands

    def _alone(self, name: str, cell: Cell, fitting: Sequence[Item]) -> list[Unit]:
        ordered = sorted(fitting, key=lambda i: (self._times(i), rank(name, self._seed, i.id)))
        return [(item,) for item in ordered[: cell.items]]

    def _units(self, fitting: Sequence[Item]) -> list[Unit]:
        """The units, the freshest first."""
        together: dict[str, list[Item]] = defaultdict(list)
        for item in sorted(fitting, key=lambda i: rank(self._seed, "within", i.id)):
            together[item.situation or item.id].append(item)

        def order(name: str) -> tuple[int, bytes]:
            return max(map(self._times, together[name])), rank(self._seed, "draw", name)

        return [tuple(together[name]) for name in sorted(together, key=order)]

    def _times(self, item: Item) -> int:
        return self._earlier.get(item.id, 0)

    def _expected(self, unit: Unit) -> float:
        return sum(item.difficulty * self._each[item.kind] for item in unit)


def _enough(units: Sequence[Unit], items: int, forms: int) -> Iterator[Unit]:
    """The first units that hold so many for each form; one unit counts for one form at most."""
    left = items * forms
    for unit in units:
        if left <= 0:
            return
        yield unit
        left -= min(len(unit), items)


def _mean(unit: Unit) -> float:
    return sum(item.difficulty for item in unit) / len(unit)
