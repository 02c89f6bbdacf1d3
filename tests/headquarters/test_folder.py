"""The data folder: whose it is, what it keeps secret, who may serve it."""

import stat
from pathlib import Path

import pytest
from desk_world import BY, Desk
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError, OperationalError

from sync.errors import (
    AlreadyInitialised,
    DataFolderBusy,
    ForeignDataFolder,
    NotInitialised,
    SecretMissing,
    SqliteTooOld,
)
from sync.headquarters.store.engine import check_sqlite, record
from sync.headquarters.store.folder import create_headquarters, open_headquarters
from sync.headquarters.store.schema import audit


def test_a_folder_that_was_never_set_up_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotInitialised):
        open_headquarters(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mark", ["site.db", "certificate.json"])
def test_a_sites_folder_is_left_alone(tmp_path: Path, mark: str) -> None:
    (tmp_path / mark).touch()
    with pytest.raises(ForeignDataFolder):
        create_headquarters(tmp_path)
    with pytest.raises(ForeignDataFolder):
        open_headquarters(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [mark]


def test_setting_up_twice_changes_nothing(desk: Desk) -> None:
    before = desk.hq.keys.root().to_bytes()
    with pytest.raises(AlreadyInitialised):
        create_headquarters(desk.hq.folder)
    assert desk.hq.keys.root().to_bytes() == before


def test_an_interrupted_set_up_can_be_repeated_and_keeps_its_keys(desk: Desk) -> None:
    before = desk.hq.keys.root().to_bytes()
    desk.hq.close()
    (desk.hq.folder / "examhq.json").unlink()
    with pytest.raises(NotInitialised):
        open_headquarters(desk.hq.folder)
    again = create_headquarters(desk.hq.folder)
    assert again.keys.root().to_bytes() == before
    again.close()


def test_keys_are_for_the_owners_eyes_only(desk: Desk) -> None:
    assert stat.S_IMODE(desk.hq.folder.stat().st_mode) == 0o700
    secrets = [p for p in (desk.hq.folder / "keys").iterdir() if p.name != "public.json"]
    assert {p.name for p in secrets} == {
        "root.key",
        "release-1.key",
        "release-2.key",
        "receipt.key",
        "unlock.key",
        "seal.seed",
        "escrow.seed",
    }
    assert {stat.S_IMODE(p.stat().st_mode) for p in secrets} == {0o600}


def test_with_root_and_escrow_offline_the_public_keys_are_still_there(desk: Desk) -> None:
    public = desk.hq.keys.public()
    (desk.hq.folder / "keys" / "root.key").unlink()
    (desk.hq.folder / "keys" / "escrow.seed").unlink()
    assert desk.hq.keys.public() == public
    with pytest.raises(SecretMissing):
        desk.hq.keys.root()


def test_only_one_server_holds_the_folder(desk: Desk) -> None:
    other = open_headquarters(desk.hq.folder)
    with desk.hq.serving(), pytest.raises(DataFolderBusy), other.serving():
        pass
    with other.serving():
        pass
    other.close()


def test_sqlite_with_the_corruption_bug_is_refused() -> None:
    check_sqlite((3, 51, 3))
    with pytest.raises(SqliteTooOld):
        check_sqlite((3, 51, 2))


def test_the_audit_cannot_be_rewritten(desk: Desk) -> None:
    for statement in (update(audit).values(who="nobody"), delete(audit)):
        refused = pytest.raises((IntegrityError, OperationalError), match="append-only")
        with refused, desk.hq.store.writing() as db:
            db.execute(statement)


def test_an_act_that_fails_leaves_no_line_in_the_audit(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError), desk.hq.store.writing() as db:
        record(db, BY, "something")
        raise ZeroDivisionError
    with desk.hq.store.reading() as db:
        acts = db.scalars(audit.select().with_only_columns(audit.c.act)).all()
    assert acts[0] == "site.register"
    assert "something" not in acts


def test_the_database_writes_through_to_the_disk(desk: Desk) -> None:
    with desk.hq.store.reading() as db:
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert db.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
