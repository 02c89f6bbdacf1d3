"""Two copies of one journal: where they first differ, and in what. Pure."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from sync.exam.findings import Finding
from sync.exam.journal import encode
from sync.exam.lines import event_in
from sync.words import Words

# Of the two events that differ so much is shown.
MOST_SHOWN = 300


def compare_copies(here: Sequence[bytes], there: Sequence[bytes], copy: str) -> list[Finding]:
    """How the journal differs from a copy of it; a journal that merely goes on differs in nothing.

    Numbers aside: an event that was put in differs, not all those after it.
    """
    place = _common(here, there)
    if place == len(there):
        return []
    if place == len(here):
        missing = len(there) - place
        zh = f"末尾缺 {missing} 条，{copy} 中还有"
        en = f"missing at the end; {copy} has {missing} more"
        return [_told("cut-tail", place, len(there) - 1, zh, en, here, there)]
    own = [_content(line) for line in here[place:]]
    other = [_content(line) for line in there[place:]]
    same = _common(own[::-1], other[::-1])
    own, other = own[: len(own) - same], other[: len(other) - same]
    code, zh, en = _kind(own, other, bool(same), copy)
    last = place + max(len(own), len(other), 1) - 1
    return [_told(code, place, last, zh, en, here, there)]


def _common(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """How many lines are alike from the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _content(line: bytes) -> bytes:
    """The event whatever its number; a line that is no event as it is."""
    event = event_in(line)
    return line if event is None else encode(msgspec.structs.replace(event, seq=0))


def _kind(
    own: Sequence[bytes], other: Sequence[bytes], joined: bool, copy: str
) -> tuple[str, str, str]:
    """Code and words; `joined` says that after the difference both go on alike."""
    if Counter(own) == Counter(other):
        return "reordered", f"次序与 {copy} 不同", f"in another order than in {copy}"
    if not own:
        return "deleted", f"{copy} 中有，此处没有", f"in {copy} and not here"
    if not other:
        return "inserted", f"此处有，{copy} 中没有", f"here and not in {copy}"
    if joined:
        return "altered", f"内容与 {copy} 不同", f"not as in {copy}"
    return (
        "fork",
        f"从此处起与 {copy} 是两个版本",
        f"from here on this journal and {copy} are two histories",
    )


def _told(
    code: str,
    first: int,
    last: int,
    zh: str,
    en: str,
    here: Sequence[bytes],
    there: Sequence[bytes],
) -> Finding:
    span = f"{first}" if first == last else f"{first}–{last}"
    word = "event" if first == last else "events"
    text = Words(f"事件 {span}：{zh}", f"{word} {span}: {en}")
    return Finding(code, text, first, last, here=_shown(here, first), there=_shown(there, first))


def _shown(lines: Sequence[bytes], place: int) -> str | None:
    if place >= len(lines):
        return None
    text = lines[place].decode("utf-8", "backslashreplace")
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
