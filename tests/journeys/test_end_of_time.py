"""The end of the time in a real browser: what waits for a decision, and what arrives late."""

import time

import pytest
from browsers import Watch
from candidate_page import CandidatePage, Sit
from playwright.sync_api import expect
from premises import Premises, wait_until
from staff_page import StaffPage

from siteapp.conduct.acts import GRACE_MS
from siteapp.site import Site
from siteapp.store.writer import Statement

HOUR_MS = 3_600_000
SOON_MS = 600_000
# The least in which a person does something in the last minute; a busy machine has more, as below.
LEFT_MS = 10_000
SETTLED_MS = 12_000


def near_the_end(site: Premises, pages: list[CandidatePage], seen: bool) -> None:
    """The site's clock stands shortly before these candidates' end, and their pages know it.

    `seen`: as if the server had run all the time; else it was away while its clock ran on.
    """
    began = time.monotonic()
    site.stop_site()
    site.start_site()
    # As long as this machine takes to start again, for the pages to hear of it, and to answer.
    left_ms = LEFT_MS + 4 * int((time.monotonic() - began) * 1000)
    left = pages[0].seconds_left() * 1000 - left_ms
    assert left < HOUR_MS
    site.stop_site()
    stopped = Site(site.site_folder)
    # The writer keeps the clock once a second; so it does not in the moment after this.
    stopped.live.keep_clock()
    changes = ["UPDATE clock SET boottime_ms = boottime_ms - ?"]
    if seen:
        changes = [f"UPDATE {table} SET clock_ms = clock_ms + ?" for table in ("clock", "contact")]
    for change in changes:
        stopped.live.store(Statement(change, (left,)))
    stopped.close()
    site.start_site()
    # A page that has not asked since then would go by the end that it knew before.
    for page in pages:
        wait_until(
            lambda page=page: page.seconds_left() * 1000 < left_ms + SOON_MS, "the end is near"
        )


@pytest.fixture
def writing(site: Premises, sit: Sit) -> list[CandidatePage]:
    """Two candidates with an answer each, on the disk."""
    pages = [sit(person) for person in site.people["live"][:2]]
    for page in pages:
        page.enter()
        page.answer(1)
        page.expect_saved(1)
    for page in pages:
        with page.page.expect_response("**/api/candidate/state"):
            """The server has heard of it."""
    return pages


def time_is_over(page: CandidatePage) -> None:
    """The page has let the candidate go by its own clock."""
    left_ms = page.seconds_left() * 1000
    expect(page.title).to_contain_text("考试时间到", timeout=left_ms + 60_000)


def staff(site: Premises, watch: Watch) -> StaffPage:
    desk = StaffPage(watch.machine().new_page(), site.address)
    desk.sign_in("chief", site.passwords.chief)
    return desk


def test_a_page_whose_time_is_over_goes_on_until_an_outage_is_decided(
    site: Premises, writing: list[CandidatePage], watch: Watch
) -> None:
    page, person = writing[0], writing[0].person
    # Another machine would not know: this page's own account would settle it.
    page.page.route("**/api/candidate/usable", lambda route: route.fulfill(status=503, body="{}"))
    near_the_end(site, [page], seen=False)
    expect(page.countdown).to_have_text("00:00", timeout=60_000)
    expect(page.contact).to_have_text("监考员正在决定补时，请留在座位上")
    page.page.context.set_offline(True)
    expect(page.contact).to_contain_text("时间已到，补时待定，此后的作答不一定计入")
    page.page.context.set_offline(False)
    page.page.wait_for_timeout(GRACE_MS + 1000)
    page.answer(2)
    page.page.wait_for_timeout(SETTLED_MS)
    expect(page.heading).to_have_text("第 2 题")
    desk = staff(site, watch)
    desk.page.locator(".tile").filter(has_text=person.name).click()
    desk.page.locator(".decision").get_by_role("button", name="不补").click()
    assert page.receipt()
    kinds = [
        (e.kind, e.body.get("how")) for e in site.journal() if e.kind in ("evidence", "hand-in")
    ]
    assert ("hand-in", "time") in kinds
    assert ("evidence", None) in kinds


def test_what_was_answered_in_time_while_the_room_was_away_counts_after_the_end(
    site: Premises, writing: list[CandidatePage]
) -> None:
    near_the_end(site, writing, seen=True)
    with site.room_network_away():
        for page in writing:
            page.answer(2)
        for page in writing:
            time_is_over(page)
        writing[0].page.wait_for_timeout(SETTLED_MS)
    for page in writing:
        assert page.receipt()
    journal = site.journal()
    assert len([e for e in journal if e.kind == "late"]) == 2
    ends = [e.body for e in journal if e.kind == "hand-in"]
    assert [(b["how"], b["answered"]) for b in ends] == [("time", 2)] * 2
    assert [e for e in journal if e.kind == "evidence"] == []


@pytest.mark.long
def test_a_single_seat_without_cable_waits_for_two_people(
    site: Premises, writing: list[CandidatePage], watch: Watch
) -> None:
    cut_off, neighbour = writing
    near_the_end(site, writing, seen=True)
    cut_off.page.context.set_offline(True)
    cut_off.answer(2)
    time_is_over(cut_off)
    assert neighbour.receipt()
    cut_off.page.wait_for_timeout(SETTLED_MS)
    cut_off.page.context.set_offline(False)
    assert cut_off.receipt()
    desk = staff(site, watch)
    tile = desk.page.locator(".tile").filter(has_text=cut_off.person.name)
    expect(tile).to_contain_text("待裁定")
    tile.click()
    desk.press("计入")
    form = desk.page.get_by_role("dialog")
    form.get_by_label("原因").fill("网线松动")
    form.get_by_label("第二人用户名").fill("helper")
    form.get_by_label("第二人密码").fill(site.passwords.helper)
    form.get_by_role("button", name="确定").click()
    expect(tile).not_to_contain_text("待裁定")
    expect(tile).to_contain_text("2/65")
    assert [e.body["second"] for e in site.journal() if e.kind == "late-decision"] == ["helper"]
