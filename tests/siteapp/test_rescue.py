"""Sealed copies and rescue files at the server: what counts, what waits, what is refused."""

import hmac
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import world
from click.testing import CliRunner
from rescuing import AM, Machine, base, responses
from room import Page, browser, journal, staff_browser
from werkzeug.test import Client

from siteapp.cli import main
from siteapp.conduct import acts
from siteapp.errors import RescueReplayed
from siteapp.site import Site
from siteapp.store.writer import Decision
from siteapp.web import rescue_files
from siteapp.web.bodies import ROOM_BODY, bounds
from siteapp.web.sealed_copies import PATH
from sync.exam.journal import standing_responses
from sync.exam.marking import receipt_code
from sync.wire import rescue


@pytest.fixture
def machine(open_site: Site, open_package: world.Package) -> Machine:
    """The first candidate, writing."""
    return Machine(Page(browser(open_site), open_package.plan.candidates[0]))


@pytest.fixture
def other(open_site: Site, open_package: world.Package) -> Machine:
    """The second candidate, writing."""
    return Machine(Page(browser(open_site), open_package.plan.candidates[1], "neighbour"))


@pytest.fixture
def chief(open_site: Site) -> Client:
    """The chief at the wall."""
    return staff_browser(open_site, "chief")


def by_two(site: Site, machine: Machine, reason: str) -> dict[str, str]:
    """The chief's request to apply, with the word of a helper."""
    password = site.staff.add("helper", "invigilator")
    words = {"reason": reason, "second": "helper", "password": password}
    return {"attempt": machine.attempt, **words}


def test_one_person_alone_applies_nothing(machine: Machine, open_site: Site, chief: Client) -> None:
    machine.page.instance = "unknown"
    machine.send(machine.file(machine.kept(1)))
    body = by_two(open_site, machine, "断网")
    for wrong in ({"second": "chief"}, {"password": "guessed"}):
        answer = chief.post(f"/api/room/{AM}/apply-rescue", json=body | wrong)
        assert answer.status_code in (400, 403)
    assert responses(open_site) == []
    assert chief.post(f"/api/room/{AM}/apply-rescue", json=body).status_code == 200
    assert responses(open_site) == [1]


def standing(site: Site, attempt: str) -> dict[str, object]:
    """item → response, as the journal says."""
    found = standing_responses(site.live.events(AM))[attempt]
    return {item: one.response for item, one in found.items()}


def test_a_sealed_copy_refills_a_server_that_lost_saves_and_again_is_harmless(
    machine: Machine, open_site: Site
) -> None:
    machine.page.save(1, sequence=1)
    assert machine.offer(1, 2, 3) == "send"
    file = machine.file(machine.kept(1, 2, 3))
    assert machine.send(file) == {"counted": 2, "waiting": 0}
    assert responses(open_site) == [1, 2, 3]
    assert machine.offer(1, 2, 3) == "keep"
    assert machine.send(file) == {"counted": 0, "waiting": 0}
    assert responses(open_site) == [1, 2, 3]


def test_after_the_hand_in_a_sealed_copy_changes_nothing_until_a_person_applies_it(
    machine: Machine, open_site: Site, chief: Client
) -> None:
    machine.page.save(1, sequence=1)
    machine.page.sequence = 1
    receipt = machine.page.hand_in()[1]["receipt"]
    before = standing(open_site, machine.attempt)
    assert machine.send(machine.file(machine.kept(1, 2))) == {"counted": 0, "waiting": 1}
    assert [e["why"] for e in journal(open_site, "evidence")] == ["rescue"]
    assert standing(open_site, machine.attempt) == before
    tile = chief.get(f"/api/room/{AM}").json["tiles"][0]
    assert (tile["rescued"], tile["receipt"]) == (1, receipt)
    body = by_two(open_site, machine, "收卷前断网")
    wall = chief.post(f"/api/room/{AM}/apply-rescue", json=body).json
    now = standing(open_site, machine.attempt)
    assert len(now) == 2
    (event,) = journal(open_site, "rescue")
    assert (event["by"], event["second"], event["saves"]) == ("chief", "helper", 1)
    assert event["reason"] == "收卷前断网"
    assert event["receipt"] == wall["tiles"][0]["receipt"] == receipt_code(machine.attempt, now)
    again = chief.post(f"/api/room/{AM}/apply-rescue", json=body)
    assert again.json["error"]["code"] == "nothing-rescued"


def test_an_applied_answer_overwrites_none_of_a_later_seat(
    machine: Machine, open_site: Site, chief: Client
) -> None:
    live = open_site.live
    moved = live.session(AM).attempt(machine.attempt)
    live.act(live.session(AM), lambda s: Decision(acts.move(s, moved, 99, "坏机", "chief")))
    new = Page(machine.page.client, machine.page.candidate, instance="def456")
    assert new.sign_in(seat=99)[0] == 200
    new.items = machine.page.items
    new.save(1, option=2, sequence=1)
    before = standing(open_site, machine.attempt)
    assert machine.send(machine.file(machine.kept(1, 2)))["waiting"] == 2
    body = by_two(open_site, machine, "换座位前未上传")
    assert chief.post(f"/api/room/{AM}/apply-rescue", json=body).status_code == 200
    after = standing(open_site, machine.attempt)
    assert len(after) == 2
    assert before.items() <= after.items()


def test_a_copy_of_a_page_that_never_signed_in_here_waits_for_a_person(
    machine: Machine, open_site: Site
) -> None:
    machine.page.instance = "unknown"
    assert machine.send(machine.file(machine.kept(1)))["waiting"] == 1
    assert responses(open_site) == []


