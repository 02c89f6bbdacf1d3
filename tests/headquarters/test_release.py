"""A package leaves when two officers have signed it, each with a key of their own."""

import io

import pytest
from desk_world import BY, Clock, Desk, Page
from flask.testing import FlaskClient
from releasing import release_keys
from sqlalchemy import select

from sync.errors import AlreadyThere, SecondSignatureMissing
from sync.headquarters.errors import NotAReleaseKey, SecondOfficerNeeded
from sync.headquarters.planning import publish, release, rosters, sessions
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.register import sites, staff
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.schema import audit
from sync.headquarters.web.app import create_app
from sync.wire import documents
from sync.wire.documents import verify_package
from sync.wire.keys import SigningKey

FIRST, SECOND = Stamp("first", BY.at), Stamp("second", BY.at)


@pytest.fixture
def drawn(desk: Desk) -> Desk:
    """A session that is ready to be signed."""
    desk.session(4)
    return desk


def test_with_one_signature_nothing_is_published(drawn: Desk) -> None:
    first, _ = release_keys(drawn.hq)
    assert release.sign_release(drawn.hq, FIRST, "morning", first) is None
    assert publish.packages_for(drawn.hq, "site-01") == []
    (draft,) = (drawn.hq.folder / "packages").iterdir()
    with pytest.raises(SecondSignatureMissing, match=first.public.key_id):
        verify_package(draft, sites.certificate_of(drawn.hq, "site-01"))


def test_a_reader_that_asks_for_one_signature_would_take_the_draft(
    drawn: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    release.sign_release(drawn.hq, FIRST, "morning", release_keys(drawn.hq)[0])
    (draft,) = (drawn.hq.folder / "packages").iterdir()
    monkeypatch.setattr(documents, "RELEASE_SIGNATURES", 1)
    assert verify_package(draft, sites.certificate_of(drawn.hq, "site-01")).kind == "package"


def test_two_officers_with_two_keys_publish_and_both_are_recorded(drawn: Desk) -> None:
    first, second = release_keys(drawn.hq)
    release.sign_release(drawn.hq, FIRST, "morning", first)
    package = release.sign_release(drawn.hq, SECOND, "morning", second)
    assert package == publish.package_of(drawn.hq, "morning")
    checked = verify_package(package.path, sites.certificate_of(drawn.hq, "site-01"))
    assert checked.signed_by == {first.public.key_id, second.public.key_id}
    assert len(publish.read_codes(drawn.hq, publish.package_of(drawn.hq, "morning").digest)) == 2
    assert [p.name for p in package.path.parent.iterdir()] == [package.digest]
    with drawn.hq.store.reading() as db:
        acts = db.execute(select(audit.c.who, audit.c.act).order_by(audit.c.id)).all()
    assert ("first", "session.sign") in acts
    assert ("second", "session.publish") in acts
    with pytest.raises(AlreadyThere):
        release.sign_release(drawn.hq, FIRST, "morning", first)


@pytest.mark.parametrize(("who", "key"), [(SECOND, 0), (FIRST, 1)], ids=["key", "account"])
def test_the_second_signature_is_not_the_first_officers(drawn: Desk, who: Stamp, key: int) -> None:
    keys = release_keys(drawn.hq)
    release.sign_release(drawn.hq, FIRST, "morning", keys[0])
    with pytest.raises(SecondOfficerNeeded):
        release.sign_release(drawn.hq, who, "morning", keys[key])
    assert sessions.show_session(drawn.hq, "morning").state == "draft"


def test_what_was_changed_after_the_first_signature_needs_both_anew(drawn: Desk) -> None:
    first, second = release_keys(drawn.hq)
    release.sign_release(drawn.hq, FIRST, "morning", first)
    file = drawn.roster(sample_rows("530051", 5, 1))
    rosters.import_roster(drawn.hq, BY, session="morning", sitting="live", file=file, replace=True)
    assert release.sign_release(drawn.hq, SECOND, "morning", second) is None
    waiting = release.first_signature(drawn.hq, "morning")
    assert waiting is not None and waiting.who == "second"
    assert release.sign_release(drawn.hq, FIRST, "morning", first) is not None


def test_a_key_that_the_site_does_not_know_signs_nothing(drawn: Desk) -> None:
    with pytest.raises(NotAReleaseKey):
        release.sign_release(drawn.hq, FIRST, "morning", SigningKey.generate())
    assert release.first_signature(drawn.hq, "morning") is None


def page_of(desk: Desk, client: FlaskClient, name: str) -> Page:
    return Page(client, name, staff.add_member(desk.hq, BY, name, ("release-officer",)))


def test_on_the_page_two_accounts_sign_with_their_key_files(drawn: Desk, clock: Clock) -> None:
    app = create_app(drawn.hq, clock)
    for number, name in enumerate(("anna", "bert"), start=1):
        page = page_of(drawn, app.test_client(), name)
        key = (drawn.hq.folder / "keys" / f"release-{number}.key").read_bytes()
        sent = {"key": (io.BytesIO(key), "my.key")}
        answer = page.client.post("/sessions/morning/release", data=sent)
        assert answer.status_code == 303, answer.text
        text = page.get("/sessions/morning?lang=en")
        assert ("another officer must sign" in text) == (number == 1)
    assert sessions.show_session(drawn.hq, "morning").state == "published"


def test_a_file_that_is_no_key_is_refused_on_the_page(drawn: Desk, clock: Clock) -> None:
    page = page_of(drawn, create_app(drawn.hq, clock).test_client(), "anna")
    for data in ({}, {"key": (io.BytesIO(b"x" * 41), "k")}, {"key": (io.BytesIO(b""), "k")}):
        answer = page.client.post("/sessions/morning/release?lang=en", data=data)
        assert answer.status_code == 422, answer.text
    assert release.first_signature(drawn.hq, "morning") is None
