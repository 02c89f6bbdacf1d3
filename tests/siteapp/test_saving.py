"""The answer path over the real application and the real database."""

from pathlib import Path

import pytest
import world
from room import Page, browser

from siteapp.conduct import acts
from siteapp.conduct.received import Received
from siteapp.site import Site
from siteapp.store import live
from siteapp.store.writer import Decision, Statement
from sync.exam import journal


@pytest.fixture
def site_folder(open_folder: Path) -> Path:
    """Every test here begins in an open room."""
    return open_folder


@pytest.fixture
def package(open_package: world.Package) -> world.Package:
    """Its package."""
    return open_package


@pytest.fixture
def page(site: Site, package: world.Package) -> Page:
    page = Page(browser(site), package.plan.candidates[0])
    page.begin()
    return page


def events(site: Site, kind: str) -> list[dict]:
    return [e.body for e in site.live.events("am-1121") if e.kind == kind]


def test_a_save_is_in_the_journal_with_authored_ids_once_it_is_acknowledged(page, site, package):
    status, body = page.save(0, option=1)
    assert (status, body) == (200, {"saved": [1]})
    (saved,) = events(site, "response")
    item = next(i for f in package.papers.forms for i in f.items() if i.id == saved["item"])
    shown = page.items[0]
    assert item.stem == shown["stem"]
    assert dict(item.options)[saved["response"][0]] == shown["options"][1]["text"]


def test_a_repeated_save_is_acknowledged_and_journalled_once(page, site):
    page.save(0)
    assert page.save(0, sequence=1) == (200, {"saved": [1]})
    assert len(events(site, "response")) == 1


def test_a_number_used_again_for_another_answer_is_never_called_saved(page, site):
    page.save(0, option=0)
    status, body = page.save(0, option=3, sequence=1)
    assert (status, body["error"]["code"]) == (422, "sequence-reused")
    status, body = page.save(7, option=0, sequence=1)
    assert (status, body["error"]["code"]) == (422, "sequence-reused")
    assert len(events(site, "response")) == 1


def test_a_page_that_lost_its_numbers_is_told_the_highest_above_gaps_too(page, site):
    for sequence in (1, 2, 4, 5):
        page.save(sequence, sequence=sequence)
    _, state = page.call("GET", "state")
    assert (state["watermark"], state["highest"]) == ({"abc123": 2}, {"abc123": 5})


def test_the_paper_is_not_there_before_the_start(site, page, package):
    early = Page(page.client, package.plan.candidates[1])
    assert early.sign_in()[0] == 200
    status, body = early.call("GET", "paper")
    assert (status, body["error"]["code"]) == (409, "not-open")


def test_a_save_that_arrives_late_never_overwrites_a_newer_one(page, site):
    page.save(0, option=2, sequence=5)
    page.save(0, option=0, sequence=4)
    _, paper = page.call("GET", "paper")
    assert paper["responses"] == {page.items[0]["ref"]: [page.items[0]["options"][2]["ref"]]}


def test_an_option_of_another_item_is_refused(page, site):
    one = {
        "sequence": 1,
        "item": page.items[0]["ref"],
        "response": [page.items[1]["options"][0]["ref"]],
    }
    status, body = page.call("POST", "responses", {"instance": "abc123", "saves": [one]})
    assert (status, body["error"]["code"]) == (422, "save-refused")
    assert events(site, "response") == []


@pytest.mark.parametrize(
    "body",
    [
        {"instance": "abc", "saves": [{"sequence": 0, "item": "x", "response": []}]},
        {"instance": "a/b", "saves": []},
        {"instance": "abc", "saves": "x"},
        {"instance": "abc"},
        [1],
    ],
)
def test_malformed_saves_are_refused_with_a_reason(page, body):
    status, answer = page.call("POST", "responses", body)
    assert (status, answer["error"]["code"]) == (422, "save-refused")


def test_the_page_of_a_left_seat_is_fenced_and_its_save_kept_as_evidence(page, site):
    page.save(0, option=1)
    session = site.live.session("am-1121")
    attempt = session.attempt("live/2026000001")
    site.live.act(session, lambda s: Decision(acts.move(s, attempt, 99, "坏机", "chief")))
    status, body = page.save(0, option=2)
    assert (status, body["error"]["code"]) == (409, "seat-moved")
    assert [e["why"] for e in events(site, "evidence")] == ["seat-moved"]
    again = Page(page.client, page.candidate, instance="def456")
    assert again.sign_in(seat=99)[0] == 200
    _, paper = again.call("GET", "paper")
    assert list(paper["responses"].values()) == [[page.items[0]["options"][1]["ref"]]]


