"""Sheets, read and written in processes of their own (calamine, openpyxl); numbers stay numbers."""

import importlib
import json
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path

from sync import sheet_reader

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_FILE = 16 * 1024 * 1024
MAX_SECONDS = 60
# Many sheets at once take no more memory than two.
_at_once = threading.BoundedSemaphore(2)
# By its name: who imports it has openpyxl in memory.
WRITER = "sync.sheet_writer"
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
    try:
        done = _child(sheet_reader.__name__, data)
    except subprocess.TimeoutExpired:
        raise SheetUnreadable(f"> {MAX_SECONDS} s") from None
    if done.returncode < 0:
        raise SheetUnreadable(f"> {sheet_reader.MEMORY // 2**20} MiB, {sheet_reader.SECONDS} s")
    if done.returncode:
        raise SheetUnreadable(done.stderr.decode("utf-8", "replace").strip()[-200:])
    return sheet_reader.decoded(done.stdout)


def sheet_bytes(
    title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], *, spare_rows: int = 0
) -> bytes:
    """As `sheet_writer.sheet_bytes`; its library is read with the first sheet, not at the start."""
    writer = importlib.import_module(WRITER)
    return bytes(writer.sheet_bytes(title, head, rows, spare_rows=spare_rows))


def written_apart(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """As `sheet_writer.sheet_bytes`, for who writes too seldom to start with its library."""
    asked = json.dumps([title, list(head), [list(row) for row in rows]]).encode()
    done = _child(WRITER, asked)
    done.check_returncode()
    return done.stdout


def _child(module: str, data: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", "-m", module]
    with _at_once:
        return subprocess.run(
            command, input=data, capture_output=True, timeout=MAX_SECONDS, check=False
        )


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
