"""Faults of the room while candidates answer on: no network, a left seat, an older copy."""

import shutil
import time
from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest
from browsers import ARGUMENTS, CHROMIUM, Watch
from candidate_page import SENDS_NOTHING_AGAIN, CandidatePage, Sit
from playwright.sync_api import Browser, expect
from premises import SPARE_SEAT, Premises, counted, wait_until

from sync.exam.journal import Event

AWAY = "连不上服务器，请继续作答，恢复后自动上传"
# Asked as the page asks: what the server has without a gap, and its highest number.
HELD = """async () => {
  const { token } = JSON.parse(sessionStorage["examsite.session"]);
  const headers = { Authorization: `Bearer ${token}` };
  const state = await (await fetch("/api/candidate/state", { headers })).json();
  return [Object.values(state.watermark), Object.values(state.highest)];
}"""
LAST_ITEM = 20
BETWEEN_ANSWERS_S = 1.0


@pytest.fixture
def second(browser: Browser) -> Iterator[Watch]:
    """Another Chromium, as another machine has."""
    launched = browser.browser_type.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    watching = Watch(launched)
    yield watching
    watching.close()
    launched.close()
    assert watching.script_errors == []


def numbers(events: list[Event]) -> list[tuple[str, str, int]]:
    """Every stored save by the numbers that the pages gave."""
    return [
        (e.body["attempt"], e.body["instance"], e.body["sequence"])
        for e in events
        if e.kind == "response"
    ]


def has_no_gap(page: CandidatePage) -> bool:
    """True if the server has every number of this page up to the highest it knows."""
    without_gap, highest = page.page.evaluate(HELD)
    return bool(without_gap == highest)


def answer_for(seconds: float, pages: list[CandidatePage]) -> None:
    """All pages answer by turns, over and over, now rightly and now wrongly."""
    end = time.monotonic() + seconds
    for turn in count():
        for page in pages:
            page.answer(turn % LAST_ITEM + 1, right=turn % 3 > 0)
        if time.monotonic() > end:
            return
        pages[0].page.wait_for_timeout(BETWEEN_ANSWERS_S * 1000)


@pytest.mark.parametrize("seconds", [30, pytest.param(600, marks=pytest.mark.long)])
def test_two_browsers_answer_on_while_the_room_has_no_network_and_nothing_is_lost(
    site: Premises, sit: Sit, second: Watch, seconds: int
) -> None:
    one, other = site.people["live"][:2]
    pages = [sit(one)]
    machine = second.machine().new_page()
    pages.append(CandidatePage(machine, site.address, other, site.bank(other.sitting)))
    for page in pages:
        page.enter()
        page.answer(1)
        page.expect_saved(1)
    with site.room_network_away():
        answer_for(seconds, pages)
        for page in pages:
            expect(page.contact).to_have_text(AWAY)
            expect(page.on_server).not_to_have_text(f"已保存到服务器 {len(page.taken.options)}")
    for page in pages:
        page.expect_saved(len(page.taken.options))
        page.hand_in()
    journal = site.journal()
    assert len(set(numbers(journal))) == len(numbers(journal))
    assert [counted(journal, p.person) for p in pages] == [p.taken.options for p in pages]


# A page that calls what did not get through saved. By its watermark it would send that again all
# the same, and the hand-in would ask for it: of three safeguards two are left out.
FORGETFUL = (
    "if (!this.meet(error)) return this.stop();",
    "return this.work.ledger.hold(batch.map((save) => save.sequence));",
)


def test_a_page_that_forgets_what_did_not_get_through_would_be_noticed(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    page.altered("outbox.js", *FORGETFUL)
    page.altered("ledger.js", *SENDS_NOTHING_AGAIN)
    page.enter()
    page.answer(1)
    page.expect_saved(1)
    # Its cable is out: of a server that stands still the socket would deliver it in the end.
    page.page.context.set_offline(True)
    answer_for(3, [page])
    page.page.context.set_offline(False)
    page.answer(LAST_ITEM)
    page.expect_saved(len(page.taken.options))
    assert counted(site.journal(), page.person) != page.taken.options


def test_a_left_seat_that_was_cut_off_and_wrote_on_overwrites_nothing(
    site: Premises, sit: Sit
) -> None:
    person = site.people["live"][0]
    old, new = sit(person), sit(person)
    old.enter()
    old.answer(1)
    old.expect_saved(1)
    old.page.context.set_offline(True)
    site.act("move", admission=person.admission, seat=SPARE_SEAT, reason="键盘失灵")
    new.sign_in(SPARE_SEAT)
    new.on_paper()
    new.answer(1)
    new.answer(2)
    for number in (1, 2, 3):
        old.answer(number, right=False)
    expect(old.local).to_have_text("仅保存在本机 3")
    old.page.context.set_offline(False)
    old.expect_title("考生已换座位")
    new.expect_saved(2)
    new.hand_in()
    journal = site.journal()
    late = [e.body["why"] for e in journal if e.kind == "evidence"]
    # What the page did not get rid of before it was told, its machine hands over as a sealed copy.
    assert len(late) >= 3
    assert set(late) <= {"seat-moved", "rescue"}
    assert counted(journal, person) == new.taken.options


def test_a_site_put_back_to_an_older_copy_is_refilled_by_the_browsers_answer_by_answer(
    site: Premises, sit: Sit
) -> None:
    pages = [sit(person) for person in site.people["live"][:2]]
    for page in pages:
        page.enter()
        for number in (1, 2, 3):
            page.answer(number)
        page.expect_saved(3)
    older = [dict(page.taken.options) for page in pages]
    site.stop_site()
    copy = shutil.copytree(site.site_folder, site.folder / "copy")
    site.start_site()
    for page in pages:
        page.answer(2, right=False)
        for number in range(4, 11):
            page.answer(number, right=number % 2 == 0)
        page.expect_saved(10)
    site.kill_site()
    shutil.rmtree(site.site_folder)
    shutil.copytree(copy, site.site_folder)
    before = site.journal()
    assert [counted(before, page.person) for page in pages] == older
    site.start_site()
    for page in pages:
        page.answer(11)
        page.expect_saved(11)
        wait_until(partial(has_no_gap, page), "refilled above the watermark")
    journal = site.journal()
    assert len(set(numbers(journal))) == len(numbers(journal))
    assert [counted(journal, p.person) for p in pages] == [p.taken.options for p in pages]


@pytest.mark.long
def test_a_page_that_sends_nothing_again_would_leave_the_older_copy_short(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    page.altered("ledger.js", *SENDS_NOTHING_AGAIN)
    page.enter()
    page.answer(1)
    page.expect_saved(1)
    site.stop_site()
    copy = shutil.copytree(site.site_folder, site.folder / "copy")
    site.start_site()
    page.answer(2)
    page.expect_saved(2)
    site.kill_site()
    shutil.rmtree(site.site_folder)
    shutil.copytree(copy, site.site_folder)
    site.start_site()
    page.answer(3)
    page.expect_saved(3)
    assert not has_no_gap(page)
    assert counted(site.journal(), page.person) != page.taken.options
