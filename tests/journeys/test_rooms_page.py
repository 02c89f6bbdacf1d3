"""A room is drawn, three machines are bound by the numbers on their screens, two change places."""

from barriers import found
from browsers import Watch
from playwright.sync_api import expect
from premises import Premises
from rooms_page import RoomsPage, machine, names_seat, number_on


def draw(admin: RoomsPage) -> None:
    """Two rows of two seats, an aisle, a seat and a spare; kept."""
    admin.press("绘制平面图")
    admin.send(name="第一机房", rows="2", columns="5")
    admin.drag((1, 3), (2, 3))
    admin.press("备用")
    admin.square(1, 5).click()
    admin.square(2, 5).click()
    admin.press("重新编号")
    admin.send(first="1", way="rows")
    assert admin.kinds() == ["seat", "seat", "aisle", "seat", "spare"] * 2
    admin.press("保存")
    expect(admin.page.locator("#said")).to_have_text("已保存为版本 1")


def test_a_room_is_drawn_with_pointer_and_keys_and_every_step_is_undone(
    watch: Watch, premises: Premises
) -> None:
    premises.furnish()
    premises.start_site()
    admin = RoomsPage(watch, premises)
    draw(admin)
    admin.press("绘制平面图")
    admin.square(2, 5).focus()
    assert found(admin.page) == {}
    before = admin.kinds()
    for key in ("ArrowLeft", "Delete", "ArrowLeft", "s"):
        admin.page.keyboard.press(key)
    expect(admin.square(2, 4)).to_have_class("square empty")
    expect(admin.square(2, 3)).to_have_text("9")
    expect(admin.square(2, 3)).to_be_focused()
    admin.page.keyboard.press("Control+z")
    admin.page.keyboard.press("Control+z")
    assert admin.kinds() == before
    admin.page.keyboard.press("Control+y")
    expect(admin.square(2, 4)).to_have_class("square empty")
    admin.press("保存")
    expect(admin.page.locator("#said")).to_have_text("已保存为版本 2")
    admin.press("撤销上次改动")
    expect(admin.seat(7)).to_be_visible()


def test_machines_are_bound_by_the_number_they_show_and_a_swap_is_noticed(
    watch: Watch, premises: Premises
) -> None:
    premises.furnish()
    premises.start_site()
    admin = RoomsPage(watch, premises)
    draw(admin)
    machines = [machine(watch, premises) for _ in range(3)]
    admin.press("在机器上显示编号")
    admin.seat(1).click()
    for seat, page in enumerate(machines, start=1):
        admin.bind_by_number(seat, number_on(page).inner_text())
        expect(page.locator("#room-number.bound b")).to_have_text(str(seat), timeout=15_000)
    expect(admin.seat(4)).to_have_attribute("aria-pressed", "true")
    admin.press("结束显示编号")
    for page, seat in zip(machines[:2], (2, 1), strict=True):
        expect(number_on(page)).to_have_count(0, timeout=15_000)
        names_seat(page, seat)
    notice = admin.page.locator(".notices li")
    expect(notice).to_contain_text("两台机器互换了位置", timeout=15_000)
    assert notice.locator("b").inner_text() == "1 ⇄ 2"
    admin.seat(3).click()
    assert found(admin.page) == {}
    admin.press("确认互换")
    expect(notice).to_have_count(0)
    admin.press("撤销上次改动")
    expect(notice).to_have_count(1)
