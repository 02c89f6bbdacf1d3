"""Packages and codes that come by a line, cut, altered or without end."""

import json
from pathlib import Path

import pytest
from delivery_world import HttpLine, Room, make_package

from sync.delivery_errors import UnexpectedAnswer
from sync.errors import DocumentAltered
from sync.spool import digest_of
from sync.transport import MAX_PACKAGE
from sync.wire.keys import OpeningKey, SigningKey


def test_a_cut_download_goes_on_where_it_was_cut(online: Room) -> None:
    path = make_package(online.hq.folder, size=900_000)
    digest = digest_of(path)
    online.hq.packages[digest] = path
    online.hq.cut_downloads = 1
    assert online.rounds() == ["transfer-cut"]
    assert online.spool.incoming() == []
    assert online.rounds() == []
    assert [entry.digest for entry in online.spool.incoming()] == [digest]
    asked = [part for route, part in online.hq.gets if route.endswith(digest)]
    assert asked == ["", f"bytes={path.stat().st_size // 3}-"]


def test_a_part_that_is_whole_is_not_fetched_again(online: Room) -> None:
    path = make_package(online.hq.folder)
    digest = digest_of(path)
    online.hq.packages[digest] = path
    # As a crash between the last byte and the move leaves it.
    online.spool.part_path(digest, "http").write_bytes(path.read_bytes())
    assert online.courier.step().fetched == 1
    assert [entry.digest for entry in online.spool.incoming()] == [digest]
    assert [route for route, _ in online.hq.gets] == ["/api/v1/packages"]


def test_a_wrong_part_is_thrown_away_and_fetched_afresh(online: Room) -> None:
    path = make_package(online.hq.folder)
    digest = digest_of(path)
    online.hq.packages[digest] = path
    part = online.spool.part_path(digest, "http")
    part.write_bytes(b"\0" * 5000)
    assert online.rounds() == ["document-altered"]
    assert not part.exists()
    assert online.rounds() == []
    assert [entry.digest for entry in online.spool.incoming()] == [digest]


def test_a_part_longer_than_the_package_is_begun_again(http: HttpLine, tmp_path: Path) -> None:
    path = make_package(http.hq.folder)
    digest, part = digest_of(path), tmp_path / "part"
    http.hq.packages[digest] = path
    part.write_bytes(b"\0" * 200_000)
    with pytest.raises(UnexpectedAnswer):
        http.transport.fetch(digest, part, path.stat().st_size)
    http.transport.fetch(digest, part, path.stat().st_size)
    assert digest_of(part) == digest


def test_a_package_of_the_wrong_digest_never_gets_in(online: Room) -> None:
    online.hq.packages["ab" * 32] = make_package(online.hq.folder)
    assert online.rounds() == ["document-altered"]
    assert online.spool.incoming() == []
    with pytest.raises(DocumentAltered):
        online.spool.put_incoming(make_package(online.hq.folder), "ab" * 32)


def test_a_listing_with_a_path_for_a_digest_is_refused(online: Room) -> None:
    entry = {"digest": "../../etc/passwd", "size": 1, "session": "am"}
    listing = json.dumps({"packages": [entry]}).encode()
    online.hq.canned["/api/v1/packages"] = [(200, {}, listing)]
    assert online.rounds() == ["unexpected-answer"]


def test_an_answer_without_end_is_not_read_to_the_end(online: Room) -> None:
    empty = b'{"packages":[' + b" " * 100_000 + b"]}"
    long = b'{"packages":[' + b" " * 5_000_000 + b"]}"
    online.hq.canned["/api/v1/packages"] = [(200, {}, empty), (200, {}, long)]
    assert online.rounds(2) == ["unexpected-answer"]
    online.put()
    online.hq.canned["PUT"] = [(200, {}, b" " * 70_000)]
    assert online.rounds() == ["unexpected-answer"]


