"""Reading a folder of the bank (docs/specs/bank.md); whatever is wrong is listed, all at once."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Any, TypeVar

import msgspec

from sync.errors import BankRefused, NotFound
from sync.exam.catalogue import find
from sync.exam.items import Bank, Criterion, Deliverable, Item, Material, PracticalTask, Situation
from sync.exam.specification import Specification
from sync.headquarters.content import bank_rules as rules
from sync.words import Words

T = TypeVar("T")


class Reading:
    """A bank as far as it was read, and what was wrong on the way."""

    def __init__(self, folder: Traversable, specification: Specification) -> None:
        self.folder = folder
        self.specification = specification
        self.bank = Bank(specification.code, {}, {}, {})
        self.problems: list[Words] = []
        self._files: dict[str, str] = {}

    def refuse(self, where: str, problems: Iterable[Words]) -> None:
        """Note problems of a file or an item."""
        self.problems += [Words(f"{where}：{p.zh}", f"{where}: {p.en}") for p in problems]

    def claim(self, file: str, name: str) -> None:
        """Note an identifier; it may be used once in the whole bank."""
        other = self._files.setdefault(name, file)
        known = (*self.bank.items, *self.bank.situations, *self.bank.tasks)
        if name in known:
            self.refuse(f"{file} {name}", [Words(f"编号重复（{other}）", f"id also in {other}")])

    def file_of(self, name: str) -> str:
        """The file and identifier of what is called `name`."""
        return f"{self._files[name]} {name}"

    def convert(self, where: str, value: object, kind: type[T]) -> T | None:
        """The value as a model, or a noted problem."""
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            self.refuse(where, [Words(f"格式不符：{error}", f"wrong shape: {error}")])
            return None


def load_bank(folder: Traversable, specification: Specification) -> Bank:
    """The bank in `folder`; BankRefused lists every rule that is broken, with file and item."""
    reading = Reading(folder, specification)
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    for file in files:
        _read_file(reading, file)
    if not files:
        reading.refuse(folder.name, [Words("没有试题文件", "no files")])
    _check_whole(reading)
    if reading.problems:
        raise BankRefused(reading.problems, bank=folder.name)
    return reading.bank


@cache
def builtin_bank(code: str) -> Bank:
    """The bank that ships for a specification; NotFound if there is none."""
    if code not in builtin_codes():
        raise NotFound(what=f"bank {code}")
    return load_bank(resources.files("sync.headquarters.content") / "bank" / code, find(code))


def builtin_codes() -> list[str]:
    """The specifications for which a bank ships."""
    folder = resources.files("sync.headquarters.content") / "bank"
    return sorted(f.name for f in folder.iterdir() if f.is_dir() and not f.name.startswith("_"))


def _read_file(reading: Reading, file: Traversable) -> None:
    try:
        written = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reading.refuse(file.name, [Words(f"不是 TOML：{error}", f"not TOML: {error}")])
        return
    practical = "task" in written
    head = {"qualification", "level", "module" if practical else "field"}
    body = {"task"} if practical else {"item", "situation"}
    if not head <= written.keys() or not written.keys() <= head | body:
        listed = ", ".join(sorted(head ^ (written.keys() - body)))
        reading.refuse(file.name, [Words(f"表头不符：{listed}", f"wrong head: {listed}")])
        return
    reading.refuse(file.name, _head_problems(written, reading.specification))
    if practical:
        _read_task(reading, file.name, written["module"], written["task"])
    else:
        _read_theory(reading, file.name, written)


def _head_problems(written: Mapping[str, Any], specification: Specification) -> Iterator[Words]:
    if written["qualification"] != specification.qualification:
        yield Words(f"不是 {specification.qualification}", f"not {specification.qualification}")
    if written["level"] != specification.level.zh:
        yield Words(f"不是{specification.level.zh}", f"not {specification.level.en}")
    if "field" in written and written["field"] not in specification.work_fields:
        yield Words(f"没有领域「{written['field']}」", f"no field {written['field']}")


def _read_theory(reading: Reading, file: str, written: Mapping[str, Any]) -> None:
    here = []
    for value in written.get("situation", ()):
        situation = reading.convert(f"{file} {_name(value)}", value, Situation)
        if situation:
            reading.claim(file, situation.id)
            reading.bank.situations[situation.id] = situation
    for value in written.get("item", ()):
        value = {"field": written["field"]} | value
        item = reading.convert(f"{file} {_name(value)}", value, Item)
        if item:
            reading.claim(file, item.id)
            reading.bank.items[item.id] = item
            here.append(item)
            found = rules.item_problems(item, reading.specification)
            reading.refuse(f"{file} {item.id}", found)
    reading.refuse(file, rules.share_problems(here))


class WrittenTask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A practical task as its file has it: lists named in the singular."""

    id: str
    title: str
    minutes: int
    situation: str
    deliverable: tuple[Deliverable, ...]
    criterion: tuple[Criterion, ...]
    materials: tuple[Material, ...] = ()


def _read_task(reading: Reading, file: str, module: str, value: Any) -> None:
    written = reading.convert(f"{file} {_name(value)}", value, WrittenTask)
    if not written:
        return
    task = PracticalTask(
        id=written.id,
        module=module,
        title=written.title,
        minutes=written.minutes,
        situation=written.situation,
        materials=written.materials,
        deliverables=written.deliverable,
        criteria=written.criterion,
    )
    reading.claim(file, task.id)
    reading.bank.tasks[task.id] = task
    where = f"{file} {task.id}"
    reading.refuse(where, rules.task_problems(task, reading.specification))
    reading.refuse(where, _material_problems(reading.folder, task))


def _material_problems(folder: Traversable, task: PracticalTask) -> Iterator[Words]:
    for material in task.materials:
        place = PurePosixPath(material.file)
        if place.parts[:1] != ("materials",) or ".." in place.parts:
            yield Words(f"{material.file} 不在 materials/ 内", f"{material.file} not in materials/")
            continue
        file = folder.joinpath(*place.parts)
        if not file.is_file():
            yield Words(f"缺少素材 {material.file}", f"material {material.file} is missing")
        elif len(file.read_bytes()) > rules.MAX_MATERIAL:
            yield Words(f"{material.file} 超过 2 MB", f"{material.file} is over 2 MB")


def _name(value: Any) -> str:
    return str(value.get("id", "?")) if isinstance(value, dict) else "?"


def _check_whole(reading: Reading) -> None:
    """What only shows when all files are read."""
    bank = reading.bank
    used = {item.situation for item in bank.items.values()}
    for situation in bank.situations.values():
        found = rules.situation_problems(situation, situation.id in used, reading.specification)
        reading.refuse(reading.file_of(situation.id), found)
    for item in bank.items.values():
        if (item.kind == "scenario") != (item.situation in bank.situations):
            problem = Words("情景不存在或不应有情景", "its situation is not there, or has no place")
            reading.refuse(reading.file_of(item.id), [problem])
    for one, other in rules.like_stems(bank.items.values()):
        problem = Words(f"题干与 {other} 几乎相同", f"the stem is nearly that of {other}")
        reading.refuse(reading.file_of(one), [problem])
    minutes = rules.minutes_problems(bank, reading.specification)
    reading.refuse(reading.folder.name, minutes)
