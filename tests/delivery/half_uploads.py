"""The half uploads of the headquarters that the delivery tests talk to."""

import base64
from http.server import BaseHTTPRequestHandler
from typing import Any

from sync.spool import digest_of

PREFIX = "/api/v1/uploads"


class Uploads(BaseHTTPRequestHandler):
    """tus 1.0.0, as the courier uses it."""

    hq: Any

    def do_HEAD(self) -> None:
        half = self.hq.folder / f"half-{self.path.rsplit('/', 1)[1]}"
        if self._stopped():
            return
        if half.exists():
            self._head(200, 0, {"Upload-Offset": str(half.stat().st_size)})
        else:
            self._head(404, 0, {})

    def _begin(self) -> None:
        said = self.headers["Upload-Metadata"].removeprefix("digest ")
        half = self.hq.folder / f"half-{base64.b64decode(said).decode()}"
        half.touch()
        self._head(201, 0, {"Upload-Offset": str(half.stat().st_size)})

    def do_PATCH(self) -> None:
        digest, left = self.path.rsplit("/", 1)[1], int(self.headers["Content-Length"])
        half = self.hq.folder / f"half-{digest}"
        if digest in self.hq.cut_uploads:
            self.hq.cut_uploads.remove(digest)
            self.rfile.read(left // 3)
            self._hang_up()
            return
        with half.open("ab") as out:
            assert out.tell() == int(self.headers["Upload-Offset"])
            while left:
                out.write(self.rfile.read(min(left, 65_536)))
                left -= min(left, 65_536)
        if self._stopped():
            return
        if digest_of(half) == digest:
            self.hq.take_in(digest, half.stat().st_size)
        self._head(204, 0, {"Upload-Offset": str(half.stat().st_size)})

    def _hang_up(self) -> None:
        raise NotImplementedError

    def _stopped(self) -> bool:
        raise NotImplementedError

    def _head(self, status: int, size: int, headers: dict[str, str]) -> None:
        raise NotImplementedError
