"""A whole morning: two qualifications in one room, two invigilators, five candidates, every act."""

import re

import pytest
from browsers import Watch
from candidate_page import CandidatePage
from cast import Cast
from playwright.sync_api import expect
from premises import SETTINGS, SPARE_SEAT, Premises, counted
from staff_page import StaffPage

from sync.exam.journal import Event

RULES = 'readmit = "on"\nlate_minutes = 1\n'
# The cut-off is a minute after the first start; the story begins before it.
CUT_OFF_MS = 90_000


class Morning(Cast):
    """The room from the first sign-in to the signed record; each part begins where one ended."""

    def arrive(self) -> None:
        """Before the papers are unlocked people sit down; one never comes."""
        self.steady, self.unlucky, self.late = (self.named("live", n) for n in range(3))
        self.media = self.named("media", 0)
        for page in (self.steady, self.unlucky, self.late, self.media):
            page.sign_in()
            expect(page.title).to_have_text(self.tongue.named("确认身份和座位"))
        self.album.keep(self.steady.page, "day-confirm")
        for page in (self.steady, self.unlucky, self.media):
            page.agree()
            expect(page.title).to_have_text(self.tongue.named("候考"))
        self.album.keep(self.media.page, "day-waiting")
        self.late.press("信息无误，确认")
        self.late.page.check("#commitment")
        self.album.look(self.late.page, "day-rules")

    def unlock(self, head: StaffPage) -> None:
        """The chief types what two officials heard by phone."""
        head.page.get_by_role("link", name=self.tongue.named("解锁试卷")).first.click()
        for number, code in enumerate(self.site.codes, start=1):
            head.page.fill(f"#code{number}", code)
        self.album.keep(head.page, "day-unlock")
        head.press("解锁")
        expect(head.page.locator(".steps")).to_be_visible()
        head.page.goto(f"{self.site.address}/room")

    def open(self, head: StaffPage, place: int) -> None:
        """The chief opens one of the two sittings."""
        card = head.page.locator(".sitting").nth(place)
        card.get_by_role("button", name=self.tongue.named("开考")).click()
        expect(card).to_contain_text(self.tongue.says("考试中"))

    def check_in(self, helper: StaffPage) -> None:
        """Face, card and photo are compared by eye."""
        helper.choose(self.steady.person.seat)
        helper.press("核验身份")
        expect(helper.dialog.locator("img.face")).to_have_js_property("complete", True)
        self.album.keep(helper.page, "day-check-in")
        helper.send()
        expect(helper.tile(self.steady.person.seat)).to_contain_text(self.tongue.says("已核验"))

    def call_and_answer(self, helper: StaffPage) -> None:
        """A hand goes up, an invigilator writes and comes."""
        self.media.press("举手")
        queue = helper.page.locator("#beside")
        helper.press("← 全考场")
        expect(queue).to_contain_text(self.tongue.says("举手 1", "Hands raised: 1"))
        helper.choose(self.media.person.seat)
        helper.press("发消息", text="您的科目 10 分钟后开考，请安静等候。")
        message = self.media.page.locator(".message")
        expect(message).to_contain_text("您的科目 10 分钟后开考")
        self.album.look(self.media.page, "waiting-message")
        self.media.press("知道了")
        expect(message).to_have_count(0)
        helper.press("← 全考场")
        self.album.keep(helper.page, "day-hand")
        helper.press("已处理")
        expect(self.media.page.locator("button.hand")).to_have_text(self.tongue.says("举手"))

    def late_opening(self, head: StaffPage) -> None:
        """The second sitting begins later, with its own full time."""
        for number in (1, 2, 3):
            self.steady.answer(number)
            self.unlucky.answer(number, right=number != 2)
        before = self.steady.seconds_left()
        self.open(head, 1)
        self.media.on_paper()
        assert self.media.seconds_left() > before
        self.media.answer(1)
        self.media.expect_saved(1)

    def another_machine(self, helper: StaffPage) -> None:
        """A browser dies; another machine at that seat shows a number, the console has the code."""
        self.unlucky.expect_saved(3)
        self.unlucky.page.context.close()
        taken, self.unlucky = self.unlucky.taken, self.named("live", 1)
        self.unlucky.taken = taken
        self.unlucky.sign_in()
        said = self.unlucky.page.locator(".notice.bad")
        expect(said).to_contain_text(re.compile(r"\d{6}"))
        self.album.keep(self.unlucky.page, "day-readmit")
        number = re.search(r"\d{6}", said.inner_text())
        assert number
        helper.choose(self.unlucky.person.seat)
        helper.press("换机准入码")
        helper.send(challenge=number[0], reason="主机冒烟")
        code = helper.dialog.locator(".code")
        expect(code).to_have_text(re.compile(r"^\d{6}$"))
        self.album.look(helper.page, "readmit-code")
        self.unlucky.page.fill("#answer", code.inner_text())
        helper.press("关闭")
        self.unlucky.press("登录")
        self.unlucky.on_paper()
        self.unlucky.expect_saved(3)

    def move(self, helper: StaffPage) -> None:
        """That machine is bad too: one act, and the candidate goes on at a spare seat."""
        old = self.unlucky
        helper.choose(old.person.seat)
        helper.page.get_by_role("button", name=self.tongue.named("换座位")).click()
        self.album.look(helper.page, "move")
        helper.send(seat=str(SPARE_SEAT), reason="显示器花屏")
        expect(helper.tile(SPARE_SEAT)).to_contain_text(old.person.name)
        expect(old.title).to_have_text(self.tongue.named("考生已换座位"))
        self.album.look(old.page, "day-moved")
        self.unlucky = self.named("live", 1)
        self.unlucky.taken = old.taken
        self.unlucky.sign_in(SPARE_SEAT)
        self.unlucky.on_paper()
        self.unlucky.expect_saved(3)
        self.unlucky.answer(4)

    def pause(self, helper: StaffPage) -> None:
        """The clock of one stands while something is seen to."""
        helper.choose(self.steady.person.seat)
        helper.press("暂停", reason="考生身体不适")
        expect(self.steady.title).to_have_text(self.tongue.named("考试已暂停"))
        self.album.look(self.steady.page, "day-paused")
        helper.press("恢复")
        self.steady.on_paper()
        self.steady.answer(4)
        self.steady.expect_saved(4)

    def violation(self, head: StaffPage) -> None:
        """The chief decides, and says what was seen; nobody is collected by it."""
        head.choose(self.media.person.seat)
        head.page.get_by_role("button", name=self.tongue.named("违纪")).click()
        head.dialog.locator("[name=note]").fill("桌内藏有资料，已当场收缴")
        self.album.keep(head.page, "day-violation")
        head.send()
        expect(head.dialog).to_have_count(0)
        self.media.answer(2)
        self.media.expect_saved(2)

    def come_late(self, head: StaffPage) -> None:
        """Within the minutes one walks in; after them an invigilator decides, with a reason."""
        tile = head.tile(self.late.person.seat)
        expect(tile).to_contain_text(self.tongue.says("迟到"), timeout=CUT_OFF_MS)
        self.late.press("进入候考")
        told = self.tongue.says("已超过迟到时限，请举手，由监考员决定是否准入。")
        expect(self.late.page.locator(".waiting-line")).to_have_text(told)
        self.album.look(self.late.page, "day-late")
        head.choose(self.late.person.seat)
        head.press("迟到准入", reason="公交车晚点")
        self.late.on_paper()
        assert self.late.seconds_left() > self.steady.seconds_left()
        self.album.look(head.page, "day-wall")
        # Nothing comes of it: this paper stays blank.
        self.late.hand_in()

    def mend(self, helper: StaffPage) -> None:
        """What does not add up is listed, and each row is mended with a word of what happened."""
        self.steady.hand_in()
        self.album.look(self.steady.page, "day-receipt")
        helper.choose(SPARE_SEAT)
        helper.press("强制收卷", reason="考生已离场")
        helper.press("← 全考场")
        helper.press("收尾核对")
        sheet = helper.page.locator("#reconcile")
        rows = sheet.locator("tbody tr")
        expect(rows).to_have_count(3)
        self.album.keep(helper.page, "day-reconcile")
        for mend in ("核实空白卷", "强制收卷", "记为缺考"):
            left = rows.count() - 1
            rows.get_by_role("button", name=self.tongue.named(mend)).click()
            helper.send(note="当场核实")
            expect(rows).to_have_count(left)
        expect(sheet.locator(".notice.good")).to_contain_text(
            self.tongue.says("考场内全部对得上。")
        )
        self.album.look(helper.page, "reconciled")

    def close(self, head: StaffPage) -> None:
        """Both sittings end, and the record says the whole morning."""
        for place in range(2):
            card = head.page.locator(".sitting").nth(place)
            card.get_by_role("button", name=self.tongue.named("结束考试")).click()
            head.send()
            expect(card).to_contain_text(self.tongue.says("已结束"))
        self.album.look(head.page, "wall-closed")
        back = head.page.get_by_role("button", name=self.tongue.named("← 全考场"))
        if back.count():
            back.click()
        head.page.get_by_role("link", name=self.tongue.named("考场情况记录单")).click()
        expect(head.page.locator(".sheet, table").first).to_be_visible()

    def read_record(self, head: StaffPage) -> None:
        """Every act of the morning stands there with its reason."""
        self.album.look(head.page, "day-record")
        for words in ("主机冒烟", "显示器花屏", "公交车晚点", "桌内藏有资料", "当场核实"):
            expect(head.page.locator("body")).to_contain_text(words)

    def journal(self) -> list[Event]:
        """What is on the disk at the end."""
        return self.site.journal()


