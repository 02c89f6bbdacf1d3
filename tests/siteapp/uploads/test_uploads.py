"""Uploaded files: acknowledged only when whole, verified and journalled; hostile ones refused."""

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
import world
from practical import MIB, Uploader
from room import browser, journal, staff_browser
from together import AM, at_once

from siteapp.conduct import acts
from siteapp.site import Site
from siteapp.store.writer import Decision
from siteapp.uploads import files
from siteapp.web.answers import PATH
from sync.disk import SyncFailed

DATA = bytes(range(256)) * 6000


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    return status, body["error"]["code"]


def kept(site: Site) -> list[bytes]:
    """The whole files on the disk."""
    return [p.read_bytes() for p in site.files.folder.iterdir() if len(p.suffix) == 65]


def move(site: Site, page: Uploader, seat: int = 40) -> None:
    session = site.live.session(AM)
    of = session.current_attempt(page.candidate.admission).id
    site.live.act(session, lambda s: Decision(acts.move(s, s.attempt(of), seat, "broken", "chief")))


def test_a_file_in_parts_is_kept_whole_and_journalled(site: Site, page: Uploader) -> None:
    status, told = page.announce(DATA)
    assert (status, told["offset"]) == (200, 0)
    assert journal(site, "file") == []
    digest = hashlib.sha256(DATA).hexdigest()
    assert page.send(told["upload"], DATA) == (200, {"saved": 1, "sha256": digest})
    (event,) = journal(site, "file")
    assert (event["item"], event["name"], event["size"]) == ("t1/video", "作品.mp4", len(DATA))
    assert (event["sha256"], kept(site)) == (digest, [DATA])


def test_a_repeat_of_the_end_changes_nothing(site: Site, page: Uploader) -> None:
    upload = page.announce(DATA)[1]["upload"]
    first = page.send(upload, DATA)
    assert page.announce(DATA)[1]["offset"] == len(DATA)
    assert page.finish(upload) == first
    assert len(journal(site, "file")) == 1