def test_a_left_seat_that_is_not_fenced_would_overwrite_and_be_noticed(page, site, monkeypatch):
    session = site.live.session("am-1121")
    attempt = session.attempt("live/2026000001")
    site.live.act(session, lambda s: Decision(acts.move(s, attempt, 99, "坏机", "chief")))
    new = Page(page.client, page.candidate, instance="def456")
    assert new.sign_in(seat=99)[0] == 200
    new.items = page.items
    new.save(0, option=1)
    # Neither the token's seat term is asked for, nor that of the save, nor who signed in last.
    monkeypatch.setattr(acts, "_refusal", lambda *_: None)
    monkeypatch.setattr(journal, "order", lambda standing: standing.sequence)
    assert page.save(0, option=2, sequence=7)[0] == 200
    (shown,) = new.call("GET", "paper")[1]["responses"].values()
    assert shown == [page.items[0]["options"][2]["ref"]]


def test_a_save_after_the_hand_in_is_refused_and_kept_as_evidence(page, site):
    page.save(0)
    assert page.hand_in()[0] == 200
    assert page.save(1)[1]["error"]["code"] == "already-handed-in"
    assert len(events(site, "evidence")) == 1


def test_a_hand_in_waits_for_saves_that_are_missing(page):
    page.save(0, sequence=1)
    page.save(1, sequence=3)
    page.sequence = 3
    status, body = page.hand_in()
    assert (status, body["missing"]) == (409, [2])
    page.save(2, sequence=2)
    assert page.hand_in()[0] == 200


def test_a_hand_in_that_does_not_wait_would_lose_them_and_be_noticed(page, site, monkeypatch):
    monkeypatch.setattr(Received, "missing", lambda *_: [])
    page.save(0, sequence=1)
    page.save(1, sequence=3)
    page.sequence = 3
    assert page.hand_in()[0] == 200
    assert page.save(2, sequence=2)[0] == 409
    assert len(events(site, "response")) == 2


def test_handing_in_twice_gives_the_same_receipt_code(page):
    page.save(0)
    first, second = page.hand_in(), page.hand_in()
    assert first == second
    assert len(first[1]["receipt"]) == 14


def test_without_a_token_nothing_is_taken(page):
    page.token = "x" * 43
    assert page.save(0)[1]["error"]["code"] == "sign-in-needed"


def test_everything_is_there_after_the_site_starts_again(page, site, site_folder):
    page.save(0, option=1)
    page.save(7, option=2)
    token, ref = page.token, page.items[7]["ref"]
    site.close()
    again = Site(site_folder)
    try:
        page = Page(browser(again), page.candidate)
        page.token = token
        status, paper = page.call("GET", "paper")
        assert status == 200
        assert len(paper["responses"]) == 2
        assert ref in paper["responses"]
    finally:
        again.close()


def stored(site, *words):
    """Which of these words are in the database file."""
    site.live.database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = (site.folder / "site.db").read_bytes()
    return [word for word in words if word.encode() in content]


def test_the_stored_database_holds_no_token_and_no_identity_number(page, site, package):
    numbers = [one.identity for one in package.plan.candidates]
    assert stored(site, page.token, *numbers, *(number[-6:] for number in numbers)) == []
    admission = package.plan.candidates[0].admission
    assert stored(site, admission) == [admission]


def test_a_token_or_an_identity_number_that_is_stored_would_be_found(
    page, site, package, monkeypatch
):
    monkeypatch.setattr(live, "token_hash", str.encode)
    page.sign_in()
    assert stored(site, page.token) == [page.token]
    identity = package.plan.candidates[0].identity
    site.live.store(Statement("UPDATE credential SET verifier = ?", (identity.encode(),)))
    assert stored(site, identity, identity[-6:]) == [identity, identity[-6:]]


def test_a_save_that_the_paper_does_not_offer_is_evidence_and_holds_up_no_hand_in(page, site):
    page.save(0)
    page.sequence += 1
    one = {"sequence": page.sequence, "item": "nothing", "response": ["x"]}
    status, body = page.call("POST", "responses", {"instance": "abc123", "saves": [one]})
    assert (status, body["error"]["code"]) == (422, "save-refused")
    assert [e["why"] for e in events(site, "evidence")] == ["save-refused"]
    assert page.hand_in()[0] == 200


def test_one_bad_save_among_good_ones_refuses_the_request_and_stores_none(page, site):
    good = {"sequence": 1, "item": page.items[0]["ref"], "response": []}
    bad = {"sequence": 2, "item": "nothing", "response": []}
    sent = {"instance": "abc123", "saves": [good, bad]}
    assert page.call("POST", "responses", sent)[0] == 422
    assert events(site, "response") == events(site, "evidence") == []
