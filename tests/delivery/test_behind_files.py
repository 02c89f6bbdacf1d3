"""Files take long on a thin line: what else comes in a round that sends them."""

import itertools

from delivery_world import SITE, Room, make_package

from sync.courier import Courier
from sync.spool import digest_of


def put_files(room: Room, count: int) -> None:
    for number in range(count):
        source = room.spool.folder / "uploaded"
        source.write_bytes(bytes([number]) * 2000)
        room.spool.put_outgoing(source, "file")


def test_codes_and_new_batches_do_not_wait_behind_files(online: Room) -> None:
    put_files(online, 3)
    path = make_package(online.hq.folder)
    digest = digest_of(path)
    late = []

    def meanwhile() -> None:
        if not late:
            late.append(online.put())
            online.hq.packages[digest] = path
            online.hq.released[digest] = online.hq.codes(digest)

    online.hq.on_commit = meanwhile
    done = online.courier.step()
    assert (done.errors, done.received, done.fetched) == ([], 4, 1)
    assert online.hq.puts[1] == late[0]
    asked = [route for route, _ in online.hq.gets]
    assert f"/api/v1/unlocks/{digest}" in asked
    # Not once a file: what is here is not fetched again.
    assert asked.count(f"/api/v1/packages/{digest}") == 1


def test_a_file_that_fails_is_tried_once_in_a_round_however_long(online: Room) -> None:
    put_files(online, 2)
    online.hq.canned["PUT"] = [(500, {}, b"")] * 9
    key, hour = online.hq.receipt_key.public, itertools.count(step=3600)
    courier = Courier(
        online.spool, online.line.transport, key, SITE, ticks=lambda: float(next(hour))
    )
    done = courier.step()
    assert [error.code for error in done.errors] == ["unexpected-answer"] * 2


def test_a_long_round_says_how_far_it_is(online: Room) -> None:
    put_files(online, 3)
    told = []

    def meanwhile() -> None:
        online.clocks.pass_(0.6)
        found = online.spool.status(online.line.transport.name)
        told.append(found and found.summary.received.count)

    online.hq.on_commit = meanwhile
    assert online.courier.step().received == 3
    # Not at each file: at most once a second.
    assert told == [None, None, 2]
