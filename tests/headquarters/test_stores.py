"""Where rows and bytes lie: PostgreSQL, its table of bytes, a store that speaks S3."""

import json
from collections.abc import Iterator
from pathlib import Path

import approving
import pytest
import s3_stub
from desk_world import BY, NOW, Box, Desk, Story
from postgres import Cluster
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from sync.errors import AlreadyInitialised, NotADocument, NotFound, SecretMissing
from sync.headquarters.errors import BlobsAway, SettingRefused
from sync.headquarters.intake import edge
from sync.headquarters.intake.archive import archive_pending, list_batches
from sync.headquarters.marking.scoring import refresh, scored_rows
from sync.headquarters.register import sites
from sync.headquarters.store.body import hash_file
from sync.headquarters.store.engine import Stamp, Store
from sync.headquarters.store.folder import (
    SETTINGS,
    Headquarters,
    create_headquarters,
    open_headquarters,
)
from sync.headquarters.store.schema import audit, quarantine
from sync.headquarters.web.app import create_receiver


def enrolled(headquarters: Headquarters, folder: Path) -> Desk:
    """A desk on it with one site."""
    box = Box()
    sites.register(headquarters, BY, request=box.request(), site="site-01", name="示例考点")
    approving.everything(headquarters, BY)
    return Desk(headquarters, box, folder)


@pytest.fixture
def table(cluster: Cluster, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose rows and bytes are both in PostgreSQL."""
    hq = create_headquarters(tmp_path / "hq", database=cluster.database(), blobs="table")
    yield enrolled(hq, tmp_path)
    hq.close()


def told(desk: Desk) -> Story:
    """A whole sitting of one candidate."""
    story = desk.published()
    attempt = story.start("99530051001")
    story.answer_right(attempt, 65)
    story.hand_in(attempt)
    story.close(handed_in=1)
    return story


def test_a_sitting_is_taken_in_archived_and_scored_on_postgresql_alone(table: Desk) -> None:
    digest, data = table.batch(told(table).events)
    assert edge.accept_bytes(table.hq, data, digest, NOW).new
    assert list((table.hq.folder / "blobs").iterdir()) == []
    assert table.hq.blobs.read(digest) == data
    assert archive_pending(table.hq, NOW).done == 1
    assert refresh(table.hq, Stamp("scoring", NOW)) == 1
    row = next(r for r in scored_rows(table.hq, "morning") if r.admission == "99530051001")
    assert (row.state, row.receipt_fits) == ("passed", True)


def test_what_postgresql_refuses_lies_in_its_own_quarantine(table: Desk) -> None:
    data = b"holiday photos"
    (table.folder / "file").write_bytes(data)
    digest = hash_file(table.folder / "file")
    for _ in range(2):
        with pytest.raises(NotADocument):
            edge.accept_bytes(table.hq, data, digest, NOW)
    assert table.hq.refused.read(digest) == data
    with table.hq.store.reading() as db:
        assert db.scalar(select(func.count()).select_from(quarantine)) == 1


def test_the_audit_on_postgresql_is_append_only(table: Desk) -> None:
    with pytest.raises(DBAPIError, match="append-only"), table.hq.store.writing() as db:
        db.execute(update(audit).values(who="nobody"))


def test_two_headquarters_never_share_a_database(cluster: Cluster, tmp_path: Path) -> None:
    address = cluster.database()
    create_headquarters(tmp_path / "one", database=address).close()
    with pytest.raises(AlreadyInitialised):
        create_headquarters(tmp_path / "two", database=address)


def test_a_password_or_another_database_in_the_address_is_refused() -> None:
    for address in ("postgresql://a:secret@h/d", "postgresql://a@h/d?password=secret", "?"):
        with pytest.raises(SettingRefused) as refused:
            Store(address)
        assert "secret" not in str(refused.value)


def test_settings_that_this_release_does_not_know_are_refused(desk: Desk) -> None:
    (desk.hq.folder / SETTINGS).write_text(json.dumps({"databse": "hq"}))
    with pytest.raises(SettingRefused):
        open_headquarters(desk.hq.folder)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[tuple[Desk, s3_stub.Bucket]]:
    """A desk whose bytes lie in a store that speaks S3."""
    with s3_stub.bucket() as found:
        create_headquarters(tmp_path / "hq").close()
        settings = tmp_path / "hq" / SETTINGS
        settings.write_text(json.dumps({"blobs": found.address}))
        with pytest.raises(SecretMissing):
            open_headquarters(tmp_path / "hq")
        account = tmp_path / "hq" / "keys" / "s3.json"
        account.write_text(json.dumps({"access": "a", "secret": "b"}))
        hq = open_headquarters(tmp_path / "hq")
        yield enrolled(hq, tmp_path), found
        hq.close()


def test_bytes_in_a_store_that_speaks_s3_come_back(far: tuple[Desk, s3_stub.Bucket]) -> None:
    desk, bucket = far
    digest, data = desk.batch(told(desk).events)
    assert edge.accept_bytes(desk.hq, data, digest, NOW).new
    assert list(bucket.objects.values()) == [data]
    assert archive_pending(desk.hq, NOW).done == 1
    bucket.objects.clear()
    with pytest.raises(NotFound):
        desk.hq.blobs.read(digest)
    assert not edge.accept_bytes(desk.hq, data, digest, NOW).new
    assert list(bucket.objects.values()) == [data]


def test_while_the_store_is_away_no_receipt_is_given_and_nothing_is_refused(
    far: tuple[Desk, s3_stub.Bucket],
) -> None:
    desk, bucket = far
    digest, data = desk.batch(told(desk).events)
    client = create_receiver(desk.hq, lambda: NOW).test_client()
    bucket.away = True
    answer = client.put(f"/api/v1/batches/{digest}", data=data)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json is not None and answer.json["code"] == BlobsAway.code
    assert list_batches(desk.hq) == []
    bucket.away = False
    assert client.put(f"/api/v1/batches/{digest}", data=data).status_code == 201
