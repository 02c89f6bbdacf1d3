"""The staff's pages: packages in, papers unlocked, and the wall during the sitting."""

import re
from pathlib import Path

import pytest
from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import expect
from premises import SESSION, Premises
from staff_page import StaffPage

# What a tile says of the work must be readable whole on a school's screen.
LINE_PX = 40
CUT = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"


@pytest.fixture
def running(premises: Premises) -> Premises:
    """The papers are unlocked and the site runs; no sitting is open."""
    premises.furnish()
    premises.start_site()
    return premises


def staff(premises: Premises, watch: Watch) -> StaffPage:
    """A browser at the staff's desk."""
    return StaffPage(watch.machine().new_page(), premises.address)


def test_a_wrong_password_is_answered_with_words(running: Premises, watch: Watch) -> None:
    chief = staff(running, watch)
    chief.sign_in("chief", "not-the-password")
    chief.expect_notice("用户名或密码不正确")
    chief.expect_notice("密码在密码信封中")
    expect(chief.page.locator("#name")).to_have_value("chief")
    chief.page.goto(f"{running.address}/room")
    expect(chief.page.locator("h1")).to_have_text("工作人员登录")


def test_the_chief_sees_a_candidate_work_and_closes_the_sitting(
    running: Premises, watch: Watch
) -> None:
    chief = staff(running, watch)
    chief.sign_in("chief", running.passwords.chief)
    person = running.people["live"][0]
    tile = chief.page.get_by_role("listitem").filter(has_text=person.name)
    expect(tile).to_contain_text("未登录")
    card = chief.page.locator(".sitting").first
    card.get_by_role("button", name="开考").click()
    expect(card).to_contain_text("考试中")
    page = CandidatePage(watch.machine().new_page(), running.address, person, running.bank("live"))
    page.enter()
    expect(tile).to_contain_text("作答中")
    for number in (1, 2, 3):
        page.answer(number)
    expect(tile).to_contain_text("3/65")
    tile.click()
    chief.press("补时", minutes="10", reason="电源故障")
    expect(tile.locator(".left")).to_contain_text("69:")
    expect(page.page.locator(".time-said")).to_have_text("考试时间已延长约 10 分钟")
    assert tile.locator("span").evaluate_all(CUT) == []
    card.get_by_role("button", name="结束考试").click()
    expect(chief.dialog).to_contain_text("还有 1 名考生在作答，将强制收卷")
    chief.send()
    expect(card).to_contain_text("已结束")
    expect(tile).to_contain_text("已交卷")
    expect(chief.page.locator("#beside")).to_contain_text(page.receipt())


def damaged(path: Path) -> Path:
    """The same package with one bit turned in its middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    copy = path.with_name("damaged.package")
    copy.write_bytes(data)
    return copy


def test_the_administrator_imports_a_package_and_a_damaged_one_is_refused(
    premises: Premises, watch: Watch
) -> None:
    premises.furnish(received=False, unlocked=False)
    premises.start_site()
    admin = staff(premises, watch)
    admin.sign_in("admin", premises.passwords.administrator)
    admin.page.set_input_files("#file", damaged(premises.package))
    admin.press("核验并导入")
    expect(admin.page.locator("h1")).to_have_text("没有完成")
    expect(admin.page.locator(".notice.bad strong")).not_to_have_text(re.compile("[a-z]{2}"))
    admin.page.goto(f"{premises.address}/admin")
    expect(admin.page.locator("main")).to_contain_text("还没有场次")
    admin.page.set_input_files("#file", premises.package)
    admin.press("核验并导入")
    expect(admin.page.locator("h1")).to_contain_text("上午场")
    expect(admin.page.locator("main")).to_contain_text(premises.people["media"][0].name)
    expect(admin.page.locator(".steps .next")).to_contain_text("解锁试卷")


def misheard(code: str) -> str:
    """The code with one character of its second group heard wrongly."""
    groups = code.split("-")
    groups[1] = ("7" if groups[1][0] != "7" else "8") + groups[1][1:]
    return "-".join(groups)


def test_a_misheard_group_is_named_and_the_right_codes_unlock(
    premises: Premises, watch: Watch
) -> None:
    premises.furnish(unlocked=False)
    premises.start_site()
    chief = staff(premises, watch)
    chief.sign_in("chief", premises.passwords.chief)
    one, two = premises.codes
    chief.page.goto(f"{premises.address}/admin/sessions/{SESSION}/unlock")
    chief.page.fill("#code1", misheard(one))
    chief.page.fill("#code2", two)
    chief.press("解锁")
    chief.expect_notice("第 1 组解锁码的第 2 段听错或输错")
    assert chief.page.locator(".notice .code").bounding_box()["height"] < LINE_PX
    expect(chief.page.locator("#code2")).to_have_value(two)
    chief.page.fill("#code1", one)
    chief.press("解锁")
    expect(chief.page.locator(".steps .next")).to_contain_text("开考")


def test_the_wall_says_what_is_missing_before_a_sitting_can_be_opened(
    premises: Premises, watch: Watch
) -> None:
    premises.furnish(unlocked=False)
    premises.start_site()
    chief = staff(premises, watch)
    chief.sign_in("chief", premises.passwords.chief)
    chief.page.goto(f"{premises.address}/room")
    card = chief.page.locator(".sitting").first
    expect(card.get_by_role("button", name="开考")).to_have_count(0)
    card.get_by_role("link", name="解锁试卷").click()
    expect(chief.page.locator("#code1")).to_be_visible()


def test_larger_text_stays_chosen_on_every_page_and_cuts_no_tile(
    site: Premises, watch: Watch
) -> None:
    chief = staff(site, watch)
    chief.sign_in("chief", site.passwords.chief)
    expect(chief.page.locator(".tile").first).to_be_visible()
    chief.press("大字")
    for path in ("/admin", "/room"):
        chief.page.goto(f"{site.address}{path}")
        expect(chief.page.get_by_role("button", name="大字")).to_have_attribute(
            "aria-pressed", "true"
        )
        assert chief.page.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    expect(chief.page.locator(".tile").first).to_be_visible()
    assert chief.page.locator(".tile span").evaluate_all(CUT) == []
