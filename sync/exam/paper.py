"""A form as it travels sealed to the site, and what of it a candidate may see."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from sync.exam.items import Choose, Deliverable, Markup, Material, Said, Situation, offered
from sync.exam.specification import Struct
from sync.words import Words

# Bytes of an opaque reference.
REF = 8
_HEX = re.compile("[0-9a-f]{16}")


class PaperItem(Struct, frozen=True):
    """An item in a form: an allow-list, so no key, reason or mapping can slip in."""

    id: str
    choose: Choose
    stem: Said
    options: tuple[tuple[str, Said], ...]
    situation: str | None = None
    rows: tuple[tuple[str, Said], ...] = ()

    @property
    def offered(self) -> tuple[str, ...]:
        """The ids that a response may hold."""
        ids = tuple(option for option, _ in self.options)
        return offered(self.choose, (row for row, _ in self.rows), ids)


class PaperTask(Struct, frozen=True):
    """A practical task in a form: everything but the rubric."""

    id: str
    title: str
    minutes: int
    marks: int
    situation: str
    materials: tuple[Material, ...]
    deliverables: tuple[Deliverable, ...]


class PaperPart(Struct, frozen=True):
    """A part of a form in the order of the specification."""

    id: str
    title: Words
    marks_each: int
    items: tuple[PaperItem, ...]


class Form(Struct, frozen=True):
    """A drawn paper as it travels sealed to the site."""

    id: str
    specification: str
    component: str
    title: Words
    minutes: int
    parts: tuple[PaperPart, ...]
    situations: tuple[Situation, ...]
    tasks: tuple[PaperTask, ...] = ()

    def items(self) -> list[PaperItem]:
        """All objective items."""
        return [item for part in self.parts for item in part.items]

    def media(self) -> list[str]:
        """The pictures, sound and film that its items show, by their names in the package."""
        said = [s.text for s in self.situations]
        for item in self.items():
            said += [item.stem, *(text for _, text in (*item.options, *item.rows))]
        shown = (file for one in said if isinstance(one, Markup) for file in one.files)
        return list(dict.fromkeys(shown))

    def deliverables(self) -> int:
        """How many things its practical tasks ask for."""
        return sum(len(task.deliverables) for task in self.tasks)


class ItemToken(Struct, frozen=True):
    """What one item reference of a candidate's page stands for."""

    item: str
    choose: str
    options: dict[str, str]


class Tokens:
    """Opaque references of one attempt: keyed BLAKE2b, 64 bits in hex; they say nothing of ids."""

    __slots__ = ("_keyed",)

    def __init__(self, attempt_key: bytes) -> None:
        # A start makes hundreds for each candidate; setting the key costs as much as the rest.
        self._keyed = hashlib.blake2b(key=attempt_key, digest_size=REF)

    def of(self, words: str) -> str:
        """The token of these words; what is between two of them is U+001F."""
        token = self._keyed.copy()
        token.update(words.encode())
        return token.hexdigest()


class Authored(NamedTuple):
    """What a reference may stand for: an item's id, how many options, and the ids of these."""

    id: str
    choose: Choose | Literal["text", "file"]
    options: tuple[str, ...]


def authored(form: Form) -> tuple[Authored, ...]:
    """Everything in a form that an attempt's page refers to, in the form's order."""
    items = [Authored(item.id, item.choose, item.offered) for item in form.items()]
    return (
        *items,
        *(
            Authored(f"{task.id}/{deliverable.id}", deliverable.kind, ())
            for task in form.tasks
            for deliverable in task.deliverables
        ),
    )


