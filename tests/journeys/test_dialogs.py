"""The wall's dialogs: what they ask, how they are left, and what a refusal says in them."""

import pytest
from browsers import Watch
from candidate_page import CandidatePage, Sit
from playwright.sync_api import expect
from premises import Premises
from staff_page import StaffPage

FOCUS_IS_INSIDE = "document.querySelector('dialog').contains(document.activeElement)"
NAME = "document.activeElement.innerText"


@pytest.fixture
def writing(site: Premises, sit: Sit) -> CandidatePage:
    """A candidate in the exam."""
    page = sit(site.people["live"][0])
    page.enter()
    return page


@pytest.fixture
def chief(site: Premises, writing: CandidatePage, watch: Watch) -> StaffPage:
    """The chief at the wall, with that candidate's seat open."""
    wall = StaffPage(watch.machine().new_page(), site.address)
    wall.sign_in("chief", site.passwords.chief)
    wall.page.locator(".tile").filter(has_text=writing.person.name).click()
    return wall


def test_an_incident_is_recorded_with_the_category_that_was_chosen(
    site: Premises, chief: StaffPage
) -> None:
    chief.press("记异常")
    options = chief.dialog.locator("[name=category] option").all_inner_texts()
    assert options[1:] == ["考试机故障", "网络故障", "停电", "考生身体不适", "考场秩序", "其他"]
    chief.send(note="考生发烧")
    expect(chief.dialog).to_be_visible()
    chief.send(category="health", note="考生发烧")
    expect(chief.page.locator("#said")).to_contain_text("已完成：记异常")
    found = [e.body for e in site.journal() if e.kind == "incident"]
    assert [(one["category"], one["note"]) for one in found] == [("health", "考生发烧")]


def test_a_refusal_is_said_in_the_dialog_with_its_code_and_nothing_typed_is_lost(
    site: Premises, chief: StaffPage
) -> None:
    other = site.people["live"][1]
    chief.press("换座位")
    chief.send(seat=str(other.seat), reason="死机")
    refusal = chief.dialog.get_by_role("alert")
    expect(refusal).to_contain_text(f"{other.seat} 号座位已有考生 {other.name}")
    expect(refusal).to_contain_text("请选择空座位或备用机")
    expect(refusal).to_contain_text("[seat-taken]")
    expect(chief.dialog.locator("[name=reason]")).to_have_value("死机")
    chief.send(seat="44")
    expect(chief.page.locator(".tile.chosen b")).to_have_text("44")


def test_a_dialog_keeps_the_focus_and_escape_leaves_without_an_act(
    site: Premises, chief: StaffPage
) -> None:
    chief.press("强制收卷")
    expect(chief.dialog).to_have_accessible_name("强制收卷 · 1 号 " + site.people["live"][0].name)
    expect(chief.dialog.locator("[name=reason]")).to_be_focused()
    for key in ("Tab", "Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab"):
        chief.page.keyboard.press(key)
        assert chief.page.evaluate(FOCUS_IS_INSIDE)
    chief.page.keyboard.press("Escape")
    expect(chief.dialog).to_have_count(0)
    assert chief.page.evaluate(NAME) == "强制收卷"
    assert [e for e in site.journal() if e.kind == "hand-in"] == []


def test_what_cannot_be_taken_back_begins_on_the_way_out(chief: StaffPage) -> None:
    chief.page.locator(".sitting").first.get_by_role("button", name="结束考试").click()
    assert chief.page.evaluate(NAME) == "取消"
    chief.page.keyboard.press("Enter")
    expect(chief.dialog).to_have_count(0)
    expect(chief.page.locator(".sitting").first).to_contain_text("考试中")


def test_an_act_whose_answer_was_lost_counts_once_when_it_is_sent_again(
    site: Premises, chief: StaffPage
) -> None:
    lost = []

    def lose_the_answer(route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    chief.page.route("**/extend", lose_the_answer)
    chief.press("补时")
    chief.send(minutes="10", reason="停电")
    expect(chief.dialog.get_by_role("alert")).to_contain_text("不知道是否已完成")
    chief.send()
    expect(chief.dialog).to_have_count(0)
    assert lost == [200]
    assert len([e for e in site.journal() if e.kind == "extension"]) == 1


def test_the_wall_says_why_a_seat_needs_attention(
    site: Premises, chief: StaffPage, writing: CandidatePage
) -> None:
    writing.page.close()
    chief.press("← 全考场")
    alert = chief.page.locator("#beside li").filter(has_text=writing.person.name)
    expect(alert).to_contain_text("失联", timeout=40_000)
    bar = chief.page.locator(".states").first
    expect(bar).to_have_accessible_name("失联 1，未登录 2")
    assert bar.locator("i").evaluate_all("all => all.map(i => i.style.flexGrow)") == ["1", "2"]


def test_by_the_keyboard_alone_an_act_is_done_and_the_hand_is_where_it_was(
    site: Premises, chief: StaffPage
) -> None:
    page = chief.page
    page.get_by_role("button", name="记异常").focus()
    page.keyboard.press("Enter")
    expect(chief.dialog.locator("[name=category]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("鼠标失灵")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(chief.dialog).to_have_count(0)
    expect(page.get_by_role("button", name="记异常")).to_be_focused()
    # The panel is drawn anew beneath the hand: by another's act, by what a page notices.
    panel = page.locator("#beside h2").first.element_handle()
    site.act("violation", admission=site.people["live"][0].admission, note="夹带")
    expect(page.locator("#beside")).to_contain_text("已记违纪 1 次")
    assert panel is not None and not panel.evaluate("e => e.isConnected")
    expect(page.get_by_role("button", name="记异常")).to_be_focused()
