"""Three machines under load in real browsers: what they were told is counted on the disk."""

import threading
from collections.abc import Iterator

import pytest
from browsers import Watch
from playwright.sync_api import Page, expect
from premises import SESSION, Premises
from staff_page import StaffPage

from siteapp.readiness.drill import TIMES
from siteapp.serve import Server
from siteapp.site import Site

# The steps take a minute each; here the pace is the same and the wait is short.
QUICK = TIMES._replace(paced=3_000, pace=1_000, burst_ahead=3_000, full=4_000)
MACHINES = (1, 2, 3)


@pytest.fixture
def drilling(premises: Premises) -> Iterator[Server]:
    """The site, served by a thread of this process, with steps that take seconds."""
    premises.furnish()
    site = Site(premises.site_folder)
    site.drill.times = QUICK
    server = Server(site, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server
    server.stop()
    thread.join()


def check_page(watch: Watch, address: str, seat: int) -> Page:
    """A machine of its own with its check page open."""
    page = watch.machine().new_page()
    page.goto(f"{address}/check?seat={seat}")
    expect(page.locator("table.findings")).to_be_visible()
    return page


def begin(page: Page, step: str) -> None:
    """Press begin at a step, and wait until the server has judged it."""
    page.click(f"#step-{step}")
    page.click("#begin")
    expect(page.locator(f"#step-{step} .mark.good")).to_be_visible(timeout=40_000)


def test_three_browsers_write_under_load_and_over_a_full_disk_and_nothing_is_lost(
    watch: Watch, premises: Premises, drilling: Server
) -> None:
    pages = [check_page(watch, drilling.address, seat) for seat in MACHINES]
    admin = StaffPage(watch.machine().new_page(), drilling.address)
    admin.sign_in("admin", premises.passwords.administrator)
    admin.page.goto(f"{drilling.address}/admin/drill")
    admin.page.click("#start")
    for page in pages:
        expect(page.locator("#drill")).to_be_visible(timeout=20_000)
    expect(admin.page.locator(".drill-pages div")).to_have_count(3)
    begin(admin.page, "load")
    expect(admin.page.locator(".drill-proofs .met")).to_have_count(6)
    begin(admin.page, "disk")
    expect(admin.page.locator(".drill-proofs .met")).to_have_count(5)
    admin.page.click("#step-outside")
    admin.page.click("#skip")
    admin.send(reason="考点没有外网")
    expect(admin.page.locator("#step-outside .mark.warn")).to_have_text("已跳过")
    admin.page.click("#finish")
    for page in pages:
        expect(page.locator("#drill")).to_be_hidden(timeout=20_000)
    assert [one for one in drilling.site.live.events(SESSION) if one.kind == "response"] == []
