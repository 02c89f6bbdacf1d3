"""A page that is left says so, the wall calls for a look, and a person decides."""

from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import Page, expect
from premises import Premises
from staff_page import StaffPage

LEAVE = """() => {
  const hide = (state, focus) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.hasFocus = () => focus;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  hide("hidden", false);
  hide("visible", true);
}"""


def leave(page: Page, times: int) -> None:
    """As if another window had been over it."""
    for _ in range(times):
        page.evaluate(LEAVE)


def test_a_page_left_three_times_calls_for_a_look_and_the_exam_goes_on(
    site: Premises, watch: Watch
) -> None:
    person = site.people["live"][0]
    page = CandidatePage(watch.machine().new_page(), site.address, person, site.bank("live"))
    page.sign_in()
    leave(page.page, 5)
    page.press("信息无误，确认")
    page.page.check("#commitment")
    page.press("进入候考")
    page.on_paper()
    leave(page.page, 3)
    page.page.dispatch_event("body", "copy")
    helper = StaffPage(watch.machine().new_page(), site.address)
    helper.sign_in("helper", site.passwords.helper)
    tile = helper.page.locator(".place").filter(has_text=person.name)
    expect(tile).to_contain_text("切屏 3")
    tile.click()
    expect(helper.page.locator("#beside")).to_contain_text("页面被遮住 3 · 复制 1")
    page.answer(1)
    page.expect_saved(1)
