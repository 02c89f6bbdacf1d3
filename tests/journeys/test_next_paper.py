"""Two papers of one candidate in a real browser: the receipt names the next one."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from barriers import found
from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import expect
from premises import Person, Process
from room import open_room
from two_papers import two_papers

from siteapp.site import Site


@pytest.fixture
def paper(request, tmp_path: Path, watch: Watch) -> Iterator[CandidatePage]:
    """A candidate on the first of two papers; the rest between them in minutes is the parameter."""
    hq, folder = world.Headquarters(), tmp_path / "site"
    hq.enrol(folder)
    site = Site(folder)
    package = two_papers(hq, site.identity.certificate, tmp_path, request.param)
    open_room(site, package)
    site.close()
    serving = Process(folder, "serve", "--port", "0")
    first = package.plan.candidates[0]
    person = Person(first.admission, first.identity[-6:], first.seat, "live", first.name)
    address = serving.says(r"up: (http://\S+)\n")
    page = watch.machine().new_page()
    made = CandidatePage(page, address, person, package.banks[world.LIVE.code])
    made.enter()
    yield made
    serving.end(signal.SIGKILL)


def to_the_next(paper: CandidatePage) -> None:
    """From the receipt into the waiting room of the next paper."""
    paper.press("登录下一科")
    paper.page.fill("#admission", paper.person.admission)
    paper.page.fill("#secret", paper.person.secret)
    paper.press("登录")
    expect(paper.page.locator(".identity")).to_contain_text("新媒体")
    paper.press("信息无误，确认")
    paper.page.check("#commitment")
    paper.press("进入候考")


@pytest.mark.parametrize("paper", [20], indirect=True)
def test_the_receipt_names_the_next_paper_and_the_break_holds_it(paper: CandidatePage) -> None:
    paper.answer(1)
    paper.expect_saved(1)
    paper.hand_in()
    notice = paper.page.locator(".notice.good")
    expect(notice).to_contain_text("您还有下一科")
    expect(notice).to_contain_text("先休息 20 分钟")
    assert found(paper.page) == {}
    to_the_next(paper)
    expect(paper.page.locator(".waiting-line")).to_contain_text("休息中，还有约 20 分钟")
    assert found(paper.page) == {}


@pytest.mark.long
@pytest.mark.parametrize("paper", [0], indirect=True)
def test_without_a_break_the_next_paper_begins_and_back_leads_nowhere(paper: CandidatePage) -> None:
    paper.answer(1)
    paper.hand_in()
    to_the_next(paper)
    paper.on_paper()
    expect(paper.on_server).to_have_text("已保存到服务器 0")
    paper.page.go_back()
    paper.page.go_forward()
    paper.on_paper()
    expect(paper.page.locator(".head-title")).to_contain_text("新媒体")
