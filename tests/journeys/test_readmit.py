"""A machine dies: another one at that seat shows a number, and the console has the code."""

import re

from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import expect
from premises import SETTINGS, Premises
from staff_page import StaffPage


def test_another_machine_goes_on_with_a_code_from_the_console(
    premises: Premises, watch: Watch
) -> None:
    premises.furnish()
    settings = SETTINGS.format(address=premises.hq_address) + 'readmit = "on"\n'
    (premises.site_folder / "settings.toml").write_text(settings)
    premises.start_site()
    premises.open()
    person, bank = premises.people["live"][0], premises.bank("live")
    first = CandidatePage(watch.machine().new_page(), premises.address, person, bank)
    first.enter()
    first.answer(1)
    first.expect_saved(1)
    first.page.close()
    other = CandidatePage(watch.machine().new_page(), premises.address, person, bank)
    other.sign_in()
    said = other.page.locator(".notice.bad").filter(has_text="编号")
    number = re.search(r"编号 (\d{6})", said.inner_text())
    assert number
    helper = StaffPage(watch.machine().new_page(), premises.address)
    helper.sign_in("helper", premises.passwords.helper)
    helper.page.locator(".place").filter(has_text=person.name).click()
    helper.page.get_by_role("button", name="换机准入码").click()
    helper.send(challenge=number[1], reason="主机坏了")
    code = helper.dialog.locator(".code")
    expect(code).to_have_text(re.compile(r"\d{6}"))
    other.page.fill("#answer", code.inner_text())
    other.press("登录")
    other.on_paper()
    assert len(other.chosen(1)) == 1
