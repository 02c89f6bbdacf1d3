"""What the wall and the page say of files: on their way, left unfinished, the one that counts."""

import pytest
from practical import Uploader
from room import staff_browser
from together import AM

from siteapp.site import Site
from siteapp.uploads import files
from siteapp.uploads.files import Files

DATA = bytes(range(256)) * 30


def begun(page: Uploader, sequence: int) -> str:
    """A file of which the first bytes came; its number."""
    data = bytes([sequence]) + DATA
    upload = str(page.announce(data, sequence)[1]["upload"])
    assert page.part(upload, 0, data[:100])[0] == 200
    return upload


def told(site: Site, page: Uploader) -> tuple[int, int]:
    """How many files of the candidate are on their way, and how many stand still."""
    attempt = site.live.session(AM).current_attempt(page.candidate.admission).id
    return site.files.coming(AM).get(attempt, (0, 0))


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = files.time.monotonic()
    monkeypatch.setattr(files.time, "monotonic", lambda: now + files.IDLE_S + 1)


def test_a_file_of_which_nothing_comes_is_not_on_its_way_for_ever(
    site: Site, page: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begun(page, 1)
    assert told(site, page) == (1, 0)
    later(monkeypatch)
    assert told(site, page) == (0, 1)
    assert page.part(upload, 100, b"goes on")[0] == 200
    assert told(site, page) == (1, 0)


def test_a_file_left_for_a_later_one_is_not_waited_for(
    site: Site, page: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(page, 1)
    whole = page.announce(DATA, 2)[1]["upload"]
    assert page.send(whole, DATA)[0] == 200
    begun(page, 3)
    later(monkeypatch)
    assert told(site, page) == (0, 1)
    site.files = Files(site.files.folder, site.settings)
    assert told(site, page) == (0, 1)


def test_after_the_hand_in_the_wall_shows_no_upload(site: Site, page: Uploader) -> None:
    begun(page, 1)
    chief = staff_browser(site, "chief")
    assert list(chief.get(f"/api/room/{AM}").json["uploads"].values()) == [
        {"going": 1, "stalled": 0}
    ]
    assert page.hand_in()[0] == 200
    assert chief.get(f"/api/room/{AM}").json["uploads"] == {}


def test_the_version_that_counts_is_named_to_the_page(page: Uploader) -> None:
    for sequence in (2, 1):
        data = DATA[: sequence * 100]
        assert page.send(page.announce(data, sequence)[1]["upload"], data)[0] == 200
    listed = page.call("GET", "uploads")[1]["files"]
    assert {one["sequence"]: one["counts"] for one in listed} == {2: True, 1: False}
