"""A candidate's page in a real browser, and what the candidate took, as texts."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from premises import Person
from tongue import CHINESE, Tongue

from siteapp.web import candidate
from sync.exam.items import Bank, Item

SCRIPTS = Path(candidate.__file__).parent / "static" / "candidate"
# A page that does not refill a server which lost what it had: a control.
SENDS_NOTHING_AGAIN = ("if (watermark >= before.withoutGap) return [];", "return [];")
MARKS = {"single": 1, "multiple": 2, "scenario": 2}
STEM = "e => [...e.childNodes].filter(n => n.className !== 'sr').map(n => n.textContent).join('')"


def plain(text: str) -> str:
    """A text of the bank as a page shows it: stars mean stress."""
    return text.replace("**", "").strip()


@dataclass
class Taken:
    """What one candidate took: item → options, in the bank's own names, counted by hand."""

    bank: Bank
    options: dict[str, list[str]] = field(default_factory=dict)

    def item(self, stem: str) -> Item:
        """The item that shows this stem."""
        return next(i for i in self.bank.items.values() if plain(i.stem) == plain(stem))

    def choose(self, stem: str, right: bool) -> list[str]:
        """Decide on the key, or on one wrong option; the texts to click."""
        item = self.item(stem)
        wrong = next(o for o in item.options if o not in item.key)
        self.options[item.id] = sorted(item.key) if right else [wrong]
        return [plain(item.options[o]) for o in self.options[item.id]]

    def marks(self) -> int:
        """All of the key and nothing else, or nothing."""
        items = self.bank.items
        return sum(
            MARKS[items[name].kind]
            for name, options in self.options.items()
            if set(items[name].key) == set(options)
        )


class CandidatePage:
    """One candidate at one machine."""

    def __init__(
        self, page: Page, address: str, person: Person, bank: Bank, tongue: Tongue = CHINESE
    ) -> None:
        self.address, self.person, self.tongue = address, person, tongue
        self.taken = Taken(bank)
        self._show(page)

    def _show(self, page: Page) -> None:
        self.page = page
        self.heading = page.locator("#item-heading")
        self.title = page.locator("main h1")
        self.on_server = page.locator(".marks .mark").nth(0)
        self.local = page.locator(".marks .mark").nth(1)
        self.contact = page.locator(".contact")
        self.countdown = page.locator(".countdown-time")

    def altered(self, script: str, right: str, wrong: str) -> None:
        """From its next load on the page has a script with something broken in it: a control."""
        text = (SCRIPTS / script).read_text()
        assert text.count(right) == 1
        body = text.replace(right, wrong)
        reply = {"body": body, "content_type": "text/javascript"}
        self.page.route(f"**/candidate/{script}", lambda route: route.fulfill(**reply))  # type: ignore[arg-type]

    def another_tab(self) -> "CandidatePage":
        """The same candidate at the same machine, in one more tab."""
        page, bank = self.page.context.new_page(), self.taken.bank
        other = CandidatePage(page, self.address, self.person, bank, self.tongue)
        other.taken = self.taken
        other.page.goto(self.address)
        return other

    def sign_in(self, seat: int | None = None) -> None:
        """Fill in the first screen as the admission ticket says."""
        self.page.goto(f"{self.address}/?seat={seat or self.person.seat}")
        self.tongue.choose(self.page)
        self.page.fill("#admission", self.person.admission)
        self.page.fill("#secret", self.person.secret)
        self.press("登录")

    def enter(self, seat: int | None = None) -> None:
        """From the first screen to the paper; the sitting is open."""
        self.sign_in(seat)
        self.agree()
        self.on_paper()

    def agree(self) -> None:
        """From the confirmation over the rules into the waiting room."""
        self.press("信息无误，确认")
        self.page.check("#commitment")
        self.press("进入候考")

    def on_paper(self) -> None:
        """Wait for the paper."""
        expect(self.heading).to_be_visible()

    def press(self, name: str) -> None:
        """Press the button of this name."""
        self.page.get_by_role("button", name=self.tongue.named(name)).click()

    def go(self, number: int) -> None:
        """Open an item by its cell."""
        self.cell(number).click()
        expect(self.heading).to_have_text(self.tongue.says(f"第 {number} 题", f"Question {number}"))

    def cell(self, number: int) -> Locator:
        """The item's cell of the answer grid."""
        return self.page.locator(".grid button.cell").nth(number - 1)

    def stem(self) -> str:
        """The stem on the screen, without what is only read aloud."""
        return str(self.page.locator("legend.stem").evaluate(STEM))

    def answer(self, number: int, right: bool = True) -> None:
        """Open an item and take the key or a wrong option; what was taken before is left."""
        self.go(number)
        wanted = self.taken.choose(self.stem(), right)
        for option in self.page.locator("label.option").all():
            text = option.locator(".option-text").inner_text()
            if (text in wanted) != option.locator("input").is_checked():
                option.click()
        expect(self.page.locator("label.option.chosen")).to_have_count(len(wanted))

    def chosen(self, number: int) -> list[str]:
        """The texts of the chosen options of an item."""
        self.go(number)
        return sorted(self.page.locator("label.option.chosen .option-text").all_inner_texts())

    def expect_saved(self, count: int) -> None:
        """All that was answered is on the server, and the page says so."""
        server = self.tongue.says(f"已保存到服务器 {count}", f"On the server {count}")
        expect(self.on_server).to_have_text(server)
        here = self.tongue.says("仅保存在本机 0", "Only on this machine 0")
        expect(self.local).to_have_text(here)

    def seconds_left(self) -> int:
        """What the countdown shows."""
        hours, minutes, seconds = f"0:{self.countdown.inner_text()}".split(":")[-3:]
        return int(hours) * 3600 + int(minutes) * 60 + int(seconds)

    def expect_title(self, text: str) -> None:
        """Wait for another screen."""
        expect(self.title).to_have_text(re.compile(text))

    def ask_to_hand_in(self) -> None:
        """To the list of what is unanswered, the question, and yes."""
        review = self.tongue.named("交卷前检查")
        if not self.page.get_by_role("heading", name=review).is_visible():
            self.press("交卷")
        expect(self.title).to_have_text(review)
        self.press("交卷")
        self.page.get_by_role("dialog").get_by_role(
            "button", name=self.tongue.named("确定交卷")
        ).click()

    def receipt(self) -> str:
        """Wait for the receipt code."""
        expect(self.title).to_have_text(self.tongue.named("交卷成功"))
        return self.page.locator(".receipt").inner_text()

    def hand_in(self) -> str:
        """Hand in; the receipt code."""
        self.ask_to_hand_in()
        return self.receipt()


# What the fixture `sit` gives: a candidate at a browser.
Sit = Callable[..., CandidatePage]
