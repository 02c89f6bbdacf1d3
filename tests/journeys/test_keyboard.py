"""Everything by the keyboard: a candidate without a mouse loses nothing."""

from candidate_page import Sit
from playwright.sync_api import Page, expect
from premises import Premises, counted

NAME = "document.activeElement.innerText || document.activeElement.id"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on the control of this name."""
    for _ in range(40):
        if page.evaluate(NAME).strip() == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {name}")


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def test_a_candidate_gets_from_the_sign_in_to_the_receipt_by_the_keyboard_alone(
    site: Premises, sit: Sit
) -> None:
    paper = sit(site.people["live"][0])
    page = paper.page
    page.goto(f"{site.address}/?seat=1")
    expect(page.locator("#admission")).to_be_focused()
    page.keyboard.type(paper.person.admission)
    press(page, "Tab")
    page.keyboard.type(paper.person.secret)
    press(page, "Enter")
    paper.expect_title("确认身份和座位")
    tab_to(page, "信息无误，确认")
    press(page, "Enter")
    paper.expect_title("考场规则")
    tab_to(page, "commitment")
    press(page, "Space")
    tab_to(page, "进入候考")
    press(page, "Enter")
    paper.on_paper()
    expect(paper.heading).to_be_focused()
    answer_by_keys(page)
    paper.expect_saved(4)
    press(page, "6", "5")
    expect(paper.heading).to_have_text("第 65 题")
    press(page, "PageDown")
    paper.expect_title("交卷前检查")
    tab_to(page, "4")
    press(page, "ArrowRight", "Enter")
    expect(paper.heading).to_have_text("第 5 题")
    press(page, "6", "5", "PageDown")
    paper.expect_title("交卷前检查")
    tab_to(page, "交卷")
    press(page, "Enter")
    expect(page.get_by_role("button", name="再检查一下")).to_be_focused()
    tab_to(page, "确定交卷")
    press(page, "Enter")
    paper.receipt()
    taken = counted(site.journal(), paper.person)
    assert sorted(len(options) for options in taken.values()) == [1, 1, 1, 2]


def answer_by_keys(page: Page) -> None:
    """By letters, by arrows and Space, a flag, and two of a multiple choice."""
    chosen = page.locator("label.option.chosen .letter")
    press(page, "b")
    expect(chosen).to_have_text(["B"])
    press(page, "ArrowRight", "c")
    expect(chosen).to_have_text(["C"])
    press(page, "f")
    expect(page.locator("button.cell.flagged")).to_have_text("2")
    press(page, "PageDown", "ArrowDown", "ArrowDown")
    expect(chosen).to_have_text(["B"])
    multiple = int(page.locator(".grid section").nth(1).locator("button.cell").first.inner_text())
    press(page, *str(multiple))
    expect(page.locator("#item-heading")).to_have_text(f"第 {multiple} 题")
    press(page, "a", "d", "b", "b")
    expect(chosen).to_have_text(["A", "D"])
