"""While a candidate waits the machine checks itself, and hinders nobody, whatever becomes of it."""

from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import Page, expect
from premises import Person, Premises
from staff_page import StaffPage

SMALL = "Object.defineProperty(screen, 'width', { get: () => 800 })"


def waiting(premises: Premises, page: Page, person: Person) -> CandidatePage:
    """That candidate in the waiting room."""
    seat = CandidatePage(page, premises.address, person, premises.bank(person.sitting))
    # At once, where pages spread themselves over a quarter of a minute.
    seat.altered("quick-check.js", "FIRST_MS + Math.random() * SPREAD_MS", "0")
    seat.sign_in()
    seat.press("信息无误，确认")
    page.check("#commitment")
    seat.press("进入候考")
    expect(seat.title).to_have_text("候考")
    return seat


def test_a_machine_that_fails_its_quick_check_shows_beside_the_wall_and_its_candidate_starts(
    watch: Watch, premises: Premises
) -> None:
    premises.furnish()
    premises.start_site()
    small = watch.machine()
    small.add_init_script(SMALL)
    person, page = premises.people["live"][0], small.new_page()
    seat = waiting(premises, page, person)
    # The control: of another machine every question is cut off, and nothing of it shows.
    cut = watch.machine().new_page()
    cut.route("**/api/check/*", lambda route: route.abort())
    other = waiting(premises, cut, premises.people["live"][1])
    chief = StaffPage(watch.machine().new_page(), premises.address)
    chief.sign_in("chief", premises.passwords.chief)
    chief.page.goto(f"{premises.address}/room")
    notice = chief.page.locator("#checks")
    expect(notice).to_contain_text("1 台考试机检查未通过")
    notice.locator("summary").click()
    expect(notice).to_contain_text(f"座位 {person.seat}：屏幕")
    premises.open()
    seat.on_paper()
    other.on_paper()
