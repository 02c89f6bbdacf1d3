"""What a sheet's cells do not tell: which of them are formulas and which are merged (.xlsx)."""

import re
import zipfile
from pathlib import Path
from typing import NamedTuple

from sync.headquarters.content.imports.archives import Package
from sync.headquarters.content.qti.markup import local, parse
from sync.headquarters.content_errors import PackageRefused, QtiRefused

MOST_SHEET = 64 * 1024 * 1024
MOST_MERGED = 100_000
_FORMULA = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*?>\s*<f[ />]')
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Marks(NamedTuple):
    """Places (row from 1, column from 0) of formulas, and of merged cells but each first one."""

    formulas: frozenset[tuple[int, int]] = frozenset()
    merged: frozenset[tuple[int, int]] = frozenset()

    @staticmethod
    def letters(column: int) -> str:
        """A column as sheets name it."""
        found = ""
        column += 1
        while column:
            column, rest = divmod(column - 1, 26)
            found = chr(65 + rest) + found
        return found


def sheet_marks(path: Path) -> Marks:
    """The marks of a workbook's first sheet; none for other forms than .xlsx.

    PackageRefused if it grows beyond measure when it is unpacked.
    """
    if not zipfile.is_zipfile(path):
        return Marks()
    with Package(path) as package:
        name = _first_sheet(package)
        if name not in package.members:
            return Marks()
        data = package.read(name, MOST_SHEET)
    formulas = {(int(row), _number(column)) for column, row in _FORMULA.findall(data)}
    merged: set[tuple[int, int]] = set()
    for left, top, right, bottom in _MERGED.findall(data):
        rows = range(int(top), min(int(bottom), int(top) + 1000) + 1)
        columns = range(_number(left), min(_number(right), _number(left) + 100) + 1)
        if len(merged) < MOST_MERGED:
            merged |= {(r, c) for r in rows for c in columns} - {(int(top), _number(left))}
    return Marks(frozenset(formulas), frozenset(merged))


def _number(letters: bytes) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found - 1


def _first_sheet(package: Package) -> str:
    """The member that holds the first sheet."""
    usual = "xl/worksheets/sheet1.xml"
    try:
        book = parse(package.read("xl/workbook.xml"))
        rels = parse(package.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, QtiRefused, PackageRefused):
        return usual
    wanted = next((e.get(_RELATION) for e in book.iter() if local(e) == "sheet"), None)
    for relation in rels:
        if relation.get("Id") == wanted and wanted:
            target = str(relation.get("Target"))
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return usual
