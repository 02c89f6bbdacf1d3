"""Writes a sheet with openpyxl; with `python -m`, JSON in and a workbook out (`written_apart`)."""

import json
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sync.spreadsheet import Cell


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


def main() -> None:
    """Standard input to standard output."""
    title, head, rows = json.load(sys.stdin)
    sys.stdout.buffer.write(sheet_bytes(title, head, rows))


if __name__ == "__main__":
    main()
