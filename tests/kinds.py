"""One item of every kind that no shipped bank has, a form of them, and a package with it."""

from pathlib import Path
from typing import Any

import msgspec
import world

from sync.exam.items import Bank, Item
from sync.exam.paper import Form, PaperItem, PaperPart
from sync.exam.specification import PART_TITLES, ItemKind
from sync.wire.documents import Certificate, Papers, write_package
from sync.words import Words

TEXTS = {"a": "开播预热", "b": "商品讲解", "c": "促单", "d": "复盘"}


def _item(kind: ItemKind, letter: str, key: tuple[str, ...], **given: Any) -> Item:
    field = next(iter(world.LIVE.work_fields))
    task = world.LIVE.work_fields[field][0]
    members = {"options": {}, "why": {}, "reason": "见流程"} | given
    stem = members.pop("stem", "一场直播的各个环节应当是怎样的？")
    return Item(f"530051-1-A-{letter}01", kind, field, task, 0.6, stem, key=key, **members)


TRUTH = _item("truth", "T", ("b",), options={"a": "正确", "b": "错误"}, why={"a": "相反"})
ENTRY = _item("entry", "E", ("GMV", "成交总额"))
MATCHING = _item(
    "matching", "P", ("1b", "2a", "3c"), options=TEXTS, rows={"1": "中段", "2": "开始", "3": "尾声"}
)
ORDERING = _item("ordering", "O", ("1b", "2c", "3a", "4d"), options=TEXTS)
ITEMS = (TRUTH, ENTRY, MATCHING, ORDERING)
BANK = Bank(world.LIVE.code, {item.id: item for item in ITEMS}, {}, {})
RIGHT: dict[str, Any] = {
    TRUTH.id: ["b"],
    ENTRY.id: "  ＧＭＶ ",
    MATCHING.id: ["1b", "2a", "3c"],
    ORDERING.id: ["1b", "2c", "3a", "4d"],
}


def form_of(name: str) -> Form:
    """A part of each kind, each item worth two marks."""
    parts = tuple(
        PaperPart(
            item.kind,
            PART_TITLES[item.kind],
            2,
            (
                PaperItem(
                    item.id,
                    item.choice,
                    item.stem,
                    tuple(item.options.items()),
                    rows=tuple(item.rows.items()),
                ),
            ),
        )
        for item in ITEMS
    )
    return Form(name, world.LIVE.code, "theory", Words("理论", "Theory"), 60, parts, ())


def package(hq: world.Headquarters, certificate: Certificate, folder: Path) -> world.Package:
    """The package of `make_package`, with this form in the place of the first one."""
    made = world.make_package(hq, certificate, folder)
    papers = Papers((form_of(made.papers.forms[0].id), *made.papers.forms[1:]), made.papers.seed)
    path = folder / "kinds.package"
    write_package(path, made.plan, papers, certificate, made.codes, hq.release)
    return world.Package(path, made.plan, papers, made.codes, {world.LIVE.code: BANK})


def changed(item: Item, **members: Any) -> Item:
    """The item with something else in it."""
    return msgspec.structs.replace(item, **members)
