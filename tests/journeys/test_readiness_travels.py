"""A report from the room to headquarters: measured, signed, carried, opened and verified there."""

import signal

from browsers import Watch
from playwright.sync_api import expect
from premises import SESSION, Premises, Process, wait_until
from readied_room import draw, open_at_headquarters, open_report, report_machines

from sync.headquarters.intake.readiness import kept_envelope, read_reports, verify
from sync.reports import report_path


def carried(site: Premises) -> bytes:
    """Run the courier until headquarters has a report; its bytes there."""
    courier = Process(site.site_folder, "courier")
    try:
        wait_until(lambda: read_reports(site.hq, "site-01", 1), "the report is at headquarters")
    finally:
        courier.end(signal.SIGTERM)
    return kept_envelope(site.hq, "site-01", SESSION)


def test_what_the_site_signed_is_what_headquarters_opens_and_draws(
    watch: Watch, premises: Premises
) -> None:
    premises.furnish()
    draw(premises, 16)
    premises.start_site()
    report_machines(premises, 16)
    admin = open_report(watch.machine().new_page(), premises)
    expect(admin.page.locator(".room svg rect")).to_have_count(16)
    expect(admin.page.locator("#gate")).to_contain_text("开考有效")
    admin.press("重新测量并签发报告")
    expect(admin.dialog).to_contain_text("已签名")
    envelope = carried(premises)
    assert envelope == report_path(premises.site_folder / "spool", SESSION).read_bytes()
    assert verify(premises.hq, envelope).rooms[0].name == "301 机房"
    page = watch.machine().new_page()
    open_at_headquarters(page, premises)
    expect(page.locator(".mark.good").first).to_have_text("签名有效")
    expect(page.locator(".room svg rect")).to_have_count(16)
    admin.press("关闭")
    with admin.page.expect_download() as saved:
        admin.page.get_by_role("link", name="签名文件").click()
    assert saved.value.path().read_bytes() == envelope
