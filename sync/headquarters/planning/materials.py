"""The files that practical tasks hand out: from the bank's folder into a session's package."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from sqlalchemy import Connection, insert, select

from sync.errors import AlreadyThere, NotFound
from sync.exam.items import Bank
from sync.exam.paper import Form
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.content_errors import MediaTooLarge
from sync.headquarters.store.bank_tables import bank_media
from sync.headquarters.store.schema import materials

# What the items of one form show: every machine of a room loads it when its candidate starts.
MOST_SHOWN = 16 * 2**20


def read_materials(folder: Traversable, bank: Bank) -> dict[str, bytes]:
    """Every file that the tasks of a loaded bank name, by that name."""
    names = {one.file for task in bank.tasks.values() for one in task.materials}
    return {
        name: folder.joinpath(*PurePosixPath(name).parts).read_bytes() for name in sorted(names)
    }


@cache
def builtin_materials(code: str) -> dict[str, bytes]:
    """Those of the bank that ships for a specification."""
    folder = resources.files("sync.headquarters.content") / "bank" / code
    return read_materials(folder, builtin_bank(code))


def keep_materials(
    db: Connection, session: str, forms: Iterable[Form], found: Mapping[str, bytes]
) -> None:
    """Keep what the forms hand out and show; NotFound for a file that is nowhere.

    Tasks hand out files of `found`, items show those of the bank. AlreadyThere if the session has
    another file of that name: a task would hand out the wrong one. MediaTooLarge for more than a
    room can load.
    """
    drawn = list(forms)
    there = materials_of(db, session)
    names = {m.file for form in drawn for task in form.tasks for m in task.materials}
    for form in drawn:
        found = {**found, **_shown(db, form)}
        names |= set(form.media())
    for name in sorted(names):
        if name not in found:
            raise NotFound(what=name)
        if there.get(name, found[name]) != found[name]:
            raise AlreadyThere(what=f"{session} {name}")
        if name not in there:
            db.execute(insert(materials).values(session=session, file=name, content=found[name]))


def _shown(db: Connection, form: Form) -> dict[str, bytes]:
    """The pictures, sound and film of a form's items."""
    names = form.media()
    rows = db.execute(select(bank_media).where(bank_media.c.name.in_(names))).all() if names else []
    found = {row.name: row.data for row in rows}
    size = sum(len(data) for data in found.values())
    if size > MOST_SHOWN:
        raise MediaTooLarge(form=form.id, mib=-(-size // 2**20), most=MOST_SHOWN // 2**20)
    return found


def materials_of(db: Connection, session: str) -> dict[str, bytes]:
    """file → content of all that a session's tasks hand out."""
    query = select(materials).where(materials.c.session == session)
    return {row.file: row.content for row in db.execute(query.order_by(materials.c.file))}
