"""A machine whose browser cannot write: the page says so, and writes it all down when it can."""

from candidate_page import CandidatePage, Sit
from playwright.sync_api import expect
from premises import Premises, counted

# While `window.full` is set, no place takes anything; while `window.noDatabase` is, only IndexedDB.
FULL = """
const [put, setItem] = [IDBObjectStore.prototype.put, Storage.prototype.setItem];
IDBObjectStore.prototype.put = function (...given) {
  if (window.full || window.noDatabase) throw new DOMException("full", "QuotaExceededError");
  return put.apply(this, given);
};
Storage.prototype.setItem = function (...given) {
  if (window.full) throw new DOMException("full", "QuotaExceededError");
  return setItem.apply(this, given);
};
"""
RAISE_YOUR_HAND = "本机无法保存作答，请举手"


def enter(site: Premises, sit: Sit) -> CandidatePage:
    """A candidate at the paper, in a browser that can be made full; the server is gone."""
    page = sit(site.people["live"][0])
    page.page.add_init_script(FULL)
    page.enter()
    site.kill_site()
    return page


def expect_all_in_a_new_tab(site: Premises, page: CandidatePage, count: int) -> None:
    """What the closed page had written down reaches the server."""
    page.page.close()
    site.start_site()
    again = page.another_tab()
    again.on_paper()
    again.expect_saved(count)
    again.hand_in()
    assert counted(site.journal(), page.person) == page.taken.options


def test_an_answer_that_no_place_took_is_not_called_kept_and_is_written_when_there_is_room(
    site: Premises, sit: Sit
) -> None:
    page = enter(site, sit)
    page.page.evaluate("window.full = true")
    page.answer(1)
    expect(page.contact).to_have_text(RAISE_YOUR_HAND)
    expect(page.local).to_have_text("尚未保存 1")
    expect(page.page.locator(".standing")).to_have_text("尚未保存")
    expect(page.page.get_by_label("第 1 题，已作答，尚未保存", exact=True)).to_be_visible()
    page.page.evaluate("window.full = false")
    page.answer(2)
    expect(page.local).to_have_text("仅保存在本机 2")
    expect(page.page.locator(".standing")).to_have_text("仅保存在本机")
    expect(page.page.get_by_label("第 1 题，已作答，仅保存在本机", exact=True)).to_be_visible()
    expect(page.contact).not_to_have_text(RAISE_YOUR_HAND)
    expect_all_in_a_new_tab(site, page, 2)


def test_where_the_database_takes_nothing_the_second_place_keeps_the_answers(
    site: Premises, sit: Sit
) -> None:
    page = enter(site, sit)
    page.page.evaluate("window.noDatabase = true")
    page.answer(1)
    page.answer(2)
    expect(page.local).to_have_text("仅保存在本机 2")
    expect_all_in_a_new_tab(site, page, 2)
