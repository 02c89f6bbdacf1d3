"""Uploads in parts that go on after a cut: the side of the courier (docs/specs/upload.md)."""

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import httpx

from sync.delivery_errors import (
    RefusedByHeadquarters,
    TransferCut,
    UnexpectedAnswer,
    UploadElsewhere,
)

VERSION = "1.0.0"
PATH = "/api/v1/uploads"
PART_TYPE = "application/offset+octet-stream"
# Most batches are far below.
IN_ONE = 256 * 1024
_BLOCK = 64 * 1024
# How often an upload may turn out to be elsewhere than it was said to be.
_PATIENCE = 8
SMALLEST, LARGEST = 16 * 1024, 4 * 1024 * 1024


class Ask(Protocol):
    """A signed request."""

    def __call__(
        self,
        method: str,
        path: str,
        *,
        useful: tuple[int, ...],
        content: bytes | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[httpx.Response]:
        """Its answer; an ExamError for one that is not `useful`."""


@dataclass
class Parts:
    """How much goes in one request: a cut costs at most that, so a bad line gets small ones."""

    size: int = IN_ONE
    largest: int = LARGEST
    # Up to this a file goes in one request; more than all: there are no parts.
    in_one: float = IN_ONE

    def arrived(self) -> None:
        """A part got through."""
        self.size = min(2 * self.size, self.largest)

    def cut(self) -> None:
        """One did not."""
        self.size = max(self.size // 4, min(SMALLEST, self.largest))


class Upload:
    """One file on its way up; `sent` is told how many bytes are there, after each part."""

    def __init__(
        self, ask: Ask, parts: Parts, digest: str, sent: Callable[[str, int], object]
    ) -> None:
        self._ask, self._parts, self._digest, self._sent = ask, parts, digest, sent

    def run(self, path: Path) -> None:
        """Send what headquarters does not have yet; TransferCut when a whole try brought nothing.

        RefusedByHeadquarters if it was refused when it was whole.
        """
        size, elsewhere = path.stat().st_size, 0
        while True:
            start = at = self._offset(size)
            try:
                with path.open("rb") as file:
                    file.seek(at)
                    # All may be there, but not taken in yet: an empty part asks for that.
                    at = self._send(file, at, size)
                    while at < size:
                        at = self._send(file, at, size)
                return
            except TransferCut:
                self._parts.cut()
                if at == start:
                    raise
            except RefusedByHeadquarters as refused:
                # A part whose answer was cut off was still being taken in when we asked.
                elsewhere += 1
                if refused.answer.get("code") != UploadElsewhere.code or elsewhere > _PATIENCE:
                    raise

    def _offset(self, size: int) -> int:
        """Where to go on; an upload that headquarters does not know is begun."""
        useful = (200, 404)
        with self._ask("HEAD", f"{PATH}/{self._digest}", useful=useful, headers=_HEADERS) as answer:
            if answer.status_code == 200:
                return _number(answer, "Upload-Offset", size)
        said = base64.b64encode(self._digest.encode()).decode("ascii")
        wanted = {"Upload-Length": str(size), "Upload-Metadata": f"digest {said}"}
        headers = _HEADERS | wanted
        with self._ask("POST", PATH, useful=(201,), content=b"", headers=headers) as answer:
            return _number(answer, "Upload-Offset", size)

    def _send(self, file: BinaryIO, at: int, size: int) -> int:
        """One part; where the upload is then."""
        path, length = f"{PATH}/{self._digest}", min(self._parts.size, size - at)
        headers = _HEADERS | {
            "Content-Type": PART_TYPE,
            "Content-Length": str(length),
            "Upload-Offset": str(at),
        }
        content = _blocks(file, length)
        with self._ask("PATCH", path, useful=(204,), content=content, headers=headers) as answer:
            if _number(answer, "Upload-Offset", size) != at + length:
                raise UnexpectedAnswer(reason="Upload-Offset")
        self._parts.arrived()
        self._sent(self._digest, at + length)
        return at + length


def _blocks(file: BinaryIO, length: int) -> Iterator[bytes]:
    while length and (block := file.read(min(length, _BLOCK))):
        yield block
        length -= len(block)


_HEADERS = {"Tus-Resumable": VERSION}


def _number(answer: httpx.Response, name: str, most: int) -> int:
    said = answer.headers.get(name, "")
    if not (said.isascii() and said.isdecimal() and int(said[:16]) <= most):
        raise UnexpectedAnswer(reason=name)
    return int(said[:16])
