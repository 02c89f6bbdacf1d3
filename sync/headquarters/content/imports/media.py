"""Pictures, sound and film of items: known kinds only, named by what they are."""

import hashlib
from pathlib import PurePosixPath

SUFFIXES = frozenset(
    {
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".webp",
        ".mp3",
        ".m4a",
        ".ogg",
        ".wav",
        ".mp4",
        ".m4v",
        ".webm",
    }
)
# How the bytes of a picture begin; .svg is none of them: it can hold scripts.
_STARTS = {
    ".png": b"\x89PNG\r\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".gif": b"GIF8",
    ".webp": b"RIFF",
}
MOST = 32 * 1024 * 1024


def named(name: str, data: bytes, kept: dict[str, bytes]) -> str | None:
    """Keep a file; its name from now on, or None if it is nothing that an item may show."""
    suffix = PurePosixPath(name).suffix.lower()
    known = suffix in SUFFIXES and data.startswith(_STARTS.get(suffix, b""))
    if not known or not data or len(data) > MOST:
        return None
    made = f"media/{hashlib.sha256(data).hexdigest()[:32]}{suffix}"
    kept[made] = data
    return made