class References(Mapping[str, ItemToken]):
    """item reference → authored item and options, for one attempt; never leaves the server.

    A thousand attempts are held at once, so each keeps the references of its items side by side
    as bytes and works out those of an item's options when it is asked for them.
    """

    __slots__ = ("_authored", "_refs", "_tokens")

    def __init__(self, every: tuple[Authored, ...], attempt_key: bytes) -> None:
        self._authored, self._tokens = every, Tokens(attempt_key)
        self._refs = b"".join(bytes.fromhex(self._tokens.of(one.id)) for one in every)

    def __getitem__(self, ref: str) -> ItemToken:
        place = self._place(ref)
        if place < 0:
            raise KeyError(ref)
        one = self._authored[place]
        token = self._tokens.of
        return ItemToken(one.id, one.choose, {token(f"{one.id}\x1f{o}"): o for o in one.options})

    def __iter__(self) -> Iterator[str]:
        return (self._refs[at : at + REF].hex() for at in range(0, len(self._refs), REF))

    def __len__(self) -> int:
        return len(self._authored)

    def _place(self, ref: str) -> int:
        """Which of the authored things; -1 for what is no reference of this attempt."""
        if not _HEX.fullmatch(ref):
            return -1
        wanted = bytes.fromhex(ref)
        at = self._refs.find(wanted)
        # One that is found across two neighbours is none.
        while at > 0 and at % REF:
            at = self._refs.find(wanted, at + 1)
        return at // REF if at >= 0 else -1

    def shown(self, item: str) -> tuple[str, dict[str, str]]:
        """An authored item's reference and option → reference, to show a response again."""
        ref = self._tokens.of(item)
        return ref, {option: shown for shown, option in self[ref].options.items()}


def candidate_view(form: Form, attempt_key: bytes) -> dict[str, object]:
    """The paper as one candidate's page gets it: shuffled, with opaque references only."""
    situations = {s.id: s for s in form.situations}
    tokens = Tokens(attempt_key)
    number = 0
    parts: list[dict[str, object]] = []
    for part in form.parts:
        shown = []
        for item in _shuffled(part.items, tokens):
            number += 1
            shown.append(_item_view(item, number, situations, tokens))
        parts.append(
            {
                "id": part.id,
                "title": part.title._asdict(),
                "marks_each": part.marks_each,
                "items": shown,
            }
        )
    return {
        "title": form.title._asdict(),
        "minutes": form.minutes,
        "parts": parts,
        "tasks": [_task_view(task, tokens) for task in form.tasks],
        "media": form.media(),
    }


def _shuffled(items: Sequence[PaperItem], tokens: Tokens) -> list[PaperItem]:
    def rank(item: PaperItem) -> tuple[str, str]:
        together = item.situation or item.id
        return tokens.of(f"order\x1f{together}"), tokens.of(f"within\x1f{item.id}")

    return sorted(items, key=rank)


def _item_view(
    item: PaperItem, number: int, situations: Mapping[str, Situation], tokens: Tokens
) -> dict[str, object]:
    token = tokens.of
    options = list(item.options)
    if item.choose != "truth":
        options.sort(key=lambda o: token(f"place\x1f{item.id}\x1f{o[0]}"))
    situation = situations[item.situation] if item.situation else None
    return {
        "ref": token(item.id),
        "number": number,
        "choose": item.choose,
        "stem": _view(item.stem),
        "options": [
            {"ref": token(f"{item.id}\x1f{option}"), "text": _view(text)}
            for option, text in options
        ],
        "rows": _rows_view(item, [option for option, _ in options], token),
        "situation": situation and {"text": _view(situation.text), "table": situation.table},
    }


def _view(said: Said) -> object:
    return {"html": said.html} if isinstance(said, Markup) else said


def _rows_view(
    item: PaperItem, options: Sequence[str], token: Callable[[str], str]
) -> list[dict[str, object]]:
    """The rows of a matching item, or the places of an ordering one, with a reference an option."""
    rows = sorted(item.rows, key=lambda row: token(f"row\x1f{item.id}\x1f{row[0]}"))
    if item.choose == "order":
        rows = [(str(place), "") for place in range(1, len(options) + 1)]
    return [
        {"text": _view(text), "refs": [token(f"{item.id}\x1f{row}{option}") for option in options]}
        for row, text in rows
    ]


def _task_view(task: PaperTask, tokens: Tokens) -> dict[str, object]:
    return {
        "title": task.title,
        "minutes": task.minutes,
        "marks": task.marks,
        "situation": task.situation,
        "materials": [{"file": m.file, "title": m.title} for m in task.materials],
        "deliverables": [
            {
                "ref": tokens.of(f"{task.id}/{d.id}"),
                "kind": d.kind,
                "title": d.title,
                "prompt": d.prompt,
                "accept": d.accept,
            }
            for d in task.deliverables
        ],
    }
