"""The quarantine: looked at, taken out, let in again once the reason is gone; never emptied."""

import hashlib

import pytest
from desk_world import BY, NOW, Box, Desk, Page
from sqlalchemy import insert

from sync.headquarters.intake import edge, quarantine
from sync.headquarters.intake.archive import list_batches
from sync.headquarters.register import sites
from sync.headquarters.register.sites import sign_key
from sync.headquarters.store.schema import quarantine as table


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def refused(desk: Desk) -> str:
    """A batch that the site signed with its new box before headquarters knew of that one."""
    story, new = desk.published(), Box()
    story.close(handed_in=0)
    known, desk.box = desk.box, new
    digest, data = desk.batch(story.events)
    desk.box = known
    with pytest.raises(Exception, match="sign"):
        edge.accept_bytes(desk.hq, data, digest, NOW)
    desk.box = new
    return digest


def test_a_file_is_let_in_again_once_the_reason_is_gone(desk: Desk, officer: Page) -> None:
    digest = refused(desk)
    again = officer.client.post(f"/quarantine/{digest}/retry")
    assert again.status_code == 422
    assert list_batches(desk.hq) == []
    sites.register(desk.hq, BY, request=desk.box.request(), site="site-01", name="示例考点")
    assert sign_key(desk.hq, "site-01") == desk.box.sign.public
    assert officer.client.post(f"/quarantine/{digest}/retry").status_code == 303
    assert [batch.digest for batch in list_batches(desk.hq)] == [digest]
    # It stays in the list, with the reason of before.
    assert quarantine.find_refused(desk.hq, digest).taken_at is not None
    shown = officer.get("/quarantine?show=taken")
    assert digest[:12] in shown and "signature-refused" in shown
    audit = officer.get("/audit?act=quarantine.retry")
    assert "accepted" in audit and "signature-refused" in audit


def test_the_kept_file_is_handed_out_byte_for_byte(desk: Desk, officer: Page) -> None:
    digest = refused(desk)
    answer = officer.client.get(f"/quarantine/{digest}/file")
    assert hashlib.sha256(answer.data).hexdigest() == digest
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert digest[:12] in officer.get("/audit?act=quarantine.copy")
    answer.close()


def test_only_what_is_there_can_be_taken_out_or_let_in(desk: Desk, officer: Page) -> None:
    refused(desk)
    for digest in ("ab" * 32, "..%2f..%2fkeys%2froot.key"):
        officer.get(f"/quarantine/{digest}/file", 404)
        assert officer.client.post(f"/quarantine/{digest}/retry").status_code == 404


def test_another_sites_page_can_let_nothing_in(desk: Desk, officer: Page) -> None:
    digest = refused(desk)
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = officer.client.post(f"/quarantine/{digest}/retry", headers=headers)
    assert answer.status_code == 403


def test_the_list_is_shown_page_by_page(desk: Desk, officer: Page) -> None:
    said = {"declared": "x", "claims": "{}", "size": 1, "code": "unknown-sender"}
    said |= {"reason_zh": "未登记", "reason_en": "unknown"}
    rows = [said | {"digest": f"{n:064}", "received_at": NOW + n} for n in range(101)]
    with desk.hq.store.writing() as db:
        db.execute(insert(table), rows)
    first = officer.get("/quarantine")
    assert first.count("unknown-sender") == 100
    assert "page=2" in first
    assert officer.get("/quarantine?page=2").count("unknown-sender") == 1
    assert officer.get("/quarantine?show=taken&lang=en").count("No such file") == 1
    assert quarantine.count_waiting(desk.hq) == 101