def kinds(events: list[Event], kind: str) -> list[Event]:
    """The events of one kind."""
    return [one for one in events if one.kind == kind]


def sealed_room(site: Premises) -> Premises:
    """The package lies there sealed; rules of the house that differ from the usual ones."""
    site.furnish(unlocked=False)
    settings = SETTINGS.format(address=site.hq_address) + RULES
    (site.site_folder / "settings.toml").write_text(settings)
    site.start_site()
    return site


@pytest.fixture
def sealed(premises_of_five: Premises) -> Premises:
    """Three and two candidates, before anybody has unlocked anything."""
    return sealed_room(premises_of_five)


def test_a_short_morning_from_the_sealed_papers_to_the_signed_record(
    premises: Premises, watch: Watch
) -> None:
    room = Morning(sealed_room(premises), watch, "zh")
    head = room.chief()
    room.steady, room.media = room.named("live", 0), room.named("media", 0)
    for page in (room.steady, room.media):
        page.sign_in()
        page.agree()
        expect(page.title).to_have_text(room.tongue.named("候考"))
    room.unlock(head)
    for page, sign in ((room.steady, "1"), (room.media, "2")):
        expect(head.tile(page.person.seat).locator(".sitting-sign")).to_have_text(sign)
    room.open(head, 0)
    room.steady.answer(1)
    room.open(head, 1)
    room.media.answer(1)
    room.media.expect_saved(1)
    room.steady.hand_in()
    room.close(head)
    room.media.receipt()
    journal = room.journal()
    pages = [room.steady, room.media]
    assert [counted(journal, one.person) for one in pages] == [one.taken.options for one in pages]


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_qualifications_two_invigilators_and_five_candidates_through_a_morning(
    sealed: Premises, watch: Watch, lang: str
) -> None:
    room = Morning(sealed, watch, lang)
    head, helper = room.chief(), room.helper()
    room.arrive()
    room.check_in(helper)
    room.unlock(head)
    room.open(head, 0)
    room.steady.on_paper()
    room.unlucky.on_paper()
    room.call_and_answer(helper)
    room.late_opening(head)
    room.another_machine(helper)
    room.move(helper)
    room.pause(helper)
    room.violation(head)
    room.come_late(head)
    room.mend(helper)
    room.close(head)
    room.read_record(head)
    journal = room.journal()
    pages: list[CandidatePage] = [room.steady, room.unlucky, room.media]
    assert [counted(journal, one.person) for one in pages] == [one.taken.options for one in pages]
    assert {k: len(kinds(journal, k)) for k in ("absent", "violation", "readmit", "move")} == {
        "absent": 1,
        "violation": 1,
        "readmit": 1,
        "move": 1,
    }
