"""Who may start: late-comers by leave, and faces compared where that is asked for."""

import pytest
import world
from conducted import MINUTE, Room
from deciding import AM, Pass, act, code, staff
from room import Page, browser, journal

from siteapp.conduct import entering
from siteapp.conduct.entering import Rules
from siteapp.errors import NotCheckedIn, TooLate
from siteapp.site import Site
from sync.errors import NotReady

RULES = Rules(15 * MINUTE, check_in=False)


def test_the_cut_off_runs_from_the_first_start_and_spares_who_has_started() -> None:
    room = Room()
    room.open()
    late = room.attempt(2)
    room.now += 60 * MINUTE
    assert entering.hindrance(room.session, late, room.now, RULES) is None
    room.begin(room.attempt(1))
    room.now += 15 * MINUTE
    assert entering.hindrance(room.session, late, room.now, RULES) is None
    room.now += 1
    assert isinstance(entering.hindrance(room.session, late, room.now, RULES), TooLate)
    assert entering.hindrance(room.session, room.attempt(1), room.now, RULES) is None
    assert entering.hindrance(room.session, room.attempt(2, "media"), room.now, RULES) is None
    assert room.happen(entering.admit(late, "堵车", "chief")) == ["admit"]
    assert entering.admit(late, "堵车", "chief") == []
    assert entering.hindrance(room.session, late, room.now, RULES) is None
    with pytest.raises(NotReady):
        entering.admit(room.attempt(1), "x", "chief")


def test_where_it_is_asked_for_nobody_starts_before_the_face_was_compared() -> None:
    room, rules = Room(), Rules(15 * MINUTE, check_in=True)
    mine = room.attempt(1)
    with pytest.raises(NotReady):
        entering.check_in(mine, "wu")
    room.open()
    room.begin(room.attempt(3))
    mine.phase = "confirmed"
    assert isinstance(entering.hindrance(room.session, mine, room.now, rules), NotCheckedIn)
    assert room.happen(entering.check_in(mine, "wu")) == ["check-in"]
    assert entering.check_in(mine, "wu") == []
    assert entering.hindrance(room.session, mine, room.now, rules) is None


def test_a_late_comer_waits_until_an_invigilator_lets_them_in(
    open_site: Site, open_package: world.Package, pages: list[Page], pass_ms: Pass
) -> None:
    pass_ms(16 * MINUTE)
    late = Page(browser(open_site), open_package.plan.candidates[2])
    late.sign_in()
    state = late.call("POST", "confirm", {})[1]
    assert (state["open"], state["hindrance"]) == (False, "too-late")
    assert code(late.call("POST", "start", {})) == (409, "too-late")
    helper, _ = staff(open_site, "吴监考")
    (tile,) = [t for t in helper.get(f"/api/room/{AM}").json["tiles"] if t["late_comer"]]
    assert tile["admission"] == late.candidate.admission
    assert act(helper, "check-in", admission=tile["admission"])[0] == 200
    assert act(helper, "admit", admission=tile["admission"], reason="堵车")[0] == 200
    assert late.call("POST", "start", {})[1]["phase"] == "started"
    (admitted,), (checked,) = journal(open_site, "admit"), journal(open_site, "check-in")
    assert (admitted["reason"], admitted["by"], checked["by"]) == ("堵车", "吴监考", "吴监考")
