"""Stamped forms: a bounded file, told by its bytes, kept by digest and never opened here."""

import hashlib
import io
import zipfile
from pathlib import Path

from sync.errors import NotFound
from sync.headquarters.register.application import Form
from sync.headquarters.register.refusals import StampedFormRefused
from sync.headquarters.store.blobs import FolderBlobs
from sync.headquarters.store.body import Body
from sync.headquarters.store.folder import STAMPED, Headquarters

MOST = 8 * 1024 * 1024
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# Of a Word document; a workbook in the same container has no such stream (names are UTF-16).
_WORD = "WordDocument".encode("utf-16-le")
_MACROS = "VBA".encode("utf-16-le")


def kind_of(data: bytes, name: str) -> str:
    """pdf, docx or doc, if both bytes and name say so; StampedFormRefused."""
    if not data:
        raise _refuse("文件为空", "the file is empty")
    if len(data) > MOST:
        raise _refuse("超过 8 MiB", "more than 8 MiB")
    found = _sniff(data)
    if found is None:
        raise _refuse("不是 PDF 或 Word 文件", "neither PDF nor Word")
    if Path(name).suffix.lower() != f".{found}":
        raise _refuse(
            f"文件名与内容不符（内容为 {found}）", f"its name does not fit: it is a {found}"
        )
    return found


def _sniff(data: bytes) -> str | None:
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:]:
        return "pdf"
    if data.startswith(_OLE) and _WORD in data:
        if _MACROS in data:
            raise _refuse("含有宏", "it holds macros")
        return "doc"
    return "docx" if data.startswith(b"PK\x03\x04") and _is_docx(data) else None


def _is_docx(data: bytes) -> bool:
    """By the directory of the archive alone: nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _refuse("含有宏", "it holds macros")
    return {"[content_types].xml", "word/document.xml"} <= names


def _refuse(zh: str, en: str) -> StampedFormRefused:
    return StampedFormRefused(reason_zh=zh, reason_en=en)


def keep(headquarters: Headquarters, data: bytes, name: str) -> Form:
    """Check a form and put it on the disk; StampedFormRefused."""
    kind = kind_of(data, name)
    _folder(headquarters).put(Body.of_bytes(data))
    return Form(hashlib.sha256(data).hexdigest(), kind, len(data))


def read(headquarters: Headquarters, form: Form | None) -> bytes:
    """The bytes of a form; NotFound if there is none, or if they are not what was kept."""
    if form is None:
        raise NotFound(what="stamped form")
    data = _folder(headquarters).read(form.digest)
    if hashlib.sha256(data).hexdigest() != form.digest:
        raise NotFound(what=form.digest)
    return data


def _folder(headquarters: Headquarters) -> FolderBlobs:
    return FolderBlobs(headquarters.folder / STAMPED, flat=True)
