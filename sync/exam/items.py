"""Items as authored (with key and reason) and as a form carries them (without)."""

from typing import Literal

from sync.exam.specification import ItemKind, Struct

Choose = Literal["one", "many"]


class Situation(Struct, frozen=True):
    """A shared stem: a case with data, read by one or more scenario items."""

    id: str
    title: str
    text: str
    table: tuple[tuple[str, ...], ...] = ()


class Item(Struct, frozen=True):
    """An objective item of the bank. `options` and `why` are by option id; `key` are option ids."""

    id: str
    kind: ItemKind
    field: str
    task: str
    difficulty: float
    stem: str
    options: dict[str, str]
    key: tuple[str, ...]
    reason: str
    why: dict[str, str]
    situation: str | None = None
    choose: Choose = "one"

    @property
    def choice(self) -> Choose:
        """How many options a candidate may take."""
        if self.kind == "scenario":
            return self.choose
        return "many" if self.kind == "multiple" else "one"


class Material(Struct, frozen=True):
    """A file that a practical task hands out; `file` is relative to the bank's folder."""

    file: str
    title: str


class Deliverable(Struct, frozen=True):
    """What a candidate hands in for a practical task: text in the page or a file."""

    id: str
    kind: Literal["text", "file"]
    title: str
    prompt: str
    accept: tuple[str, ...] = ()


class Criterion(Struct, frozen=True):
    """A line of the rubric."""

    id: str
    deliverable: str
    title: str
    marks: int
    full: str
    half: str
    none: str


class PracticalTask(Struct, frozen=True):
    """A task of one module with its rubric."""

    id: str
    module: str
    title: str
    minutes: int
    situation: str
    materials: tuple[Material, ...]
    deliverables: tuple[Deliverable, ...]
    criteria: tuple[Criterion, ...]

    @property
    def marks(self) -> int:
        """What the rubric adds up to."""
        return sum(c.marks for c in self.criteria)


class Bank(Struct, frozen=True):
    """All items and tasks for one specification, by id."""

    specification: str
    items: dict[str, Item]
    situations: dict[str, Situation]
    tasks: dict[str, PracticalTask]
