"""What the invigilators do in the room shows on the candidate's page without a reload."""

from candidate_page import Sit
from playwright.sync_api import expect
from premises import Premises, wait_until


def test_make_up_time_and_a_message_appear_on_the_open_page(site: Premises, sit: Sit) -> None:
    page, other = (sit(person) for person in site.people["live"][:2])
    for one in (page, other):
        one.enter()
        one.page.evaluate("window.neverReloaded = true")
    before, others = page.seconds_left(), other.seconds_left()
    admission = page.person.admission
    site.act("extend", admission=admission, minutes=10, reason="电源故障")
    site.act("message", admission=admission, text="请把手机交到讲台")
    wait_until(lambda: page.seconds_left() > before + 500, "ten more minutes on the page")
    assert page.seconds_left() <= before + 600
    message = page.page.locator(".messages .message")
    expect(message).to_contain_text("监考员：请把手机交到讲台")
    page.press("知道了")
    expect(message).to_have_count(0)
    assert all(one.page.evaluate("window.neverReloaded") for one in (page, other))
    other.answer(1)
    other.expect_saved(1)
    assert other.seconds_left() <= others
    expect(other.page.locator(".messages .message")).to_have_count(0)


def test_a_paper_that_the_chief_collects_ends_on_the_page_with_its_receipt(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    page.enter()
    page.answer(1)
    page.expect_saved(1)
    wall = site.act("collect", admission=page.person.admission, reason="身体不适")
    tile = next(t for t in wall["tiles"] if t["admission"] == page.person.admission)
    assert page.receipt() == tile["receipt"]
    assert (tile["how"], tile["answered"]) == ("forced", 1)
