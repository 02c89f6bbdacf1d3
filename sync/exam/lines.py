"""A journal as it was found, line by line: what its lines and numbers alone betray. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.errors import NotCanonical
from sync.exam.findings import Finding, events, runs
from sync.exam.journal import MAX_NUMBER, Event, decode
from sync.words import Words

# More displaced events than this are named by their range only.
MOST_NAMED = 12


class Line(NamedTuple):
    """The bytes of one event; the number of its row, None where it has no row."""

    data: bytes
    row: int | None = None


@dataclass
class Found:
    """The lines in the order of their numbers, each number once, as far as none is missing."""

    lines: list[bytes] = field(default_factory=list)
    total: int = 0
    top: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether no number is missing."""
        return len(self.lines) == self.top


def read_lines(lines: Iterable[Line]) -> Found:
    """Read a journal of any origin; what is wrong with lines and numbers is in `findings`."""
    found = Found()
    taken: list[tuple[int, bytes]] = []
    rows: list[int | None] = []
    for line in lines:
        number = _number(line, len(taken), found.findings)
        taken.append((number, line.data))
        rows.append(line.row)
    found.total = len(taken)
    said = _with_rows([number for number, _ in taken], rows, found.findings)
    found.findings += _numbering(said, [data for _, data in taken])
    by_number: dict[int, bytes] = {}
    for number, (_, data) in zip(said, taken, strict=True):
        by_number.setdefault(number, data)
    found.top = max(by_number, default=-1) + 1
    while len(found.lines) in by_number:
        found.lines.append(by_number[len(found.lines)])
    return found


def event_in(line: bytes) -> Event | None:
    """The event of a line; None for a line that no site writes."""
    try:
        return decode(line)
    except NotCanonical:
        return None


def _number(line: Line, place: int, findings: list[Finding]) -> int:
    """The number that a line gives itself; of a line that is not canonical the likeliest one."""
    try:
        return decode(line.data).seq
    except NotCanonical as error:
        said = _loosely(line.data)
        number = line.row if line.row is not None else place if said is None else said
        why = error.say("en")
        findings.append(
            events("not-canonical", number, number, f"该行不是考点写下的格式（{why}）", why)
        )
        return number


def _loosely(data: bytes) -> int | None:
    try:
        said = json.loads(data)["seq"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return said if type(said) is int and 0 <= said <= MAX_NUMBER else None


def _with_rows(said: list[int], rows: Sequence[int | None], findings: list[Finding]) -> list[int]:
    """The numbers; a single wrong one between right ones was altered, its place says the right."""
    right = list(said)
    for place in range(len(said) - 1):
        around = said[max(place - 1, 0)] == max(place - 1, 0) or place == 0
        if said[place] != place and around and said[place + 1] == place + 1:
            zh, en = f"自称第 {said[place]} 号", f"it calls itself number {said[place]}"
            findings.append(events("altered", place, place, zh, en))
            right[place] = place
    if right == list(range(len(right))):
        for place, row in enumerate(rows):
            if row is not None and row != place:
                zh, en = f"在数据库中列为第 {row} 行", f"the database has it in row {row}"
                findings.append(events("altered", place, place, zh, en))
                break
    return right


def _numbering(said: Sequence[int], lines: Sequence[bytes]) -> Iterator[Finding]:
    """Numbers that are missing, that stand twice, or that are out of order."""
    counted = Counter(said)
    before = 0
    for first, last in runs(sorted(counted)):
        if first > before:
            yield events("deleted", before, first - 1, "已被删除，编号有缺口", "deleted: a gap")
        before = last + 1
    for number in sorted(n for n, count in counted.items() if count > 1):
        same = len({data for n, data in zip(said, lines, strict=True) if n == number}) == 1
        zh, en = ("内容相同", "alike") if same else ("内容不同", "with different contents")
        times = counted[number]
        yield events(
            "inserted", number, number, f"出现 {times} 次，{zh}", f"stands {times} times, {en}"
        )
    yield from _order(list(dict.fromkeys(said)))


def _order(numbers: Sequence[int]) -> Iterator[Finding]:
    moved = [n for n, right in zip(numbers, sorted(numbers), strict=True) if n != right]
    if not moved:
        return
    first, last = min(moved), max(moved)
    named = ", ".join(map(str, moved)) if len(moved) <= MOST_NAMED else "…"
    text = Words(
        f"事件 {first}–{last}：次序被改动，现为 {named}",
        f"events {first}–{last}: reordered, they stand as {named}",
    )
    yield Finding("reordered", text, first, last)