def test_an_end_asked_again_reads_sends_and_writes_nothing_also_from_a_left_seat(
    site: Site, page: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = page.announce(DATA)[1]["upload"]
    first = page.send(upload, DATA)
    before = site.live.session(AM).next_seq
    asked: list[str] = []
    monkeypatch.setattr(site.files, "complete", lambda one: asked.append("read"))
    monkeypatch.setattr(site.standby, "secure", lambda names: asked.append("sent"))
    assert page.finish(upload) == first
    move(site, page)
    assert page.finish(upload) == first
    assert (asked, site.live.session(AM).next_seq) == ([], before + 1)
    # The control: an end that is not known yet does all of it.
    new = Uploader(page.client, page.candidate, "other")
    new.token, new.video = new.sign_in(seat=40)[1]["token"], page.video
    new.finish(new.announce(b"x")[1]["upload"])
    assert asked == ["read", "sent"]


def test_ends_asked_at_the_same_moment_give_one_event(site: Site, page: Uploader) -> None:
    upload = page.announce(DATA)[1]["upload"]
    for begin in range(0, len(DATA), MIB):
        page.part(upload, begin, DATA[begin : begin + MIB])
    told: list[int] = []
    threads, _ = at_once([lambda: told.append(page.finish(upload)[0])] * 3)
    for thread in threads:
        thread.join()
    assert 200 in told
    # Who asks while the file is being looked at is told to come again, and then hears the same.
    assert set(told) <= {200, 429}
    assert page.finish(upload)[0] == 200
    assert len(journal(site, "file")) == 1


def test_an_upload_goes_on_where_it_ended_also_after_a_restart(
    site: Site, site_folder: Path, page: Uploader
) -> None:
    upload = page.announce(DATA)[1]["upload"]
    page.part(upload, 0, DATA[:1000])
    site.close()
    again = Site(site_folder)
    page.client = browser(again)
    at = page.call("GET", f"uploads/{upload}")[1]["offset"]
    assert (at, page.announce(DATA)[1]["offset"]) == (1000, 1000)
    assert page.send(upload, DATA, at)[0] == 200
    assert kept(again) == [DATA]
    again.close()


def test_a_part_at_another_offset_is_refused_and_the_right_one_told(
    site: Site, page: Uploader
) -> None:
    upload = page.announce(DATA)[1]["upload"]
    page.part(upload, 0, DATA[:1000])
    for at, part in ((0, DATA[:1000]), (1001, b"x"), (0, b"x")):
        assert code(page.part(upload, at, part)) == (409, "wrong-offset")
    assert page.call("GET", f"uploads/{upload}")[1]["offset"] == 1000


def test_more_than_was_announced_is_refused(page: Uploader) -> None:
    upload = page.announce(b"abc")[1]["upload"]
    assert code(page.part(upload, 0, b"abcd")) == (409, "wrong-offset")
    assert code(page.part(upload, 0, b"x" * (MIB + 1))) == (400, "request-refused")


def test_an_unfinished_file_is_not_called_kept(site: Site, page: Uploader) -> None:
    upload = page.announce(DATA)[1]["upload"]
    page.part(upload, 0, DATA[:1000])
    assert code(page.finish(upload)) == (409, "wrong-offset")
    assert (journal(site, "file"), kept(site)) == ([], [])


def test_another_file_than_announced_is_dropped(site: Site, page: Uploader) -> None:
    upload = page.announce(DATA)[1]["upload"]
    wrong = b"!" + DATA[1:]
    assert code(page.send(upload, wrong)) == (422, "upload-altered")
    assert (journal(site, "file"), kept(site)) == ([], [])
    assert page.call("GET", f"uploads/{upload}")[1]["offset"] == 0
    assert page.send(upload, DATA)[0] == 200


def test_versions_are_all_kept_and_the_highest_number_counts(site: Site, page: Uploader) -> None:
    versions = [b"first", b"second", b"third"]
    for number in (1, 3, 2):
        data = versions[number - 1]
        page.send(page.announce(data, number)[1]["upload"], data)
    listed = page.call("GET", "uploads")[1]["files"]
    assert [one["sequence"] for one in listed] == [1, 3, 2]
    assert sorted(kept(site)) == sorted(versions)
    attempt = site.live.session(AM).current_attempt(page.candidate.admission)
    assert attempt.final_responses() == {"t1/video": hashlib.sha256(b"third").hexdigest()}


def test_a_number_used_for_another_file_is_never_called_saved(site: Site, page: Uploader) -> None:
    page.send(page.announce(b"one", 1)[1]["upload"], b"one")
    answer = page.send(page.announce(b"two", 1)[1]["upload"], b"two")
    assert code(answer) == (422, "sequence-reused")
    assert len(journal(site, "file")) == 1


NAMES = ("", "x" * 256 + ".mp4", "a\x00.mp4", "a\n.mp4", "\u202egpj.mp4", "tool.exe", "mp4")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_is_refused(page: Uploader, name: str) -> None:
    assert page.announce(b"x", name=name)[0] in (400, 422)


def test_a_name_like_a_path_is_data_and_leads_nowhere(site: Site, page: Uploader) -> None:
    name = "../../../../site.mp4"
    page.send(page.announce(b"x", name=name)[1]["upload"], b"x")
    assert journal(site, "file")[0]["name"] == name
    assert not list(site.folder.parent.rglob("site.mp4"))


@pytest.mark.parametrize("size", [0, -1, 200 * MIB + 1, 2**70])
def test_a_size_that_cannot_be_is_refused(page: Uploader, size: int) -> None:
    assert code(page.announce(b"x", size=size)) == (422, "upload-refused")


def test_the_quota_counts_what_is_announced_and_a_dropped_file_frees_it(
    site: Site, page: Uploader
) -> None:
    told = [page.announce(b"x", n, size=200 * MIB) for n in range(1, 6)]
    assert [status for status, _ in told] == [200] * 5
    assert code(page.announce(b"x", 6)) == (413, "quota-spent")
    assert page.call("DELETE", f"uploads/{told[0][1]['upload']}")[0] == 200
    assert page.announce(b"x", 6)[0] == 200


def test_only_what_is_asked_for_is_taken(page: Uploader) -> None:
    for item in (page.script, "nothing"):
        assert code(page.announce(b"x", item=item)) == (422, "upload-refused")
    saves = [{"sequence": 1, "item": page.video, "response": []}]
    cleared = page.call("POST", PATH.rpartition("/")[2], {"instance": "abc123", "saves": saves})
    assert code(cleared) == (422, "save-refused")


def test_nobody_gets_a_neighbours_file_by_its_hash(
    hq: world.Headquarters, site: Site, page: Uploader
) -> None:
    upload = page.announce(DATA)[1]["upload"]
    page.send(upload, DATA)
    plan = site.live.session(AM).plan
    other = Uploader(page.client, page.candidate, "other")
    other.candidate = world.candidates("live", 2, 1)[0]
    assert plan.candidates[1].admission == other.candidate.admission
    other.begin()
    assert code(other.call("GET", f"uploads/{upload}")) == (404, "not-found")
    mine = other.announce(DATA)[1]
    assert (mine["offset"], code(other.finish(mine["upload"]))) == (0, (409, "wrong-offset"))


def test_a_left_seats_part_is_evidence_and_overwrites_nothing(site: Site, page: Uploader) -> None:
    upload = page.announce(DATA)[1]["upload"]
    page.part(upload, 0, DATA[:1000])
    move(site, page)
    assert code(page.part(upload, 1000, DATA[1000:3000])) == (409, "seat-moved")
    assert code(page.part(upload, 3000, DATA[3000:4000])) == (409, "seat-moved")
    assert code(page.announce(DATA, 2)) == (409, "seat-moved")
    (late,) = journal(site, "file-evidence")
    assert (late["held"], late["why"], journal(site, "file")) == (3000, "seat-moved", [])


def test_an_invigilator_sees_files_and_late_ones(site: Site, page: Uploader) -> None:
    page.send(page.announce(b"one")[1]["upload"], b"one")
    upload = page.announce(b"two", 2)[1]["upload"]
    page.part(upload, 0, b"two")
    move(site, page)
    assert code(page.finish(upload)) == (409, "seat-moved")
    (seen,) = staff_browser(site, "invigilator").get(f"/api/room/{AM}/files").json.values()
    assert [one["name"] for one in seen["files"]] == ["作品.mp4"]
    assert [one["why"] for one in seen["late"]] == ["seat-moved"]


def test_a_full_disk_is_told_before_a_file_begins(
    site_folder: Path, site: Site, page: Uploader
) -> None:
    upload = page.announce(DATA)[1]["upload"]
    site.close()
    (site_folder / "settings.toml").write_text("reserve_mib = 1000000000\n")
    short = Site(site_folder)
    page.client = browser(short)
    assert code(page.announce(b"x", 2)) == (507, "disk-too-full")
    assert code(page.part(upload, 0, b"x")) == (507, "disk-too-full")
    short.close()


@pytest.mark.parametrize(
    ("number", "told", "offset"),
    [(errno.ENOSPC, "disk-too-full", 1000), (errno.EIO, "storage-failed", 0)],
)
def test_a_part_that_is_not_on_the_disk_is_not_acknowledged(
    page: Uploader, monkeypatch: pytest.MonkeyPatch, number: int, told: str, offset: int
) -> None:
    upload = page.announce(DATA)[1]["upload"]
    page.part(upload, 0, DATA[:1000])

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(files.Files, "_write", fail)
        assert code(page.part(upload, 1000, DATA[1000:2000]))[1] == told
    assert page.call("GET", f"uploads/{upload}")[1]["offset"] == offset
    assert page.send(upload, DATA, offset)[0] == 200


def test_what_is_being_written_is_not_told_before_the_disk_has_it(
    site: Site, page: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = page.announce(DATA)[1]["upload"]
    page.part(upload, 0, DATA[:1000])
    told: list[int] = []

    def slow(handle: int) -> None:
        told.append(os.fstat(handle).st_size)
        told.append(page.call("GET", f"uploads/{upload}")[1]["offset"])

    monkeypatch.setattr(files, "sync", slow)
    assert page.part(upload, 1000, DATA[1000:2000])[1]["offset"] == 2000
    assert told == [2000, 1000]


def test_a_part_that_a_fresh_start_cannot_sync_begins_anew(
    site: Site, site_folder: Path, page: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = page.announce(DATA)[1]["upload"]
    page.part(upload, 0, DATA[:1000])
    site.close()

    def failed(handle: int) -> None:
        raise SyncFailed(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as broken:
        broken.setattr(files, "sync", failed)
        again = Site(site_folder)
    page.client = browser(again)
    assert page.call("GET", f"uploads/{upload}")[1]["offset"] == 0
    assert page.send(upload, DATA)[0] == 200
    again.close()
