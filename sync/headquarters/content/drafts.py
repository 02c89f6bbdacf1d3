"""Items that come from elsewhere: one form for all sources, and what each of them must keep."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from sync.exam.specification import Struct
from sync.words import Words

Kind = Literal[
    "single",
    "multiple",
    "truth",
    "entry",
    "text",
    "upload",
    "matching",
    "ordering",
    "inline",
    "composite",
]
KIND_WORDS: dict[str, Words] = {
    "single": Words("单选题", "single choice"),
    "multiple": Words("多选题", "multiple choice"),
    "truth": Words("判断题", "true or false"),
    "entry": Words("填空题", "text entry"),
    "text": Words("问答题", "extended text"),
    "upload": Words("上传题", "upload"),
    "matching": Words("匹配题", "matching"),
    "ordering": Words("排序题", "ordering"),
    "inline": Words("选词填空题", "inline choice"),
    "composite": Words("综合题", "several interactions"),
}
# Marked by people: no key.
BY_PEOPLE = frozenset({"text", "upload"})
# A picture that nothing is said of: a candidate who does not see it could not answer.
_UNSAID = re.compile(r"<img\b(?![^>]*\salt=)")
MOST_OPTIONS, MOST_MARKS, LONGEST = 26, 1000, 20_000
# Longer identifiers and titles are none, and no database could look them up.
LONGEST_NAME = 255
# What no XML and so no QTI package can hold: one such item and the whole bank could not go out.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Draft(Struct, frozen=True):
    """An item as it came in. Stem, options, rows, reason and situation are clean XHTML fragments.

    `key`: option ids; of an entry the texts taken; of matching and ordering pairs (`1 b`). Of an
    item that came as QTI, `qti` is the whole of it in our profile and says more than the rest.
    """

    id: str
    kind: Kind
    stem: str
    options: dict[str, str] = msgspec.field(default_factory=dict)
    rows: dict[str, str] = msgspec.field(default_factory=dict)
    key: tuple[str, ...] = ()
    marks: float = 1
    difficulty: float | None = None
    reason: str = ""
    situation: str = ""
    field: str = ""
    task: str = ""
    title: str = ""
    qti: str = ""
    media: tuple[str, ...] = ()


class Place(Struct, frozen=True):
    """Where an item stands in what was handed in."""

    file: str
    line: int = 0


class Refusal(Struct, frozen=True):
    """What was wrong with one item, or with a whole file."""

    file: str
    line: int
    item: str
    code: str
    reason: Words


class Found(Struct, frozen=True):
    """What an import comes to: whole items with their places, media by digest, and refusals.

    `unread`: the columns of a sheet whose names are none of ours.
    """

    drafts: tuple[tuple[Draft, Place], ...]
    refused: tuple[Refusal, ...]
    media: dict[str, bytes] = msgspec.field(default_factory=dict)
    unread: tuple[str, ...] = ()


def identifier_of(*parts: str) -> str:
    """An identifier for an item that has none: the same for the same words."""
    return f"q-{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:16]}"


def problems(draft: Draft) -> Iterator[Words]:
    """What an item of any source must not be."""
    if not draft.stem.strip() and not draft.qti:
        yield Words("题干为空", "the stem is empty")
    yield from _texts(draft)
    if any(_UNSAID.search(text) for text in ([draft.qti] if draft.qti else _shown(draft))):
        yield Words("图片缺少替代文字（alt）", "a picture has no alternative text (alt)")
    if not 0 < draft.marks <= MOST_MARKS:
        yield Words(f"分值应为 0–{MOST_MARKS}", f"marks must be above 0, at most {MOST_MARKS}")
    if draft.difficulty is not None and not 0 <= draft.difficulty <= 1:
        yield Words("难度应为 0–1", "the difficulty must be 0 to 1")
    if draft.kind in ("single", "multiple", "truth"):
        yield from _choice(draft)
    elif draft.kind == "entry" and not any(text.strip() for text in draft.key):
        yield Words("缺少答案", "there is no key")
    elif draft.kind in ("matching", "ordering"):
        yield from _pairs(draft)


def _texts(draft: Draft) -> Iterator[Words]:
    """What no text of an item may be, whichever it is."""
    texts = (*_shown(draft), draft.reason, *draft.key)
    names = (draft.id, draft.title)
    if any(len(text) > LONGEST for text in texts) or sum(map(len, draft.key)) > LONGEST:
        yield Words(f"文字超过 {LONGEST} 字", f"a text of over {LONGEST} characters")
    if any(len(name) > LONGEST_NAME for name in names):
        yield Words(
            f"编号或标题超过 {LONGEST_NAME} 字",
            f"an identifier or a title of over {LONGEST_NAME} characters",
        )
    found = (_UNWRITABLE.search(text) for text in (*texts, *names, draft.field, draft.task))
    if bad := next((one for one in found if one), None):
        said = f"U+{ord(bad[0]):04X}"
        yield Words(f"文字中有看不见的控制字符 {said}，请删除", f"a control character {said} in it")


def _shown(draft: Draft) -> Iterator[str]:
    """What a candidate sees of an item."""
    yield from (draft.stem, draft.situation, *draft.options.values(), *draft.rows.values())


def _choice(draft: Draft) -> Iterator[Words]:
    count = len(draft.options)
    if not 2 <= count <= MOST_OPTIONS:
        yield Words(f"选项应为 2–{MOST_OPTIONS} 个，现有 {count} 个", f"{count} options, 2 needed")
    texts = [" ".join(text.split()) for text in draft.options.values()]
    if not all(texts):
        yield Words("有选项为空", "an option is empty")
    for text in sorted({text for text in texts if text and texts.count(text) > 1}):
        yield Words(f"选项重复：{text[:40]}", f"two equal options: {text[:40]}")
    outside = [one for one in draft.key if one not in draft.options]
    if outside:
        said = "、".join(outside)[:40]
        yield Words(f"答案不在选项内：{said}", f"the key is not among the options: {said}")
    if not draft.key:
        yield Words("缺少答案", "there is no key")
    elif len(set(draft.key)) != len(draft.key):
        yield Words("同一答案写了两次", "the key names an option twice")
    elif draft.kind != "multiple" and len(draft.key) != 1:
        yield Words("应只有 1 个答案", "there must be one key")


def _pairs(draft: Draft) -> Iterator[Words]:
    ordering = draft.kind == "ordering"
    rows = {str(n) for n in range(1, len(draft.options) + 1)} if ordering else set(draft.rows)
    halves = [pair.split(" ") for pair in draft.key]
    if len(rows) < 2 or len(draft.options) < 2:
        yield Words("至少需要两行", "two rows are needed at least")
    if any(len(half) != 2 for half in halves):
        yield Words("答案应为成对的编号", "the key must be pairs")
        return
    if {row for row, _ in halves} != rows or len(halves) != len(rows):
        yield Words("每行应有一个答案", "the key has one option for each row")
    if any(option not in draft.options for _, option in halves):
        yield Words("答案不在选项内", "the key is not among the options")


def whole(found: Iterable[tuple[Draft, Place]]) -> tuple[list[tuple[Draft, Place]], list[Refusal]]:
    """The items that keep the rules, and the refusals of the others; no identifier comes twice."""
    kept: list[tuple[Draft, Place]] = []
    refused: list[Refusal] = []
    places: dict[str, Place] = {}
    for draft, place in found:
        wrong = list(problems(draft))
        before = places.setdefault(draft.id, place)
        if before is not place:
            where = f"{before.file}:{before.line}"
            wrong.append(Words(f"编号重复（{where}）", f"the identifier is also at {where}"))
        # Where we made the identifier up, people know the item by its title.
        name = draft.title if draft.title and draft.id.startswith("q-") else draft.id
        refused += [Refusal(place.file, place.line, name, "item-refused", one) for one in wrong]
        if not wrong:
            kept.append((draft, place))
    return kept, refused
