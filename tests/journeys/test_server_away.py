"""The server dies in the middle: the candidate goes on, and nothing is lost or doubled."""

from collections import Counter

from candidate_page import Sit
from playwright.sync_api import Page, Route, expect
from premises import Premises, counted

SAVES = "**/api/candidate/responses"
AWAY = "连不上服务器，请继续作答，恢复后自动上传"
# The server answers with the paper before it gets a save; the page gets it when we say so, marked.
SLOW_PAPER = """
const straight = window.fetch;
const asked = new Promise((resolve) => (window.paperAsked = resolve));
const due = new Promise((resolve) => (window.letPaperCome = resolve));
window.fetch = async (path, request) => {
  if (path.endsWith("/responses")) await asked;
  const answer = await straight(path, request);
  if (!path.endsWith("/paper")) return answer;
  const text = await answer.text();
  window.paperAsked();
  await due;
  return new Response(text.replaceAll('"stem":"', '"stem":"(late) '), { status: answer.status });
};
"""


def lose_one_answer(page: Page) -> list[str]:
    """The next saves reach the server, and its answer is lost on the way; the body lands here."""
    lost: list[str] = []

    def lose(route: Route) -> None:
        assert route.fetch().ok
        lost.append(route.request.post_data or "")
        route.abort()

    page.route(SAVES, lose, times=1)
    return lost


def test_answers_given_while_the_server_is_dead_arrive_once_when_it_is_back(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    page.enter()
    page.answer(1)
    page.answer(2)
    page.expect_saved(2)
    lost = lose_one_answer(page.page)
    page.answer(3)
    page.expect_saved(3)
    assert len(lost) == 1
    site.kill_site()
    for number in range(4, 9):
        page.answer(number, right=number % 2 == 0)
    page.answer(1, right=False)
    expect(page.contact).to_have_text(AWAY)
    expect(page.local).to_have_text("仅保存在本机 6")
    expect(page.page.locator("button.cell.answered")).to_have_count(8)
    expect(page.page.locator("button.cell.local")).to_have_count(6)
    expect(page.page.locator(".standing")).to_have_text("仅保存在本机")
    site.start_site()
    page.expect_saved(8)
    page.hand_in()
    journal = site.journal()
    numbers = Counter(
        (e.body["instance"], e.body["sequence"]) for e in journal if e.kind == "response"
    )
    assert set(numbers.values()) == {1}
    assert counted(journal, page.person) == page.taken.options


def test_what_only_this_machine_had_is_sent_by_a_new_tab_after_the_browser_was_closed(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    page.enter()
    site.kill_site()
    page.answer(5)
    page.answer(6)
    expect(page.local).to_have_text("仅保存在本机 2")
    page.page.close()
    site.start_site()
    again = page.another_tab()
    again.on_paper()
    again.expect_saved(2)
    again.hand_in()
    assert counted(site.journal(), page.person) == page.taken.options


def test_a_paper_that_is_overtaken_by_the_saves_hides_none_of_their_answers(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    page.enter()
    site.kill_site()
    page.answer(5)
    page.answer(6)
    expect(page.local).to_have_text("仅保存在本机 2")
    page.page.close()
    page.page.context.add_init_script(SLOW_PAPER)
    site.start_site()
    again = page.another_tab()
    again.expect_saved(2)
    again.page.evaluate("window.letPaperCome()")
    expect(again.page.locator("legend.stem")).to_contain_text("(late)")
    again.expect_saved(2)
    expect(again.page.locator("button.cell.answered")).to_have_count(2)


def test_a_hand_in_waits_in_line_while_the_server_is_dead_and_finishes_by_itself(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    page.enter()
    page.answer(1)
    page.expect_saved(1)
    site.kill_site()
    page.answer(2, right=False)
    page.ask_to_hand_in()
    page.expect_title("正在交卷")
    expect(page.contact).to_have_text("连不上服务器，正在重试")
    expect(page.local).to_have_text("仅保存在本机 1")
    expect(page.page.locator(".receipt")).to_have_count(0)
    site.start_site()
    code = page.receipt()
    journal = site.journal()
    hand_ins = [e.body for e in journal if e.kind == "hand-in"]
    assert [(b["receipt"], b["how"], b["answered"]) for b in hand_ins] == [(code, "candidate", 2)]
    assert counted(journal, page.person) == page.taken.options
