"""Two servers and files: an upload is acknowledged when its bytes are on both disks."""

import errno
import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import world
from practical import MIB, Uploader
from room import browser, journal
from together import AM, put, wait_until
from two_servers import Second, told

from siteapp.conduct import acts
from siteapp.site import Site
from siteapp.standby.leader import Leader
from siteapp.standby.luggage import Luggage, place
from siteapp.standby.promotion import keep_promotion, make_promotion
from siteapp.standby.spare import Coming
from siteapp.store.writer import Decision

DATA = bytes(range(256)) * 9000


class Practical:
    """A primary with a practical paper, its spare, and a candidate who has begun."""

    def __init__(self, package: world.Package, folder: Path, spare: Path) -> None:
        (folder / "settings.toml").write_text("standby_wait_ms = 400")
        self.second = Second(folder, spare)
        self.site = Site(folder)
        self.site.start()
        self.page = Uploader(browser(self.site), package.plan.candidates[0])
        wait_until(self.both)
        self.page.begin()

    def both(self) -> bool:
        return bool(told(self.site)["state"] == "both")

    def at_spare(self) -> list[bytes]:
        """The whole files on the spare's disk."""
        found = (self.second.spare.folder / "files").iterdir()
        return [p.read_bytes() for p in found if len(p.suffix) == 65]


@pytest.fixture
def two(
    practical_package: world.Package, practical_folder: Path, tmp_path: Path
) -> Iterator[Practical]:
    (tmp_path / "spare").mkdir()
    made = Practical(practical_package, practical_folder, tmp_path / "spare")
    yield made
    made.site.close()
    made.second.close()


def slowly(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Each piece of a file takes a while."""
    send = Leader._send_piece

    def slow(leader: Leader) -> None:
        if leader._luggage.due:
            time.sleep(seconds)
        send(leader)

    monkeypatch.setattr(Leader, "_send_piece", slow)


def send(page: Uploader, data: bytes) -> tuple[int, Any]:
    return page.send(page.announce(data)[1]["upload"], data)


def test_an_upload_is_acknowledged_when_both_disks_have_it(
    two: Practical, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly(monkeypatch, 0.05)
    assert send(two.page, DATA)[0] == 200
    assert (two.at_spare(), two.both()) == ([DATA], True)


def test_an_upload_that_waits_for_one_disk_only_would_be_noticed(
    two: Practical, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly(monkeypatch, 0.05)
    monkeypatch.setattr(Luggage, "secure", lambda luggage, names, *_: luggage.pack(names))
    assert send(two.page, DATA)[0] == 200
    assert two.at_spare() == []


def test_the_promoted_spare_has_the_file_and_its_number(two: Practical) -> None:
    first = send(two.page, DATA)
    made = make_promotion(two.site.live, two.site.identity, ("a", "b"), "dead", "http://b")
    two.second.spare.close()
    keep_promotion(two.second.spare.pair, two.second.spare.identity, made)
    promoted = Site(two.second.spare.folder)
    two.page.client = browser(promoted)
    assert [one["sha256"] for one in two.page.call("GET", "uploads")[1]["files"]] == [
        hashlib.sha256(DATA).hexdigest()
    ]
    again = two.page.announce(DATA)[1]
    assert (again["offset"], two.page.finish(again["upload"])) == (len(DATA), first)
    assert len(journal(promoted, "file")) == 1
    promoted.close()


def test_a_large_file_on_its_way_holds_up_no_save(
    two: Practical, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly(monkeypatch, 0.05)
    large = DATA[:MIB] * 20
    thread = threading.Thread(target=send, args=(two.page, large))
    thread.start()
    seen = []
    while thread.is_alive():
        put(two.site, "a save")
        seen.append(two.both())
    thread.join()
    # At least one save a piece, and never alone though the file took longer than anybody waits.
    assert len(seen) > 20
    assert all(seen)
    assert two.at_spare() == [large]


def test_a_spare_without_room_takes_the_saves_and_the_file_follows_when_there_is_room(
    two: Practical, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(coming: Coming, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as without_room:
        without_room.setattr(Coming, "take", full)
        assert send(two.page, DATA)[0] == 200
        assert (two.at_spare(), told(two.site)["state"]) == ([], "alone")
        assert "No space left" in told(two.site)["reason"]
        put(two.site, "still stored by both")
        position = two.site.live.rows("SELECT position FROM server")[0]["position"]
        wait_until(
            lambda: (two.second.spare.state or 0) and two.second.spare.state.position >= position
        )
    wait_until(two.both)
    assert two.at_spare() == [DATA]


def test_a_late_part_is_on_both_disks_as_evidence(two: Practical) -> None:
    upload = two.page.announce(DATA)[1]["upload"]
    two.page.part(upload, 0, DATA[:3000])
    live = two.site.live
    session = live.session(AM)
    of = session.current_attempt(two.page.candidate.admission).id
    live.act(session, lambda s: Decision(acts.move(s, s.attempt(of), 40, "broken", "chief")))
    assert two.page.part(upload, 3000, DATA[3000:4000])[0] == 409
    part = two.second.spare.folder / "files" / f"{upload}.part"
    assert part.read_bytes() == DATA[:4000]
    assert part.with_suffix(".json").exists()


def test_files_of_a_primary_that_restarts_are_found_and_sent(two: Practical) -> None:
    with two.second.spare._lock:
        send(two.page, DATA)
        two.site.close()
    assert two.at_spare() == []
    two.site = Site(two.site.folder)
    two.site.start()
    wait_until(two.both)
    assert two.at_spare() == [DATA]


@pytest.mark.parametrize(
    "name",
    ["../keys/sign.key", "site.db", "a.json", f"{'a' * 64}.package/..", f"{'A' * 32}.part", ""],
)
def test_a_spare_takes_files_of_known_names_only(tmp_path: Path, name: str) -> None:
    assert place(tmp_path, name) is None
