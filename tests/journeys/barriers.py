"""What axe-core finds wrong with a page, and the way of a candidate past every screen there is."""

from collections.abc import Iterable, Iterator

from axe_playwright_python.sync_playwright import Axe
from candidate_page import CandidatePage
from playwright.sync_api import Page
from premises import Premises
from staff_page import StaffPage

# Beyond the letter of the guidelines: an order of focus and of headings that makes sense.
ORDER = ("tabindex", "focus-order-semantics", "heading-order", "page-has-heading-one", "skip-link")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {name: {"enabled": True} for name in ORDER},
}
# A screen of 1366 at 200 %.
AT_TWICE = (683, 384)
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
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


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen at 200 %."""
    before = page.viewport_size
    page.set_viewport_size({"width": AT_TWICE[0], "height": AT_TWICE[1]})
    wider = int(page.evaluate(OVERFLOW))
    if before:
        page.set_viewport_size(before)
    return wider


def wall_dialogs(staff: StaffPage, seats: Iterable[int]) -> Iterator[str]:
    """Opens everything that can be asked on the wall, of the room and of these seats."""
    page = staff.page
    for seat in (None, *seats):
        if seat is not None:
            staff.choose(seat)
        yield f"wall {seat or 'room'}"
        acts = page.locator("#beside .acts button")
        for number in range(acts.count()):
            name = acts.nth(number).inner_text()
            acts.nth(number).click()
            if page.get_by_role("dialog").count():
                yield f"dialog {seat or 'room'} {name}"
                page.keyboard.press("Escape")


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
