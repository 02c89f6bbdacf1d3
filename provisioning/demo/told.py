"""What each simulated candidate is told to answer, and the marks that this must give.

The marks are counted here by hand, not by the project's marking: the two are compared at the end.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sync.exam.items import Bank, Item
from sync.exam.roster import RosterRow

MARKS = {"single": 1, "multiple": 2, "scenario": 2}


@dataclass
class Told:
    """Answers by stem, as option texts; empty where the item is to be left out."""

    admission: str
    secret: str
    seat: int
    sitting: str
    bank: Bank
    skill: float
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.items = {item.stem: item for item in self.bank.items.values()}
        self._chance = random.Random(self.admission)  # noqa: S311  (a simulation, not a secret)

    def answer(self, stem: str) -> tuple[str, ...]:
        """The option texts to take for this item; decided once."""
        if stem not in self.answers:
            self.answers[stem] = self._decide(self.items[stem])
        return self.answers[stem]

    def _decide(self, item: Item) -> tuple[str, ...]:
        luck = self._chance.random()
        if luck < self.skill:
            taken = list(item.key)
        elif luck > 0.97:
            taken = []
        elif item.choice == "many":
            taken = [o for o in item.options if (o in item.key) != (o == self._wrong(item))]
        else:
            taken = [self._wrong(item)]
        return tuple(item.options[o] for o in taken)

    def _wrong(self, item: Item) -> str:
        return next(o for o in item.options if o not in item.key)

    def marks(self) -> int:
        """What the answers are worth: all of the key and nothing else, or nothing."""
        return sum(
            MARKS[self.items[stem].kind]
            for stem, texts in self.answers.items()
            if {self.items[stem].options[o] for o in self.items[stem].key} == set(texts)
        )


def tell(rosters: Mapping[str, Sequence[RosterRow]], banks: Mapping[str, Bank]) -> list[Told]:
    """What to tell everyone, by sitting; skill runs from weak to strong over the room."""
    people = [(sitting, row) for sitting, rows in rosters.items() for row in rows]
    return [
        Told(
            admission=row.admission,
            secret=row.identity[-6:],
            seat=row.seat,
            sitting=sitting,
            bank=banks[sitting],
            skill=0.45 + 0.5 * (number * 7 % len(people)) / len(people),
        )
        for number, (sitting, row) in enumerate(people)
    ]
