"""A candidate calls an invigilator from the page, and hears whether the call got through."""

import pytest
from candidate_page import Sit
from playwright.sync_api import expect
from premises import Premises


def test_a_hand_is_raised_by_key_and_seen_to_be_up_also_after_a_reload(
    site: Premises, sit: Sit
) -> None:
    paper = sit(site.people["live"][0])
    paper.enter()
    hand = paper.page.locator("button.hand")
    hand.focus()
    paper.page.keyboard.press("Enter")
    expect(hand).to_have_attribute("aria-pressed", "true")
    paper.page.reload()
    paper.on_paper()
    expect(hand).to_have_text("已举手")
    hand.click()
    expect(hand).to_have_text("举手")
    raised = [e.body["raised"] for e in site.journal() if e.kind == "hand"]
    assert raised == [True, False]


@pytest.mark.long
def test_who_cannot_be_heard_is_told_to_raise_the_real_hand(site: Premises, sit: Sit) -> None:
    paper = sit(site.people["live"][0])
    paper.enter()
    site.kill_site()
    paper.page.locator("button.hand").click()
    expect(paper.page.get_by_role("dialog")).to_contain_text("请直接举手示意")
    paper.press("关闭")
    expect(paper.page.locator("button.hand")).to_have_attribute("aria-pressed", "false")
