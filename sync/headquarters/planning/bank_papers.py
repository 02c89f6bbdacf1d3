"""Theory papers out of the bank in the database: what may be drawn, the draw, and what it came to.

An examination takes reviewed items only, and no samples, which are public. A rehearsal and a
practice take samples only: what is shown before the day would give an examination's items away.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from sync.exam.assumed import assume
from sync.exam.drawing import Drawn, assemble
from sync.exam.items import Bank, Item, Situation
from sync.exam.paper import Form
from sync.exam.specification import Specification, Struct
from sync.headquarters.content.bank_filing import CHUNK
from sync.headquarters.content.bank_items import paper_item, paper_situation
from sync.headquarters.content.drafts import Draft
from sync.headquarters.content.specifications import specification as specification_of
from sync.headquarters.content_errors import BankMoved
from sync.headquarters.planning.drawing import draw_forms, seen_before
from sync.headquarters.planning.sessions import Added, add_drawn, draft
from sync.headquarters.store.bank_tables import bank_cards, bank_items, bank_versions
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters

THEORY = "theory"


class Wish(Struct, frozen=True):
    """What a person asks of the papers of a sitting.

    `low` to `high` is the band of difficulty, `repeats` how much of a form earlier ones may have
    had, all in per cent (None: as the specification says). An empty seed is the session's.
    """

    specification: str
    forms: int = 2
    seed: str = ""
    low: int | None = None
    high: int | None = None
    repeats: int | None = None


class Field(Struct, frozen=True):
    """The marks of one work field in a form, and what the weights ask for, both in per cent."""

    name: str
    share: float
    wanted: int
    items: int


class Proposal(Struct, frozen=True):
    """Papers as they would be: `digest` says whether they are still the same later."""

    specification: Specification
    drawn: tuple[Drawn, ...]
    bank: Bank
    digest: str

    def fields(self, form: Form) -> list[Field]:
        """How the marks of a form spread over the work fields."""
        theory = self.specification.component(THEORY)
        marks = dict.fromkeys(self.specification.work_fields, 0)
        counts = dict.fromkeys(self.specification.work_fields, 0)
        for part in form.parts:
            for item in part.items:
                marks[self.bank.items[item.id].field] += part.marks_each
                counts[self.bank.items[item.id].field] += 1
        return [
            Field(
                weight.fields[0],
                round(100 * marks[weight.fields[0]] / theory.full_mark, 1),
                weight.weight,
                counts[weight.fields[0]],
            )
            for weight in theory.weights
        ]


def ruled(headquarters: Headquarters, wish: Wish) -> Specification:
    """The specification under the rules of a wish; SpecificationRefused if they cannot be."""
    found = specification_of(headquarters, wish.specification)
    low, high = found.component(THEORY).difficulty
    rules: dict[str, Any] = {}
    if wish.low is not None or wish.high is not None:
        band = [low if wish.low is None else wish.low, high if wish.high is None else wish.high]
        rules["theory.difficulty"] = band
    if wish.repeats is not None:
        rules["theory.repeats"] = wish.repeats
    return assume(found, rules) if rules else found


def propose(headquarters: Headquarters, session: str, sitting: str, wish: Wish) -> Proposal:
    """The papers that a wish gives today; BlueprintUnmet or TooManyRepeats say why there are none.

    Nothing is kept. The same wish and the same bank give the same papers.
    """
    specification = ruled(headquarters, wish)
    with headquarters.store.reading() as db:
        drawn, bank = _draw(db, draft(db, session), sitting, specification, wish)
    return Proposal(specification, tuple(drawn), bank, _digest(drawn, bank))


def fix(
    headquarters: Headquarters,
    by: Stamp,
    session: str,
    sitting: str,
    wish: Wish,
    digest: str = "",
    **more: Any,
) -> Added:
    """Keep the papers of a wish as a sitting's; `more` as of add_drawn.

    BankMoved if they are not those of the digest any more.
    """
    specification = ruled(headquarters, wish)

    def draw(db: Connection, row: Row[Any]) -> tuple[list[Drawn], Bank]:
        drawn, bank = _draw(db, row, sitting, specification, wish)
        if digest and _digest(drawn, bank) != digest:
            raise BankMoved(sitting=sitting)
        return drawn, bank

    return add_drawn(
        headquarters,
        by,
        session=session,
        sitting=sitting,
        specification=specification,
        component=THEORY,
        draw=draw,
        **more,
    )


def _draw(
    db: Connection, row: Row[Any], sitting: str, specification: Specification, wish: Wish
) -> tuple[list[Drawn], Bank]:
    """Drawn by the cards alone; then only what was drawn is read whole."""
    light = _cards(db, specification.code, samples=row.kind != "examination")
    earlier = seen_before(db, specification.code, row.starts_at)
    seed = wish.seed or row.seed
    drawn = draw_forms(light, specification, THEORY, sitting, wish.forms, seed, earlier)
    bank = _whole(db, specification.code, {i.id for one in drawn for i in one.form.items()})
    return [_filled(one, bank, specification, sitting, seed) for one in drawn], bank


def _filled(
    drawn: Drawn, bank: Bank, specification: Specification, sitting: str, seed: str
) -> Drawn:
    """A drawn form with the words of its items, in the order it has."""
    form = drawn.form
    items = [bank.items[item.id] for item in form.items()]
    made = assemble(bank, specification, form.id, items, f"{seed}/{sitting}/{form.id}")
    return drawn._replace(form=made)


def _cards(db: Connection, code: str, *, samples: bool) -> Bank:
    """Every item that may be drawn, by its card: no words, no keys."""
    query = (
        select(bank_cards, bank_items.c.field, bank_items.c.task)
        .join(bank_items, bank_items.c.id == bank_cards.c.item)
        .where(bank_cards.c.specification == code, bank_cards.c.part != "")
        .where(bank_cards.c.sample.is_(samples))
        .order_by(bank_cards.c.item)
    )
    states = bank_items.c.state
    query = query.where(states != "retired" if samples else states == "reviewed")
    items = {row.item: _light(row) for row in db.execute(query)}
    shared = {item.situation for item in items.values() if item.situation}
    situations = {name: Situation(name, "", "") for name in shared}
    return Bank(code, items, situations, {})


def _light(row: Row[Any]) -> Item:
    return Item(
        id=row.item,
        kind=row.part,
        field=row.field,
        task=row.task,
        difficulty=row.difficulty / 100,
        stem="",
        options={},
        key=(),
        reason="",
        why={},
        situation=row.situation or None,
    )


def _whole(db: Connection, code: str, names: Iterable[str]) -> Bank:
    items: dict[str, Item] = {}
    situations: dict[str, Situation] = {}
    for found in _drafts(db, sorted(names)):
        items[found.id] = paper_item(found)
        if shared := items[found.id].situation:
            situations[shared] = paper_situation(found)
    return Bank(code, items, situations, {})


def _drafts(db: Connection, names: Sequence[str]) -> Iterable[Draft]:
    newest = (bank_versions.c.item == bank_items.c.id) & (
        bank_versions.c.version == bank_items.c.version
    )
    for start in range(0, len(names), CHUNK):
        query = select(bank_versions.c.content).join(bank_items, newest)
        for text in db.scalars(query.where(bank_items.c.id.in_(names[start : start + CHUNK]))):
            yield msgspec.json.decode(text, type=Draft)


def _digest(drawn: Sequence[Drawn], bank: Bank) -> str:
    """Of the forms and their keys, so that a corrected key is noticed too."""
    said = hashlib.sha256()
    for one in drawn:
        said.update(msgspec.json.encode(one.form))
    for name in sorted(bank.items):
        said.update(msgspec.json.encode([name, bank.items[name].key]))
    return said.hexdigest()
