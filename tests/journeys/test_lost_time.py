"""Lost time in a real browser: an outage that the page worked through, a browser that was gone."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from browsers import Watch
from candidate_page import CandidatePage, Sit
from playwright.sync_api import expect
from premises import SESSION, Premises, wait_until
from staff_page import StaffPage

AWAY_S = 16


def proposed(site: Premises) -> dict[int, int]:
    """Seat → seconds that the wall proposes to give back."""
    state = site.chief.get(f"{site.address}/api/room/{SESSION}").json()
    return {one["seat"]: round(one["ms"] / 1000) for one in state["lost"]}


def silences(site: Premises) -> list[dict[str, Any]]:
    """What the journal says that the server did not hear."""
    return [event.body for event in site.journal() if event.kind == "silence"]


def answer_through_an_outage(
    site: Premises, page: CandidatePage, outage: Callable[[], None]
) -> None:
    """The page goes on and is heard again."""
    page.enter()
    page.answer(1)
    page.expect_saved(1)
    outage()
    page.expect_saved(2)


def network_away(site: Premises, page: CandidatePage) -> None:
    with site.room_network_away():
        page.answer(2)
        page.page.wait_for_timeout(AWAY_S * 1000)


def server_dead(site: Premises, page: CandidatePage) -> None:
    site.kill_site()
    page.answer(2)
    page.page.wait_for_timeout(AWAY_S * 1000)
    site.start_site()


@pytest.mark.parametrize(
    "outage", [pytest.param(network_away, marks=pytest.mark.long), server_dead]
)
def test_an_outage_during_which_the_page_worked_gives_nothing_back(
    site: Premises, sit: Sit, outage: Callable[[Premises, CandidatePage], None]
) -> None:
    page = sit(site.people["live"][0])
    answer_through_an_outage(site, page, lambda: outage(site, page))
    # The silence is proposed until the page has given its account of it.
    for _ in range(40):
        page.page.wait_for_timeout(1500)
        if proposed(site) == {}:
            break
    assert proposed(site) == {}
    assert len(silences(site)) == 1


@pytest.mark.long
def test_the_same_outage_is_proposed_where_no_page_gives_account(site: Premises, sit: Sit) -> None:
    page = sit(site.people["live"][0])
    page.page.route("**/api/candidate/usable", lambda route: route.fulfill(status=503, body="{}"))
    began = time.monotonic()
    answer_through_an_outage(site, page, lambda: network_away(site, page))
    wait_until(lambda: proposed(site), "the silence is proposed")
    took = time.monotonic() - began
    assert AWAY_S - 3 <= proposed(site)[page.person.seat] <= took + 1


def test_a_machine_that_was_gone_gets_back_what_it_lost(
    site: Premises, sit: Sit, watch: Watch
) -> None:
    page = sit(site.people["live"][0])
    page.enter()
    machine = page.page.context
    with page.page.expect_response("**/api/candidate/state"):
        began = time.monotonic()
    page.page.close()
    chief = StaffPage(watch.machine().new_page(), site.address)
    chief.sign_in("chief", site.passwords.chief)
    chief.page.wait_for_timeout(AWAY_S * 1000)
    page._show(machine.new_page())
    page.page.goto(site.address)
    page.on_paper()
    lost = wait_until(lambda: proposed(site), "the gap is proposed")
    took = time.monotonic() - began
    assert AWAY_S - 1 <= lost[page.person.seat] <= took + 1
    panel = chief.page.locator(".decision")
    expect(panel).to_contain_text(f"{page.person.seat} {page.person.name}")
    before = page.seconds_left()
    panel.get_by_role("button", name="补 0:").click()
    expect(panel).to_have_count(0)
    enough = before + lost[page.person.seat] - 20
    wait_until(lambda: page.seconds_left() > enough, "the page has the time")
    given = [e.body for e in site.journal() if e.kind == "extension"]
    assert [(round(b["ms"] / 1000), len(b["lost"])) for b in given] == [(lost[page.person.seat], 1)]
    assert given[0]["reason"] == "考试机断电或故障"
