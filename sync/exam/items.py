"""Items as authored (with key and reason) and as a form carries them (without)."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from sync.exam.specification import ItemKind, Struct

# What a response is: one option, any number of them, one of right and wrong, a short text, or pairs
# (`1b`): each row with one option, or each place with the option that stands there.
Choose = Literal["one", "many", "truth", "gap", "match", "order"]
CHOICES: Mapping[ItemKind, Choose] = {
    "single": "one",
    "multiple": "many",
    "truth": "truth",
    "entry": "gap",
    "matching": "match",
    "ordering": "order",
}


_SHOWN = re.compile(r'src="(media/[0-9a-f]{32}\.[a-z0-9]{2,5})"')
_TAG = re.compile(r"<[^>]*>")


def offered(choose: Choose, rows: Iterable[str], options: Sequence[str]) -> tuple[str, ...]:
    """The ids that a response to an item may hold, in the authored order; of a text none."""
    if choose == "match":
        return tuple(f"{row}{option}" for row in rows for option in options)
    if choose == "order":
        places = range(1, len(options) + 1)
        return tuple(f"{place}{option}" for place in places for option in options)
    return tuple(options)


def fits(choose: str, taken: Collection[str]) -> bool:
    """Whether these ids of those offered go together."""
    if choose in ("one", "truth"):
        return len(taken) <= 1
    if choose not in ("match", "order"):
        return choose == "many"
    rows, options = {pair[:-1] for pair in taken}, {pair[-1] for pair in taken}
    return len(rows) == len(taken) and (choose == "match" or len(options) == len(taken))


def plain(text: str) -> str:
    """A short text as it is compared: widths, letter cases and runs of white space are alike."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class Markup(Struct, frozen=True):
    """What a text cannot say: a clean XHTML fragment with pictures, sound, film or formulas.

    Its files are named as the package has them (`media/<32 hex digits>.<kind>`).
    """

    html: str

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it shows."""
        return tuple(dict.fromkeys(_SHOWN.findall(self.html)))


# A text in which **two stars** mark a stressed word, or more than a text can say.
Said = str | Markup


def in_text(said: Said) -> str:
    """What can be read of it as text."""
    return said if isinstance(said, str) else " ".join(_TAG.sub(" ", said.html).split())


def in_html(said: Said) -> str:
    """It as one string, by which two can be compared."""
    return said if isinstance(said, str) else said.html


class Situation(Struct, frozen=True):
    """A shared stem: a case with data, read by one or more scenario items."""

    id: str
    title: str
    text: Said
    table: tuple[tuple[str, ...], ...] = ()


class Item(Struct, frozen=True):
    """An objective item of the bank. `options` and `why` are by option id; `key` are option ids.

    Of a text entry `key` are the texts that are taken, of a matching or ordering item the pairs.
    `markup` is of the stem (`stem`) and of the options and rows of these ids, where text cannot say
    it all.
    """

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
    choose: Literal["one", "many"] = "one"
    rows: dict[str, str] = msgspec.field(default_factory=dict)
    markup: dict[str, str] = msgspec.field(default_factory=dict)

    def said(self, name: str, text: str) -> Said:
        """What a paper carries for its stem, an option or a row."""
        return Markup(self.markup[name]) if name in self.markup else text

    @property
    def choice(self) -> Choose:
        """What a response to it is."""
        return CHOICES.get(self.kind, self.choose)

    @property
    def offered(self) -> tuple[str, ...]:
        """The ids that a response may hold."""
        return offered(self.choice, self.rows, tuple(self.options))


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
