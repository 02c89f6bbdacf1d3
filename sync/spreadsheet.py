"""Sheets in and out: read with calamine (numbers stay numbers), written with openpyxl as text."""

import re
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sync import sheet_reader

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_FILE = 16 * 1024 * 1024
MAX_SECONDS = 60
# Many sheets at once take no more memory than two.
_at_once = threading.BoundedSemaphore(2)
Cell = str | int | None


class SheetUnreadable(Exception):
    """The file is no spreadsheet; callers say whose."""


def read_sheet(path: Path) -> list[list[object]]:
    """The rows of the first sheet, as the cells are typed."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise SheetUnreadable("> 16 MiB")
        return sheet_rows(path.read_bytes())
    except OSError as error:
        raise SheetUnreadable(error.strerror or str(error)) from None


def sheet_rows(data: bytes) -> list[list[object]]:
    """As read_sheet, of a file in memory."""
    if len(data) > MAX_FILE:
        raise SheetUnreadable("> 16 MiB")
    command = [sys.executable, "-I", "-m", sheet_reader.__name__]
    try:
        with _at_once:
            done = subprocess.run(
                command, input=data, capture_output=True, timeout=MAX_SECONDS, check=False
            )
    except subprocess.TimeoutExpired:
        raise SheetUnreadable(f"> {MAX_SECONDS} s") from None
    if done.returncode < 0:
        raise SheetUnreadable(f"> {sheet_reader.MEMORY // 2**20} MiB, {sheet_reader.SECONDS} s")
    if done.returncode:
        raise SheetUnreadable(done.stderr.decode("utf-8", "replace").strip()[-200:])
    return sheet_reader.decoded(done.stdout)


def cell_text(cell: object) -> str:
    """What a person sees in a cell, without marks that nobody sees."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    seen = "".join(c for c in str(cell) if unicodedata.category(c) != "Cf")
    return seen.strip()[:500]


def sheet_bytes(
    title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], *, spare_rows: int = 0
) -> bytes:
    """A workbook of one sheet. Text is text: no formula, no lost digits; `spare_rows` too."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    sheet.title = re.sub(r"[\[\]:*?/\\]", " ", title)[:31]
    table: list[Sequence[Cell]] = [head, *rows, *[[None] * len(head)] * spare_rows]
    for number, row in enumerate(table, start=1):
        for place, value in enumerate(row, start=1):
            _put(sheet, number, place, value)
    for place in range(1, len(head) + 1):
        cell = sheet.cell(1, place)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(horizontal="center")
        widest = max(_width(row[place - 1]) for row in table)
        sheet.column_dimensions[get_column_letter(place)].width = min(40, widest + 3)
    sheet.freeze_panes = "A2"
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        return file.read()


def _put(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, int):
        cell.value = value
        return
    # Whatever it begins with, it stays text, also after an edit in Excel.
    cell.number_format = "@"
    if value:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
        cell.quotePrefix = value[0] in "=+-@"


def _width(value: Cell) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in str(value or ""))
