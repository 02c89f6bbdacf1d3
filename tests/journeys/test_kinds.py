"""True or false, text entry, matching and ordering in a real browser, by the keyboard alone."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import kinds
import pytest
import world
from barriers import found
from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import Page, expect
from premises import Person, Process
from room import open_room
from test_keyboard import press, tab_to

from siteapp.site import Site
from sync.exam.journal import standing_responses
from sync.exam.marking import mark_theory

PAIRS = {"中段": "商品讲解", "开始": "开播预热", "尾声": "促单"}
ORDER = [kinds.TEXTS[option] for option in "bcad"]


@dataclass
class Hall:
    """A candidate before a paper of all kinds, on a site that runs."""

    paper: CandidatePage
    folder: Path
    serving: Process

    def marks(self) -> dict[str, int]:
        """Ends the site; what headquarters gives for the journal on its disk."""
        self.serving.end(signal.SIGTERM)
        site = Site(self.folder)
        events = site.live.events("am-1121")
        site.close()
        (standing,) = standing_responses(events).values()
        responses = {item: one.response for item, one in standing.items()}
        paper = mark_theory(kinds.form_of("f"), kinds.BANK, world.LIVE, responses)
        return {one.item: one.marks for one in paper.items}


@pytest.fixture
def hall(tmp_path: Path, watch: Watch) -> Iterator[Hall]:
    """Somebody sits down."""
    hq = world.Headquarters()
    folder = tmp_path / "site"
    hq.enrol(folder)
    site = Site(folder)
    package = kinds.package(hq, site.identity.certificate, tmp_path)
    open_room(site, package)
    site.close()
    serving = Process(folder, "serve", "--port", "0")
    first = package.plan.candidates[0]
    person = Person(first.admission, first.identity[-6:], first.seat, "live", first.name)
    address = serving.says(r"up: (http://\S+)\n")
    paper = CandidatePage(watch.machine().new_page(), address, person, kinds.BANK)
    paper.enter()
    yield Hall(paper, folder, serving)
    serving.end(signal.SIGKILL)


def order_by_keys(page: Page, wanted: list[str]) -> None:
    """Bring each text to its place with the buttons, the focus on what moves."""
    texts = page.locator(".order-text")
    for place, text in enumerate(wanted):
        while (at := texts.all_inner_texts().index(text)) > place:
            page.locator(".order li").nth(at).get_by_role("button", name="上移").focus()
            press(page, "Enter")
            expect(texts.nth(at - 1)).to_have_text(text)
    keep = page.get_by_role("button", name="就按这个顺序")
    if keep.is_enabled():
        # It stood so from the start.
        keep.press("Enter")


def test_each_kind_is_answered_by_keys_survives_a_reload_and_gets_its_marks(hall: Hall) -> None:
    paper, page = hall.paper, hall.paper.page
    broken = {"truth": found(page)}
    press(page, "b", "PageDown")
    page.locator("#answer-gap").focus()
    page.keyboard.type("gmv5")
    broken["entry"] = found(page)
    press(page, "Backspace", "PageDown")
    for row in page.locator(".match-row").all():
        row.locator("select").select_option(label=PAIRS[row.locator("label").inner_text()])
    broken["matching"] = found(page)
    tab_to(page, "下一题")
    press(page, "Enter")
    order_by_keys(page, ORDER)
    broken["ordering"] = found(page)
    paper.expect_saved(4)
    page.reload()
    paper.on_paper()
    expect(page.locator(".order-text")).to_have_text(ORDER)
    paper.hand_in()
    assert {place: rules for place, rules in broken.items() if rules} == {}
    assert set(hall.marks().values()) == {2}


@pytest.mark.long
def test_an_order_that_is_right_as_it_stands_counts_only_when_it_is_kept(hall: Hall) -> None:
    page = hall.paper.page
    hall.paper.go(4)
    keep = page.get_by_role("button", name="就按这个顺序")
    expect(page.locator(".standing")).to_have_text("未作答")
    keep.click()
    hall.paper.expect_saved(1)
    expect(keep).to_be_disabled()
    page.get_by_role("button", name="清除选择").click()
    hall.paper.expect_saved(0)
    expect(keep).to_be_enabled()
