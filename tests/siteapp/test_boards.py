"""The wall's picture: one for all who look, and to each page only what is new to it."""

from typing import Any

import pytest
import world
from room import Page, browser, staff_browser
from together import AM

from siteapp.boards import LASTS_MS, Boards
from siteapp.conduct.board import Board
from siteapp.conduct.session import Session
from siteapp.site import Site


def picture(**answered: int) -> dict[str, Any]:
    """A wall of a few seats."""
    tiles = [{"attempt": name, "answered": count} for name, count in answered.items()]
    return {"session": AM, "lost": [], "tiles": tiles}


def test_a_page_is_told_only_what_changed_after_what_it_has() -> None:
    board = Board("e")
    board.take(picture(a=0, b=0))
    first = board.since("", 1)
    assert (first["whole"], len(first["tiles"])) == (True, 2)
    board.take(picture(a=0, b=1))
    second = board.since(first["version"], 2)
    assert second["tiles"] == [{"attempt": "b", "answered": 1}]
    assert (second["whole"], "lost" in second) == (False, False)
    assert board.since(second["version"], 3)["tiles"] == []


def test_what_was_missed_over_several_versions_comes_at_once() -> None:
    board = Board("e")
    board.take(picture(a=0, b=0, c=0))
    had = board.since("", 0)["version"]
    for seen in (picture(a=1, b=0, c=0), picture(a=1, b=1, c=0), picture(a=1, b=1, c=0)):
        board.take(seen)
    assert [t["attempt"] for t in board.since(had, 0)["tiles"]] == ["a", "b"]


@pytest.mark.parametrize(
    "version", ["f.1", "e.2", "e.", "e.-1", "e.x", ".1", "e.¹", "e." + "9" * 30]
)
def test_a_version_of_another_run_or_of_nothing_gets_the_whole_picture(version: str) -> None:
    board = Board("e")
    board.take(picture(a=0))
    told = board.since(version, 0)
    assert (told["whole"], len(told["tiles"])) == (True, 1)


class Looks:
    """How often a picture was made, by a clock that stands where it is put."""

    def __init__(self) -> None:
        self.made, self.now = 0, 0
        self.boards = Boards(self._look, lambda: self.now)

    def _look(self, session: Session) -> dict[str, Any]:
        self.made += 1
        return picture(a=self.made)


def test_many_walls_cost_one_picture_a_second_and_an_act_one_more(open_site: Site) -> None:
    looks, session = Looks(), open_site.live.session(AM)
    for _ in range(50):
        looks.boards.told(session, "")
    assert looks.made == 1
    looks.now = LASTS_MS
    told = [looks.boards.told(session, "")["tiles"][0]["answered"] for _ in range(50)]
    assert (looks.made, set(told)) == (2, {2})
    looks.boards.told(session, "", fresh=True)
    assert looks.made == 3


def test_a_clock_that_stands_behind_the_last_picture_does_not_freeze_the_wall(
    open_site: Site,
) -> None:
    looks, session = Looks(), open_site.live.session(AM)
    looks.now = 10 * LASTS_MS
    looks.boards.told(session, "")
    looks.now = 0
    looks.boards.told(session, "")
    assert looks.made == 2


def test_the_wall_of_a_writing_room_is_sent_seat_by_seat(
    open_site: Site, open_package: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief = staff_browser(open_site, "chief")
    pages = [Page(browser(open_site), person) for person in open_package.plan.candidates[:2]]
    for page in pages:
        page.begin()
    monkeypatch.setattr("siteapp.boards.LASTS_MS", 0)
    had = chief.get(f"/api/room/{AM}").json
    assert len(had["tiles"]) == len(open_package.plan.candidates)
    pages[0].save(0)
    told = chief.get(f"/api/room/{AM}?since={had['version']}").json
    assert [(t["seat"], t["answered"]) for t in told["tiles"]] == [(1, 1)]
    assert "sittings" not in told
