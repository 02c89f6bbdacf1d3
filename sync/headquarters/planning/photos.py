"""Photos of a session's candidates, from a folder or a zip of files named by admission number."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Set
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from sync.exam.photos import Photos
from sync.headquarters.content.portrait import MAX_FILE, NotAPhoto, portrait
from sync.headquarters.desk_errors import PhotosRefused
from sync.headquarters.planning.sessions import draft, find
from sync.headquarters.store.candidate_tables import photos
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import candidates
from sync.words import Words

SUFFIXES = (".jpg", ".jpeg", ".png")
# More than one session ever has; a zip may claim any number.
MAX_PHOTOS = 5_000
# What makes zips of pictures; others (LZMA) let the file say how much memory they take.
COMPRESSED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError)


class Taken(NamedTuple):
    """How many photos were taken in, and who of the session still has none."""

    taken: int
    without: tuple[str, ...]


def import_photos(headquarters: Headquarters, by: Stamp, *, session: str, source: Path) -> Taken:
    """Take in the photos of a draft session; PhotosRefused lists every problem, nothing half taken.

    A photo that is there already is replaced. Who is on the roster and not in `source` is named.
    """
    with headquarters.store.reading() as db:
        here = _admissions(db, session)
    made: dict[str, bytes] = {}
    problems: list[Words] = []
    for name, data in _files(source):
        admission = PurePosixPath(name).stem
        if problem := _misnamed(name, admission, here, made):
            # Not even decoded: that takes memory and seconds, and a zip may have thousands.
            problems.append(problem)
            continue
        try:
            made[admission] = portrait(data)
        except NotAPhoto as error:
            problems.append(Words(f"{name}：不是照片（{error}）", f"{name}: no photo ({error})"))
    if problems or not made:
        raise PhotosRefused(problems or [Words("没有找到照片", "no photo found")])
    with headquarters.store.writing() as db:
        draft(db, session)
        _keep(db, session, made)
        left = tuple(sorted(_admissions(db, session) - photos_of(db, session).photos.keys()))
        record(db, by, "roster.photos", session=session, photos=len(made), without=len(left))
    return Taken(len(made), left)


def _misnamed(name: str, admission: str, here: Set[str], made: Mapping[str, bytes]) -> Words | None:
    """What is wrong with a file's name: nobody's number here, or one that another file has."""
    if admission not in here:
        return Words(f"{name}：名单中没有这个准考证号", f"{name}: not an admission number here")
    if admission in made:
        return Words(f"{name}：这个准考证号有两张照片", f"{name}: a second photo of this number")
    return None


def _admissions(db: Connection, session: str) -> set[str]:
    find(db, session)
    return set(db.scalars(select(candidates.c.admission).where(candidates.c.session == session)))


def _keep(db: Connection, session: str, made: dict[str, bytes]) -> None:
    for admission, photo in made.items():
        this = (photos.c.session == session) & (photos.c.admission == admission)
        db.execute(delete(photos).where(this))
        db.execute(insert(photos).values(session=session, admission=admission, photo=photo))


def photos_of(db: Connection, session: str) -> Photos:
    """The photos of those who are on the roster now."""
    query = (
        select(photos.c.admission, photos.c.photo)
        .join(
            candidates,
            (candidates.c.session == photos.c.session)
            & (candidates.c.admission == photos.c.admission),
        )
        .where(photos.c.session == session)
    )
    return Photos({row.admission: row.photo for row in db.execute(query)})


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each picture; never more of one than a photo may have."""
    if source.is_dir():
        found = sorted(path for path in source.iterdir() if _is_picture(path.name))
        _refuse_too_many(len(found))
        for path in found:
            with path.open("rb") as file:
                yield path.name, file.read(MAX_FILE + 1)
        return
    try:
        with zipfile.ZipFile(source) as packed:
            members = [one for one in packed.infolist() if _is_picture(one.filename)]
            _refuse_too_many(len(members))
            for member in members:
                if member.compress_type not in COMPRESSED:
                    raise NotImplementedError(f"compression {member.compress_type}")
                with packed.open(member) as file:
                    yield member.filename, file.read(MAX_FILE + 1)
    except DAMAGE as error:
        reason = str(error) or type(error).__name__
        raise PhotosRefused([Words(f"无法读取：{reason}", f"cannot be read: {reason}")]) from None


def _is_picture(name: str) -> bool:
    path = PurePosixPath(name)
    # macOS puts a shadow file beside each in a zip.
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def _refuse_too_many(count: int) -> None:
    if count > MAX_PHOTOS:
        words = Words(f"超过 {MAX_PHOTOS} 个文件", f"more than {MAX_PHOTOS} files")
        raise PhotosRefused([words])
