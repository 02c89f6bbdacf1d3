"""A sitting in Safe Exam Browser: its script proves it; others are told how, or are let in."""

import pytest
from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import expect
from premises import SETTINGS, Premises
from staff_page import StaffPage

from sync.wire.seb import url_hash

KEY = "5e" * 32
# As SEB for macOS and iOS gives it: empty until it was asked to fill it in.
SCRIPT = """window.SafeExamBrowser = {security: {configKey: "", updateKeys(done) {
    setTimeout(() => { this.configKey = "%s"; done(); }, 50); }}};"""


def machine(premises: Premises, watch: Watch, number: int, key: str = "") -> CandidatePage:
    page, person = watch.machine().new_page(), premises.people["live"][number]
    if key:
        page.add_init_script(SCRIPT % url_hash(f"{premises.address}/?seat={person.seat}", key))
    return CandidatePage(page, premises.address, person, premises.bank("live"))


@pytest.mark.long
def test_who_is_in_it_gets_in_and_who_is_not_is_told_how_or_let_in(
    premises: Premises, watch: Watch
) -> None:
    premises.furnish()
    settings = SETTINGS.format(address=premises.hq_address)
    settings += f'seb_sittings = "all"\nseb_config_key = "{KEY}"\n'
    (premises.site_folder / "settings.toml").write_text(settings)
    premises.start_site()
    premises.open()
    proved = machine(premises, watch, 0, KEY)
    proved.enter()
    proved.answer(1)
    proved.expect_saved(1)
    other = machine(premises, watch, 1)
    other.sign_in()
    expect(other.page.locator(".notice.bad")).to_contain_text("Safe Exam Browser")
    expect(other.page.get_by_role("link", name="怎样打开考试浏览器")).to_be_visible()
    helper = StaffPage(watch.machine().new_page(), premises.address)
    helper.sign_in("helper", premises.passwords.helper)
    tile = helper.page.locator(".place").filter(has_text=other.person.name)
    expect(tile).to_contain_text("非 SEB")
    tile.click()
    helper.page.get_by_role("button", name="准许普通浏览器").click()
    helper.send(reason="本机是 Linux")
    expect(tile).not_to_contain_text("非 SEB")
    other.enter()
    other.on_paper()
