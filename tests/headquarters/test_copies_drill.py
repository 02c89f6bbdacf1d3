"""Headquarters looked through, and the drill; beside each fault the same without it."""

from collections.abc import Callable

import pytest
from copied import (
    alter_blob,
    brought_back,
    change_audit,
    change_size,
    drop_a_row,
    escrow,
    lived,
    lose_package,
    lose_second_copy,
    made,
    rows,
    tables_of,
)
from desk_world import BY, NOW, Desk
from postgres import Cluster

from sync.headquarters.copies.drill import drill, own_signers
from sync.headquarters.copies.errors import DatabaseTaken
from sync.headquarters.copies.restoring import verified_copy
from sync.headquarters.copies.verifying import verify


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


@pytest.mark.parametrize(
    ("harm", "kinds"),
    [
        (drop_a_row, {"receipt"}),
        (change_audit, {"audit"}),
        (change_size, {"receipt"}),
        (alter_blob, {"bytes", "journal"}),
        (lose_second_copy, {"second-copy"}),
        (lose_package, {"package"}),
        (lambda _: None, set()),
    ],
)
def test_whatever_does_not_hold_is_found(
    desk: Desk, harm: Callable[[Desk], None], kinds: set[str]
) -> None:
    lived(desk)
    harm(desk)
    assert {one.what for one in verify(desk.hq, NOW).findings} == kinds


def test_a_drill_finds_lines_that_went_from_the_audit_since(desk: Desk) -> None:
    to, _ = made(lived(desk))
    copy = verified_copy(to, own_signers(desk.hq, NOW))
    assert drill(desk.hq, copy, BY, escrow(desk)).findings == ()
    change_audit(desk)
    done = drill(desk.hq, copy, BY, escrow(desk))
    assert [(one.what, one.subject) for one in done.findings] == [("audit", "3")]
    assert (done.keys, done.verified.findings) == (True, ())
    assert not list((desk.hq.folder / "incoming").iterdir())


def test_a_drill_leaves_postgresql_as_it_was(desk: Desk, cluster: Cluster) -> None:
    to, _ = made(lived(desk))
    address = cluster.database()
    copy = verified_copy(to, own_signers(desk.hq, NOW))
    assert drill(desk.hq, copy, BY, None, database=address).findings == ()
    assert tables_of(address) == 0


def test_a_drill_into_a_database_that_is_in_use_leaves_it_alone(
    published_on_postgresql: Desk,
) -> None:
    desk = published_on_postgresql
    to, _ = made(lived(desk))
    before = rows(desk.hq)
    copy = verified_copy(to, own_signers(desk.hq, NOW))
    with pytest.raises(DatabaseTaken):
        drill(desk.hq, copy, BY, None, database=desk.hq.settings.database)
    assert rows(desk.hq) == before


def test_a_drill_spares_a_database_that_was_restored_from_that_very_copy(
    desk: Desk, cluster: Cluster
) -> None:
    to, _ = made(lived(desk))
    address = cluster.database()
    again, _ = brought_back(desk, to, database=address)
    copy = verified_copy(to, own_signers(desk.hq, NOW))
    with pytest.raises(DatabaseTaken):
        drill(again, copy, BY, None, database=address)
    assert rows(again) == rows(desk.hq)
    again.close()
