"""Checkpoints kept and signed at the site; `examsite journal` beside the running service."""

import json
import shutil
from contextlib import closing
from pathlib import Path

import pysqlite3
import pytest
from batched import batches, cut
from click.testing import CliRunner, Result
from rewriting import rewrite_lines
from together import AM, put
from world import Headquarters

from siteapp.cli import main
from siteapp.errors import SpareNotPromoted
from siteapp.site import Site
from siteapp.standby.folder import PairFolder, Peer
from siteapp.store.database import SCHEMA
from siteapp.store.evidence import read_evidence
from sync.exam.journal import encode, origin, root
from sync.exam.short_head import read_short
from sync.wire.checkpoint import Checkpoint, verify_checkpoint


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(folder), "--lang", "en", "journal", *arguments])


def cut_twice(site: Site) -> None:
    for text in ("one", "two"):
        put(site, text)
        cut(site)


def codes(result: Result) -> list[str]:
    return [f["code"] for r in json.loads(result.stdout) for f in r["findings"]]


def resting(site: Site, folder: Path) -> Path:
    """A copy of the database that nobody has open."""
    folder.mkdir()
    pysqlite3.connect(str(site.live.path)).execute("VACUUM INTO ?", (str(folder / "site.db"),))
    return folder / "site.db"


def rewrite(path: Path, *statements: str) -> None:
    """What somebody does who has the file: triggers away, statements, triggers back."""
    connection = pysqlite3.connect(str(path), isolation_level=None)
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.executescript(";".join(statements))
    connection.executescript(SCHEMA)
    connection.close()


def test_each_cut_keeps_the_checkpoint_that_its_batch_carries(
    hq: Headquarters, open_site: Site
) -> None:
    cut_twice(open_site)
    cut(open_site)
    sent = [
        (AM, 1, b.header.first + b.header.count, b.header.checkpoint)
        for _, b in batches(open_site, hq.seal)
    ]
    assert [tuple(row) for row in read_evidence(open_site.live.path).kept] == sent
    assert len(sent) == 2


STATEMENTS = [
    "UPDATE {t} SET session = 'x'",
    "UPDATE OR REPLACE {t} SET session = 'x'",
    "DELETE FROM {t}",
    "REPLACE INTO {t} SELECT * FROM {t} LIMIT 1",
    "INSERT OR IGNORE INTO {t} SELECT * FROM {t} LIMIT 1",
    "INSERT INTO {t} SELECT * FROM {t} WHERE true ON CONFLICT DO UPDATE SET session = 'x'",
    "INSERT INTO {t} SELECT * FROM {t} WHERE true ON CONFLICT DO NOTHING",
]


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("sql", STATEMENTS)
@pytest.mark.parametrize("table", ["event", "checkpoint"])
def test_no_statement_changes_what_was_kept(
    open_site: Site, tmp_path: Path, table: str, sql: str, recursive: str
) -> None:
    cut_twice(open_site)
    path = resting(open_site, tmp_path / "copy")
    before = read_evidence(path)
    connection = pysqlite3.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA recursive_triggers={recursive}")
    with pytest.raises(pysqlite3.IntegrityError, match="append-only"):
        connection.execute(sql.format(t=table))
    assert read_evidence(path) == before
    # Control: without the triggers nothing refuses it.
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(sql.format(t=table))
    connection.close()


def test_an_event_that_leaves_a_gap_is_refused(open_site: Site, tmp_path: Path) -> None:
    connection = pysqlite3.connect(str(resting(open_site, tmp_path / "copy")), isolation_level=None)
    top = open_site.live.session(AM).next_seq
    for seq in (top + 1, top - 1, -1):
        with pytest.raises(pysqlite3.IntegrityError, match="append-only"):
            connection.execute("INSERT INTO event VALUES (?, ?, 'x')", (AM, seq))
    connection.execute("INSERT INTO event VALUES (?, ?, 'x')", (AM, top))
    connection.execute("INSERT INTO event VALUES ('another', 0, 'x')")
    connection.close()


def test_a_running_site_is_verified_and_goes_on(open_site: Site) -> None:
    cut_twice(open_site)
    put(open_site, "not yet in a batch")
    result = run(open_site.folder, "verify", "--json")
    (report,) = json.loads(result.stdout)
    events = len(open_site.live.events(AM))
    assert (result.exit_code, report["findings"]) == (0, [])
    assert (report["events"], report["proven"], report["checkpoints"]) == (events, events - 1, 2)
    put(open_site, "still writing")


def test_a_checkpoint_on_demand_covers_all_that_is_on_the_disk(
    open_site: Site, tmp_path: Path
) -> None:
    put(open_site, "in no batch")
    result = run(open_site.folder, "checkpoint", "--session", AM)
    identity, events = open_site.identity, open_site.live.events(AM)
    said = verify_checkpoint(result.stdout, "examsite/site-01", identity.sign.public)
    assert said == Checkpoint(origin("site-01", AM, 1), len(events), root(events))
    short = read_short(result.stderr.partition(": ")[2])
    assert (short.origin, short.size, short.root) == (said.origin, said.size, said.root[:20])
    (tmp_path / "note").write_text(result.stdout)
    (tmp_path / "short").write_text(result.stderr.partition(": ")[2])
    for file in ("note", "short"):
        told = run(open_site.folder, "verify", "--json", "--checkpoint", str(tmp_path / file))
        assert json.loads(told.stdout)[0]["proven"] == len(events)


