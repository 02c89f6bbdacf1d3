"""A database of an older release is brought up by steps, each whole or not at all."""

import pytest
from click.testing import CliRunner
from desk_world import BY, Desk
from sqlalchemy import Connection, inspect, select, text, update

from sync.headquarters.cli import main
from sync.headquarters.database_errors import DatabaseNewer, DatabaseOlder
from sync.headquarters.store.folder import open_headquarters
from sync.headquarters.store.migrations import upgrade
from sync.headquarters.store.schema import SCHEMA_VERSION, about, audit


def number(desk: Desk) -> int:
    with desk.hq.store.reading() as db:
        return int(str(db.scalar(select(about.c.value).where(about.c.name == "schema"))))


def become(desk: Desk, version: int) -> None:
    with desk.hq.store.writing() as db:
        db.execute(update(about).where(about.c.name == "schema").values(value=str(version)))


def add_phone(db: Connection) -> None:
    db.execute(text("ALTER TABLE sites ADD COLUMN phone VARCHAR"))


def fail(db: Connection) -> None:
    db.execute(text("ALTER TABLE sites ADD COLUMN fax VARCHAR"))
    raise RuntimeError("cut off")


def columns(desk: Desk) -> set[str]:
    with desk.hq.store.reading() as db:
        return {column["name"] for column in inspect(db).get_columns("sites")}


@pytest.mark.parametrize("bare_desk", ["sqlite", "postgresql"], indirect=True)
def test_steps_run_once_and_one_that_is_cut_off_changes_nothing(bare_desk: Desk) -> None:
    desk, to = bare_desk, SCHEMA_VERSION
    become(desk, to - 2)
    with pytest.raises(RuntimeError):
        upgrade(desk.hq.store, BY, {to - 2: add_phone, to - 1: fail})
    assert number(desk) == to - 1
    assert "phone" in columns(desk)
    assert "fax" not in columns(desk)
    assert upgrade(desk.hq.store, BY, {to - 2: add_phone, to - 1: lambda _: None}) == [to]
    assert upgrade(desk.hq.store, BY, {}) == []
    with desk.hq.store.reading() as db:
        acts = db.scalars(select(audit.c.act)).all()
    assert acts.count("database.upgrade") == 2


def test_nothing_opens_a_database_of_another_release(desk: Desk) -> None:
    others = ((SCHEMA_VERSION - 1, DatabaseOlder), (SCHEMA_VERSION + 1, DatabaseNewer))
    for version, error in others:
        become(desk, version)
        with pytest.raises(error):
            open_headquarters(desk.hq.folder)
        with pytest.raises(error):
            upgrade(desk.hq.store, BY, {})
        assert number(desk) == version


def test_the_command_says_what_it_did(desk: Desk) -> None:
    words = ["--data", str(desk.hq.folder), "--lang", "en", "upgrade-database"]
    assert "nothing was changed" in CliRunner().invoke(main, words).stdout
    become(desk, 1)
    refused = CliRunner().invoke(main, words)
    assert (refused.exit_code, "database-older" in refused.stderr) == (3, True)
