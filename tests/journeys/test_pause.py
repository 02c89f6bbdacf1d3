"""Pause and resume, and a hand-in taken back by two, as the room sees it."""

from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import expect
from premises import Premises
from staff_page import StaffPage


def test_a_pause_covers_the_paper_and_two_people_take_a_hand_in_back(
    site: Premises, watch: Watch
) -> None:
    person = site.people["live"][0]
    page = CandidatePage(watch.machine().new_page(), site.address, person, site.bank("live"))
    page.enter()
    page.answer(1)
    chief = StaffPage(watch.machine().new_page(), site.address)
    chief.sign_in("chief", site.passwords.chief)
    chief.page.get_by_role("listitem").filter(has_text=person.name).click()
    chief.press("暂停", reason="消防演习")
    expect(page.page.locator("h1")).to_have_text("考试已暂停")
    expect(page.page.locator(".question")).to_have_count(0)
    tile = chief.page.locator(".tile.chosen")
    expect(tile).to_contain_text("已暂停")
    chief.press("恢复")
    expect(tile).to_contain_text("作答中")
    page.answer(2)
    page.hand_in()
    expect(tile).to_contain_text("已交卷")
    wrong = {"minutes": "0", "reason": "误交卷", "second": "helper", "password": "not this"}
    chief.page.get_by_role("button", name="撤回交卷").click()
    chief.send(**wrong)
    expect(chief.dialog).to_contain_text("用户名或密码不正确")
    chief.send(password=site.passwords.helper)
    expect(tile).not_to_contain_text("已交卷")
    back = CandidatePage(watch.machine().new_page(), site.address, person, site.bank("live"))
    back.sign_in()
    back.on_paper()
    assert len(back.chosen(1)) == len(back.chosen(2)) == 1
    back.hand_in()
