"""The wall in the layout that somebody drew, with a hand that goes up and down."""

from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import expect
from premises import Premises
from staff_page import StaffPage

from siteapp.rooms.plan import Cell, RoomGrid, RoomPlan
from siteapp.site import Site


def draw(premises: Premises) -> None:
    """Two seats with an aisle between them, and a spare in the row behind."""
    cells = (
        Cell(1, 1, "seat", premises.people["live"][1].seat),
        Cell(1, 2, "aisle"),
        Cell(1, 3, "seat", premises.people["live"][0].seat),
        Cell(2, 1, "spare", 99),
    )
    site = Site(premises.site_folder)
    plan = RoomPlan(rooms=(RoomGrid("第一机房", 2, 3, cells),))
    site.rooms.change(0, "admin", "draw", lambda _: plan)
    site.close()


def test_tiles_stand_where_the_seats_do_and_a_raised_hand_is_answered(
    premises: Premises, watch: Watch
) -> None:
    premises.furnish()
    draw(premises)
    premises.start_site()
    premises.open()
    left, right = premises.people["live"][1], premises.people["live"][0]
    chief = StaffPage(watch.machine().new_page(), premises.address)
    chief.sign_in("chief", premises.passwords.chief)
    places = {
        person.seat: chief.page.get_by_role("listitem").filter(has_text=person.name).bounding_box()
        for person in (left, right)
    }
    assert places[left.seat]["x"] < places[right.seat]["x"]
    assert places[left.seat]["y"] == places[right.seat]["y"]
    expect(chief.page.locator(".tile.nobody")).to_have_text("99备用机")
    expect(chief.page.locator(".wall > .tiles .tile")).to_have_count(2)
    bank = premises.bank("live")
    page = CandidatePage(watch.machine().new_page(), premises.address, right, bank)
    page.enter()
    page.press("举手")
    tile = chief.page.locator(".place").filter(has_text=right.name)
    expect(tile).to_contain_text("举手")
    chief.press("已处理")
    expect(tile).not_to_contain_text("举手")
    expect(page.page.get_by_role("button", name="举手", exact=True)).to_be_visible()
