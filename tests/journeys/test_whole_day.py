"""A whole day of the administrator and of headquarters: from the package to the results."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import readied_room
from browsers import Watch
from candidate_page import CandidatePage
from cast import Cast
from playwright.sync_api import Browser, Page, expect
from premises import SESSION, Premises, wait_until
from rooms_page import RoomsPage
from staff_page import StaffPage

SEATS = 6
# The one morning of `approving.CALENDAR_2026`.
CALENDAR_DAY = "2026-12-05T08:30+08:00"


class WholeDay(Cast):
    """What the administrator, the chief and headquarters do, one after another."""

    def take_in(self, admin: StaffPage) -> None:
        """The package that came on a stick is verified and imported."""
        admin.page.goto(f"{self.site.address}/admin")
        self.album.look(admin.page, "home-empty")
        admin.page.set_input_files("#file", self.site.package)
        admin.press("核验并导入")
        expect(admin.page.locator("h1")).to_contain_text(
            self.tongue.says("上午场", "Morning session")
        )
        self.album.look(admin.page, "day-session")

    def draw(self) -> None:
        """The room as it stands: five seats and a spare."""
        plan = RoomsPage(self.watch, self.site, self.tongue)
        self.album.look(plan.page, "rooms-empty")
        plan.press("绘制平面图")
        plan.send(name="第一机房", rows="2", columns="3")
        plan.press("备用")
        plan.square(2, 3).click()
        plan.press("重新编号")
        plan.send(first="1", way="rows")
        plan.press("保存")
        expect(plan.page.locator("#said")).to_have_text(
            self.tongue.says("已保存为版本 1", "Saved as version 1")
        )
        self.album.look(plan.page, "day-rooms")

    def check(self, admin: StaffPage) -> None:
        """Every machine has measured itself; the report is signed."""
        readied_room.report_machines(self.site, SEATS)
        admin.page.goto(f"{self.site.address}/admin/readiness")
        admin.page.locator(".room svg").first.wait_for()
        self.album.look(admin.page, "day-readiness")
        admin.press("重新测量并签发报告")
        expect(admin.dialog).to_contain_text(self.tongue.says("已签名", "signed"))
        self.album.look(admin.page, "readiness-signed")

    def print(self, admin: StaffPage) -> None:
        """What lies on the desks and hangs on the door."""
        admin.page.goto(f"{self.site.address}/admin")
        self.album.keep(admin.page, "day-home")
        papers = f"{self.site.address}/admin/sessions/{SESSION}/papers"
        admin.page.goto(papers)
        self.album.keep(admin.page, "day-papers")
        names = [person.name for people in self.site.people.values() for person in people]
        for kind in ("tickets", "door", "labels", "sign-in"):
            admin.page.goto(f"{papers}/{kind}")
            for name in names:
                expect(admin.page.locator("body")).to_contain_text(name)
            self.album.look(admin.page, f"paper-{kind}")

    def begin(self, head: StaffPage) -> None:
        """Two codes by phone, and both sittings are opened; what is not ready is overruled."""
        head.page.goto(f"{self.site.address}/admin/sessions/{SESSION}/unlock")
        for number, code in enumerate(self.site.codes, start=1):
            head.page.fill(f"#code{number}", code)
        # If the clock says that it is days too early, that asks for a reason and a second person.
        if head.page.locator("#reason").count():
            head.page.fill("#reason", "按总部通知提前开考")
            head.page.fill("#second", "helper")
            head.page.fill("#password", self.site.passwords.helper)
        head.press("解锁")
        expect(head.page.locator(".steps")).to_be_visible()
        head.page.goto(f"{self.site.address}/room")
        for place in range(2):
            card = head.page.locator(".sitting").nth(place)
            card.get_by_role("button", name=self.tongue.named("开考")).click()
            head.page.locator("dialog, .sitting .mark.good").nth(place).wait_for()
            if head.dialog.count():
                self.album.look(head.page, "not-ready")
                head.send(reason="总部已同意")
            expect(card).to_contain_text(self.tongue.says("考试中"))

    def know_spares(self, head: StaffPage) -> None:
        """Who has to move somebody is offered the spare that nobody has."""
        head.choose(1)
        head.press("换座位")
        expect(head.dialog.locator(".offers button").first).to_have_text("6")
        head.press("取消")
        head.press("← 全考场")

    def sit(self) -> list[CandidatePage]:
        """One of each qualification comes and answers."""
        pages = [self.named("live", 0), self.named("media", 0)]
        for page in pages:
            page.enter()
            for number in (1, 2, 3):
                page.answer(number, right=number != 2)
            page.go(4)
            page.press("标记本题")
            page.expect_saved(3)
        self.album.look(pages[0].page, "day-paper")
        pages[0].press("交卷")
        self.album.keep(pages[0].page, "day-hand-in")
        for page in pages:
            page.hand_in()
        return pages

    def end(self, head: StaffPage) -> None:
        """Three never came; then everything adds up and both sittings close."""
        head.press("收尾核对")
        sheet = head.page.locator("#reconcile")
        rows = sheet.locator("tbody tr")
        for left in (2, 1, 0):
            mend = rows.first.get_by_role("button", name=self.tongue.named("记为缺考"))
            mend.click()
            head.send(note="开考 15 分钟未到")
            expect(rows).to_have_count(left)
        for place in range(2):
            card = head.page.locator(".sitting").nth(place)
            card.get_by_role("button", name=self.tongue.named("结束考试")).click()
            head.send()
            expect(card).to_contain_text(self.tongue.says("已结束"))

    def deliver(self, admin: StaffPage) -> None:
        """Nothing is over before headquarters has archived everything."""
        admin.page.goto(f"{self.site.address}/admin/deliveries")
        never = "数据传送服务还没有运行过：请启动 examsite courier，否则数据只留在本机。"
        expect(admin.page.locator(".notice.warn:visible")).to_have_text(self.tongue.says(never))
        self.album.look(admin.page, "deliveries-before")
        with self.site.courier():
            wait_until(lambda: self.delivered(admin), "everything is archived")
        self.album.keep(admin.page, "day-deliveries")
        admin.page.goto(f"{self.site.address}/admin")
        self.album.look(admin.page, "day-home-after")

    def delivered(self, admin: StaffPage) -> bool:
        """Whether the page says so now."""
        admin.page.reload()
        said = self.tongue.named("已送达")
        return admin.page.locator(".mark.good").filter(has_text=said).count() > 0

    def receive(self, desk: Page, pages: list[CandidatePage]) -> None:
        """Receipts, reconciliation and marks, and the codes that the candidates noted."""
        self.album.look(desk, "hq-home")
        desk.goto(f"{self.site.hq_address}/sessions/{SESSION}")
        self.album.look(desk, "day-hq-session")
        for page in pages:
            line = desk.locator("tr").filter(has_text=page.person.admission)
            expect(line).to_contain_text(re.compile(rf"\b{page.taken.marks()}\b"))
        desk.goto(f"{self.site.hq_address}/reconciliation?session={SESSION}")
        self.album.keep(desk, "day-hq-reconciliation")
        desk.goto(f"{self.site.hq_address}/incidents?session={SESSION}")
        self.album.look(desk, "day-hq-incidents")
        expect(desk.locator("body")).to_contain_text("开考 15 分钟未到")
        desk.goto(f"{self.site.hq_address}/results?session={SESSION}")
        for page in pages:
            expect(desk.locator("tbody")).to_contain_text(page.person.admission)
        self.album.keep(desk, "day-hq-results")

    def release(self, desk: Page, other: Page) -> None:
        """One officer proposes, another releases; a transcript of it is taken and checked."""
        here = f"{self.site.hq_address}/sessions/{SESSION}/results"
        desk.goto(here)
        desk.get_by_role("button", name=self.tongue.named("提出，请另一人发布")).click()
        sure = self.tongue.named("核对无误，发布")
        expect(desk.locator(".mark.warn").first).to_be_visible()
        expect(desk.get_by_role("button", name=sure)).to_have_count(0)
        other.goto(here)
        self.album.look(other, "day-hq-proposed")
        other.get_by_role("button", name=sure).click()
        expect(other.locator("body")).to_contain_text(self.tongue.says("只读"))
        self.album.keep(other, "day-hq-released")
        code = other.locator("td.code.keep").first.inner_text()
        with other.expect_download() as taken:
            other.get_by_role("link", name="PDF", exact=False).last.click()
        assert Path(taken.value.path()).read_bytes().startswith(b"%PDF-")
        other.goto(f"{self.site.hq_address}/results/verify")
        other.fill("#code", code)
        other.get_by_role("button", name=self.tongue.named("核验")).click()
        expect(other.locator(".mark.good")).to_have_text(self.tongue.says("与发布的成绩一致"))


@pytest.fixture
def days_ahead(tmp_path: Path, browser: Browser) -> Iterator[Premises]:
    """Five candidates, and a morning of the calendar that the officer entered."""
    made = Premises(tmp_path, live=3, media=2, starts_at=CALENDAR_DAY)
    made.furnish(received=False, unlocked=False)
    made.start_site()
    yield made
    made.close()


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_day_from_the_package_on_a_stick_to_the_results_at_headquarters(
    days_ahead: Premises, watch: Watch, lang: str
) -> None:
    day = WholeDay(days_ahead, watch, lang)
    admin = day.administrator()
    day.take_in(admin)
    day.draw()
    day.check(admin)
    day.print(admin)
    head = day.chief()
    day.begin(head)
    day.know_spares(head)
    pages = day.sit()
    day.end(head)
    day.deliver(admin)
    desk = day.officer()
    day.receive(desk, pages)
    day.release(desk, day.second())
    rows = days_ahead.results()
    assert [rows[p.person.admission].theory.marks for p in pages] == [
        p.taken.marks() for p in pages
    ]
