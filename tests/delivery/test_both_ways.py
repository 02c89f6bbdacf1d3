"""What holds whatever carries the files."""

from typing import Any

import pytest
from delivery_world import Clocks, Room, make_package

from sync.courier import Courier
from sync.delivery import site_offset
from sync.spool import LEFTOVER_S, digest_of
from sync.wire.keys import SigningKey

KEY = SigningKey.generate().public


def publish(room: Room) -> str:
    path = make_package(room.hq.folder)
    digest = digest_of(path)
    room.hq.packages[digest] = path
    room.line.work()
    return digest


def test_a_batch_is_received_then_archived_and_still_there(room: Room) -> None:
    digest = room.put()
    assert room.rounds(2) == []
    assert room.spool.state(digest) == "received"
    assert room.spool.settled() == []
    room.hq.levels[digest] = "archived"
    room.line.work()
    assert room.rounds() == []
    assert [entry.digest for entry in room.spool.settled()] == [digest]
    assert digest_of(room.spool.outgoing()[0].path) == digest


def test_headquarters_restored_from_an_older_copy_gets_again_what_it_lacks(room: Room) -> None:
    received, archived = room.seal(0), room.seal(1)
    room.rounds(2)
    room.hq.levels[archived] = "archived"
    room.line.work()
    room.rounds()
    assert room.spool.state(archived) == "archived"
    room.hq.forget(received)
    room.hq.forget(archived)
    for path in room.hq.folder.glob("stick/examsite/*/*"):
        # Another stick than the one that all went by.
        path.unlink()
    assert room.rounds(3) == []
    assert set(room.hq.batches) == {received, archived}
    # The second copy is gone, so nothing may leave the site.
    assert room.spool.settled() == []


def test_a_package_is_fetched_once_and_whole(room: Room) -> None:
    digest = publish(room)
    assert room.courier.step().fetched == 1
    assert room.courier.step().fetched == 0
    (entry,) = room.spool.incoming()
    assert entry.digest == digest
    assert entry.path.read_bytes() == room.hq.packages[digest].read_bytes()


def test_rounds_send_nothing_twice(room: Room) -> None:
    digests = [room.put() for _ in range(3)]
    assert room.rounds(6) == []
    assert sorted(room.hq.puts) == sorted(digests)


def test_a_restarted_courier_sends_nothing_twice(room: Room) -> None:
    room.put()
    room.rounds(2)
    again = Room.at(room.line, room.spool.folder)
    assert again.rounds(3) == []
    assert len(room.hq.puts) == 1


def test_a_forged_receipt_is_refused_and_the_batch_waits(room: Room) -> None:
    digest = room.put()
    room.hq.forged[digest] = room.hq.receipt(digest, SigningKey.generate(), size=2000)
    assert "signature-refused" in room.rounds(2)
    assert room.spool.state(digest) == "waiting"
    assert room.spool.receipt(digest) is None
    # The control: all that was wrong is the key.
    room.hq.forged[digest] = room.hq.receipt(digest, size=2000)
    room.line.work()
    assert room.rounds() == []
    assert room.spool.state(digest) == "received"


@pytest.mark.parametrize("other", [{"digest": "0" * 64}, {"size": 1999}, {"site": "site-02"}])
def test_a_receipt_for_something_else_is_refused(room: Room, other: dict[str, Any]) -> None:
    digest = room.put()
    room.hq.forged[digest] = room.hq.receipt(digest, **({"size": 2000} | other))
    assert set(room.rounds(3)) == {"receipt-mismatch"}
    assert room.spool.state(digest) == "waiting"


def test_a_forged_archived_receipt_does_not_lift_a_received_batch(room: Room) -> None:
    digest = room.put()
    room.rounds(2)
    room.hq.levels[digest] = "archived"
    room.hq.forged[digest] = room.hq.receipt(digest, SigningKey.generate())
    room.line.work()
    assert set(room.rounds(2)) == {"signature-refused"}
    assert room.spool.state(digest) == "received"


