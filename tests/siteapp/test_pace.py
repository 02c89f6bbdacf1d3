"""The pace of one attempt: no honest page meets it, no script gets past it."""

import json
from collections.abc import Iterator

import pytest
from conducted import Room
from room import Page, browser, journal

import siteapp.conduct.acts
import siteapp.conduct.pace
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.pace import BUDGET_SAVES, BURST_FILES, BURST_SAVES, Pace
from siteapp.errors import TooFast
from siteapp.site import Site

HOUR_S = 3600


@pytest.fixture
def attempt() -> Attempt:
    """One who is writing."""
    room = Room()
    room.open()
    room.begin(room.attempt())
    return room.attempt()


@pytest.fixture
def page(open_site: Site, open_package) -> Page:
    """A candidate who is writing, in a browser."""
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.begin()
    return page


@pytest.fixture
def ahead(open_site: Site, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """By how many ms the site's clock goes on; else it stands, and no pace refills."""
    stands, ahead = open_site.live.clock.now(), [0]
    monkeypatch.setattr(open_site.live.clock, "now", lambda: stands + ahead[0])
    return ahead


def passed(pace: Pace, attempt: Attempt, times: Iterator[int], count: int = 1) -> int:
    """How many saves pass that are tried at those moments (ms)."""
    taken = 0
    for now in times:
        try:
            pace.saves("am", attempt, count, 300 * count, now)
        except TooFast:
            continue
        taken += count
        attempt.spent.saves += count
    return taken


def test_three_changes_a_second_for_three_hours_never_wait(attempt: Attempt) -> None:
    # Faster than any hand; beyond the budget of 20,000 it is still a save a second.
    tries = range(0, BUDGET_SAVES * 333, 333)
    assert passed(Pace(), attempt, iter(tries)) == BUDGET_SAVES


def test_two_hours_of_answers_kept_by_a_page_are_taken_at_once(attempt: Attempt) -> None:
    assert passed(Pace(), attempt, iter([0] * (BURST_SAVES // 20)), 20) == BURST_SAVES


def test_a_script_gets_no_more_than_the_budget_and_then_a_save_a_second(attempt: Attempt) -> None:
    taken = passed(Pace(), attempt, iter(range(0, 3 * HOUR_S * 1000, 20)))
    assert taken < BUDGET_SAVES + 3 * HOUR_S + BURST_SAVES
    assert taken > BUDGET_SAVES + HOUR_S


def test_what_is_told_to_wait_passes_after_the_wait(attempt: Attempt) -> None:
    pace = Pace()
    passed(pace, attempt, iter([0] * BURST_SAVES))
    attempt.spent.saves = BUDGET_SAVES
    with pytest.raises(TooFast) as refused:
        pace.saves("am", attempt, 20, 500_000, 0)
    pace.saves("am", attempt, 20, 500_000, int(refused.value.facts["seconds"]) * 1000)


def test_one_attempts_flood_makes_no_other_wait(attempt: Attempt) -> None:
    pace, other = Pace(), Room().attempt(2)
    passed(pace, attempt, iter([0] * 3 * BURST_SAVES))
    assert passed(pace, other, iter([0])) == 1


def test_a_page_is_told_how_long_and_the_save_is_taken_when_it_comes_again(
    page: Page, open_site: Site, ahead: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = [page.save(0)[0] for _ in range(5)]
    open_site.pace._saves._levels.clear()
    monkeypatch.setattr(open_site.pace._saves, "_burst", 3)
    statuses += [page.save(1)[0] for _ in range(5)]
    assert statuses == [200] * 8 + [429] * 2
    ahead[0] = 1_000
    status, body = page.save(1, sequence=9)
    assert (status, body["saved"]) == (200, [9])
    assert len(journal(open_site, "response")) == 9


@pytest.mark.usefixtures("ahead")
def test_the_wait_is_in_the_header_that_the_page_reads(page: Page, open_site: Site) -> None:
    open_site.pace._saves._burst = 0.5
    item = page.items[0]
    one = {"sequence": 1, "item": item["ref"], "response": [item["options"][0]["ref"]]}
    answers = [
        page.client.post(
            "/api/candidate/responses",
            data=json.dumps({"instance": "a", "saves": [one]}),
            headers={"Authorization": f"Bearer {page.token}"},
        )
        for _ in range(3)
    ]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert answers[-1].json["error"]["code"] == "too-fast"


@pytest.mark.usefixtures("ahead")
def test_marks_and_sign_ins_have_a_pace_too(page: Page, open_site: Site) -> None:
    open_site.pace._saves._burst = open_site.pace._sign_ins._burst = 2
    open_site.pace._sign_ins._levels.clear()
    ref = page.items[0]["ref"]
    marks = [page.call("POST", "flag", {"item": ref, "flagged": n % 2 == 0})[0] for n in range(4)]
    assert marks == [200, 200, 429, 429]
    assert [page.sign_in()[0] for _ in range(4)] == [200, 200, 429, 429]


@pytest.mark.parametrize("limit", [3, 10**6], ids=["limit", "control: no limit"])
def test_late_saves_are_evidence_up_to_a_limit(
    page: Page, open_site: Site, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(siteapp.conduct.acts, "MAX_EVIDENCE", limit)
    page.hand_in()
    late = [page.save(0)[1]["error"]["code"] for _ in range(6)]
    assert late == ["already-handed-in"] * 6
    assert len(journal(open_site, "evidence")) == min(limit, 6)


def test_instances_that_no_page_made_are_refused(page: Page, monkeypatch) -> None:
    monkeypatch.setattr(siteapp.conduct.acts, "MAX_INSTANCES", 3)
    answers = []
    for number in range(5):
        page.instance = f"i{number}"
        answers.append(page.save(0, sequence=1)[0])
    page.instance = "i0"
    assert [*answers, page.save(1, sequence=2)[0]] == [200, 200, 200, 422, 422, 200]


def test_what_was_spent_is_known_after_a_restart(page: Page, open_site: Site, open_folder) -> None:
    for number in range(4):
        page.save(number)
    before = open_site.live.session("am-1121").attempt(f"live/{page.candidate.admission}").spent
    open_site.close()
    again = Site(open_folder)
    after = again.live.session("am-1121").attempt(f"live/{page.candidate.admission}").spent
    again.close()
    assert (after, after.saves) == (before, 4)


def test_files_are_announced_and_given_up_at_a_pace_of_their_own(attempt: Attempt) -> None:
    pace, other = Pace(), Room().attempt(2)
    passed(pace, attempt, iter([0] * 3 * BURST_SAVES))
    for _ in range(BURST_FILES):
        pace.file("am", attempt, 0)
    with pytest.raises(TooFast) as refused:
        pace.file("am", attempt, 0)
    pace.file("am", attempt, int(refused.value.facts["seconds"]) * 1000)
    pace.file("am", other, 0)
