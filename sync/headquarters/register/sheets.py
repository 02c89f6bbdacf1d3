"""Tables that the register takes in: every row is shown with its problems before any is taken."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal, NamedTuple

from sync.headquarters.register.refusals import RegisterSheetRefused
from sync.spreadsheet import SheetUnreadable, cell_text, sheet_rows
from sync.words import Words

Change = Literal["new", "changed", "same"]
# A year's quotas of a province are fewer.
MOST_ROWS = 3000


class Line(NamedTuple):
    """A row as it was read; `change` says what taking it would do."""

    number: int
    cells: tuple[str, ...]
    problems: tuple[Words, ...]
    change: Change


class Preview(NamedTuple):
    """What a sheet would do. `texts` is the sheet itself, head first, to be taken later."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    texts: list[list[str]]

    @property
    def good(self) -> bool:
        """No row has a problem."""
        return bool(self.lines) and not any(line.problems for line in self.lines)


def texts_of(data: bytes) -> list[list[str]]:
    """The cells of a sheet as text; RegisterSheetRefused if it is none, or too long."""
    try:
        rows = sheet_rows(data)
    except SheetUnreadable as error:
        unreadable = Words(f"无法读取：{error}", f"Unreadable: {error}")
        raise RegisterSheetRefused([unreadable]) from None
    found = [[cell_text(cell) for cell in row] for row in rows]
    while found and not any(found[-1]):
        found.pop()
    if len(found) > MOST_ROWS:
        raise RegisterSheetRefused([Words(f"超过 {MOST_ROWS} 行", f"More than {MOST_ROWS} rows")])
    return found


def rows_of(
    texts: Sequence[Sequence[str]], columns: Sequence[str]
) -> list[tuple[int, dict[str, str]]]:
    """The filled rows, by the sheet's own number; RegisterSheetRefused if a column is missing."""
    head = [re.sub(r"[\s*]", "", plain(cell)) for cell in texts[0]] if texts else []
    missing = [c for c in columns if head.count(c) != 1]
    if missing:
        raise RegisterSheetRefused(
            [Words(f"缺少或重复的列：{c}", f"Column missing or given twice: {c}") for c in missing]
        )
    where = {column: head.index(column) for column in columns}
    found = []
    for number, row in enumerate(texts[1:], start=2):
        cells = {c: row[i] if i < len(row) else "" for c, i in where.items()}
        if any(cells.values()):
            found.append((number, cells))
    if not found:
        raise RegisterSheetRefused([Words("表格中没有数据", "The sheet has no rows")])
    return found


def plain(text: str) -> str:
    """Full-width digits and signs as plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def whole(text: str, least: int, most: int) -> int | None:
    """A whole number within bounds, or None."""
    said = plain(text)
    if not re.fullmatch(r"[0-9]{1,9}", said):
        return None
    return int(said) if least <= int(said) <= most else None


def require_good(lines: Sequence[Line]) -> None:
    """RegisterSheetRefused with every problem, by row."""
    problems = [
        Words(f"第 {line.number} 行：{p.zh}", f"Row {line.number}: {p.en}")
        for line in lines
        for p in line.problems
    ]
    if problems:
        raise RegisterSheetRefused(problems)
