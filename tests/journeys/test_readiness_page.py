"""Two student machines check themselves in real browsers; the administrator sees it and signs."""

from browsers import Watch
from playwright.sync_api import Page, expect
from premises import SESSION, Premises
from staff_page import StaffPage

from siteapp.identity import load_identity
from siteapp.readiness.report import kept_report


def checked(watch: Watch, address: str, seat: int) -> Page:
    """A machine of its own opens the page, says its seat, and measures."""
    page = watch.machine().new_page()
    page.goto(f"{address}/check")
    page.fill("#seat", str(seat))
    page.get_by_role("button", name="开始检查").click()
    expect(page.locator("table.findings")).to_be_visible()
    return page


def compose(page: Page) -> None:
    """A person types: what is only pasted proves no input method."""
    page.locator("#word").focus()
    page.keyboard.insert_text("考试")
    page.keyboard.type("k2")
    expect(page.locator("tr.level-ok", has_text="键盘")).to_be_visible()
    expect(page.locator("tr.level-unknown", has_text="中文输入法")).to_be_visible()
    typing = page.context.new_cdp_session(page)
    typing.send("Input.imeSetComposition", {"text": "kao", "selectionStart": 3, "selectionEnd": 3})
    typing.send("Input.insertText", {"text": "考试"})
    expect(page.locator("tr.level-ok", has_text="中文输入法")).to_be_visible()
    page.get_by_role("button", name="播放提示音").click()
    page.get_by_role("button", name="听到了").click()
    expect(page.locator("tr.level-ok", has_text="声音")).to_be_visible()


def expect_reason(watch: Watch, premises: Premises) -> None:
    """The newest report does not say ready: the chief opens all the same by giving a reason."""
    chief = StaffPage(watch.machine().new_page(), premises.address)
    chief.sign_in("chief", premises.passwords.chief)
    chief.page.goto(f"{premises.address}/room")
    chief.page.get_by_role("button", name="开考").first.click()
    expect(chief.dialog).to_contain_text("没有通过的考前检查报告")
    chief.send(reason="总部已同意")
    expect(chief.page.locator(".sitting .mark.good").first).to_have_text("考试中")


def test_machines_check_themselves_and_pull_at_once_and_the_report_is_signed(
    watch: Watch, premises: Premises
) -> None:
    premises.furnish()
    premises.start_site()
    one, two = checked(watch, premises.address, 1), checked(watch, premises.address, 2)
    expect(one.locator("tr.level-unknown", has_text="中文输入法")).to_be_visible()
    compose(one)
    admin = StaffPage(watch.machine().new_page(), premises.address)
    admin.sign_in("admin", premises.passwords.administrator)
    admin.page.goto(f"{premises.address}/admin/readiness")
    expect(admin.page.locator("#verdict")).to_contain_text("4 个考生座位中 2 个可用")
    expect(admin.page.locator(".room svg rect")).to_have_count(4)
    expect(admin.page.locator(".room svg text", has_text="—")).to_have_count(2)
    admin.press("全员同时下载测速")
    for page in (one, two):
        unknown = page.locator("tr.level-unknown", has_text="全员同时下载")
        expect(unknown).to_have_count(0, timeout=30_000)
    admin.press("关闭")
    admin.press("重新测量并签发报告")
    expect(admin.dialog).to_contain_text("已签名")
    expect_reason(watch, premises)
    key = load_identity(premises.site_folder).sign.public
    said = kept_report(premises.site_folder, SESSION, key)
    assert said is not None
    assert (said.ready, said.seats_ready, said.premises.machines) == (False, 2, 2)
    assert all(machine.full_load_ms is not None for machine in said.machines)
    notes = [e.body["note"] for e in premises.journal() if e.kind == "incident"]
    assert notes == ["readiness-missing: 总部已同意"]
