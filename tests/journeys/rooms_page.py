"""The room plan's page as an administrator works it, and machines that stand in the room."""

import re

from browsers import Watch
from playwright.sync_api import Locator, Page, expect
from premises import Premises
from staff_page import StaffPage
from tongue import CHINESE, Tongue


class RoomsPage(StaffPage):
    """The administrator at the plan."""

    def __init__(self, watch: Watch, premises: Premises, tongue: Tongue = CHINESE) -> None:
        super().__init__(watch.machine().new_page(), premises.address, tongue)
        self.page.set_viewport_size({"width": 1366, "height": 768})
        self.sign_in("admin", premises.passwords.administrator)
        expect(self.page.locator("h1")).not_to_have_text(tongue.named("工作人员登录"))
        self.page.goto(f"{premises.address}/admin/rooms")

    def square(self, row: int, column: int) -> Locator:
        """One place of the room."""
        return self.page.locator(f'#plan [data-row="{row}"][data-column="{column}"]')

    def seat(self, seat: int) -> Locator:
        """The square of a seat."""
        return self.page.locator(f'#plan [data-seat="{seat}"]')

    def kinds(self) -> list[str]:
        """What stands where, row by row: the first letter of each kind."""
        found = self.page.locator("#plan .plan-grid > *")
        names: list[str] = found.evaluate_all("all => all.map(one => one.className)")
        return [name.split()[1] for name in names]

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Run the pressed pointer from one square to another."""
        (x, y), (to_x, to_y) = map(self._middle, (start, end))
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(to_x, to_y, steps=8)
        mouse.up()

    def _middle(self, place: tuple[int, int]) -> tuple[float, float]:
        box = self.square(*place).bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def bind_by_number(self, seat: int, number: str) -> None:
        """Standing before a machine, type the number that is on it."""
        if self.seat(seat).get_attribute("aria-pressed") != "true":
            self.seat(seat).click()
        self.page.fill("#number", number)
        self.page.press("#number", "Enter")
        expect(self.seat(seat)).not_to_have_class(re.compile("free"))


def machine(watch: Watch, premises: Premises) -> Page:
    """A machine of the room with its check page open, nobody at it."""
    page = watch.machine().new_page()
    page.goto(f"{premises.address}/check")
    return page


def names_seat(page: Page, seat: int) -> None:
    """Somebody writes at the machine which seat it stands at."""
    page.fill("#seat", str(seat))
    page.get_by_role("button", name="开始检查").click()


def number_on(page: Page) -> Locator:
    """What stands large on the machine's screen."""
    return page.locator("#room-number b")
