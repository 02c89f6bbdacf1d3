"""Drawing the forms of a sitting: what earlier sittings had, and what a planner is told of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from sync.errors import NotReady
from sync.exam.drawing import Drawn, draw_parallel, draw_practical
from sync.exam.items import Bank
from sync.exam.paper import Form
from sync.exam.specification import Specification
from sync.headquarters.store.engine import Store
from sync.headquarters.store.schema import exposures
from sync.moments import BEIJING

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def seen_before(db: Connection, specification: str, starts_at: str) -> dict[str, int]:
    """Item or task → for how many earlier days forms with it were published.

    Sessions of one day may have the same paper at every site, so a day is counted once.
    """
    query = (
        select(exposures.c.item, func.count().label("days"))
        .where(exposures.c.specification == specification, exposures.c.day < day_of(starts_at))
        .group_by(exposures.c.item)
    )
    return {row.item: row.days for row in db.execute(query)}


def note_exposure(store: Store, db: Connection, starts_at: str, papers: Iterable[Form]) -> None:
    """What these forms hold is known from that day on; noting it again changes nothing."""
    day = day_of(starts_at)
    rows = [
        {"specification": form.specification, "item": one, "day": day}
        for form in papers
        for one in {*(item.id for item in form.items()), *(task.id for task in form.tasks)}
    ]
    if rows:
        db.execute(store.inserting(exposures).on_conflict_do_nothing(), rows)


def day_of(starts_at: str) -> str:
    """The day of a start, in Beijing."""
    return datetime.fromisoformat(starts_at).astimezone(BEIJING).date().isoformat()


def draw_forms(
    bank: Bank,
    specification: Specification,
    component: str,
    sitting: str,
    count: int,
    seed: str,
    earlier: Mapping[str, int] | None = None,
) -> list[Drawn]:
    """`count` forms A, B …; they share items only where the bank is too small for more.

    NotReady where no paper is drawn at all; otherwise errors as draw_parallel.
    """
    part = specification.component(component)
    if component == "theory" and not part.parts:
        raise NotReady(
            reason_zh="标准未公布题型与题量，本版本不为此规格组卷",
            reason_en="the standard publishes no parts; this release draws no paper for it",
        )
    if component == "review":
        raise NotReady(
            reason_zh=f"{part.title.zh}不用机考卷：由评审委员会在场次页面“综合评审”评分",
            reason_en=f"the {part.title.en.lower()} has no paper: a committee marks it on the "
            "session's page Review",
        )
    names = [f"{sitting}-{letter}" for letter in LETTERS[: max(1, min(count, len(LETTERS)))]]
    if component == "theory":
        return draw_parallel(bank, specification, names, f"{seed}/{sitting}", earlier)
    return _practical(bank, specification, names, seed, earlier or {})


def _practical(
    bank: Bank,
    specification: Specification,
    names: list[str],
    seed: str,
    earlier: Mapping[str, int],
) -> list[Drawn]:
    """Each form another task of a module while there is one, and the least used."""
    used: Counter[str] = Counter()
    drawn: list[Drawn] = []
    for name in names:
        form = draw_practical(bank, specification, name, f"{seed}/{name}", used, earlier)
        shared = sum(task.id in used for task in form.tasks)
        used.update(task.id for task in form.tasks)
        drawn.append(Drawn(form, None, shared, sum(task.id in earlier for task in form.tasks)))
    return drawn
