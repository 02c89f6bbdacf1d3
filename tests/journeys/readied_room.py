"""A room that was drawn and checked, without a browser a machine: for the report's pages."""

import httpx
from playwright.sync_api import Page
from premises import SESSION, Premises
from readied import CHROMIUM, FINE
from staff_page import StaffPage

from siteapp.rooms.plan import Cell, RoomGrid, RoomPlan
from siteapp.site import Site

COLUMNS, AISLE = 9, 5
# Seat → what is not as it should be with its machine.
ODD = {3: {"down_kbit": 4_000}, 8: {"width": 1024, "height": 600}, 11: {"trips": [60.0, 80.0]}}


def draw(site: Premises, seats: int) -> None:
    """Rows of eight with an aisle in the middle; every eighth seat is a spare."""
    cells = []
    for n in range(1, seats + 1):
        row, column = divmod(n - 1, COLUMNS - 1)
        column += 1 + (column + 1 >= AISLE)
        cells.append(Cell(row + 1, column, "spare" if n % 8 == 0 else "seat", n))
    grid = RoomGrid("301 机房", -(-seats // (COLUMNS - 1)), COLUMNS, tuple(cells))
    kept = Site(site.site_folder)
    try:
        kept.rooms.change(0, "admin", "drawn", lambda _: RoomPlan(rooms=(grid,)))
    finally:
        kept.close()


def report_machines(site: Premises, seats: int) -> None:
    """Every machine tells what it measured, some of them something odd."""
    headers = {"User-Agent": CHROMIUM}
    with httpx.Client(base_url=site.address, headers=headers, trust_env=False) as http:
        for n in range(1, seats + 1):
            speed = 20_000 + n * 7919 % 80_000
            trips = [1.0 + n % 3, 2.5 + n % 5, 6.0]
            said = FINE | {"seat": n, "marker": f"m{n}", "down_kbit": speed, "trips": trips}
            http.post("/api/check/result", json=said | ODD.get(n, {})).raise_for_status()


def open_report(page: Page, site: Premises) -> StaffPage:
    """The administrator's readiness page, drawn."""
    admin = StaffPage(page, site.address)
    admin.sign_in("admin", site.passwords.administrator)
    page.goto(f"{site.address}/admin/readiness")
    page.locator(".room svg").first.wait_for()
    return admin


def open_at_headquarters(page: Page, site: Premises) -> None:
    """The same report as headquarters shows it."""
    page.goto(f"{site.hq_address}/sign-in?next=/sites/site-01/readiness/{SESSION}")
    page.fill("#name", "officer")
    page.fill("#password", site.passwords.officer)
    page.get_by_role("button", name="登录").click()
    page.locator(".room svg").first.wait_for()
