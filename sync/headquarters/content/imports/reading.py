"""Any file that items come in: told apart by what is in it, not by what it is called."""

import zipfile
from pathlib import Path

from sync.headquarters.content.drafts import Found, Refusal
from sync.headquarters.content.imports.gift import read_gift
from sync.headquarters.content.imports.moodle import read_moodle
from sync.headquarters.content.imports.packages import read_package, read_single
from sync.headquarters.content.imports.sheet_marks import sheet_marks
from sync.headquarters.content.imports.sheets import read_sheet_items
from sync.headquarters.content.qti.markup import MOST_BYTES, node, parse
from sync.headquarters.content_errors import ImportUnreadable, PackageRefused, QtiRefused
from sync.spreadsheet import SheetUnreadable, read_sheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_items(path: Path) -> Found:
    """The items of a file; what is wrong with the file as a whole is a refusal too."""
    try:
        return _read(path)
    except QtiRefused as error:
        return Found((), (Refusal(path.name, error.at, "", error.code, error.reason),))
    except PackageRefused as error:
        lines = [Refusal(path.name, 0, "", error.code, one) for one in error.problems]
        return Found((), tuple(lines))


def _read(path: Path) -> Found:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK"):
        return _packed(path)
    if start.startswith(OLE) or path.suffix.lower() in (".xls", ".xlsx", ".ods"):
        return _sheet(path)
    if path.stat().st_size > MOST_BYTES:
        raise ImportUnreadable(reason_zh="文件超过 32 MiB", reason_en="the file is over 32 MiB")
    data = path.read_bytes()
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"\x00" in data[:64]:
        root = parse(data, path.name)
        plain = node(root)
        return read_moodle(plain, path.name) if plain.name == "quiz" else read_single(path, data)
    try:
        return read_gift(data.decode("utf-8-sig"), path.name)
    except UnicodeDecodeError:
        raise ImportUnreadable(
            reason_zh="不是表格、QTI、XML 或 UTF-8 文本（请用记事本另存为 UTF-8）",
            reason_en="no sheet, QTI or XML, and no UTF-8 text (save a text with encoding UTF-8)",
        ) from None


def _packed(path: Path) -> Found:
    """A zip: a sheet, a document of a word processor (refused by name), or a package."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        names = []
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        return _sheet(path)
    if "word/document.xml" in names:
        raise ImportUnreadable(
            reason_zh="Word 文档不能导入，请把试题填入 .xlsx 模板",
            reason_en="a Word document cannot be imported, use the .xlsx template",
        )
    return read_package(path)


def _sheet(path: Path) -> Found:
    marks = sheet_marks(path)
    try:
        rows = read_sheet(path)
    except SheetUnreadable as error:
        raise ImportUnreadable(reason_zh=str(error), reason_en=str(error)) from None
    return read_sheet_items(rows, path.name, marks)
