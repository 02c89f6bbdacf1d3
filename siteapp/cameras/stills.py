"""What the last looks found, and their pictures: at the site only, few, and not for long."""

import fcntl
import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from siteapp.cameras.book import FOLDER
from siteapp.cameras.model import Look
from sync.wire.files import write_durably

DAY_MS = 86_400_000
_NAME = re.compile(r"([a-z0-9][a-z0-9-]{0,39})_([0-9]{13})_([0-9a-f]{64})\.jpg")


class Stills:
    """DATA/stills/<camera>_<ms>_<SHA-256>.jpg, and DATA/cameras/looks.json."""

    def __init__(self, data: Path, most: int, days: int) -> None:
        self.folder = data / "stills"
        self._looks = data / FOLDER / "looks.json"
        self._most, self._days = most, days

    def looks(self) -> dict[str, Look]:
        """The last look of each camera; what cannot be read was never seen."""
        try:
            return msgspec.json.decode(self._looks.read_bytes(), type=dict[str, Look])
        except (OSError, msgspec.DecodeError):
            return {}

    def keep(self, found: Iterable[tuple[Look, bytes]]) -> None:
        """Keep what was found in the place of what was known of these cameras, and the pictures."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._looks.parent.mkdir(mode=0o700, exist_ok=True)
        with (self._looks.parent / "looks.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            looks = self.looks()
            for look, still in found:
                if still:
                    digest = hashlib.sha256(still).hexdigest()
                    path = self.folder / f"{look.camera}_{look.at:013d}_{digest}.jpg"
                    write_durably(path, still, 0o600)
                    look = msgspec.structs.replace(look, still=digest)
                looks[look.camera] = look
            write_durably(self._looks, msgspec.json.encode(looks), 0o600)

    def latest(self, camera: str) -> Path | None:
        """The newest picture of that camera."""
        return max(
            (path for _, of, path in self._all() if of == camera),
            key=lambda path: path.name,
            default=None,
        )

    def camera_of(self, digest: str) -> str | None:
        """Whose newest picture has that digest, if it is here."""
        found = next((look for look in self.looks().values() if look.still == digest), None)
        return found.camera if found and self.latest(found.camera) else None

    def inline(self, digest: str) -> str | None:
        """The picture itself as an address, for a paper that may fetch nothing; whole, or none."""
        for _, _, path in self._all():
            if path.stem.endswith(f"_{digest}"):
                with suppress(FileNotFoundError):
                    data = path.read_bytes()
                    if hashlib.sha256(data).hexdigest() == digest:
                        return f"data:image/jpeg;base64,{b64encode(data).decode()}"
        return None

    def prune(self, listed: Iterable[str], now: int) -> None:
        """Delete what is too old, too many of one camera, or of a camera that is not listed."""
        kept: dict[str, int] = dict.fromkeys(listed, 0)
        for at, camera, path in sorted(self._all(), reverse=True):
            if camera in kept and kept[camera] < self._most and now - at < self._days * DAY_MS:
                kept[camera] += 1
                continue
            with suppress(FileNotFoundError):
                path.unlink()

    def _all(self) -> list[tuple[int, str, Path]]:
        if not self.folder.is_dir():
            return []
        named = [(path, _NAME.fullmatch(path.name)) for path in self.folder.iterdir()]
        return [(int(match[2]), match[1], path) for path, match in named if match]
