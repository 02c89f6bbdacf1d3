"""What axe-core (WCAG 2.2 A and AA) finds wrong with each page, contrast to names: nothing."""

import pytest
from barriers import candidate_screens, found, overflow
from browsers import Watch
from candidate_page import CandidatePage, Sit
from every_page import pages, unknown
from playwright.sync_api import expect
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
)
HEADQUARTERS = (
    "/",
    f"/sessions/{SESSION}",
    f"/sessions/{SESSION}/results",
    "/results/sites",
    "/results/verify?code=AAAA-AAAA-AAAA-AAAA",
    f"/rosters/{SESSION}",
    "/sites",
    "/specifications",
    "/quarantine",
    "/audit",
)


def test_axe_itself_finds_a_grey_text_and_a_field_without_a_name(watch: Watch) -> None:
    page = watch.machine().new_page()
    head = '<html lang="zh"><title>x</title><h1>x</h1>'
    page.set_content(head + '<p style="color:#aaa">text</p><input></html>')
    assert set(found(page)) == {"color-contrast", "label"}


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.long)])
def test_a_candidate_meets_no_barrier_from_the_sign_in_to_the_receipt(
    premises: Premises, watch: Watch, lang: str
) -> None:
    premises.furnish()
    premises.start_site()
    person = premises.people["live"][0]
    paper = CandidatePage(
        watch.machine().new_page(), premises.address, person, premises.bank("live")
    )
    seen = {name: found(paper.page) for name in candidate_screens(premises, paper, lang)}
    assert {place: broken for place, broken in seen.items() if broken} == {}
    assert len(seen) == 12


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


def test_no_page_is_forgotten_for_a_parameter_that_nobody_knows() -> None:
    assert unknown("examsite") + unknown("examhq") == []
    assert f"/admin/sessions/{SESSION}" in pages("examsite", "chief")


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_of_anybody_has_a_barrier_or_is_cut_off_at_twice_the_size(
    site: Premises, watch: Watch, lang: str
) -> None:
    """Out of the table of routes: a page that is new is looked at without being listed here."""
    broken = {}
    people = (
        ("administrator", "admin", site.passwords.administrator),
        ("chief", "chief", site.passwords.chief),
    )
    for role, name, password in people:
        staff = StaffPage(watch.machine().new_page(), site.address)
        staff.sign_in(name, password)
        staff.page.wait_for_url(lambda url: "sign-in" not in url)
        for path in (*pages("examsite", "room"), *pages("examsite", role)):
            staff.page.goto(f"{site.address}{path}?lang={lang}")
            broken[f"{role} {path}"] = (found(staff.page), max(0, overflow(staff.page)))
    assert {place: one for place, one in broken.items() if one != ({}, 0)} == {}
    assert len(broken) > 40


def test_in_the_colours_of_the_persons_own_system_the_answer_grid_says_what_it_said(
    site: Premises, sit: Sit
) -> None:
    paper = sit(site.people["live"][0])
    paper.enter()
    paper.answer(1)
    paper.expect_saved(1)
    paper.page.emulate_media(forced_colors="active")
    look = "e => getComputedStyle(e).backgroundColor"
    answered, other = (paper.cell(number).evaluate(look) for number in (1, 2))
    assert answered != other


def test_deliveries_renew_themselves_and_leave_open_what_a_person_opened(
    site: Premises, watch: Watch
) -> None:
    admin = StaffPage(watch.machine().new_page(), site.address)
    admin.sign_in("admin", site.passwords.administrator)
    admin.page.wait_for_url("**/admin")
    admin.page.goto(f"{site.address}/admin/deliveries")
    told = admin.page.locator("#deliveries")
    admin.page.locator("summary").first.click()
    before = told.locator("p").filter(has_text="考试日志").inner_text()
    site.act("incident", admission="", category="other", note="停电")
    expect(told.locator("p").filter(has_text="考试日志")).not_to_have_text(before)
    expect(told.locator("details").first).to_have_attribute("open", "")
    expect(admin.page.locator("#heard")).to_be_hidden()
    with site.room_network_away():
        expect(admin.page.locator("#heard")).to_be_visible()
