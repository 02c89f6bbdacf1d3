"""The link of two servers: what a spare takes, what it refuses, and what the primary then does."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import world
from line import get
from rewriting import lines_of
from room import Page, browser, journal
from together import AM, put, wait_until
from two_servers import SECRET, Second, failures, told

from siteapp.clock import Anchor
from siteapp.errors import NotPaired, PairingRefused, SpareNotPromoted
from siteapp.site import Site
from siteapp.standby import messages, pairing, ring, spare
from siteapp.standby.leader import Leader
from siteapp.standby.promotion import head, keep_promotion, make_promotion
from siteapp.store.database import connect
from siteapp.store.replica import Copy, Frame, State, frame_after, has_passed, snapshot, state_of
from siteapp.store.writer import Statement
from sync.errors import DocumentAltered
from sync.wire.documents import sign
from sync.wire.keys import SigningKey
from sync.wire.link import Link

CLOCK = Anchor("this boot", 5, 6, 7)


@pytest.fixture
def second(open_folder: Path, tmp_path: Path) -> Iterator[Second]:
    (tmp_path / "spare").mkdir()
    made = Second(open_folder, tmp_path / "spare")
    yield made
    made.close()


@pytest.fixture
def wait_ms() -> int:
    """How long a primary waits for its spare: short, for the tests in which it waits in vain."""
    return 400


# For tests in which it must not give up: a busy machine may well stand still for longer than that.
patient = pytest.mark.parametrize("wait_ms", [10_000])


@pytest.fixture
def primary(open_folder: Path, second: Second, wait_ms: int) -> Iterator[Site]:
    """A primary that has joined with its spare."""
    (open_folder / "settings.toml").write_text(f"standby_wait_ms = {wait_ms}")
    site = Site(open_folder)
    site.start()
    wait_until(lambda: told(site)["state"] == "both")
    yield site
    site.close()


def last_event(folder: Path) -> str:
    """The newest line of the journal on this disk."""
    with closing(connect(folder / "site.db")) as database:
        query = "SELECT line FROM event WHERE session = ? ORDER BY seq DESC LIMIT 1"
        text = str(database.execute(query, (AM,)).fetchone()[0])
        return lines_of(database).open(AM, text).decode()


@patient
def test_an_answer_comes_when_the_spare_has_it(primary: Site, second: Second) -> None:
    for n in range(5):
        put(primary, str(n))
        assert f'"note":"{n}"' in last_event(second.spare.folder)


@patient
def test_a_page_reads_of_no_save_that_is_on_one_disk_only(
    open_package: world.Package, primary: Site, second: Second
) -> None:
    page = Page(browser(primary), open_package.plan.candidates[0])
    page.begin()
    asked: list[float] = []

    def ask(method: str, path: str) -> None:
        assert page.call(method, path, {} if method == "POST" else None)[0] == 200
        asked.append(time.monotonic())

    with second.spare._lock:
        asks = [("GET", "state"), ("GET", "paper"), ("POST", "start")]
        works = [lambda: page.save(0), *(partial(ask, *one) for one in asks)]
        threads = [threading.Thread(target=work) for work in works]
        threads[0].start()
        wait_until(lambda: len(journal(primary, "response")) == 1)
        for thread in threads[1:]:
            thread.start()
        time.sleep(0.2)
        # The save is on this disk; nobody may be told so before it is on the other.
        assert asked == []
    for thread in threads:
        thread.join()
    assert len(asked) == 3


def test_a_spare_that_falls_silent_holds_up_once_and_is_caught_up_later(
    primary: Site, second: Second
) -> None:
    with second.spare._lock:
        begun = time.monotonic()
        put(primary, "waits")
        waited = time.monotonic() - begun
        assert told(primary)["state"] == "alone"
        put(primary, "does not wait")
    assert waited > 0.4
    wait_until(lambda: told(primary)["state"] == "both")
    wait_until(lambda: second.spare.state == state_of(primary.live))

    def said() -> list[str]:
        return [row["act"] for row in primary.staff.log() if row["who"] == "standby"]

    # The note comes after the joining that it is of.
    wait_until(lambda: said() == ["both", "alone", "both"])


def test_a_spare_that_is_too_far_behind_gets_a_whole_copy(
    primary: Site, second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "MAX_HELD", 10)
    with second.spare._lock:
        for n in range(3):
            put(primary, str(n))
    monkeypatch.setattr(ring, "MAX_HELD", 10**6)
    wait_until(lambda: told(primary)["state"] == "both")
    assert (second.spare.folder / "standby" / "former.db").exists()
    wait_until(lambda: second.spare.state == state_of(primary.live))


def of_an_older_copy(primary: Site, old: Path) -> Site:
    """The primary as it is after somebody put back an old copy of its database."""
    put(primary, "acknowledged")
    primary.close()
    for end in ("", "-wal", "-shm"):
        (primary.folder / f"site.db{end}").unlink(missing_ok=True)
    shutil.copy(old, primary.folder / "site.db")
    again = Site(primary.folder)
    # Its own commits bring it to the spare's position and beyond, with another history.
    for n in range(5):
        put(again, f"new {n}")
    again.start()
    return again


def test_a_spare_with_more_than_the_primary_is_never_overwritten(
    second: Second, primary: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot(primary.live.path, tmp_path / "old.db")
    again = of_an_older_copy(primary, tmp_path / "old.db")
    before, fail_again = second.spare.state, failures(monkeypatch)
    wait_until(lambda: told(again)["apart"])
    put(again, "goes on alone")
    fail_again()
    assert (second.spare.state, told(again)["state"]) == (before, "alone")
    assert "not the beginning" in told(again)["reason"]
    assert [row["act"] for row in again.staff.log()][:2].count("apart") == 1
    again.close()


def test_the_spare_itself_refuses_to_be_overwritten(
    second: Second, primary: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot(primary.live.path, tmp_path / "old.db")
    monkeypatch.setattr(Leader, "_is_past", lambda *_: True)
    again = of_an_older_copy(primary, tmp_path / "old.db")
    before, fail_again = second.spare.state, failures(monkeypatch)
    wait_until(lambda: "not the beginning" in told(again)["reason"])
    fail_again()
    assert (second.spare.state, told(again)["state"]) == (before, "alone")
    again.close()


def test_without_the_proof_it_would_be_overwritten_and_noticed(
    second: Second, primary: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot(primary.live.path, tmp_path / "old.db")
    monkeypatch.setattr(Leader, "_is_past", lambda *_: True)
    monkeypatch.setattr(spare, "check_grown", lambda *_: None)
    again = of_an_older_copy(primary, tmp_path / "old.db")
    wait_until(lambda: told(again)["state"] == "both")
    assert second.spare.state
    assert has_passed(again.live, second.spare.state)
    again.close()


def test_a_primary_that_restarts_proves_that_its_spare_is_only_behind(
    second: Second, primary: Site
) -> None:
    with second.spare._lock:
        put(primary, "alone")
        primary.close()
    before = second.spare.state
    again = Site(primary.folder)
    again.start()
    wait_until(lambda: told(again)["state"] == "both")
    assert before != second.spare.state
    again.close()


def test_the_trail_stays_short_while_the_spare_follows(
    primary: Site, second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "FORGET_EVERY", 4)
    for n in range(20):
        put(primary, str(n))
    kept = [row["position"] for row in primary.live.rows("SELECT position FROM trail")]
    assert len(kept) < 12
    assert second.spare.state
    assert second.spare.state.position in kept


def a_copy(site: Site, folder: Path) -> Copy:
    snapshot(site.live.path, folder / "copy.db")
    return Copy(folder / "copy.db")


def frame(state: State, sql: str, *values: Any) -> Frame:
    return frame_after(state, [Statement(sql, values)])


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE staff",
        "CREATE TABLE more (x)",
        "ATTACH 'other.db' AS other",
        "PRAGMA synchronous=OFF",
        "UPDATE server SET term = 9",
        "UPDATE site SET id = 'mine'",
        "DELETE FROM trail",
        "DELETE FROM event",
        "DELETE FROM sqlite_master",
    ],
)
def test_a_frame_may_change_rows_and_nothing_else(
    open_site: Site, tmp_path: Path, sql: str
) -> None:
    copy = a_copy(open_site, tmp_path)
    before = copy.state
    with pytest.raises(DocumentAltered):
        copy.take([frame(before, "DELETE FROM audit"), frame(before, sql)], CLOCK)
    with pytest.raises(DocumentAltered):
        copy.take([frame(before, sql)], CLOCK)
    assert copy.state == before
    copy.close()


def test_frames_follow_their_own_history_only(open_site: Site, tmp_path: Path) -> None:
    copy = a_copy(open_site, tmp_path)
    note = "INSERT INTO audit (at, who, act, what) VALUES (1, 'a', 'b', 'c')"
    first = frame(copy.state, note)
    after = copy.take([first], CLOCK)
    assert after == State(1, first.position, first.chain())
    gap, fork = State(1, after.position + 1, after.chain), State(1, after.position, b"other")
    garbage = Frame(after.position + 1, after.chain, b"\xc1")
    for wrong in (first, frame(gap, note), frame(fork, note), garbage):
        with pytest.raises(DocumentAltered):
            copy.take([wrong], CLOCK)
    copy.close()
    assert Copy(tmp_path / "copy.db").state == after


def asked(second: Second, question: messages.Question, link: Link) -> int:
    body = messages.seal_question(link, question)
    address = f"{second.loop.address}{messages.PATH}"
    return httpx.post(address, content=body, trust_env=False).status_code


def test_only_the_paired_server_is_heard(second: Second) -> None:
    hello = messages.Hello("0", State())
    assert asked(second, hello, Link(SECRET, "primary", "spare")) == 200
    assert asked(second, hello, Link(bytes(32), "primary", "spare")) == 403
    assert asked(second, hello, Link(SECRET, "spare", "primary")) == 403
    assert second.spare.state is None


def test_a_recorded_question_is_worthless_a_moment_later(primary: Site, second: Second) -> None:
    link = Link(SECRET, "primary", "spare")
    old = messages.Frames(second.spare._run, 1, [], 0)
    body = messages.seal_question(link, old)
    answer = messages.open_answer(link, second.spare.answer(body), body)
    assert isinstance(answer, messages.Again)


def test_a_spare_serves_nobody_and_opens_no_site(second: Second) -> None:
    for path in ("/", "/api/candidate/state", "/staff/sign-in"):
        answer = get(second.loop.address + path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "spare-not-promoted")
    with pytest.raises(SpareNotPromoted):
        Site(second.spare.folder)


def test_a_code_is_good_for_one_spare_and_five_tries(open_site: Site) -> None:
    pair, identity = open_site.standby.pair, open_site.identity
    with pytest.raises(PairingRefused, match="nothing offered"):
        pairing.offered(pair, identity)
    pairing.offer(pair)
    wrong = b'{"seal":"","address":"","proof":""}'
    with pytest.raises(PairingRefused, match="malformed"):
        pairing.asked(pair, identity, wrong)
    ask = pairing.Ask(identity.seal.public.to_bytes(), "http://x; script-src *", b"guess")
    with pytest.raises(PairingRefused, match="http://host:port"):
        pairing.asked(pair, identity, pairing.msgspec.json.encode(ask))
    ask = pairing.Ask(identity.seal.public.to_bytes(), "http://x", b"guess")
    for _ in range(pairing.TRIES):
        with pytest.raises(PairingRefused, match="the code is wrong"):
            pairing.asked(pair, identity, pairing.msgspec.json.encode(ask))
    with pytest.raises(PairingRefused, match="no longer good"):
        pairing.offered(pair, identity)
    assert pairing.waiting(pair) is None


def test_only_a_record_of_the_site_with_a_higher_term_fences(open_site: Site) -> None:
    live, identity = open_site.live, open_site.identity
    made = make_promotion(live, identity, ("a", "b"), "dead", "http://b")
    post = browser(open_site).post
    same = pairing.msgspec.structs.replace(made, server_term=1)
    for wrong in (b"", b"{}", sign(made, SigningKey.generate()), sign(same, identity.sign)):
        assert post("/api/server/promotion", data=wrong).status_code == 400
    put(open_site, "still serving")
    assert post("/api/server/promotion", data=sign(made, identity.sign)).status_code == 503
    said = browser(open_site).get("/health")
    assert (said.status_code, said.json["error"]["code"]) == (503, "server-fenced")
    assert made.sessions[AM] == head(live.events(AM)[:-1])


def test_what_was_decided_while_the_other_took_over_is_not_acknowledged(open_site: Site) -> None:
    client = browser(open_site)
    made = make_promotion(open_site.live, open_site.identity, ("a", "b"), "dead", "http://b")
    whom = open_site.live.whom

    def meanwhile(token: str) -> Any:
        open_site.standby.fence(sign(made, open_site.identity.sign))
        return whom(token)

    open_site.live.whom = meanwhile  # type: ignore[method-assign]
    answer = client.get("/api/candidate/state", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "server-fenced")


def test_nobody_waits_for_ever_when_the_spare_says_that_it_took_over(
    second: Second, primary: Site
) -> None:
    made = make_promotion(primary.live, primary.identity, ("a", "b"), "dead", "http://b")
    keep_promotion(second.spare.pair, second.spare.identity, made)
    for n in range(20):
        thread = threading.Thread(target=put, args=(primary, str(n)))
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
    wait_until(lambda: primary.standby.fenced is not None)


def test_a_promoted_folder_serves_with_the_next_term_once(second: Second, primary: Site) -> None:
    put(primary, "kept")
    term = primary.standby.term
    wait_until(lambda: bool(primary.packer.batches(AM)))
    made = make_promotion(primary.live, primary.identity, ("a", "b"), "dead", "http://b")
    second.spare.close()
    keep_promotion(second.spare.pair, second.spare.identity, made)
    for _ in range(2):
        site = Site(second.spare.folder)
        assert site.standby.term == site.packer._server_term == term + 1
        assert site.packer.batches(AM) == []
        assert [e["second"] for e in journal(site, "promote")] == ["b"]
        site.close()


def test_without_a_spare_nothing_is_numbered_and_nothing_waits(open_site: Site) -> None:
    put(open_site, "alone")
    assert open_site.standby.told() is None
    assert state_of(open_site.live) == State()
    assert open_site.live.rows("SELECT * FROM trail") == []
    with pytest.raises(NotPaired):
        open_site.standby.pair.need("spare")
