"""The room plan's picture for the documents: a whole room, two of its machines exchanged."""

import httpx
from browsers import Watch
from premises import Premises
from rooms_page import RoomsPage

ROWS, AISLES, MACHINES = 5, (4, 7), 38


def furnished(premises: Premises, watch: Watch) -> RoomsPage:
    """A room of forty seats, a machine at most of them, seats 12 and 13 exchanged."""
    admin = RoomsPage(watch, premises)
    admin.press("绘制平面图")
    admin.send(name="计算机教室 301", rows=str(ROWS), columns="10")
    for column in AISLES:
        admin.drag((1, column), (ROWS, column))
    admin.press("备用")
    admin.drag((ROWS, 8), (ROWS, 10))
    admin.press("重新编号")
    admin.send(first="1", way="rows")
    admin.press("保存")
    say(premises, {seat: seat for seat in range(1, MACHINES + 1)})
    admin.press("成批绑定")
    admin.send(order="named", way="rows", which="free", **session_of(admin))
    admin.dialog.locator("button[value=yes]").last.click()
    admin.page.locator("#plan .here").first.wait_for()
    say(premises, {12: 13, 13: 12})
    admin.page.locator(".notices li").first.wait_for()
    return admin


def session_of(admin: RoomsPage) -> dict[str, str]:
    """The first session of the dialog: every choice must be made."""
    options = admin.dialog.locator("[name=session] option")
    return {"session": str(options.nth(1).get_attribute("value"))}


def say(premises: Premises, seats: dict[int, int]) -> None:
    """Pages at these seats' machines say which seat they are at."""
    agent = {"User-Agent": "Mozilla/5.0 Chrome/130.0"}
    with httpx.Client(base_url=premises.address, trust_env=False, headers=agent) as room:
        for machine, seat in seats.items():
            given = {"marker": f"machine{machine}", "seat": seat}
            room.post("/api/machine/seen", json=given).raise_for_status()