def test_garbage_for_a_receipt_is_refused(room: Room) -> None:
    digest = room.put()
    room.hq.forged[digest] = b"<html>Please sign in</html>"
    assert set(room.rounds(3)) == {"not-canonical"}
    assert room.spool.state(digest) == "waiting"


def test_a_line_that_goes_and_comes_back_loses_nothing(room: Room) -> None:
    first = room.put()
    room.line.close()
    assert set(room.rounds(3)) <= {"headquarters-unreachable", "stick-unusable"}
    second = room.put()
    assert room.spool.summary().waiting.count == 2
    room.line.open()
    assert room.rounds(2) == []
    assert [room.spool.state(d) for d in (first, second)] == ["received", "received"]
    assert len(room.hq.puts) == 2


def test_without_a_line_the_waits_grow_and_are_bounded(room: Room) -> None:
    room.put()
    room.line.close()
    pauses = [room.courier.step().pause for _ in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 15 < 100 < pauses[-1] <= 310


def test_each_site_comes_back_at_its_own_moment(room: Room) -> None:
    room.line.close()
    pauses = [
        Courier(room.spool, room.line.transport, KEY, site, random=lambda: 0.0).step().pause
        for site in ("site-01", "site-02")
    ]
    assert pauses == [site_offset("site-01"), site_offset("site-02")]


def test_a_spool_that_fails_is_said_and_loses_nothing(room: Room) -> None:
    digest = room.put()
    (room.spool.folder / "receipts").rmdir()
    assert set(room.rounds(3)) == {"spool-failed"}
    (room.spool.folder / "receipts").mkdir()
    assert room.rounds(2) == []
    assert room.spool.state(digest) == "received"


def test_a_receipt_that_cannot_be_kept_does_not_stop_the_next_batch(room: Room) -> None:
    unlucky, next_one = room.put(), room.put()
    # The disk takes every file but this one.
    in_the_way = room.spool.folder / "receipts" / f"{unlucky}.received.json"
    in_the_way.mkdir()
    assert set(room.rounds(3)) == {"spool-failed"}
    assert [room.spool.state(d) for d in (unlucky, next_one)] == ["waiting", "received"]
    in_the_way.rmdir()
    assert room.rounds() == []
    assert room.spool.state(unlucky) == "received"


def test_a_courier_that_starts_clears_what_a_crash_left(room: Room) -> None:
    left = room.spool.part_path("0" * 64, "http")
    left.write_bytes(b"half")
    Room.at(room.line, room.spool.folder, Clocks(wall=int(left.stat().st_mtime * 1000)))
    assert left.exists()
    late = int((left.stat().st_mtime + LEFTOVER_S + 1) * 1000)
    Room.at(room.line, room.spool.folder, Clocks(wall=late))
    assert not left.exists()


def test_a_batch_that_the_disk_damaged_is_never_sent(room: Room) -> None:
    damaged, whole = room.put(), room.put()
    path = room.spool.folder / "outgoing" / f"{damaged}.batch"
    path.chmod(0o600)
    path.write_bytes(b"\0" * 2000)
    assert room.rounds(2) == ["document-altered"]
    assert (room.spool.refusal(damaged) or {})["code"] == "document-altered"
    assert room.spool.state(whole) == "received"
    assert room.hq.puts == [whole]


def test_the_status_file_says_how_it_went(room: Room) -> None:
    by = room.line.transport.name
    assert room.spool.status(by) is None
    room.put()
    room.rounds()
    good = room.spool.status(by)
    assert good is not None
    assert (good.last_contact, good.last_error_code) == (1_770_000_000_000, None)
    room.line.close()
    room.rounds()
    bad = room.spool.status(by)
    assert bad is not None
    assert bad.last_contact == good.last_contact
    assert bad.last_error_code == bad.errors[0]["code"]
    assert bad.last_error_at == 1_770_001_800_000
    assert bad.summary == room.spool.summary()


def test_a_wall_clock_set_back_stops_nothing(room: Room) -> None:
    digest = room.put()
    room.line.close()
    room.rounds()
    room.line.open()
    room.clocks.wall -= 400 * 24 * 3600 * 1000
    room.rounds(2)
    assert room.spool.state(digest) == "received"
