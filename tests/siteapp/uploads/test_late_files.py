"""Files that come after the end: by the rule of late answers, or by decision of two people."""

from collections.abc import Callable
from typing import Any

import pytest
from batched import close_all
from practical import Uploader
from room import browser, journal
from together import AM

from siteapp.conduct import acts
from siteapp.site import Site
from siteapp.store.writer import Decision
from sync.headquarters.intake.journals import ReceivedJournal, TermJournal
from sync.headquarters.marking.attempts import attempt_facts

MINUTE = 60_000
DATA = bytes(range(256)) * 3000
Pass = Callable[[int], None]


@pytest.fixture
def pass_ms(site: Site, monkeypatch: pytest.MonkeyPatch) -> Pass:
    """Lets the site's clock run on by so many ms."""
    now, ahead = site.live.clock.now, [0]
    monkeypatch.setattr(site.live.clock, "now", lambda: now() + ahead[0])

    def later(ms: int) -> None:
        ahead[0] += ms

    return later


def over_the_end(pages: list[Uploader], pass_ms: Pass, heard: bool) -> list[int]:
    """The first is away over its end, the second too unless it is heard; when a file was chosen."""
    told = [page.call("GET", "state")[1] for page in pages]
    start, left = told[0]["clock_ms"], max(one["remaining_ms"] for one in told)
    pass_ms(left - 20_000)
    for _ in range(8):
        pass_ms(5_000)
        if heard:
            pages[1].call("GET", "state")
    pages[1].call("GET", "state")
    return [start, start + left - MINUTE]


def send(page: Uploader, made: list[int] | None) -> tuple[int, Any]:
    """The whole file, and its end with the page's reading."""
    status, told = page.announce(DATA)
    assert status == 200
    assert page.part(told["upload"], 0, DATA)[0] == 200
    return page.call("POST", f"uploads/{told['upload']}/finish", {"made": made})


def seal(site: Site) -> int:
    close_all(site)
    session, count = site.live.session(AM), 0
    while site.filer.seal_one(session):
        count += 1
    return count


def test_a_file_chosen_in_time_while_the_room_was_away_counts_and_goes_to_headquarters(
    site: Site, pages: list[Uploader], pass_ms: Pass
) -> None:
    made = over_the_end(pages, pass_ms, heard=False)
    assert send(pages[0], made)[0] == 200
    (why,) = journal(site, "late-file")
    assert (why["sequence"], why["made_ms"]) == (1, made[1])
    assert made[1] < why["deadline_ms"]
    (event,) = journal(site, "file")
    assert event["size"] == len(DATA)
    assert seal(site) == 1


READINGS = ["none", "after the end", "no numbers"]


@pytest.mark.parametrize("reading", READINGS)
def test_without_a_reading_from_before_the_end_it_is_evidence(
    site: Site, pages: list[Uploader], pass_ms: Pass, reading: str
) -> None:
    start, chosen = over_the_end(pages, pass_ms, heard=False)
    made: Any = {
        "none": None,
        "after the end": [start, chosen + 2 * MINUTE],
        "no numbers": ["1", 2],
    }
    status, told = send(pages[0], made[reading])
    assert (status, told["error"]["code"]) == (409, "time-is-up")
    assert (journal(site, "file"), journal(site, "late-file")) == ([], [])
    (kept,) = journal(site, "file-evidence")
    assert (kept["held"], kept["why"]) == (len(DATA), "time-is-up")
    assert seal(site) == 0


def decide(site: Site, page: Uploader, counts: bool) -> int:
    """A chief and a helper decide about what came too late; how many pieces waited."""
    chief = browser(site)
    password = site.staff.add("chief", "chief")
    chief.post("/staff/sign-in", data={"name": "chief", "password": password})
    other = site.staff.add("helper", "invigilator")
    attempt = site.live.session(AM).current_attempt(page.candidate.admission).id
    before = chief.get(f"/api/room/{AM}").json["tiles"]
    given = {"attempt": attempt, "counts": counts, "reason": "网线松动"}
    body = given | {"second": "helper", "password": other}
    assert chief.post(f"/api/room/{AM}/late", json=body).status_code == 200
    assert chief.post(f"/api/room/{AM}/late", json=body).status_code == 409
    return sum(tile["late"] for tile in before)


@pytest.mark.parametrize("counts", [True, False])
def test_a_file_of_one_seat_alone_waits_for_two_people_and_goes_on_only_if_it_counts(
    site: Site, pages: list[Uploader], pass_ms: Pass, counts: bool
) -> None:
    made = over_the_end(pages, pass_ms, heard=True)
    assert send(pages[0], made)[0] == 409
    body = {"instance": pages[0].instance, "last_sequence": 0, "how": "time"}
    assert pages[0].call("POST", "hand-in", body)[0] == 200
    assert decide(site, pages[0], counts) == 1
    assert len(journal(site, "file")) == int(counts)
    (decided,) = journal(site, "late-decision")
    assert (decided["saves"], decided["second"]) == (1, "helper")
    name = decided["attempt"]
    facts = attempt_facts(
        ReceivedJournal(AM, 1, (TermJournal(1, tuple(site.live.events(AM)), True, None),))
    )[name]
    assert (facts.files, len(facts.responses), facts.receipt_fits) == (counts, counts, True)
    assert facts.receipt == site.live.session(AM).attempt(name).receipt
    assert seal(site) == int(counts)


def test_the_end_of_a_late_file_asked_again_reads_and_sends_nothing(
    site: Site, pages: list[Uploader], pass_ms: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = over_the_end(pages, pass_ms, heard=True)
    asked: list[str] = []
    complete = site.files.complete
    monkeypatch.setattr(site.files, "complete", lambda one: asked.append("read") or complete(one))
    monkeypatch.setattr(site.standby, "secure", lambda names: asked.append("sent"))
    # The control: an end that is not known yet does both.
    first = send(pages[0], made)
    assert (first[0], asked) == (409, ["read", "sent"])
    before = site.live.session(AM).next_seq
    upload = pages[0].announce(DATA)[1]["upload"]
    for _ in range(3):
        again = pages[0].call("POST", f"uploads/{upload}/finish", {"made": made})
        assert again == first
    assert (asked, site.live.session(AM).next_seq) == (["read", "sent"], before)


def test_a_late_file_counts_when_it_is_finished_again_after_an_extension(
    site: Site, pages: list[Uploader], pass_ms: Pass
) -> None:
    made = over_the_end(pages, pass_ms, heard=True)
    assert send(pages[0], made)[0] == 409
    attempt = site.live.session(AM).current_attempt(pages[0].candidate.admission).id
    site.live.act(
        site.live.session(AM),
        lambda s: Decision(acts.extend([s.attempt(attempt)], 10 * MINUTE, "broken", "chief")),
    )
    upload = pages[0].announce(DATA)[1]["upload"]
    assert pages[0].finish(upload)[0] == 200
    assert len(journal(site, "file")) == 1
