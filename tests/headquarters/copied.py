"""Copies of headquarters for tests: made, brought back, held against each other."""

import shutil
from pathlib import Path

import pytest
from desk_world import BY, NOW, Desk
from filed import named, send
from sqlalchemy import delete, text

from sync.errors import DocumentAltered
from sync.headquarters.copies.drill import own_signers
from sync.headquarters.copies.restoring import Restored, restore, verified_copy
from sync.headquarters.copies.writing import Made, write_copy
from sync.headquarters.intake import edge
from sync.headquarters.intake.archive import list_batches
from sync.headquarters.store import dump
from sync.headquarters.store.engine import Stamp, Store
from sync.headquarters.store.folder import Headquarters, open_headquarters
from sync.headquarters.store.schema import audit, batches, receipts
from sync.wire.keys import SECRET_LENGTH, OpeningKey, load_key

# What making a copy and restoring it leave of themselves.
OWN_WORDS = (b"restored-from", b"backup.make", b"backup.restore")


def lived(desk: Desk) -> Desk:
    """A batch, an uploaded file and a refused one have come in."""
    story = desk.published()
    attempt = story.start("99530051001")
    story.answer_right(attempt, 65)
    named(story, attempt, b"film" * 100, len(story.events))
    story.hand_in(attempt)
    story.close(handed_in=1)
    digest = desk.deliver(story)
    send(desk, len(story.events) - 3, b"film" * 100)
    other, data = desk.batch(story.events[:5], term=9, final=False, signer=desk.box.sign)
    with pytest.raises(DocumentAltered):
        edge.accept_bytes(desk.hq, data + b"x", other, NOW)
    assert [b.digest for b in list_batches(desk.hq)] == [digest]
    return desk


def escrow(desk: Desk) -> OpeningKey:
    return OpeningKey.from_seed(load_key(desk.hq.folder / "keys" / "escrow.seed", SECRET_LENGTH))


def made(desk: Desk, folder: str = "copies") -> tuple[Path, Made]:
    to = desk.folder / folder
    to.mkdir(exist_ok=True)
    return to, write_copy(desk.hq, at(NOW), to)


def brought_back(desk: Desk, to: Path, **changes: str | None) -> tuple[Headquarters, Restored]:
    """Restored into a folder of its own."""
    copy = verified_copy(to, own_signers(desk.hq, NOW))
    folder = desk.folder / "again"
    done = restore(copy, BY, folder, [escrow(desk)], changes=changes)
    return open_headquarters(folder), done


def at(moment: int) -> Stamp:
    return Stamp("tester", moment)


def rows(hq: Headquarters) -> dict[str, list[bytes]]:
    """Every row of every table that travels, sorted."""
    found: dict[str, list[bytes]] = {}
    name = ""
    with hq.store.reading() as db:
        for line in dump.rows_as_lines(db):
            if b'"table"' in line:
                name = line.decode()
            elif line.startswith(b"[") and not any(word in line for word in OWN_WORDS):
                found.setdefault(name, []).append(line)
    return {name: sorted(lines) for name, lines in found.items()}


def secrets(hq: Headquarters) -> dict[str, bytes]:
    """What lies in the folders of keys, codes and packages."""
    return {
        f"{path.parent.name}/{path.name}": path.read_bytes()
        for name in ("keys", "codes", "packages")
        for path in (hq.folder / name).iterdir()
        if path.name not in ("root.key", "escrow.seed", "release-1.key", "release-2.key")
    }


def tables_of(address: str) -> int:
    """How many tables are in a PostgreSQL database."""
    store = Store(address)
    with store.reading() as db:
        found = db.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
    store.close()
    return int(found or 0)


def drop_a_row(desk: Desk) -> None:
    with desk.hq.store.writing() as db:
        db.execute(delete(receipts).where(receipts.c.level == "received"))
        db.execute(delete(receipts))


def change_audit(desk: Desk) -> None:
    with desk.hq.store.writing() as db:
        db.execute(text("DROP TRIGGER audit_no_update"))
        db.execute(audit.update().where(audit.c.id == 3).values(who="nobody"))


def change_size(desk: Desk) -> None:
    with desk.hq.store.writing() as db:
        db.execute(batches.update().values(size=1))


def alter_blob(desk: Desk) -> None:
    path = desk.hq.blob(list_batches(desk.hq)[0].digest)
    path.write_bytes(b"x" + path.read_bytes()[1:])


def lose_second_copy(desk: Desk) -> None:
    desk.hq.archived(list_batches(desk.hq)[0].digest).unlink()


def lose_package(desk: Desk) -> None:
    shutil.rmtree(desk.hq.folder / "packages")
