"""What axe-core finds wrong with a page, and the way of a candidate past every screen there is."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from candidate_page import CandidatePage
from playwright.sync_api import Page
from premises import Premises

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# The names of buttons in both languages of the page.
WORDS = {
    "zh": ("登录", "信息无误，确认", "进入候考", "交卷", "确定交卷", "大字", "高对比"),
    "en": (
        "Sign in",
        "All correct, confirm",
        "Enter the waiting room",
        "Hand in",
        "Hand in",
        "Larger text",
        "High contrast",
    ),
}


def found(page: Page) -> dict[str, list[str]]:
    """Broken rule → the places that break it."""
    report = Axe().run(page, options=RULES).response
    return {
        one["id"]: [node["html"][:160] for node in one["nodes"]] for one in report["violations"]
    }


def candidate_screens(site: Premises, paper: CandidatePage, lang: str) -> Iterator[str]:
    """Leads a candidate from the sign-in to the receipt; yields at each screen, by its name."""
    page, person = paper.page, paper.person
    sign_in, confirm, enter, hand_in, sure, large, contrast = WORDS[lang]
    page.goto(f"{site.address}/?seat={person.seat}&lang={lang}")
    page.locator("#admission").wait_for()
    yield "sign-in"
    page.fill("#admission", person.admission)
    page.fill("#secret", person.secret)
    paper.press(sign_in)
    page.locator(".identity").wait_for()
    yield "confirm"
    paper.press(confirm)
    page.check("#commitment")
    yield "rules"
    paper.press(enter)
    page.locator(".big-clock").wait_for()
    yield "waiting"
    site.open(person.sitting)
    paper.on_paper()
    yield from _on_paper(site, paper, (large, contrast))
    paper.press(hand_in)
    page.locator(".jump-list").wait_for()
    yield "review"
    paper.press(hand_in)
    page.get_by_role("dialog").wait_for()
    yield "question"
    page.get_by_role("dialog").get_by_role("button", name=sure, exact=True).click()
    page.locator(".receipt").wait_for()
    yield "receipt"


def _on_paper(site: Premises, paper: CandidatePage, looks: tuple[str, str]) -> Iterator[str]:
    page = paper.page
    yield "paper"
    page.locator("label.option").first.click()
    site.act("message", admission=paper.person.admission, text="请注意")
    page.locator(".message").wait_for()
    for place in (1, 2):
        page.locator(".grid section").nth(place).locator("button.cell").first.click()
        yield f"part {place + 1}"
    for look in looks:
        page.get_by_role("button", name=look).click()
        yield look
