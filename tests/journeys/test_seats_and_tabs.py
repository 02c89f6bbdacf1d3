"""One candidate, one page: another seat and another tab take over, and the old one says so."""

from candidate_page import Sit
from playwright.sync_api import expect
from premises import SPARE_SEAT, Premises, counted


def test_the_page_of_a_left_seat_locks_and_the_candidate_goes_on_at_the_new_one(
    site: Premises, sit: Sit
) -> None:
    person = site.people["live"][0]
    old, new = sit(person), sit(person)
    old.enter()
    old.answer(1)
    old.answer(2)
    old.press("标记本题")
    old.expect_saved(2)
    old.go(3)
    site.act("move", admission=person.admission, seat=SPARE_SEAT, reason="键盘失灵")
    old.page.locator("label.option").first.click()
    old.expect_title("考生已换座位")
    expect(old.page.locator(".notice")).to_contain_text(f"已换到 {SPARE_SEAT} 号座位")
    expect(old.page.locator("label.option")).to_have_count(0)
    new.taken = old.taken
    new.sign_in(SPARE_SEAT)
    new.on_paper()
    new.expect_saved(2)
    expect(new.page.locator("button.cell.flagged")).to_have_text("2")
    new.answer(4)
    new.hand_in()
    journal = site.journal()
    late = [e.body["why"] for e in journal if e.kind == "evidence"]
    assert late == ["seat-moved"]
    assert counted(journal, person) == new.taken.options


def test_the_old_seat_lets_nobody_in_and_names_the_new_one(site: Premises, sit: Sit) -> None:
    person = site.people["live"][0]
    site.act("move", admission=person.admission, seat=SPARE_SEAT, reason="键盘失灵")
    page = sit(person)
    page.sign_in()
    expect(page.page.get_by_role("alert")).to_contain_text(f"您的座位是 {SPARE_SEAT} 号")


def test_a_second_tab_says_so_and_takes_over_when_the_candidate_wants_it(
    site: Premises, sit: Sit
) -> None:
    first = sit(site.people["live"][0])
    first.enter()
    first.answer(1)
    first.expect_saved(1)
    second = first.another_tab()
    second.expect_title("试卷已在另一个页面打开")
    first.answer(2)
    second.press("在这里继续")
    second.on_paper()
    first.expect_title("试卷已在另一个页面打开")
    second.expect_saved(2)
    second.answer(3)
    second.hand_in()
    assert counted(site.journal(), first.person) == first.taken.options
