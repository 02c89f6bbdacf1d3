"""Zip files from strangers: names that stay inside, sizes that are bounded while they inflate."""

import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from sync.headquarters.content_errors import PackageRefused
from sync.words import Words

MOST_FILES = 5_000
MOST_BYTES = 256 * 1024 * 1024
MOST_MEMBER = 64 * 1024 * 1024
_DAMAGED = (
    zipfile.BadZipFile,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zlib.error,
    lzma.LZMAError,
)


class Package:
    """An open zip; every name was judged before anything is read."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise _refused(path.name, f"不是 zip：{error}", f"not a zip: {error}") from None
        self.file = path.name
        try:
            self.members = self._judged()
        except PackageRefused:
            self._zip.close()
            raise

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _judged(self) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > MOST_FILES:
            raise _refused(self.file, f"超过 {MOST_FILES} 个文件", f"over {MOST_FILES} files")
        found: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename
            if outside(name):
                raise _refused(
                    self.file, f"路径越界：{name[:80]}", f"a path leads out: {name[:80]}"
                )
            if info.flag_bits & 1:
                raise _refused(self.file, f"已加密：{name[:80]}", f"encrypted: {name[:80]}")
            if info.file_size > MOST_MEMBER:
                raise self._large(name)
            if not info.is_dir():
                found[str(PurePosixPath(name))] = info
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise self._large(self.file)
        return found

    def _large(self, name: str) -> PackageRefused:
        return _refused(self.file, f"解压后过大：{name[:80]}", f"too large unpacked: {name[:80]}")

    def read(self, name: str, most: int = MOST_MEMBER) -> bytes:
        """A member's bytes; PackageRefused if it is damaged or larger than it may be."""
        try:
            with self._zip.open(self.members[name]) as file:
                data = file.read(most + 1)
        except _DAMAGED as error:
            raise _refused(
                self.file, f"{name[:80]} 已损坏：{error}", f"{name[:80]} is damaged: {error}"
            ) from None
        if len(data) > most:
            raise self._large(name)
        return data


def outside(name: str) -> bool:
    """Whether a name of a member would lead out of the folder it is unpacked in."""
    path = PurePosixPath(name.replace("\\", "/"))
    drive = len(name) > 1 and name[1] == ":"
    return path.is_absolute() or ".." in path.parts or drive or "\x00" in name


def _refused(file: str, zh: str, en: str) -> PackageRefused:
    return PackageRefused([Words(f"{file}：{zh}", f"{file}: {en}")])