def test_a_later_checkpoint_on_paper_betrays_a_cut_tail(open_site: Site, tmp_path: Path) -> None:
    put(open_site, "in no batch")
    result = run(open_site.folder, "checkpoint", "--session", AM)
    (tmp_path / "record").write_text(result.stderr.partition(": ")[2])
    copy = resting(open_site, tmp_path / "copy")
    last = open_site.live.session(AM).next_seq - 1
    rewrite(copy, f"DELETE FROM event WHERE seq = {last}")
    arguments = ("verify", str(copy), "--json")
    assert codes(run(open_site.folder, *arguments)) == []
    told = run(open_site.folder, *arguments, "--checkpoint", str(tmp_path / "record"))
    assert (told.exit_code, codes(told)) == (4, ["cut-tail"])


def test_a_damaged_journal_is_not_signed(open_folder: Path) -> None:
    site = Site(open_folder)
    cut_twice(site)
    site.close()
    path = open_folder / "site.db"
    rewrite(path)
    with closing(pysqlite3.connect(str(path), isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER event_is_never_changed")
        assert rewrite_lines(connection, b"one", b"two")
        connection.executescript(SCHEMA)
    result = run(open_folder, "checkpoint", "--session", AM)
    assert (result.exit_code, result.stdout) == (4, "")
    assert "journal-damaged" in result.stderr


def test_a_spare_signs_nothing(open_folder: Path) -> None:
    PairFolder(open_folder).pair(Peer("spare", "http://room:1"), bytes(32))
    result = run(open_folder, "checkpoint", "--session", AM)
    assert (result.exit_code, result.stdout) == (SpareNotPromoted.exit_status, "")


def test_an_export_is_the_events_byte_for_byte_and_serves_as_a_copy(
    open_site: Site, tmp_path: Path
) -> None:
    cut_twice(open_site)
    path = tmp_path / "journal.jsonl"
    assert run(open_site.folder, "export", str(path), "--session", AM).exit_code == 0
    lines = [encode(event) + b"\n" for event in open_site.live.events(AM)]
    assert path.read_bytes() == b"".join(lines)
    assert codes(run(open_site.folder, "verify", "--json", "--against", str(path))) == []
    path.write_bytes(b"".join(lines[:4] + lines[5:]))
    told = run(open_site.folder, "verify", "--json", "--against", str(path))
    assert codes(told) == ["inserted"]


def test_an_export_is_held_against_the_room_record_where_no_site_is_known(
    open_site: Site, tmp_path: Path
) -> None:
    path, record = tmp_path / "journal.jsonl", tmp_path / "record"
    result = run(open_site.folder, "checkpoint", "--session", AM)
    record.write_text(result.stderr.partition(": ")[2])
    run(open_site.folder, "export", str(path), "--session", AM)
    arguments = ["verify", str(path), "--session", AM, "--checkpoint", str(record), "--json"]
    (sound,) = json.loads(run(tmp_path, *arguments).stdout)
    assert (sound["site"], sound["proven"], sound["findings"]) == ("site-01", sound["events"], [])
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert codes(run(tmp_path, *arguments)) == ["cut-tail"]
    record.write_text(record.read_text().replace("site-01/", "site-02/"))
    assert codes(run(tmp_path, *arguments)) == ["not-a-checkpoint"]


def test_a_copy_with_its_log_and_one_that_cannot_be_written_are_read(
    open_site: Site, tmp_path: Path
) -> None:
    put(open_site, "only in the log")
    (tmp_path / "copy").mkdir()
    for name in ("site.db", "site.db-wal"):
        shutil.copy(open_site.folder / name, tmp_path / "copy")
    here = read_evidence(open_site.live.path).lines
    assert read_evidence(tmp_path / "copy" / "site.db").lines == here
    whole = resting(open_site, tmp_path / "whole")
    before = whole.read_bytes()
    assert read_evidence(whole).lines == here
    assert [p.name for p in whole.parent.iterdir()] == ["site.db"]
    assert whole.read_bytes() == before


def test_what_cannot_be_verified_is_said_and_not_passed(open_site: Site, tmp_path: Path) -> None:
    cut_twice(open_site)
    copy = resting(open_site, tmp_path / "copy")
    for arguments, status, said in (
        (["verify", str(copy)], 9, "certificate.json"),
        (["verify", str(copy), "--session", "pm"], 9, "pm"),
        (["verify"], 9, "site.db"),
    ):
        result = run(tmp_path, *arguments)
        assert (result.exit_code, said in result.stderr) == (status, True)
    # Control: with the site's certificate at hand the copy is sound.
    assert run(open_site.folder, "verify", str(copy)).exit_code == 0
