"""The pages of staff, at the site and at headquarters, as a test works them."""

from playwright.sync_api import Dialog, Page, expect


class StaffPage:
    """A browser of someone who works at the site."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self._answers: list[str] = []
        self.asked: list[str] = []
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Dialog) -> None:
        self.asked.append(dialog.message)
        dialog.accept(self._answers.pop(0) if dialog.type == "prompt" else "")

    def sign_in(self, name: str, password: str) -> None:
        """Fill in the form; where it leads depends on the password."""
        self.page.goto(f"{self.address}/staff/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.press("登录")

    def press(self, name: str, *answers: str) -> None:
        """Press a button and give these answers to its questions."""
        self._answers = list(answers)
        self.page.get_by_role("button", name=name, exact=True).click()

    def expect_notice(self, text: str) -> None:
        """The page says what went wrong."""
        expect(self.page.locator(".notice.bad")).to_contain_text(text)
