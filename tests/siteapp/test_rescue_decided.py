"""Rescued answers turned down by two people; copies of an attempt that a server lost whole."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import world
from rescuing import AM, Machine, rescue_file, responses
from room import Page, browser, close_sitting, journal, open_room, staff_browser
from werkzeug.test import Client
from world import make_package

from siteapp.conduct import acts
from siteapp.papers import Shelf
from siteapp.site import Site
from siteapp.store.writer import Decision
from sync.exam.journal import standing_responses
from sync.exam.sitting import form_for
from sync.headquarters.intake.journals import ReceivedJournal, TermJournal
from sync.headquarters.marking.attempts import attempt_facts

OTHER_FORM = 40


def by_two(site: Site, machine: Machine) -> dict[str, str]:
    """The chief's request, with the word of a helper."""
    password = site.staff.add("helper", "invigilator")
    words = {"reason": "服务器恢复自旧副本", "second": "helper", "password": password}
    return {"attempt": machine.attempt, **words}


def decide(chief: Client, act: str, body: dict[str, str]) -> tuple[int, Any]:
    answer = chief.post(f"/api/room/{AM}/{act}-rescue", json=body)
    return answer.status_code, answer.json


def tile(wall: Any, machine: Machine) -> Any:
    return next(one for one in wall["tiles"] if one["attempt"] == machine.attempt)


@pytest.fixture
def open_site(hq: world.Headquarters, site_folder: Path, tmp_path: Path) -> Iterator[Site]:
    """A site with both sittings open; neighbours of the first have different forms."""
    site = Site(site_folder)
    open_room(site, make_package(hq, site.identity.certificate, tmp_path, live_forms="ab"))
    site.close()
    shutil.copytree(site_folder, tmp_path / "restored")
    site = Site(site_folder)
    yield site
    site.close()


@pytest.fixture
def machine(open_site: Site) -> Machine:
    """A candidate who moved to a seat with the other form and answered."""
    session = open_site.live.session(AM)
    (candidate,) = world.candidates("live", 1, 1)
    move = acts.move(session, session.current_attempt(candidate.admission), OTHER_FORM, "坏机", "z")
    open_site.live.act(session, lambda _: Decision(move))
    made = Machine(_At(browser(open_site), candidate))
    for place in all_of(made):
        assert made.page.save(place, option=1)[0] == 200
    return made


def all_of(machine: Machine) -> range:
    """The numbers of its saves, which are also the places of the items: two forms share some."""
    return range(1, len(machine.page.items))


class _At(Page):
    """A page at the seat that the candidate moved to."""

    def sign_in(self, seat: int | None = None, secret: str | None = None) -> tuple[int, Any]:
        return super().sign_in(seat or OTHER_FORM, secret)


@pytest.fixture
def restored(open_site: Site, tmp_path: Path) -> Iterator[Site]:
    """The same site, put back to a copy of before anybody signed in."""
    site = Site(tmp_path / "restored")
    yield site
    site.close()


def sent(machine: Machine, restored: Site) -> None:
    """Its machine offers the copy to the restored server, which takes it."""
    machine.page.client = browser(restored)
    numbers = all_of(machine)
    assert machine.offer(*numbers) == "send"
    told = machine.send(machine.file(machine.kept(*numbers, option=1)))
    assert told == {"counted": 0, "waiting": len(numbers)}
    assert machine.offer(*numbers) == "keep"


def facts(site: Site, attempt: str) -> Any:
    """What headquarters makes of an attempt."""
    term = TermJournal(1, tuple(site.live.events(AM)), True, None)
    return attempt_facts(ReceivedJournal(AM, 1, (term,)))[attempt]


def test_two_people_start_an_attempt_that_a_restored_server_lost_whole_from_its_copy(
    machine: Machine, open_site: Site, restored: Site
) -> None:
    attempt = open_site.live.session(AM).attempt(machine.attempt)
    receipt, final = machine.page.hand_in()[1]["receipt"], attempt.final_responses()
    sent(machine, restored)
    chief = staff_browser(restored, "chief")
    status, wall = decide(chief, "apply", by_two(restored, machine))
    assert (status, tile(wall, machine)["phase"]) == (200, "started")
    (start,) = journal(restored, "start")
    assert start["form"] == attempt.form
    (said,) = journal(restored, "rescue")
    assert (said["by"], said["second"], said["saves"]) == ("chief", "helper", len(final))
    words = {"admission": machine.page.candidate.admission, "reason": "已离场"}
    collected = chief.post(f"/api/room/{AM}/collect", json=words).json
    assert tile(collected, machine)["receipt"] == receipt
    found = facts(restored, machine.attempt)
    assert (found.responses, found.receipt, found.receipt_fits) == (final, receipt, True)


