"""The whole way: from the sign-in at a seat to the marks at headquarters."""

from candidate_page import CandidatePage
from conftest import Sit
from playwright.sync_api import expect
from premises import Premises

from sync.exam.items import Item
from sync.exam.journal import Event, standing_responses
from sync.exam.sitting import attempt_id

OF = 65


def kinds(page: CandidatePage) -> dict[str, list[int]]:
    """kind of item → the numbers it has on this paper, by looking at each."""
    found: dict[str, list[int]] = {}
    for number in range(1, OF + 1):
        page.go(number)
        found.setdefault(page.taken.item(page.stem()).kind, []).append(number)
    return found


def expect_table(page: CandidatePage, item: Item) -> None:
    """A scenario stands beside its item, with every cell of its table."""
    situation = page.taken.bank.situations[item.situation or ""]
    beside = page.page.locator(".beside")
    expect(beside).to_contain_text(situation.text.strip()[:20])
    cells = beside.locator("table th, table td").all_inner_texts()
    assert cells == [cell for row in situation.table for cell in row]


def answer_some(page: CandidatePage) -> list[int]:
    """Every kind, right and wrong by turns; the numbers answered."""
    numbers = kinds(page)
    chosen = numbers["single"][:4] + numbers["multiple"][:3] + numbers["scenario"]
    for turn, number in enumerate(chosen):
        page.answer(number, right=turn % 3 != 1)
        item = page.taken.item(page.stem())
        if item.kind == "scenario":
            expect_table(page, item)
    return chosen


def sit_whole_paper(page: CandidatePage) -> str:
    """Answer some, flag one, reload in the middle, hand in with what is left; the receipt code."""
    page.enter()
    answered = answer_some(page)
    page.go(answered[0])
    page.press("标记")
    page.page.reload()
    page.on_paper()
    page.expect_saved(len(answered))
    expect(page.page.locator("button.cell.flagged")).to_have_text(str(answered[0]))
    assert len(page.chosen(answered[0])) == 1
    page.press("交卷")
    left = page.page.locator("section", has_text="未作答").locator("button.cell")
    expect(left).to_have_text([str(n) for n in range(1, OF + 1) if n not in answered])
    return page.hand_in()


def responses_of(events: list[Event], page: CandidatePage) -> dict[str, list[str]]:
    """The candidate's responses as they count at headquarters."""
    attempt = attempt_id(page.person.sitting, page.person.admission)
    return {item: sorted(s.response) for item, s in standing_responses(events)[attempt].items()}


def test_what_was_answered_in_the_room_is_what_headquarters_scores(
    site: Premises, sit: Sit
) -> None:
    pages = [sit(site.people[sitting][0]) for sitting in ("live", "media")]
    codes = [sit_whole_paper(page) for page in pages]
    for sitting in site.people:
        site.act("close", sitting=sitting)
    events = site.deliver()
    rows = site.results()
    for page, code in zip(pages, codes, strict=True):
        theory = rows[page.person.admission].theory
        assert responses_of(events, page) == page.taken.options
        assert (theory.receipt, theory.receipt_fits) == (code, True)
        assert (theory.marks, theory.answered) == (page.taken.marks(), len(page.taken.options))
        assert theory.state == "failed"
