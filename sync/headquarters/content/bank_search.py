"""Looking items of the bank up: by words, tags, difficulty, state and use; and where it is thin."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, select

from sync.exam.blueprint import Cell, blueprint
from sync.exam.specification import Specification, Struct
from sync.headquarters.content.likeness import most_like
from sync.headquarters.store.bank_tables import bank_cards, bank_items
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import exposures

STATES = ("draft", "reviewed", "retired")
USES = ("never", "once", "often")


class Asked(Struct, frozen=True):
    """What a person looks for; empty and None mean anything. Difficulty is per cent."""

    text: str = ""
    kind: str = ""
    field: str = ""
    task: str = ""
    state: str = ""
    use: str = ""
    low: int | None = None
    high: int | None = None


class Line(Struct, frozen=True):
    """An item in a list; `used` is on how many days examinations had it."""

    id: str
    version: int
    state: str
    kind: str
    part: str
    field: str
    task: str
    difficulty: int | None
    stem: str
    sample: bool
    used: int


class Supply(Struct, frozen=True):
    """How a cell of the blueprint stands: `drawable` of the items fit an examination now.

    `difficult`: reviewed, but outside of the difficulty band; `waiting`: drafts; `samples` besides.
    """

    cell: Cell
    drawable: int
    difficult: int
    waiting: int
    samples: int

    @property
    def forms(self) -> int:
        """How many forms it fills without an item twice."""
        return self.drawable // self.cell.items if self.cell.items else 0


def find_items(
    headquarters: Headquarters, code: str, asked: Asked, limit: int, offset: int = 0
) -> list[Line]:
    """Items of one specification, by identifier."""
    used = _used(code)
    count = func.coalesce(used.c.days, 0).label("used")
    query = (
        select(bank_items, bank_cards, count)
        .join(bank_cards, bank_cards.c.item == bank_items.c.id)
        .outerjoin(used, used.c.item == bank_items.c.id)
        .where(bank_cards.c.specification == code, *_wanted(asked, count))
        .order_by(bank_items.c.id)
        .limit(limit)
        .offset(offset)
    )
    with headquarters.store.reading() as db:
        return [
            Line(**{name: getattr(row, name) for name in Line.__struct_fields__})
            for row in db.execute(query)
        ]


def _used(code: str) -> Any:
    return (
        select(exposures.c.item, func.count().label("days"))
        .where(exposures.c.specification == code)
        .group_by(exposures.c.item)
        .subquery()
    )


def _wanted(asked: Asked, used: Any) -> list[Any]:
    found: list[Any] = [
        bank_cards.c.words.contains(word, autoescape=True)
        for word in asked.text.casefold().split()[:8]
    ]
    for column, value in (
        (bank_items.c.kind, asked.kind),
        (bank_items.c.field, asked.field),
        (bank_items.c.task, asked.task),
        (bank_items.c.state, asked.state),
    ):
        if value:
            found.append(column == value)
    if asked.low is not None:
        found.append(bank_cards.c.difficulty >= asked.low)
    if asked.high is not None:
        found.append(bank_cards.c.difficulty <= asked.high)
    uses = {"never": used == 0, "once": used == 1, "often": used > 1}
    if asked.use in uses:
        found.append(uses[asked.use])
    return found


def count_states(headquarters: Headquarters, code: str | None = None) -> dict[str, Counter[str]]:
    """specification (all, or one) → state (and `sample`) → how many items. Empty: on no shelf."""
    query = (
        select(
            bank_cards.c.specification,
            bank_items.c.state,
            bank_cards.c.sample,
            func.count().label("items"),
        )
        .join(bank_items, bank_items.c.id == bank_cards.c.item)
        .group_by(bank_cards.c.specification, bank_items.c.state, bank_cards.c.sample)
    )
    if code is not None:
        query = query.where(bank_cards.c.specification == code)
    found: dict[str, Counter[str]] = {}
    with headquarters.store.reading() as db:
        for row in db.execute(query):
            counts = found.setdefault(row.specification, Counter())
            counts["sample" if row.sample and row.state != "retired" else row.state] += row.items
    return found


def supplies(headquarters: Headquarters, specification: Specification) -> list[Supply]:
    """Every cell of the theory paper's blueprint, and what the bank has for it."""
    theory = specification.component("theory")
    low, high = theory.difficulty
    band = and_(bank_cards.c.difficulty >= low, bank_cards.c.difficulty <= high)
    query = (
        _standing(case((band, 1), else_=0))
        .where(bank_cards.c.specification == specification.code, bank_items.c.state != "retired")
        .group_by("part", "field", "state", "sample", "inside")
    )
    counts: Counter[tuple[str, str, str]] = Counter()
    with headquarters.store.reading() as db:
        for row in db.execute(query):
            counts[row.part, row.field, _group(row)] += row.items
    return [
        Supply(cell, *(counts[cell.kind, cell.field, group] for group in GROUPS))
        for cell in blueprint(theory)
    ]


GROUPS = ("drawable", "difficult", "waiting", "samples")


def _standing(inside: Any) -> Select[Any]:
    return select(
        bank_cards.c.part,
        bank_items.c.field,
        bank_items.c.state,
        bank_cards.c.sample,
        inside.label("inside"),
        func.count().label("items"),
    ).join(bank_items, bank_items.c.id == bank_cards.c.item)


def _group(row: Any) -> str:
    if row.sample:
        return "samples"
    if row.state != "reviewed":
        return "waiting"
    return "drawable" if row.inside else "difficult"


def like_items(
    headquarters: Headquarters, code: str, stem: str, without: str = ""
) -> list[tuple[str, float]]:
    """Items of a specification with nearly this stem, and how alike they are."""
    query = select(bank_cards.c.item, bank_cards.c.stem).where(
        bank_cards.c.specification == code, bank_cards.c.item != without
    )
    with headquarters.store.reading() as db:
        return most_like(stem, ((row.item, row.stem) for row in db.execute(query)))


def used_on(db: Connection, code: str, item: str) -> list[str]:
    """The days on which examinations had an item, the latest first."""
    query = select(exposures.c.day).where(
        exposures.c.specification == code, exposures.c.item == item
    )
    return list(db.scalars(query.order_by(exposures.c.day.desc())))
