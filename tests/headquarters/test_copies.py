"""Copies of headquarters: everything comes back, into either database."""

import pytest
import s3_stub
from copied import (
    alter_blob,
    at,
    brought_back,
    escrow,
    lived,
    lose_second_copy,
    made,
    rows,
    secrets,
)
from desk_world import BY, NOW, Desk
from postgres import Cluster
from sqlalchemy import func, select

from sync.headquarters.copies.beside import place
from sync.headquarters.copies.drill import own_signers
from sync.headquarters.copies.errors import CopyKeyWrong
from sync.headquarters.copies.restoring import restore, verified_copy
from sync.headquarters.copies.verifying import verify
from sync.headquarters.copies.writing import write_copy
from sync.headquarters.intake.archive import list_batches
from sync.headquarters.register import staff
from sync.headquarters.store.engine import record
from sync.headquarters.store.folder import open_headquarters
from sync.headquarters.store.schema import audit


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def test_a_copy_brings_everything_back(desk: Desk) -> None:
    to, done = made(lived(desk))
    assert (done.missing, done.new_bytes) == ((), 4)
    again, restored = brought_back(desk, to)
    assert (restored.bytes, restored.with_keys) == (4, True)
    assert rows(again) == rows(desk.hq)
    assert secrets(again) == secrets(desk.hq)
    assert len(secrets(again)) > 5
    found = verify(again, NOW)
    assert (found.findings, found.open) == ((), ())
    assert (found.receipts, found.bytes, found.journals, found.packages) == (4, 2, 1, 1)
    assert found.audit > 5
    # It goes on where it was: numbers of new rows do not begin anew.
    staff.add_member(again, BY, "new", ("marker",))
    again.close()


def test_keys_that_belong_on_sticks_and_what_opens_papers_are_in_no_clear_copy(desk: Desk) -> None:
    to, done = made(lived(desk))
    assert set(done.not_copied) == {"root.key", "escrow.seed", "release-1.key", "release-2.key"}
    found = b"".join(path.read_bytes() for path in to.rglob("*") if path.is_file())
    keys = desk.hq.folder / "keys"
    for secret in [*keys.glob("*.key"), *keys.glob("*.seed"), *(keys.parent / "codes").iterdir()]:
        assert secret.read_bytes()[:32] not in found
    live = list(desk.hq.keys.live().values())
    with pytest.raises(CopyKeyWrong):
        restore(verified_copy(to, own_signers(desk.hq, NOW)), BY, desk.folder / "no", live)
    assert not (desk.folder / "no").exists()


@pytest.mark.parametrize("into", ["table", pytest.param("folder", marks=pytest.mark.long)])
def test_a_copy_of_one_database_is_loaded_into_the_other(
    desk: Desk, cluster: Cluster, into: str
) -> None:
    to, _ = made(lived(desk))
    address = cluster.database()
    again, _ = brought_back(desk, to, database=address, blobs=into)
    assert rows(again) == rows(desk.hq)
    assert verify(again, NOW).findings == ()
    # PostgreSQL's own counters go on behind the rows that were loaded.
    with again.store.writing() as db:
        record(db, BY, "results.export")
        assert db.scalar(select(func.max(audit.c.id))) == len(db.execute(select(audit)).all())
    back, _ = made(Desk(again, desk.box, desk.folder), "back")
    copy = verified_copy(back, own_signers(again, NOW))
    restore(copy, BY, desk.folder / "sqlite", [escrow(desk)], changes={"database": None})
    returned = open_headquarters(desk.folder / "sqlite")
    assert rows(returned) == rows(again)
    again.close()
    returned.close()


def test_a_copy_of_bytes_in_an_s3_store(desk: Desk) -> None:
    to, _ = made(lived(desk))
    with s3_stub.bucket() as bucket:
        account = b'{"access": "a", "secret": "b"}'
        (desk.hq.folder / "keys" / "s3.json").write_bytes(account)
        to, _ = made(desk)
        again, _ = brought_back(desk, to, blobs=bucket.address)
        assert len(bucket.objects) == 3
        assert verify(again, NOW).findings == ()
        _, done = made(Desk(again, desk.box, desk.folder), "far")
        assert (done.missing, done.new_bytes) == ((), 4)
        again.close()


def test_a_second_copy_adds_only_what_is_new(desk: Desk) -> None:
    to, _ = made(lived(desk))
    assert write_copy(desk.hq, at(NOW + 1), to).new_bytes == 0
    assert len(list(to.glob("examhq-*.copy"))) == 2
    for later in range(2, 20):
        write_copy(desk.hq, at(NOW + later), to)
    assert len(list(to.glob("examhq-*.copy"))) == 14


def test_what_is_missing_can_be_left_out_and_is_then_named(desk: Desk) -> None:
    to, _ = made(lived(desk))
    digest = list_batches(desk.hq)[0].digest
    place(to, digest).unlink()
    copy = verified_copy(to, own_signers(desk.hq, NOW))
    done = restore(copy, BY, desk.folder / "again", [escrow(desk)], without_missing=True)
    assert done.missing == (digest,)
    again = open_headquarters(desk.folder / "again")
    named_as = {(one.what, one.subject) for one in verify(again, NOW).findings}
    assert named_as == {("bytes", digest), ("second-copy", digest), ("journal", "morning")}
    again.close()


def test_bytes_that_headquarters_lost_come_from_the_second_copy_or_are_named(desk: Desk) -> None:
    lived(desk)
    alter_blob(desk)
    _, done = made(desk)
    assert done.missing == ()
    lose_second_copy(desk)
    _, done = made(desk, "others")
    assert done.missing == (list_batches(desk.hq)[0].digest,)