def test_a_form_guessed_from_the_seat_would_lose_answers_and_be_noticed(
    machine: Machine, restored: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognise = Shelf.recognise
    monkeypatch.setattr(Shelf, "recognise", lambda *who: recognise(*who[:3], ()))
    machine.page.hand_in()
    machine.page.client = browser(restored)
    numbers = all_of(machine)
    assert machine.send(machine.file(machine.kept(*numbers)))["waiting"] < len(numbers)


def test_one_person_starts_nothing_and_before_that_nothing_counts(
    machine: Machine, restored: Site
) -> None:
    machine.page.hand_in()
    sent(machine, restored)
    chief = staff_browser(restored, "chief")
    assert tile(chief.get(f"/api/room/{AM}").json, machine)["rescued"] == len(all_of(machine))
    body = by_two(restored, machine)
    assert decide(chief, "apply", body | {"second": "chief"})[0] == 403
    assert (journal(restored, "start"), responses(restored)) == ([], [])


def test_after_the_close_the_copy_is_collected_at_once(
    machine: Machine, open_site: Site, restored: Site
) -> None:
    receipt = machine.page.hand_in()[1]["receipt"]
    close_sitting(restored, AM, "live")
    sent(machine, restored)
    _, wall = decide(staff_browser(restored, "chief"), "apply", by_two(restored, machine))
    shown = tile(wall, machine)
    assert (shown["phase"], shown["how"], shown["receipt"]) == ("handed-in", "forced", receipt)
    found = facts(restored, machine.attempt)
    assert (found.handed_in, found.receipt_fits) == (True, True)


def test_who_comes_back_to_the_restored_server_goes_on_with_the_own_form(
    machine: Machine, open_site: Site, restored: Site
) -> None:
    form = open_site.live.session(AM).attempt(machine.attempt).form
    sent(machine, restored)
    again = Page(browser(restored), machine.page.candidate, "later")
    again.begin()
    assert restored.live.session(AM).attempt(machine.attempt).form == form
    assert again.save(1, option=0)[0] == 200
    decide(staff_browser(restored, "chief"), "apply", by_two(restored, machine))
    standing = standing_responses(restored.live.events(AM))[machine.attempt]
    assert len(standing) == len(all_of(machine))
    assert journal(restored, "response")[0]["instance"] == "later"


def copy_of_no_form(site: Site, page: Page, told: Any) -> None:
    """A copy handed over before the start: its machine cannot have references of the paper."""
    one = {"item": "0" * 16, "response": ["0" * 16], "sequence": 1}
    file = rescue_file(told["rescue"], told["attempt"], page.instance, [one])
    ticket = {"Authorization": f"Bearer {told['rescue']['ticket']}"}
    answer = page.client.post("/api/candidate/rescue", data=file, headers=ticket)
    assert answer.json == {"counted": 0, "waiting": 0}
    assert len(journal(site, "evidence")) == 1


def form_all_the_same(site: Site, page: Page, told: Any) -> None:
    """The event that such a copy led to once."""
    body = {"attempt": told["attempt"], "form": "am-1121-live-a", "instance": page.instance}
    site.live.act(site.live.session(AM), lambda _: Decision([acts.NewEvent("copy", body)]))


@pytest.mark.parametrize(
    ("copied", "form"), [(copy_of_no_form, "am-1121-live-b"), (form_all_the_same, "am-1121-live-a")]
)
def test_a_copy_sent_before_the_start_keeps_no_form_of_a_seat_that_is_left(
    open_site: Site, copied: Callable[[Site, Page, Any], None], form: str
) -> None:
    session, (candidate,) = open_site.live.session(AM), world.candidates("live", 2, 1)
    page, other = Page(browser(open_site), candidate, "early"), OTHER_FORM + 1
    told = page.sign_in()[1]
    attempt = session.attempt(told["attempt"])
    assert form_for(session.sitting_of(attempt), attempt.seat) == "am-1121-live-a"
    copied(open_site, page, told)
    move = acts.move(session, attempt, other, "坏机", "z")
    open_site.live.act(session, lambda _: Decision(move))
    assert page.sign_in(seat=other)[0] == 200
    for act in ("confirm", "start"):
        assert page.call("POST", act, {})[0] == 200
    assert session.attempt(told["attempt"]).form == form


def test_two_people_turn_rescued_answers_down_and_that_is_on_record(
    machine: Machine, open_site: Site
) -> None:
    machine.page.hand_in()
    file = machine.file([*machine.kept(1, option=1), machine.kept(2)[0] | {"sequence": 999}])
    assert machine.send(file)["waiting"] == 1
    chief, body = staff_browser(open_site, "chief"), by_two(open_site, machine)
    before = facts(open_site, machine.attempt)
    assert decide(chief, "refuse", body | {"password": "guessed"})[0] == 403
    assert decide(chief, "refuse", body | {"reason": " "})[0] == 400
    status, wall = decide(chief, "refuse", body)
    assert (status, tile(wall, machine)["rescued"]) == (200, 0)
    (said,) = journal(open_site, "rescue-refused")
    assert (said["by"], said["second"], said["saves"]) == ("chief", "helper", 1)
    after = facts(open_site, machine.attempt)
    assert (after.responses, after.receipt) == (before.responses, before.receipt)
    assert (after.evidence, after.receipt_fits) == (1, True)


def test_what_was_turned_down_is_asked_about_no_second_time_also_after_a_restart(
    machine: Machine, open_site: Site, site_folder: Path
) -> None:
    machine.page.hand_in()
    file = machine.file([*machine.kept(1, option=1), machine.kept(2)[0] | {"sequence": 999}])
    machine.send(file)
    decide(staff_browser(open_site, "chief"), "refuse", by_two(open_site, machine))
    open_site.close()
    again = Site(site_folder)
    machine.page.client = browser(again)
    assert machine.send(file) == {"counted": 0, "waiting": 0}
    assert again.live.session(AM).attempt(machine.attempt).rescued == {}
    # The control: what has not been decided waits again after a restart.
    assert machine.send(machine.file([machine.kept(3)[0] | {"sequence": 1000}]))["waiting"] == 1
    again.close()
