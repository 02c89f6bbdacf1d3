"""No page asks anyone outside for anything, and none has a fault to tell of in its console."""

from urllib.parse import urlsplit

from browsers import Watch
from candidate_page import Sit
from playwright.sync_api import Page, expect
from premises import SESSION, Premises
from staff_page import StaffPage

ADMIN = (
    "/admin",
    f"/admin/sessions/{SESSION}",
    "/admin/deliveries",
    "/admin/users",
    "/admin/audit",
    "/admin/alarms",
    "/admin/retention",
    "/room",
)
CHIEF = (f"/admin/sessions/{SESSION}/unlock", "/room")
HEADQUARTERS = (
    "/",
    f"/sessions/{SESSION}",
    f"/sessions/{SESSION}/codes",
    "/sites",
    "/specifications",
    "/specifications/530051-junior",
    "/quarantine",
    "/audit",
)


def look_at(page: Page, address: str, paths: tuple[str, ...]) -> None:
    """Open pages in both languages; each must be there."""
    for path in paths:
        for lang in ("zh", "en"):
            answer = page.goto(f"{address}{path}?lang={lang}", wait_until="load")
            assert answer, path
            assert answer.status == 200, path
            expect(page.locator("html")).to_have_attribute("lang", {"zh": "zh-CN"}.get(lang, lang))
    page.goto(f"{address}{paths[0]}?lang=zh")


def test_no_page_asks_outside_and_none_complains(site: Premises, sit: Sit, watch: Watch) -> None:
    paper = sit(site.people["live"][0])
    paper.enter()
    paper.answer(1)
    paper.hand_in()
    for name, password, paths in (
        ("admin", site.passwords.administrator, ADMIN),
        ("chief", site.passwords.chief, CHIEF),
    ):
        staff = StaffPage(watch.machine().new_page(), site.address)
        staff.sign_in(name, password)
        look_at(staff.page, site.address, paths)
    officer = watch.machine().new_page()
    officer.goto(f"{site.hq_address}/sign-in")
    officer.fill("#name", "officer")
    officer.fill("#password", site.passwords.officer)
    officer.get_by_role("button", name="登录").click()
    look_at(officer, site.hq_address, HEADQUARTERS)
    # A picture that the page has itself is asked of nobody.
    own = ("data:", "blob:")
    asked = {urlsplit(url).netloc for url in watch.requests if not url.startswith(own)}
    assert asked == {urlsplit(address).netloc for address in (site.address, site.hq_address)}
    assert watch.refused == []
    assert watch.script_errors == []
