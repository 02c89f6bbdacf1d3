"""Headquarters' own keys: handed to those who keep them."""

from pathlib import Path

from sync.headquarters.folder import RELEASE_KEYS, Headquarters
from sync.headquarters.store import Stamp, record
from sync.wire.files import sync_folder
from sync.wire.keys import SECRET_LENGTH, load_key, save_key

# Keys that do not stay on headquarters' machine, and their files there.
_FILES = {"root": "root.key", "escrow": "escrow.seed"} | {n: f"{n}.key" for n in RELEASE_KEYS}
TO_TAKE = tuple(_FILES)


def take(headquarters: Headquarters, by: Stamp, name: str, target: Path) -> None:
    """Move a key to `target`, which must be new; SecretMissing if it was taken before."""
    source = headquarters.folder / "keys" / _FILES[name]
    save_key(target, load_key(source, SECRET_LENGTH))
    with headquarters.store.writing() as db:
        record(db, by, "keys.take", name=name)
    source.unlink()
    sync_folder(source.parent)