def test_codes_are_fetched_once_when_they_are_released(online: Room) -> None:
    path = make_package(online.hq.folder)
    digest = digest_of(path)
    online.hq.packages[digest] = path
    assert online.rounds(2) == []
    assert online.spool.release(digest) is None
    online.hq.released[digest] = online.hq.codes(digest, SigningKey.generate())
    assert set(online.rounds(2)) == {"signature-refused"}
    assert online.spool.release(digest) is None
    online.hq.released[digest] = online.hq.codes(digest)
    assert online.rounds(3) == []
    assert online.spool.release(digest) == online.hq.released[digest]
    assert [entry.digest for entry in online.spool.incoming()] == [digest]
    asked = [route for route, _ in online.hq.gets if "/unlocks/" in route]
    assert len(asked) == 3


@pytest.mark.parametrize("other", [{"named": "site-02"}, {"session": "pm"}, {"package": "cd" * 32}])
def test_codes_of_something_else_do_not_take_the_place_of_the_right_ones(
    online: Room, other: dict[str, str]
) -> None:
    path = make_package(online.hq.folder)
    digest = digest_of(path)
    online.hq.packages[digest] = path
    wrong = online.hq.codes(digest, **other)
    online.hq.released[digest] = wrong
    assert online.rounds() == ["for-other-package"]
    assert online.spool.release(digest) is None
    # One that lies there already gives way too.
    online.spool.put_release(digest, wrong)
    online.hq.released[digest] = online.hq.codes(digest)
    assert online.rounds() == []
    assert online.spool.release(digest) == online.hq.released[digest]


@pytest.mark.parametrize("kept", ["to a key of before", "by a key of before"])
def test_codes_that_do_not_count_any_more_are_asked_for_anew(online: Room, kept: str) -> None:
    path = make_package(online.hq.folder)
    digest = digest_of(path)
    online.hq.packages[digest] = path
    how = {"box": OpeningKey.generate()} if kept[0] == "t" else {"signer": SigningKey.generate()}
    online.spool.put_release(digest, online.hq.codes(digest, **how))
    online.hq.released[digest] = online.hq.codes(digest)
    assert online.rounds() == []
    assert online.spool.release(digest) == online.hq.released[digest]
    online.rounds(3)
    asked = [route for route, _ in online.hq.gets if "/unlocks/" in route]
    assert len(asked) == 1


def test_codes_sealed_to_another_box_are_not_kept(online: Room) -> None:
    path = make_package(online.hq.folder)
    digest = digest_of(path)
    online.hq.packages[digest] = path
    online.hq.released[digest] = online.hq.codes(digest, box=OpeningKey.generate())
    assert online.rounds() == ["cannot-open"]
    assert online.spool.release(digest) is None


@pytest.mark.parametrize("resumed", [False, True])
def test_a_download_beyond_its_told_size_is_stopped_and_thrown_away(
    online: Room, resumed: bool
) -> None:
    path = make_package(online.hq.folder)
    digest, size = digest_of(path), path.stat().st_size
    online.hq.packages[digest] = path
    part = online.spool.part_path(digest, "http")
    if resumed:
        part.write_bytes(path.read_bytes()[:1000])
    status, headers = (206, {"Content-Range": "bytes 1000-"}) if resumed else (200, {})
    long = bytes(8 * 1_048_576)
    online.hq.canned[f"/api/v1/packages/{digest}"] = [(status, headers, long)]
    done = online.courier.step()
    assert [str(error) for error in done.errors] == [
        f"Not an answer of headquarters: > {size} bytes"
    ]
    assert not part.exists()
    online.clocks.pass_(1800)
    assert online.rounds() == []
    assert [entry.digest for entry in online.spool.incoming()] == [digest]


def test_a_package_larger_than_any_is_not_asked_for(http: HttpLine, tmp_path: Path) -> None:
    with pytest.raises(UnexpectedAnswer):
        http.transport.fetch("ab" * 32, tmp_path / "part", MAX_PACKAGE + 1)
    assert http.hq.gets == []


def test_a_package_that_leaves_no_room_for_answers_is_not_fetched(online: Room) -> None:
    entry = {"digest": "ab" * 32, "size": 2**60, "session": "am"}
    listing = json.dumps({"packages": [entry]}).encode()
    online.hq.canned["/api/v1/packages"] = [(200, {}, listing)]
    assert online.rounds() == ["disk-too-full"]
    assert [route for route, _ in online.hq.gets] == ["/api/v1/packages"]
