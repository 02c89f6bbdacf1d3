"""What a session left here goes by its key, by two people, and never before headquarters has it."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from room import browser, close_sitting, staff_browser
from together import AM, put
from world import Headquarters

from siteapp.journal import verify
from siteapp.site import Site
from siteapp.store import destroyed, records
from siteapp.store.database import connect
from siteapp.store.evidence import read_evidence
from siteapp.store.lines import LineKeys, whole_keys
from sync.errors import DocumentAltered, NotReady
from sync.wire.documents import Receipt, sign
from sync.wire.keys import SigningKey
from sync.wire.lines import LineKey, new_line_key

SAID = "nobody-shall-read-this"
TWO = (SAID, "admin", "chief")


def archive(site: Site, key: SigningKey, session: str = AM) -> None:
    """Cut what is new; headquarters, or whoever has that key, says that it has archived all."""
    site.packer.cut(site.live.session(AM))
    for n, entry in enumerate(site.spool.outgoing()):
        receipt = Receipt(entry.digest, entry.size, "site-01", session, 1, n, "archived", 1)
        site.spool.add_receipt(entry.digest, "archived", sign(receipt, key))


@pytest.fixture
def over(open_site: Site) -> Site:
    """A session in which something was said, and that is closed."""
    put(open_site, SAID)
    for sitting in ("live", "media"):
        close_sitting(open_site, AM, sitting)
    return open_site


def destroy(site: Site, hq: Headquarters) -> None:
    archive(site, hq.receipt)
    site.retention.order(site.live.session(AM), TWO)
    archive(site, hq.receipt)
    assert site.retention.look(site.live.session(AM))


def readable(folder: Path) -> list[bytes]:
    """Every line that somebody with the whole data folder can read, with what keys there are."""
    with closing(connect(folder / "site.db")) as database:
        cursor = database.execute("SELECT session, line FROM event")
        stored, keys = cursor.fetchall(), LineKeys()
        names = ("session", "key")

        def rows(sql: str, values: list) -> list[dict]:
            found = database.execute(sql, values).fetchall()
            return [
                dict(zip(names, row, strict=True)) if len(row) == 2 else {"name": row[0]}
                for row in found
            ]

        keys.load(rows)
    opened = []
    for session, text in stored:
        try:
            opened.append(keys.open(session, text))
        except DocumentAltered:
            continue
    return opened


def holding(folder: Path, secret: bytes) -> list[str]:
    """The files of the data folder in which these bytes stand."""
    return [p.name for p in folder.rglob("*") if p.is_file() and secret in p.read_bytes()]


def test_once_destroyed_no_file_here_lets_anybody_read_a_line(over: Site, hq: Headquarters) -> None:
    (key,) = whole_keys(over.live.rows).values()
    assert any(SAID.encode() in line for line in readable(over.folder)), "the control: it was there"
    assert holding(over.folder, key[:32])
    rows = len(over.live.rows("SELECT 1 FROM event"))
    destroy(over, hq)
    assert readable(over.folder) == []
    assert holding(over.folder, key[:32]) == []
    # The journal itself is append-only, and all of it is still there.
    assert len(over.live.rows("SELECT 1 FROM event")) == rows + 1


def test_without_zeros_in_the_place_of_the_key_it_would_still_lie_there(
    over: Site, hq: Headquarters
) -> None:
    (key,) = whole_keys(over.live.rows).values()
    over.live.database.conn.execute("PRAGMA secure_delete=OFF")
    destroy(over, hq)
    assert holding(over.folder, key[:32]), "the control: this is how a key that was kept is found"


def test_without_the_destruction_of_the_key_every_line_could_be_read(
    over: Site, hq: Headquarters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(destroyed, "destroy_key", lambda session: [])
    destroy(over, hq)
    assert any(SAID.encode() in line for line in readable(over.folder))


def test_package_files_names_and_sign_in_secrets_go_too(over: Site, hq: Headquarters) -> None:
    name = over.live.session(AM).plan.candidates[0].name.encode()
    package = records.packages(over.live)[AM]
    assert holding(over.folder, name)
    destroy(over, hq)
    assert holding(over.folder, name) == []
    assert not list(over.shelf.folder.iterdir())
    assert over.spool.gone() == {package}
    for table in ("credential", "token", "contact"):
        assert over.live.rows(f"SELECT 1 FROM {table}") == []
    assert browser(over).get("/health").status_code == 200


def nothing(site: Site, hq: Headquarters) -> None:
    site.packer.cut(site.live.session(AM))


def forged(site: Site, hq: Headquarters) -> None:
    archive(site, SigningKey.generate())


def of_another(site: Site, hq: Headquarters) -> None:
    archive(site, hq.receipt, "pm-1121")


def only_received(site: Site, hq: Headquarters) -> None:
    site.packer.cut(site.live.session(AM))
    for entry in site.spool.outgoing():
        receipt = Receipt(entry.digest, entry.size, "site-01", AM, 1, 0, "received", 1)
        site.spool.add_receipt(entry.digest, "archived", sign(receipt, hq.receipt))


@pytest.mark.parametrize("said", [nothing, forged, of_another, only_received])
def test_without_headquarters_signed_word_nothing_can_be_destroyed(
    over: Site, hq: Headquarters, said: Callable[[Site, Headquarters], None]
) -> None:
    said(over, hq)
    with pytest.raises(NotReady):
        over.retention.order(over.live.session(AM), TWO)
    assert not over.retention.look(over.live.session(AM))
    archive(over, hq.receipt)
    over.retention.order(over.live.session(AM), TWO)


def test_the_order_too_must_be_archived_before_anything_goes(over: Site, hq: Headquarters) -> None:
    archive(over, hq.receipt)
    over.retention.order(over.live.session(AM), TWO)
    assert not over.retention.look(over.live.session(AM))
    over.packer.cut(over.live.session(AM))
    assert not over.retention.look(over.live.session(AM))
    archive(over, hq.receipt)
    assert over.retention.look(over.live.session(AM))
    assert AM not in over.live.sessions


def test_a_session_that_is_on_or_archived_lately_stays(open_site: Site, hq: Headquarters) -> None:
    archive(open_site, hq.receipt)
    with pytest.raises(NotReady):
        open_site.retention.order(open_site.live.session(AM), TWO)
    for sitting in ("live", "media"):
        close_sitting(open_site, AM, sitting)
    archive(open_site, hq.receipt)
    # By more days than there have been since 1970.
    open_site.retention.days = 40_000
    with pytest.raises(NotReady):
        open_site.retention.order(open_site.live.session(AM), TWO)


def test_a_restart_knows_what_is_gone_and_sweeps_what_a_crash_left(
    over: Site, hq: Headquarters
) -> None:
    package = records.packages(over.live)[AM]
    destroy(over, hq)
    left = over.shelf.folder / f"{package}.package"
    left.write_bytes(b"left by a crash")
    over.close()
    again = Site(over.folder)
    assert (again.live.sessions, left.exists()) == ({}, False)
    (one,) = destroyed.all_destroyed(again.live.rows)
    assert (one.session, one.who, one.second, one.reason) == (AM, "admin", "chief", SAID)
    again.close()


def test_what_is_destroyed_is_no_damage(over: Site, hq: Headquarters) -> None:
    destroy(over, hq)
    evidence = read_evidence(over.folder / "site.db")
    assert (evidence.destroyed, evidence.findings) == ({AM}, [])
    assert verify(evidence, None, over.identity.certificate) == []


def test_one_damaged_copy_of_the_key_loses_no_line(over: Site) -> None:
    over.live.database.conn.execute("UPDATE line_key SET key = zeroblob(40)")
    folder = over.folder
    over.close()
    again = Site(folder)
    assert again.live.session(AM).closed
    again.close()


def test_another_key_or_a_changed_line_is_refused() -> None:
    key = LineKey(new_line_key())
    sealed = key.seal("file", b"{}")
    assert (sealed[:6], key.open(sealed)) == ("~file ", b"{}")
    assert key.seal("file", b"{}") != sealed
    for wrong in (LineKey(new_line_key()).seal("file", b"{}"), sealed[:-4] + "AAA=", "~file x"):
        with pytest.raises((DocumentAltered, InvalidTag)):
            key.open(wrong)


def test_two_people_are_asked_on_the_page_and_one_is_not_enough(
    over: Site, hq: Headquarters
) -> None:
    archive(over, hq.receipt)
    client, password = staff_browser(over, "administrator"), over.staff.add("second", "chief")
    given = {"reason": SAID, "second": "second", "password": password}
    place = f"/admin/retention/{AM}"
    assert "可以销毁" in client.get("/admin/retention").text
    assert client.post(place, data=given | {"password": "wrong"}).status_code == 403
    assert client.post(place, data=given | {"second": "administrator"}).status_code == 403
    invigilator = over.staff.add("third", "invigilator")
    third = given | {"second": "third", "password": invigilator}
    assert client.post(place, data=third).status_code == 403
    assert over.live.session(AM).destroy is None
    assert client.post(place, data=given).status_code == 303
    ordered = over.live.session(AM).next_seq
    # A second click, or the way back: ordered it is.
    assert client.post(place, data=given).status_code in (303, 409)
    assert over.live.session(AM).next_seq == ordered
    assert "已决定销毁" in client.get("/admin/retention").text
    archive(over, hq.receipt)
    over.retention.look(over.live.session(AM))
    assert SAID in client.get("/admin/retention?lang=en").text


def test_the_journal_in_clear_leaves_by_two_and_its_own_record_says_so(over: Site) -> None:
    client, password = staff_browser(over, "administrator"), over.staff.add("second", "chief")
    given = {"reason": "appeal", "second": "second", "password": password}
    place = f"/admin/retention/{AM}/export"
    assert client.post(place, data=given | {"password": ""}).status_code == 403
    answer = client.post(place, data=given)
    assert SAID in answer.text
    assert '"act":"export"' in answer.text.splitlines()[-1]
