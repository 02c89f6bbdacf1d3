"""The next candidate at a machine finds nothing of the one before."""

import json

from browsers import kept
from candidate_page import CandidatePage, Sit
from playwright.sync_api import expect
from premises import Premises


def traces(page: CandidatePage, token: str, options: list[str]) -> list[str]:
    """Which of the token, the stem and the answers lie on the machine."""
    text = kept(page.page)
    return [trace for trace in (token, *options) if trace in text]


def test_after_the_hand_in_no_answer_and_no_token_stays_on_the_machine(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    page.enter()
    with page.page.expect_request("**/api/candidate/responses") as sending:
        page.answer(1)
    page.expect_saved(1)
    token = sending.value.headers["authorization"].removeprefix("Bearer ")
    sent = json.loads(sending.value.post_data or "{}")["saves"][0]
    secrets = [sent["item"], *sent["response"], page.stem()]
    assert traces(page, token, secrets) == [token, *secrets]
    code = page.hand_in()
    assert traces(page, token, secrets) == []
    assert code in kept(page.page)
    page.press("下一位考生")
    page.expect_title("考生登录")
    text = kept(page.page)
    leftovers = (code, page.person.admission, page.person.name)
    assert not [trace for trace in leftovers if trace in text]


def test_whose_last_answers_did_not_count_is_told_to_stay_and_not_that_they_may_leave(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    page.enter()
    page.answer(1)
    page.expect_saved(1)
    page.page.context.set_offline(True)
    page.answer(2)
    site.act("collect", admission=page.person.admission, reason="机器损坏")
    page.page.context.set_offline(False)
    page.receipt()
    expect(page.page.locator("main")).to_contain_text("请先举手，不要离开")
    expect(page.page.locator("main")).not_to_contain_text("您可以离开了")
