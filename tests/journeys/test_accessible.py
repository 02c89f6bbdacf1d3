"""What axe-core (WCAG 2.1 A and AA) finds wrong with each page, contrast to names: nothing."""

from axe_playwright_python.sync_playwright import Axe
from browsers import Watch
from candidate_page import Sit
from playwright.sync_api import Page, expect
from premises import SESSION, Premises
from staff_page import StaffPage

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
ADMIN = (
    "/admin",
    f"/admin/sessions/{SESSION}",
    "/admin/deliveries",
    "/admin/users",
    "/admin/audit",
)
HEADQUARTERS = ("/", f"/sessions/{SESSION}", "/sites", "/specifications", "/quarantine", "/audit")


def found(page: Page) -> dict[str, list[str]]:
    """Broken rule → the places that break it."""
    report = Axe().run(page, options=RULES).response
    return {
        one["id"]: [node["html"][:160] for node in one["nodes"]] for one in report["violations"]
    }


def test_axe_itself_finds_a_grey_text_and_a_field_without_a_name(watch: Watch) -> None:
    page = watch.machine().new_page()
    page.set_content('<html lang="zh"><title>x</title><p style="color:#aaa">text</p><input></html>')
    assert set(found(page)) == {"color-contrast", "label"}


def test_a_candidate_meets_no_barrier_from_the_sign_in_to_the_receipt(
    site: Premises, sit: Sit
) -> None:
    paper = sit(site.people["live"][0])
    page = paper.page
    page.goto(f"{site.address}/?seat=1")
    page.locator("#admission").wait_for()
    seen = {"sign-in": found(page)}
    paper.enter()
    paper.answer(1)
    site.act("message", admission=paper.person.admission, text="请注意")
    page.locator(".message").wait_for()
    seen["paper"] = found(page)
    for look in ("大字", "高对比"):
        page.get_by_role("button", name=look).click()
        seen[look] = found(page)
    paper.press("交卷")
    paper.expect_title("交卷前检查")
    seen["review"] = found(page)
    page.get_by_role("button", name="交卷", exact=True).click()
    seen["dialog"] = found(page)
    page.keyboard.press("Escape")
    paper.hand_in()
    seen["receipt"] = found(page)
    assert {place: broken for place, broken in seen.items() if broken} == {}


def test_staff_meet_no_barrier_on_the_wall_and_in_its_dialogs(
    site: Premises, sit: Sit, watch: Watch
) -> None:
    paper = sit(site.people["live"][0])
    paper.enter()
    chief = StaffPage(watch.machine().new_page(), site.address)
    chief.page.goto(f"{site.address}/staff/sign-in")
    seen = {"sign-in": found(chief.page)}
    chief.sign_in("chief", site.passwords.chief)
    chief.page.locator(".tile").filter(has_text=paper.person.name).click()
    seen["wall"] = found(chief.page)
    for act in ("换座位", "补时", "记异常", "违纪"):
        chief.press(act)
        seen[act] = found(chief.page)
        chief.page.keyboard.press("Escape")
    assert {place: broken for place, broken in seen.items() if broken} == {}


def test_the_pages_of_administrator_and_headquarters_have_no_barrier(
    site: Premises, watch: Watch
) -> None:
    admin = StaffPage(watch.machine().new_page(), site.address)
    admin.sign_in("admin", site.passwords.administrator)
    officer = watch.machine().new_page()
    officer.goto(f"{site.hq_address}/sign-in")
    officer.fill("#name", "officer")
    officer.fill("#password", site.passwords.officer)
    officer.get_by_role("button", name="登录").click()
    seen = {}
    for page, address, paths in (
        (admin.page, site.address, ADMIN),
        (officer, site.hq_address, HEADQUARTERS),
    ):
        for path in paths:
            page.goto(f"{address}{path}")
            seen[f"{address}{path}"] = found(page)
    assert {place: broken for place, broken in seen.items() if broken} == {}


def test_a_refused_sign_in_keeps_its_reason_and_code_in_the_other_language(
    site: Premises, sit: Sit
) -> None:
    paper = sit(site.people["live"][0])
    page = paper.page
    page.goto(f"{site.address}/?seat=1")
    page.fill("#admission", paper.person.admission)
    page.fill("#secret", "000000")
    paper.press("登录")
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("准考证号或身份证号不正确")
    page.click("#language-switch")
    expect(notice).to_contain_text("Admission number or identity number is wrong")
    expect(notice).to_contain_text("[wrong-sign-in]")
