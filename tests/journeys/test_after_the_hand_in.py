"""The next candidate at a machine finds nothing of the one before."""

import json

from browsers import kept
from candidate_page import CandidatePage, Sit
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
