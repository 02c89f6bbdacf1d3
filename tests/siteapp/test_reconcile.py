"""The end of a session: what does not add up is named, mended, and then adds up."""

import pytest
import world
from conducted import OF, Room
from deciding import AM, act, code, staff
from room import Page, browser, journal

from siteapp.conduct import acts
from siteapp.conduct.reconcile import How, reconcile, settle
from siteapp.site import Site
from sync.errors import NotReady


def found(room: Room, sitting: str = "live") -> dict[int, list[str]]:
    """seat → what is wrong with its attempt in one sitting."""
    rows = reconcile(room.session, [])["rows"]
    return {row["seat"]: row["problems"] for row in rows if row["sitting"] == sitting}


def mend(room: Room, seat: int, how: How) -> list[str]:
    """The kinds of the events."""
    return room.happen(settle(room.attempt(seat), how, "情况", "chief", OF))


def test_nothing_is_wrong_before_a_sitting_has_begun() -> None:
    assert (found(Room()), reconcile(Room().session, [])["registered"]) == ({}, 6)


def test_everyone_who_does_not_add_up_is_named_and_mended() -> None:
    room = Room()
    room.open()
    room.begin(room.attempt(1))
    room.happen(acts.sign_in(room.session, room.attempt(2), "x"))
    assert found(room) == {1: ["writing"], 2: ["not-started"], 3: ["nobody"]}
    assert mend(room, 1, "collect") == ["incident", "hand-in"]
    assert mend(room, 2, "absent") == mend(room, 3, "absent") == ["absent", "incident"]
    assert found(room) == {1: ["blank"]}
    assert (mend(room, 1, "blank"), mend(room, 1, "blank")) == (["incident"], [])
    assert found(room) == {}
    told = reconcile(room.session, [])
    counts = [told[name] for name in ("registered", "absent", "handed_in", "blank")]
    assert counts == [6, 2, 1, 1]
    assert room.replayed().attempts == room.session.attempts


def test_a_paper_with_an_answer_is_not_blank_and_is_not_called_so() -> None:
    room = Room()
    room.open()
    mine = room.attempt(1)
    room.begin(mine)
    room.save(mine, (1, "q1", "a"))
    room.now += 31 * 60_000
    room.hand_in(mine, 1)
    assert 1 not in found(room)
    with pytest.raises(NotReady):
        mend(room, 1, "blank")


def test_files_on_their_way_and_late_answers_show() -> None:
    room = Room()
    mine = room.attempt(1)
    mine.late.add(("x", 1))
    (row,) = reconcile(room.session, [mine.id])["rows"]
    assert (row["problems"], row["mends"]) == (["late", "uploads"], [])


def test_the_wall_mends_what_differs_and_the_record_says_by_whom(
    open_site: Site, open_package: world.Package, pages: list[Page]
) -> None:
    chief, _ = staff(open_site, "周主考", "chief")
    pages[0].hand_in()
    told = chief.get(f"/api/room/{AM}/reconcile").json
    assert {row["seat"]: row["mends"] for row in told["rows"]} == {
        1: ["blank"],
        2: ["collect"],
        **{seat: ["absent"] for seat in (3, 4, 5)},
    }
    for row in told["rows"]:
        body = {"attempt": row["attempt"], "how": row["mends"][0], "note": "核实"}
        assert act(chief, "settle", **body)[0] == 200
    body = {"attempt": told["rows"][1]["attempt"], "how": "blank", "note": "核实"}
    assert act(chief, "settle", **body)[0] == 200
    after = chief.get(f"/api/room/{AM}/reconcile").json
    assert (after["rows"], after["absent"], after["blank"]) == ([], 3, 2)
    assert {one["by"] for one in journal(open_site, "incident")} == {"周主考"}
    assert code(act(chief, "settle", **body | {"how": "delete"}))[0] == 400
    assert browser(open_site).get(f"/api/room/{AM}/reconcile").status_code == 401
