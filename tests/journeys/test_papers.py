"""The administrator prints: pages on a real browser's paper, and a password shown once."""

import io

from barriers import found
from browsers import Watch
from playwright.sync_api import Page, expect
from premises import SESSION, Premises
from pypdf import PdfReader
from staff_page import StaffPage

from siteapp.forms.kinds import KINDS

A4 = (595, 842)


def on_paper(page: Page) -> list[str]:
    """What the browser prints of the page: the text of each sheet, all of them A4."""
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    sizes = {(round(one.mediabox.width), round(one.mediabox.height)) for one in sheets}
    assert sizes == {A4}
    return [one.extract_text().replace("\n", "") for one in sheets]


def signed_in(site: Premises, watch: Watch) -> StaffPage:
    admin = StaffPage(watch.machine().new_page(), site.address)
    admin.sign_in("admin", site.passwords.administrator)
    return admin


def test_every_paper_comes_out_of_a_real_browser_as_it_comes_out_as_pdf(
    site: Premises, watch: Watch
) -> None:
    page = signed_in(site, watch).page
    page.get_by_role("link", name="打印", exact=True).first.click()
    expect(page.get_by_role("row", name="准考证")).to_be_visible()
    assert found(page) == {}
    people = [one for sitting in site.people.values() for one in sitting]
    for kind in KINDS.values():
        page.goto(f"{site.address}/admin/sessions/{SESSION}/papers/{kind.id}")
        assert found(page) == {}
        sheets = on_paper(page)
        # The bar with the way back stays on the screen.
        assert "Back" not in "".join(sheets)
        assert kind.when == "before" or SESSION in sheets[0]
        if kind.id == "tickets":
            assert len(sheets) == -(-len(people) // 2)
        if kind.when == "before":
            assert [one for one in people if one.admission not in "".join(sheets)] == []


def test_the_button_prints_and_all_papers_are_made_while_the_page_says_how_far_it_is(
    site: Premises, watch: Watch
) -> None:
    page = signed_in(site, watch).page
    page.goto(f"{site.address}/admin/sessions/{SESSION}/papers/labels")
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="打印").click()
    assert page.title() == "printed"
    page.get_by_role("link", name="返回").click()
    page.get_by_role("button", name="生成压缩包").click()
    expect(page.locator("#made-said")).to_contain_text(f"/ {len(KINDS)}")
    expect(page.get_by_role("button", name="生成压缩包")).to_be_disabled()
    expect(page.locator("#made-file")).to_be_hidden()


def test_a_reset_password_is_on_a_sheet_that_goes_with_the_next_page(
    site: Premises, watch: Watch
) -> None:
    page = signed_in(site, watch).page
    page.goto(f"{site.address}/admin/users")
    page.fill("#who-r", "helper")
    page.fill("#pass-r", site.passwords.helper)
    page.press("#pass-r", "Enter")
    row = page.get_by_role("row").filter(has_text="主监考")
    row.get_by_role("button", name="打印密码封").click()
    password = page.locator(".password").inner_text()
    assert password in "".join(on_paper(page))
    assert found(page) == {}
    page.get_by_role("link", name="返回").click()
    expect(page.get_by_role("heading", name="人员")).to_be_visible()
    assert password not in page.content()
    chief = StaffPage(watch.machine().new_page(), site.address)
    chief.sign_in("chief", password)
    expect(chief.page.locator(".tile").first).to_be_visible()
