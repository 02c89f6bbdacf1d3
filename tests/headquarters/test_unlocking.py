"""Codes over the network: two officers, the hour by headquarters' clock, sealed to one site."""

import base64
from datetime import datetime

import pytest
from desk_world import BY, NOW, Box, Clock, Desk, Page
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sync.errors import CannotOpen, KeyRevoked, SignatureRefused
from sync.headquarters.errors import KeyNeeded
from sync.headquarters.planning import publish, unlocking
from sync.headquarters.register import keys, sites, staff
from sync.headquarters.register.rotation import rotate
from sync.headquarters.store.engine import Stamp
from sync.headquarters.web.app import create_app
from sync.wire import dsse
from sync.wire.documents import FetchRequest, sign
from sync.wire.keys import SigningKey, VerifyKey, replace_key
from sync.wire.lock import CodePair
from sync.wire.register import KeyRegister
from sync.wire.release import ReleaseReader

START_MS = int(datetime.fromisoformat("2026-12-05T09:00+08:00").timestamp() * 1000)
HOUR_MS = START_MS - 15 * 60_000
SECOND = Stamp("second", NOW)


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def ask(client: FlaskClient, box: Box, path: str, site: str = "site-01") -> TestResponse:
    said = FetchRequest(site=site, method="GET", path=path, at=NOW)
    proof = base64.b64encode(sign(said, box.sign)).decode()
    return client.get(path, headers={"Examsite-Authorization": proof})


def codes_of(desk: Desk, client: FlaskClient, box: Box, site: str = "site-01") -> TestResponse:
    package = publish.package_of(desk.hq, "morning").digest
    return ask(client, box, f"/api/v1/unlocks/{package}", site)


def listed(desk: Desk, client: FlaskClient) -> bool:
    answer = ask(client, desk.box, "/api/v1/packages").json
    assert answer is not None
    return bool(answer["packages"][0]["released"])


def agree(desk: Desk) -> None:
    unlocking.consent(desk.hq, BY, "morning")
    unlocking.consent(desk.hq, SECOND, "morning")


@pytest.mark.parametrize(
    ("who", "now", "status"),
    [
        ((), HOUR_MS, 409),
        ((BY,), HOUR_MS, 409),
        ((BY, BY), HOUR_MS, 409),
        ((BY, SECOND), HOUR_MS - 1, 409),
        ((BY, SECOND), HOUR_MS, 200),
    ],
)
def test_codes_go_out_with_two_consents_and_from_the_hour_on(
    desk: Desk, client: FlaskClient, clock: Clock, who: tuple[Stamp, ...], now: int, status: int
) -> None:
    for by in who:
        unlocking.consent(desk.hq, by, "morning")
    clock.now = now
    assert codes_of(desk, client, desk.box).status_code == status
    assert listed(desk, client) == (status == 200)


def test_what_goes_out_are_the_codes_for_this_box_alone(
    desk: Desk, client: FlaskClient, clock: Clock
) -> None:
    agree(desk)
    clock.now = HOUR_MS
    package = publish.package_of(desk.hq, "morning").digest
    envelope = codes_of(desk, client, desk.box).data
    key = desk.hq.keys.unlock().public
    names = {"session": "morning", "package": package}
    codes = ReleaseReader("site-01", desk.box.seal, key).read(envelope, **names)
    assert tuple(code.spoken for code in codes) == publish.read_codes(desk.hq, package)
    with pytest.raises(CannotOpen):
        ReleaseReader("site-01", Box().seal, key).read(envelope, **names)


def test_another_site_gets_no_codes(desk: Desk, client: FlaskClient, clock: Clock) -> None:
    agree(desk)
    clock.now = HOUR_MS
    other = Box()
    sites.register(desk.hq, BY, request=other.request(), site="site-02", name="二号")
    assert codes_of(desk, client, other, "site-02").status_code == 404
    assert codes_of(desk, client, other).status_code == 401


def test_two_officers_agree_on_the_page_each_for_themselves(desk: Desk, clock: Clock) -> None:
    package = publish.package_of(desk.hq, "morning").digest
    app, address = create_app(desk.hq, clock), "/sessions/morning/online-unlock"
    for name in ("one", "two"):
        password = staff.add_member(desk.hq, BY, name, ("release-officer",))
        page = Page(app.test_client(), name, password)
        assert address in page.get("/sessions/morning")
        for _ in range(2):
            assert page.client.post(address).status_code == 303
        assert address not in page.get("/sessions/morning")
    agreed = [one.who for one in unlocking.consents(desk.hq, package)]
    assert sorted(agreed) == ["one", "two"]
    assert "开考前 15 分钟放行" in page.get("/sessions/morning")


def stolen(desk: Desk) -> SigningKey:
    """An unlock key that another took the place of, and that is revoked."""
    old, root = desk.hq.keys.unlock(), desk.hq.keys.root()
    with desk.hq.serving():
        rotate(desk.hq, BY, root, "unlock", 30)
        keys.revoke(desk.hq, BY, root, old.public.key_id, "stolen")
    return old


def read_codes_of(desk: Desk, envelope: bytes) -> CodePair:
    """As a site with the newest register reads them."""
    package = publish.package_of(desk.hq, "morning").digest
    reader = ReleaseReader("site-01", desk.box.seal, VerifyKey(desk.hq.keys.public().receipt))
    register = keys.register_of(desk.hq)
    return reader.read(envelope, register, session="morning", package=package)


def test_the_next_unlock_key_releases_while_the_service_runs(
    desk: Desk, client: FlaskClient, clock: Clock
) -> None:
    agree(desk)
    clock.now = HOUR_MS
    before = codes_of(desk, client, desk.box).data
    old = stolen(desk)
    fresh = codes_of(desk, client, desk.box).data
    assert dsse.peek(fresh)[2] == (desk.hq.keys.unlock().public.key_id,)
    assert read_codes_of(desk, fresh)
    assert dsse.peek(before)[2] == (old.public.key_id,)
    with pytest.raises(KeyRevoked):
        read_codes_of(desk, before)


def test_without_the_check_the_stolen_unlock_key_would_release(
    desk: Desk, client: FlaskClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(desk)
    clock.now = HOUR_MS
    before = codes_of(desk, client, desk.box).data
    stolen(desk)
    monkeypatch.setattr(KeyRegister, "require", lambda *_: None)
    assert read_codes_of(desk, before)


def test_a_machine_with_a_revoked_unlock_key_releases_nothing(
    desk: Desk, client: FlaskClient, clock: Clock
) -> None:
    agree(desk)
    clock.now = HOUR_MS
    with pytest.raises(KeyNeeded):
        keys.revoke(desk.hq, BY, desk.hq.keys.root(), desk.hq.keys.unlock().public.key_id, "stolen")
    old = stolen(desk)
    replace_key(desk.hq.folder / "keys" / "unlock.key", old.to_bytes())
    answer = codes_of(desk, client, desk.box)
    assert (answer.status_code, answer.json and answer.json["code"]) == (503, "unlock-key-revoked")


def test_the_receipt_key_releases_no_codes(
    desk: Desk, client: FlaskClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(desk)
    clock.now = HOUR_MS
    stolen(desk)
    receipt = desk.hq.keys.receipt()
    monkeypatch.setattr(unlocking, "signing_key", lambda _: receipt)
    with pytest.raises(SignatureRefused):
        read_codes_of(desk, codes_of(desk, client, desk.box).data)
