"""What nobody should type, paste or press: it does no harm, and the candidate is told the truth."""

from pathlib import Path

import pytest
from browsers import Watch
from candidate_page import CandidatePage, Sit
from playwright.sync_api import expect
from premises import Premises

EVIL = "<img src=x onerror=\"document.title='acted'\"><script>document.title='acted'</script>"
LONGEST = 50_000
# Ten megabytes in UTF-8.
HUGE = "播" * (10 * 2**20 // 3)


@pytest.fixture
def practical(tmp_path: Path) -> Premises:
    """A site with an open practical sitting."""
    made = Premises(tmp_path, live=1, component="practical")
    made.furnish()
    made.start_site()
    made.open()
    return made


@pytest.mark.long
def test_ten_megabytes_and_markup_in_a_text_are_kept_as_far_as_the_page_says(
    practical: Premises, watch: Watch
) -> None:
    person = practical.people["live"][0]
    paper = CandidatePage(
        watch.machine().new_page(), practical.address, person, practical.bank("live")
    )
    try:
        paper.enter()
        page = paper.page
        text = page.locator("#answer-text")
        text.focus()
        page.keyboard.insert_text(EVIL + HUGE)
        expect(page.locator("#answer-length")).to_contain_text(f"已到上限 {LONGEST}")
        paper.expect_saved(1)
        page.reload()
        paper.on_paper()
        expect(text).to_have_value((EVIL + HUGE)[:LONGEST])
        assert page.title() != "acted"
        (event,) = [one for one in practical.journal() if one.kind == "response"]
        assert event.body["response"] == (EVIL + HUGE)[:LONGEST]
    finally:
        practical.close()


def test_a_hand_in_pressed_twice_and_a_way_back_change_nothing(site: Premises, sit: Sit) -> None:
    paper = sit(site.people["live"][0])
    paper.enter()
    paper.answer(1)
    paper.press("交卷")
    paper.expect_title("交卷前检查")
    paper.press("交卷")
    paper.page.get_by_role("dialog").get_by_role("button", name="确定交卷").dblclick()
    receipt = paper.receipt()
    paper.page.reload()
    assert paper.receipt() == receipt
    paper.page.go_back()
    paper.page.go_forward()
    assert paper.receipt() == receipt
    kinds = [one.kind for one in site.journal()]
    assert (kinds.count("hand-in"), kinds.count("start"), kinds.count("response")) == (1, 1, 1)


@pytest.mark.long
def test_markup_typed_into_the_sign_in_is_only_a_wrong_number(site: Premises, sit: Sit) -> None:
    paper = sit(site.people["live"][0])
    page = paper.page
    page.goto(f"{site.address}/?seat=1")
    page.fill("#admission", EVIL)
    page.fill("#secret", "000000")
    paper.press("登录")
    expect(page.get_by_role("alert")).to_contain_text("准考证号或身份证号不正确")
    assert page.title() != "acted"