def test_the_copy_may_go_when_headquarters_has_archived_all_of_it(
    machine: Machine, open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.page.save(1)
    machine.page.hand_in()
    session = open_site.live.session(AM)
    last = session.attempt(machine.attempt).last_seq
    assert machine.offer(1) == "keep"
    monkeypatch.setattr(open_site.packer, "archived", lambda _: last)
    assert machine.offer(1) == "keep"
    monkeypatch.setattr(open_site.packer, "archived", lambda _: last + 1)
    assert machine.offer(1) == "drop"
    assert machine.offer(1, 2) == "send"


def test_only_archived_batches_in_a_row_count(
    machine: Machine, open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [("archived", 0), ("received", 5), ("archived", 9)]
    rows = [{"first": first, "count": 5, "state": state} for state, first in states]
    monkeypatch.setattr(open_site.packer, "delivery", lambda _: rows)
    assert open_site.packer.archived(AM) == 5


FAULTS = ("damaged", "cut", "forged", "foreign", "another", "replayed")
CODES = {
    "damaged": "rescue-damaged",
    "cut": "rescue-damaged",
    "forged": "rescue-forged",
    "foreign": "rescue-other-site",
    "another": "rescue-of-another",
    "replayed": "rescue-replayed",
}


def faulty(machine: Machine, other: Machine, fault: str) -> bytes:
    """A rescue file with one fault."""
    machine.page.save(1, sequence=1)
    saves = machine.kept(1) if fault == "replayed" else machine.kept(1, 2)
    good = machine.file(saves)
    return {
        "damaged": good.replace(b'"sealed":"', b'"sealed":"AAAA'),
        "cut": good[:-9],
        "forged": machine.file(saves, mac="A" * 43 + "="),
        "foreign": machine.file(saves, site="site-02"),
        "another": other.file(other.kept(1)),
        "replayed": good,
    }[fault]


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_a_rescue_file_has_its_own_words_and_changes_nothing(
    machine: Machine, other: Machine, open_site: Site, chief: Client, fault: str
) -> None:
    file = faulty(machine, other, fault)
    before = open_site.live.session(AM).next_seq
    body = {"attempt": machine.attempt, "file": file.decode()}
    answer = chief.post(f"/api/room/{AM}/rescue", json=body)
    error = answer.json["error"]
    assert error["code"] == CODES[fault]
    assert error["hint"]["zh"]
    assert open_site.live.session(AM).next_seq == before
    assert CODES[fault] in chief.get("/admin/audit").text


@pytest.mark.parametrize("number", [-1, 0, 2**31])
def test_a_number_that_no_page_gives_makes_a_rescue_file_damaged(
    machine: Machine, open_site: Site, number: int
) -> None:
    saves = [one | {"sequence": number} for one in machine.kept(1)]
    before = open_site.live.session(AM).next_seq
    assert machine.send(machine.file(saves))["code"] == "rescue-damaged"
    assert open_site.live.session(AM).next_seq == before


def test_without_the_mac_a_forged_file_would_be_taken_in(
    machine: Machine, open_site: Site, chief: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = SimpleNamespace(digest=hmac.digest, compare_digest=lambda *_: True)
    forged = machine.file(machine.kept(1), mac="A" * 43 + "=")
    body = {"attempt": machine.attempt, "file": forged.decode()}
    assert chief.post(f"/api/room/{AM}/rescue", json=body).status_code == 422
    monkeypatch.setattr(rescue, "hmac", blind)
    assert chief.post(f"/api/room/{AM}/rescue", json=body).status_code == 200
    assert responses(open_site) == [1]


def test_the_command_takes_in_good_files_and_names_each_bad_one(
    machine: Machine, open_site: Site, open_folder: Path, tmp_path: Path
) -> None:
    machine.page.save(1, sequence=1)
    machine.page.sequence = 1
    machine.page.hand_in()
    mac = open_site.identity.rescue.attempt_key(AM, "live/9")
    files = {"good": machine.file(machine.kept(1, 2)), "known": machine.file(machine.kept(1))}
    machine.attempt = "live/9"
    files["nobody"] = machine.file(machine.kept(1), mac=base(mac))
    for name, file in files.items():
        (tmp_path / name).write_bytes(file)
    open_site.close()
    names = [str(tmp_path / name) for name in files]
    args = ["--data", str(open_folder), "--lang", "en", "rescue", "import", *names]
    result = CliRunner().invoke(main, args)
    assert "good: live/2026000001, 0 count now, 1 wait" in result.output
    assert "[rescue-replayed]" in result.output
    assert "[rescue-unknown-attempt]" in result.output
    assert result.exit_code == RescueReplayed.exit_status


def test_without_a_ticket_no_copy_is_taken_and_no_large_body_read(
    machine: Machine, open_site: Site
) -> None:
    ticket = {"AUTHORIZATION": f"Bearer {machine.keys['ticket']}"}
    assert bounds(open_site)(PATH, ticket) == rescue_files.MAX_FILE
    assert bounds(open_site)(PATH, {"AUTHORIZATION": "Bearer 00"}) == ROOM_BODY
    machine.keys["ticket"] = "0" * 32
    assert machine.send(machine.file(machine.kept(1)))["code"] == "rescue-ticket"
    assert responses(open_site) == []


def test_no_key_of_a_rescue_file_is_in_the_database_or_the_journal(
    machine: Machine, open_site: Site
) -> None:
    open_site.live.database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = (open_site.folder / "site.db").read_bytes()
    assert machine.attempt.encode() in stored
    for name in ("mac", "ticket"):
        assert machine.keys[name].encode() not in stored
    assert machine.keys["mac"] not in json.dumps([e.body for e in open_site.live.events(AM)])
