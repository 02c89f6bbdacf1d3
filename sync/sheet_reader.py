"""Reads a sheet in a process of its own, with little memory: `python -m` this, bytes in, JSON out.

Whoever makes a sheet chooses how much reading it takes: 1.4 KB that name the last cell of a sheet
ask for 512 GiB, and the reader then ends its whole process.
"""

import io
import json
import resource
import sys
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

MEMORY, SECONDS = 1024**3, 20
# Ten thousand rows of fifty columns.
MOST_CELLS = 500_000
_KINDS: dict[str, Any] = {"datetime": datetime, "date": date, "time": time}


def decoded(text: bytes) -> list[list[object]]:
    """The rows that `main` wrote."""
    return [[_cell(cell) for cell in row] for row in json.loads(text)]


def _cell(cell: Any) -> object:
    if not isinstance(cell, list):
        return cell
    kind, text = cell
    return _KINDS[kind].fromisoformat(text) if kind in _KINDS else text


def _encoded(cell: object) -> object:
    """Text and numbers as they are, whatever else with its kind."""
    if cell is None or isinstance(cell, str | int | float):
        return cell or (None if cell == "" else cell)
    kind = type(cell).__name__
    return [kind, cell.isoformat() if isinstance(cell, date | time) else str(cell)]


def read(data: bytes) -> list[list[object]]:
    """The rows of the first sheet; ValueError if there are too many cells."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    last = sheet.end or (0, 0)
    if (last[0] + 1) * (last[1] + 1) > MOST_CELLS:
        raise ValueError(f"> {MOST_CELLS} cells")
    rows = sheet.to_python(skip_empty_area=False)
    return [[_encoded(cell) for cell in row] for row in rows]


def main() -> None:
    """Standard input to standard output; status 1 and why on standard error."""
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        resource.setrlimit(what, (most, most))
    try:
        print(json.dumps(read(sys.stdin.buffer.read())))
    except (CalamineError, IndexError, ValueError, MemoryError) as error:
        print(str(error)[:200] or type(error).__name__, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
