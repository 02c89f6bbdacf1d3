"""What pages notice of themselves: counted, bounded, shown, and nothing follows by itself."""

from typing import Any

import pytest
from conducted import Room
from deciding import AM, act, staff
from room import Page, journal

from siteapp.conduct.noticing import MAX_EVENTS, Noticed, notice
from siteapp.site import Site


def tell(page: Page, *seen: Any) -> tuple[int, Any]:
    """What one page says that it noticed."""
    body = {"instance": page.instance, "seen": list(seen)}
    return page.call("POST", "noticed", body)


def test_it_adds_up_and_a_flood_has_an_end() -> None:
    room = Room()
    room.open()
    mine = room.attempt()
    assert notice(mine, "x", [Noticed("hidden", 1, 5)]) == []
    room.begin(mine)
    for _ in range(MAX_EVENTS):
        room.happen(notice(mine, "x", [Noticed("hidden", 2, 5), Noticed("paste", 1, 0)]))
    assert (mine.noticed_events, mine.noticed["hidden"]) == (MAX_EVENTS, MAX_EVENTS)
    assert room.replayed().attempts == room.session.attempts


def test_the_wall_calls_for_a_look_from_the_third_time_and_does_nothing_else(
    open_site: Site, pages: list[Page]
) -> None:
    helper, _ = staff(open_site, "吴监考")

    def tile() -> dict[str, Any]:
        (found,) = [t for t in helper.get(f"/api/room/{AM}").json["tiles"] if t["seat"] == 1]
        return dict(found)

    assert tell(pages[0], ["hidden", 1, 4000], ["copy", 1, 0])[0] == 200
    assert (tile()["noticed"], tile()["look"]) == ({"hidden": 1, "copy": 1}, False)
    assert tell(pages[0], ["blur", 2, 100])[0] == 200
    assert (tile()["look"], tile()["phase"]) == (True, "started")
    assert pages[0].call("GET", "state")[1]["phase"] == "started"
    assert [b["what"] for b in journal(open_site, "noticed")] == ["hidden", "copy", "blur"]
    assert journal(open_site, "violation") == []


def test_a_violation_stands_on_the_seat_in_every_paper_of_the_person(
    open_site: Site, pages: list[Page]
) -> None:
    chief, _ = staff(open_site, "周主考", "chief")

    def shown() -> dict[int, int]:
        tiles = chief.get(f"/api/room/{AM}").json["tiles"]
        return {one["seat"]: one["violations"] for one in tiles if one["current"]}

    assert set(shown().values()) == {0}
    who = pages[0].candidate.admission
    assert act(chief, "violation", admission=who, note="夹带")[0] == 200
    assert {seat: count for seat, count in shown().items() if count} == {1: 1}


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [["hidden", 0, 0]],
        [["hidden", 1001, 0]],
        [["hidden", 1, -1]],
        [["hidden", 1, 10**12]],
        [["hidden", True, 0]],
        [["<script>", 1, 0]],
        [["hidden", 1]],
        [["hidden", 1, 0], ["hidden", 1, 0]],
        ["hidden"],
        [[["hidden"], 1, 0]],
        [["hidden", 1, 0]] * 9,
    ],
)
def test_what_no_page_of_ours_says_is_refused(
    open_site: Site, pages: list[Page], seen: list[Any]
) -> None:
    assert tell(pages[0], *seen)[0] == 400
    assert journal(open_site, "noticed") == []


def test_a_page_of_a_left_seat_says_nothing_about_the_new_one(
    open_site: Site, pages: list[Page]
) -> None:
    helper, _ = staff(open_site, "吴监考")
    who = pages[0].candidate.admission
    assert act(helper, "move", admission=who, seat=77, reason="坏了")[0] == 200
    assert tell(pages[0], ["hidden", 1, 1])[0] == 409
    assert journal(open_site, "noticed") == []
