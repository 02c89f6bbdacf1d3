"""The pages of staff, at the site and at headquarters, as a test works them."""

import re

from playwright.sync_api import Locator, Page, expect
from tongue import CHINESE, Tongue


class StaffPage:
    """A browser of someone who works at the site."""

    def __init__(self, page: Page, address: str, tongue: Tongue = CHINESE) -> None:
        self.page, self.address, self.tongue = page, address, tongue
        self.dialog = page.get_by_role("dialog")

    def sign_in(self, name: str, password: str) -> None:
        """Fill in the form; where it leads depends on the password."""
        self.page.goto(f"{self.address}/staff/sign-in")
        self.tongue.choose(self.page)
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.press("登录")

    def press(self, name: str, **answers: str) -> None:
        """Press a button; if answers are given, fill them into its dialog and send it."""
        self.page.get_by_role("button", name=self.tongue.named(name)).click()
        if answers:
            self.send(**answers)
            expect(self.dialog).to_have_count(0)

    def tile(self, seat: int) -> Locator:
        """The tile of a seat on the wall."""
        return self.page.locator(".tile").filter(
            has=self.page.locator("b", has_text=re.compile(rf"^{seat}$"))
        )

    def choose(self, seat: int) -> None:
        """Choose a seat; what can be done for it stands beside the wall."""
        self.tile(seat).click()
        expect(self.tile(seat)).to_have_attribute("aria-pressed", "true")

    def send(self, **answers: str) -> None:
        """Fill in the fields of the open dialog by their names and press its button."""
        for name, answer in answers.items():
            field = self.dialog.locator(f"[name={name}]")
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(answer)
            else:
                field.fill(answer)
        self.dialog.locator("button[value=yes]").click()

    def expect_notice(self, text: str) -> None:
        """The page says what went wrong."""
        expect(self.page.locator(".notice.bad")).to_contain_text(text)
