"""The whole way: from the sign-in at a seat to the marks at headquarters."""

from candidate_page import CandidatePage, Sit
from playwright.sync_api import expect
from premises import Premises, counted

from sync.exam.items import Item

OF = 65


def parts(page: CandidatePage) -> list[list[int]]:
    """The numbers of the items in each part of the answer grid."""
    sections = page.page.locator(".grid section").all()
    return [[int(n) for n in s.locator("button.cell").all_inner_texts()] for s in sections]


def expect_situation(page: CandidatePage, item: Item) -> int:
    """The situation is read beside its item, with every cell of its table; how many there are."""
    situation = page.taken.bank.situations[item.situation or ""]
    beside = page.page.locator(".beside")
    expect(beside).to_contain_text(situation.text.strip()[:20])
    cells = beside.locator("table th, table td").all_inner_texts()
    assert cells == [cell for row in situation.table for cell in row]
    return len(cells)


def answer_some(page: CandidatePage) -> list[int]:
    """Some of every kind, right and wrong by turns; the numbers answered."""
    single, multiple, scenario = parts(page)
    chosen = single[:4] + multiple[-3:] + scenario
    kinds, cells = [], 0
    for turn, number in enumerate(chosen):
        page.answer(number, right=turn % 3 != 1)
        item = page.taken.item(page.stem())
        kinds.append(item.kind)
        if item.kind == "scenario":
            cells += expect_situation(page, item)
    assert cells
    assert kinds == ["single"] * 4 + ["multiple"] * 3 + ["scenario"] * len(scenario)
    return chosen


def sit_whole_paper(page: CandidatePage) -> str:
    """Answer some, flag one, reload in the middle, hand in with what is left; the receipt code."""
    page.enter()
    answered = answer_some(page)
    page.go(answered[0])
    page.press("标记本题")
    page.page.reload()
    page.on_paper()
    page.expect_saved(len(answered))
    expect(page.page.locator("button.cell.flagged")).to_have_text(str(answered[0]))
    assert len(page.chosen(answered[0])) == 1
    page.press("交卷")
    left = page.page.locator("section", has_text="未作答").locator("button.cell")
    expect(left).to_have_text([str(n) for n in range(1, OF + 1) if n not in answered])
    return page.hand_in()


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
        assert counted(events, page.person) == page.taken.options
        assert (theory.receipt, theory.receipt_fits) == (code, True)
        assert (theory.marks, theory.answered) == (page.taken.marks(), len(page.taken.options))
        assert theory.state == "failed"
