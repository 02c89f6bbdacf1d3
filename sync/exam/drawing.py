"""Drawing forms from a bank by blueprint: parallel, equally hard, fresh where the bank allows.

All chance comes from SHA-256 over a seed and identifiers, never from a library's generator, so
that the same seed gives the same paper on every machine and in every release.

Neighbours sit with forms that share no item (and no situation) while the bank has enough, and of
which about the same marks are expected. What an earlier form had comes last.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from sync.errors import BlueprintUnmet, SpecificationRefused, TooManyRepeats
from sync.exam.blueprint import Cell, blueprint, rank
from sync.exam.items import Bank, Item, PracticalTask
from sync.exam.paper import Form, PaperItem, PaperPart, PaperTask
from sync.exam.parallel import Dealing
from sync.exam.specification import (
    PART_TITLES,
    Component,
    Part,
    Specification,
)
from sync.words import Words


class Drawn(NamedTuple):
    """A form, and what a planner asks of it.

    `easiness`: the share of the marks that is expected, in per cent (None: not known); `shared`:
    items (or tasks) that another of these forms has too; `repeated`: those that an earlier one had.
    """

    form: Form
    easiness: float | None
    shared: int
    repeated: int


def draw_parallel(
    bank: Bank,
    specification: Specification,
    names: Sequence[str],
    seed: str,
    earlier: Mapping[str, int] | None = None,
) -> list[Drawn]:
    """A theory form a name. `earlier`: item → how many earlier forms had it.

    BlueprintUnmet names every cell that the bank cannot fill, TooManyRepeats the form that would
    have more of earlier forms than `theory.repeats` allows, SpecificationRefused a specification
    without parts.
    """
    component = specification.component("theory")
    if not component.parts:
        raise SpecificationRefused(
            code=specification.code,
            reason=Words("没有设置 theory.parts", "theory.parts is not set"),
        )
    seen = earlier or {}
    fitting = _fitting(bank, component)
    dealing = Dealing(component, names, seed, seen)
    for cell, items in fitting.items():
        dealing.fill(cell, items)
    dealing.level()
    drawn = [_drawn(bank, specification, dealing, name, seed, seen) for name in names]
    for one in drawn:
        most = len(one.form.items()) * component.repeats // 100
        if one.repeated > most:
            raise TooManyRepeats(form=one.form.id, repeated=one.repeated, most=most)
    return drawn


def draw_theory(
    bank: Bank, specification: Specification, form: str, seed: str, without: Iterable[str] = ()
) -> Form:
    """One form without some items; errors as draw_parallel."""
    left = set(without)
    items = {name: item for name, item in bank.items.items() if name not in left}
    one = msgspec.structs.replace(bank, items=items)
    return draw_parallel(one, specification, (form,), seed)[0].form


def _fitting(bank: Bank, component: Component) -> dict[Cell, list[Item]]:
    """What may fill each cell; BlueprintUnmet lists all that cannot be filled."""
    low, high = component.difficulty
    there: dict[tuple[str, str], list[Item]] = defaultdict(list)
    outside: dict[tuple[str, str], int] = defaultdict(int)
    for item in bank.items.values():
        if low <= round(item.difficulty * 100) <= high:
            there[item.kind, item.field].append(item)
        else:
            outside[item.kind, item.field] += 1
    cells = {cell: there[cell.kind, cell.field] for cell in blueprint(component)}
    short = [cell for cell, items in cells.items() if len(items) < cell.items]
    if short:
        raise _unmet([(c, len(cells[c]), outside[c.kind, c.field]) for c in short])
    return cells


def _unmet(short: Sequence[tuple[Cell, int, int]]) -> BlueprintUnmet:
    """The refusal: the first cell in the message, all in the list. `outside` is out of the band."""
    problems = [
        Words(
            f"{PART_TITLES[cell.kind].zh} · {cell.field}：需要 {cell.items} 题，仅有 {found} 题"
            + (f"（另有 {outside} 题难度不在规定范围）" if outside else ""),
            f"{PART_TITLES[cell.kind].en} · {cell.field}: {cell.items} needed, {found} there"
            + (f" ({outside} more are outside the difficulty band)" if outside else ""),
        )
        for cell, found, outside in short
    ]
    cell, found, _ = short[0]
    return BlueprintUnmet(
        problems, cell=f"{cell.kind} · {cell.field}", needed=cell.items, found=found
    )


def _drawn(
    bank: Bank,
    specification: Specification,
    dealing: Dealing,
    name: str,
    seed: str,
    seen: Mapping[str, int],
) -> Drawn:
    items = dealing.items(name)
    others = {i.id for other in dealing.names if other != name for i in dealing.items(other)}
    full = specification.component("theory").full_mark
    return Drawn(
        assemble(bank, specification, name, items, f"{seed}/{name}"),
        round(100 * dealing.marks[name] / full, 1),
        sum(item.id in others for item in items),
        sum(item.id in seen for item in items),
    )


def assemble(
    bank: Bank, specification: Specification, form: str, items: Sequence[Item], seed: str
) -> Form:
    """A theory form of these items: by part, situations together, in an order of the seed's."""
    component = specification.component("theory")
    parts = tuple(
        _part(part, [item for item in items if item.kind == part.kind], seed)
        for part in component.parts
    )
    used = {item.situation for part in parts for item in part.items if item.situation}
    return Form(
        id=form,
        specification=specification.code,
        component="theory",
        title=component.title,
        minutes=component.minutes,
        parts=parts,
        situations=tuple(bank.situations[s] for s in sorted(used)),
    )


def _part(part: Part, items: Sequence[Item], seed: str) -> PaperPart:
    # Items of one situation share a rank, so they stay beside each other.
    ordered = sorted(
        items,
        key=lambda i: (rank(seed, "order", i.situation or i.id), rank(seed, "within", i.id)),
    )
    return PaperPart(
        id=part.kind,
        title=part.title,
        marks_each=part.marks_each,
        items=tuple(
            PaperItem(
                id=item.id,
                choose=item.choice,
                stem=item.said("stem", item.stem),
                options=tuple((name, item.said(name, text)) for name, text in item.options.items()),
                situation=item.situation,
                rows=tuple((name, item.said(name, text)) for name, text in item.rows.items()),
            )
            for item in ordered
        ),
    )


def draw_practical(
    bank: Bank,
    specification: Specification,
    form: str,
    seed: str,
    without: Iterable[str] = (),
    earlier: Mapping[str, int] | None = None,
) -> Form:
    """A practical form: one task a module; one of `without` only where there is no other.

    `earlier` is as in draw_parallel: the task that was out least often is taken.
    """
    component = specification.component("practical")
    tasks, used, times = [], set(without), earlier or {}
    for module in component.weights:
        fitting = [t for t in bank.tasks.values() if t.module == module.name]
        if not fitting:
            raise BlueprintUnmet(cell=f"practical · {module.name}", needed=1, found=0)
        task = min(
            fitting, key=lambda t: (t.id in used, times.get(t.id, 0), rank(seed, "task", t.id))
        )
        tasks.append(_task(task))
    return Form(
        id=form,
        specification=specification.code,
        component="practical",
        title=component.title,
        minutes=component.minutes,
        parts=(),
        situations=(),
        tasks=tuple(tasks),
    )


def _task(task: PracticalTask) -> PaperTask:
    return PaperTask(
        id=task.id,
        title=task.title,
        minutes=task.minutes,
        marks=task.marks,
        situation=task.situation,
        materials=task.materials,
        deliverables=task.deliverables,
    )
