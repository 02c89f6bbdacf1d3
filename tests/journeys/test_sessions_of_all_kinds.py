"""A practice, parts with times of their own, a rest: as the candidate in the browser meets them."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import world
from barriers import found
from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import expect
from premises import Person, Process
from room import open_room

from siteapp.site import Site

PARTS = (20, 30, 10)


class Hall:
    """A site of its own with one candidate before the sign-in, and a chief over the wall's API."""

    def __init__(self, folder: Path, watch: Watch, **given: object) -> None:
        hq, site_folder = world.Headquarters(), folder / "site"
        hq.enrol(site_folder)
        site = Site(site_folder)
        package = world.make_package(hq, site.identity.certificate, folder, **given)  # type: ignore[arg-type]
        open_room(site, package)
        password = site.staff.add("chief", "chief")
        site.close()
        self.serving = Process(site_folder, "serve", "--port", "0")
        self.address = self.serving.says(r"up: (http://\S+)\n")
        self.chief = httpx.Client(timeout=30, trust_env=False, base_url=self.address)
        self.chief.post("/staff/sign-in", data={"name": "chief", "password": password})
        first = package.plan.candidates[0]
        person = Person(first.admission, first.identity[-6:], first.seat, "live", first.name)
        page = watch.machine().new_page()
        self.paper = CandidatePage(page, self.address, person, package.banks[world.LIVE.code])

    def act(self, name: str, **given: object) -> None:
        who = {"admission": self.paper.person.admission}
        self.chief.post(f"/api/room/am-1121/{name}", json=who | given).raise_for_status()

    def close(self) -> None:
        self.chief.close()
        self.serving.end(signal.SIGTERM)


Make = Callable[..., Hall]


@pytest.fixture
def hall(tmp_path: Path, watch: Watch) -> Iterator[Make]:
    """Makes the hall as a test wants it."""
    made: list[Hall] = []

    def make(**given: object) -> Hall:
        made.append(Hall(tmp_path, watch, **given))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_practice_shows_score_and_reasons_and_is_taken_again(hall: Make) -> None:
    paper = hall(kind="practice").paper
    page = paper.page
    paper.enter()
    band = page.locator(".kind-band")
    expect(band).to_contain_text("练习")
    paper.answer(1)
    paper.answer(2, right=False)
    paper.expect_saved(2)
    paper.hand_in()
    expect(page.locator(".score strong")).to_have_text(f"{paper.taken.marks()} / 100")
    items = page.locator(".review-item")
    expect(items.nth(0).locator("summary")).to_contain_text("正确")
    expect(items.nth(1).locator("summary")).to_contain_text("错误")
    expect(items.nth(1)).to_contain_text("示例")
    page.reload()
    expect(page.locator(".score strong")).to_be_visible()
    assert found(page) == {}
    page.get_by_role("button", name="再做一次").click()
    paper.enter()
    assert paper.chosen(1) == []


@pytest.mark.long
def test_the_next_part_opens_by_itself_without_the_server_and_there_is_no_way_back(
    hall: Make,
) -> None:
    one = hall(part_minutes=PARTS)
    paper, page = one.paper, one.paper.page
    page.clock.install()
    paper.enter()
    expect(page.locator(".countdown")).to_contain_text("第 1 部分剩余")
    paper.answer(1)
    # A place of a later part is not to be looked at either.
    expect(paper.cell(40)).to_have_attribute("aria-disabled", "true")
    paper.cell(40).click(force=True)
    expect(paper.heading).to_have_text("第 1 题")
    with one.serving.frozen():
        page.clock.fast_forward(PARTS[0] * 60_000)
        expect(page.locator(".countdown")).to_contain_text("第 2 部分剩余")
        expect(paper.heading).to_have_text("第 31 题")
        paper.cell(1).click(force=True)
        page.keyboard.press("ArrowLeft")
        expect(paper.heading).to_have_text("第 31 题")
        paper.answer(32)
        expect(paper.local).to_have_text("仅保存在本机 1")
    # The server's clock stands above the page's: it has not moved on so far.
    expect(page.locator(".countdown")).to_contain_text("第 1 部分剩余")
    paper.expect_saved(2)


@pytest.mark.long
def test_in_a_rest_the_paper_is_covered_until_the_candidate_is_back(hall: Make) -> None:
    one = hall(part_minutes=())
    paper, page = one.paper, one.paper.page
    paper.enter()
    paper.answer(1)
    one.act("rest", minutes=5, reason="如厕")
    expect(paper.title).to_have_text("休息")
    expect(page.locator(".question")).to_have_count(0)
    back = page.get_by_role("button", name="我已回来，继续作答")
    expect(back).to_be_hidden()
    assert found(page) == {}
    one.act("resume")
    expect(page.locator(".waiting-line")).to_contain_text("计时已经继续")
    expect(page.locator(".question")).to_have_count(0)
    back.click()
    paper.on_paper()
    paper.expect_saved(1)
