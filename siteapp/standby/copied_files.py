"""Uploaded files beside the sealed copies: each sealed once, for films are too large for every one.

FOLDER/examsite-<site>-files/<upload>.<sha256>.sealed
"""

import base64
import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from siteapp.identity import Identity
from siteapp.uploads.files import read_announced
from sync.errors import DocumentAltered, ExamError
from sync.wire.files import replacing, sync_folder, write_durably
from sync.wire.keys import OpeningKey, SealingKey, VerifyKey
from sync.wire.sealed import Part, SealedDocument, ToRecipients, write_sealed

log = logging.getLogger("examsite.copies")

KIND = "copied-file"
ENDING = ".sealed"
_WHOLE = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{64})")


def whole_files(folder: Path) -> list[Path]:
    """The whole uploaded files of a data folder that somebody announced."""
    found = (p for p in (folder / "files").glob("*.*") if _WHOLE.fullmatch(p.name))
    return sorted(p for p in found if p.with_suffix(".json").exists())


def beside(to: Path, site: str) -> Path:
    """Where the files of a site lie beside its copies."""
    return to / f"examsite-{site}-files"


def copy_files(
    identity: Identity, to: Path, key: SealingKey, until: Callable[[], bool] = lambda: False
) -> int:
    """Seal the files that are not there yet, one by one, until told to stop; how many are left."""
    place = beside(to, identity.site)
    missing = [path for path in whole_files(identity.folder) if not (place / _name(path)).exists()]
    for done, path in enumerate(missing):
        if until():
            return len(missing) - done
        place.mkdir(exist_ok=True)
        _copy(identity, path, place / _name(path), key)
    return 0


def until_after(seconds: float) -> Callable[[], bool]:
    """True from so many seconds on: a copy of the database is due again."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def restore_files(
    folder: Path, beside_copy: Path, site: str, key: OpeningKey, signer: VerifyKey
) -> int:
    """Bring the files back into a data folder; how many could not be read (the log names them)."""
    (folder / "files").mkdir(exist_ok=True)
    damaged = 0
    for path in sorted(beside(beside_copy, site).glob(f"*{ENDING}")):
        try:
            _restore(folder / "files", path, site, key, signer)
        except (ExamError, OSError) as error:
            log.error("a copied file cannot be read: %s (%s)", path.name, error)
            damaged += 1
    sync_folder(folder / "files")
    return damaged


def _name(path: Path) -> str:
    return f"{path.name}{ENDING}"


def _copy(identity: Identity, path: Path, target: Path, key: SealingKey) -> None:
    about = path.with_suffix(".json").read_bytes()
    clear: dict[str, str | int] = {
        "site": identity.site,
        "key": base64.b64encode(identity.sign.public.to_bytes()).decode("ascii"),
        "file": path.name,
    }
    access = ToRecipients((key,))
    with path.open("rb") as content:
        parts = [Part("announced", about, access), Part("file", content, access)]
        write_sealed(target, kind=KIND, identity=clear, parts=parts, signers=[identity.sign])


def _restore(files: Path, path: Path, site: str, key: OpeningKey, signer: VerifyKey) -> None:
    sealed = SealedDocument.verify(path, kind=KIND, trusted=[signer])
    name = str(sealed.identity.get("file"))
    found = _WHOLE.fullmatch(name)
    if found is None or sealed.identity.get("site") != site or path.name != f"{name}{ENDING}":
        raise DocumentAltered(where="file")
    digest = hashlib.sha256()
    with replacing(files / name) as file:
        for chunk in _content(sealed, key):
            digest.update(chunk)
            file.write(chunk)
        if digest.hexdigest() != found[2]:
            raise DocumentAltered(where="file")
    (files / name).chmod(0o440)
    about = files / f"{found[1]}.json"
    write_durably(about, b"".join(sealed.stream("announced", sealed.content_key("announced", key))))
    if read_announced(about) is None:
        about.unlink()
        (files / name).unlink()
        raise DocumentAltered(where="announced")


def _content(sealed: SealedDocument, key: OpeningKey) -> Iterator[bytes]:
    return sealed.stream("file", sealed.content_key("file", key))
