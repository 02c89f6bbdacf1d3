"""What couriers see: packages with proof, batches with receipts, refusals in our own words."""

import base64
from pathlib import Path

import pytest
from desk_world import BY, NOW, Box, Clock, Desk, Page, Story
from flask.testing import FlaskClient
from msgspec import structs
from werkzeug.test import TestResponse

from sync.headquarters.intake.archive import archive_pending
from sync.headquarters.planning import publish
from sync.headquarters.register import sites
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.web.app import create_app
from sync.statements import check_refusal
from sync.wire.documents import FetchRequest, sign
from sync.wire.keys import OpeningKey, SigningKey


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def proof(box: Box, path: str, site: str = "site-01", method: str = "GET") -> dict[str, str]:
    """The header by which a site proves itself."""
    said = FetchRequest(site=site, method=method, path=path, at=NOW)
    envelope = base64.b64encode(sign(said, box.sign)).decode()
    return {"Examsite-Authorization": envelope}


def put(client: FlaskClient, digest: str, data: bytes) -> TestResponse:
    """Send a batch."""
    return client.put(f"/api/v1/batches/{digest}", data=data)


def test_headquarters_says_who_it_is(client: FlaskClient) -> None:
    answer = client.get("/.well-known/examhq")
    assert answer.json is not None
    assert answer.json["service"] == "examhq"


def test_a_site_lists_and_fetches_its_own_packages(desk: Desk, client: FlaskClient) -> None:
    desk.published()
    package = publish.package_of(desk.hq, "morning")
    listed = client.get("/api/v1/packages", headers=proof(desk.box, "/api/v1/packages"))
    entry = {"digest": package.digest, "size": package.size, "session": "morning"} | {
        "released": False
    }
    assert listed.json == {"packages": [entry]}
    path = f"/api/v1/packages/{package.digest}"
    with client.get(path, headers=proof(desk.box, path)) as whole:
        assert whole.data == package.path.read_bytes()


def test_a_data_folder_named_from_where_the_command_was_run_serves_its_packages(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/api/v1/packages/{publish.package_of(desk.hq, 'morning').digest}"
    desk.hq.close()
    monkeypatch.chdir(desk.hq.folder.parent)
    near = Headquarters(Path(desk.hq.folder.name))
    with create_app(near, clock).test_client().get(path, headers=proof(desk.box, path)) as whole:
        assert (whole.status_code, len(whole.data) > 0) == (200, True)
    near.close()


def test_an_interrupted_download_goes_on(desk: Desk, client: FlaskClient) -> None:
    desk.published()
    package = publish.package_of(desk.hq, "morning")
    path = f"/api/v1/packages/{package.digest}"
    headers = proof(desk.box, path)
    with client.get(path, headers=headers | {"Range": "bytes=100-"}) as rest:
        assert rest.status_code == 206
        assert rest.headers["Content-Range"].startswith("bytes 100-")
        assert rest.data == package.path.read_bytes()[100:]
    with client.get(path, headers=headers | {"Range": f"bytes={package.size}-"}) as over:
        assert over.status_code == 416


def test_without_proof_there_are_no_packages(desk: Desk, client: FlaskClient) -> None:
    desk.published()
    path = "/api/v1/packages"
    for headers in (
        {},
        {"Examsite-Authorization": "nonsense"},
        {"Examsite-Authorization": base64.b64encode(b"{}").decode()},
        proof(Box(), path),
        proof(desk.box, path, site="site-99"),
        proof(desk.box, "/api/v1/packages/x"),
        proof(desk.box, path, method="PUT"),
    ):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401, headers
        assert answer.json is not None
        assert answer.json["code"] == "site-not-proven"


def test_a_site_cannot_have_anothers_package(desk: Desk, client: FlaskClient) -> None:
    desk.published()
    other = Box()
    sites.register(desk.hq, BY, request=other.request(), site="site-02", name="二号")
    path = f"/api/v1/packages/{publish.package_of(desk.hq, 'morning').digest}"
    answer = client.get(path, headers=proof(other, path, "site-02"))
    assert answer.status_code == 404


def test_a_site_that_enrolled_again_is_proven_by_its_new_key_only(
    desk: Desk, client: FlaskClient
) -> None:
    fresh, path = Box(), "/api/v1/packages"
    sites.register(desk.hq, BY, request=fresh.request(), site="site-01", name="示例考点")
    assert client.get(path, headers=proof(desk.box, path)).status_code == 401
    assert client.get(path, headers=proof(fresh, path)).status_code == 200


def test_a_batch_is_taken_once_and_answered_the_same_each_time(
    desk: Desk, client: FlaskClient
) -> None:
    story = desk.published()
    story.start("99530051001")
    digest, data = desk.batch(story.events)
    assert client.get(f"/api/v1/receipts/{digest}").status_code == 404
    first, again = put(client, digest, data), put(client, digest, data)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.data == again.data
    assert first.mimetype == "application/json"
    assert client.get(f"/api/v1/receipts/{digest}").data == first.data
    archive_pending(desk.hq, NOW)
    assert client.get(f"/api/v1/receipts/{digest}").data != first.data
    assert put(client, digest, data).data == first.data


def test_no_receipt_is_said_in_our_own_words(client: FlaskClient) -> None:
    answer = client.get(f"/api/v1/receipts/{'0' * 64}")
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")
    elsewhere = client.get("/api/v1/nothing")
    assert elsewhere.json is not None
    assert (elsewhere.status_code, elsewhere.json["code"]) == (404, "http-404")


def test_an_altered_batch_is_422_and_kept(desk: Desk, client: FlaskClient) -> None:
    story = desk.published()
    story.start("99530051001")
    digest, data = desk.batch(story.events)
    answer = put(client, digest, data[:-1] + bytes([data[-1] ^ 1]))
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (422, "document-altered")
    assert answer.json["message"]["zh"]
    assert len(list((desk.hq.folder / "quarantine").iterdir())) == 1


def test_a_second_file_of_one_number_is_409(desk: Desk, client: FlaskClient) -> None:
    story = desk.published()
    story.start("99530051001")
    desk.deliver(story)
    answer = put(client, *desk.batch(story.events))
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (409, "conflicting-batch")


@pytest.mark.parametrize("told", ["conflict", "altered on its way", "not registered yet"])
def test_only_a_refusal_for_good_of_just_these_bytes_is_signed(
    desk: Desk, client: FlaskClient, told: str
) -> None:
    story = desk.published()
    story.start("99530051001")
    desk.deliver(story)
    digest, data = desk.batch(story.events, **({"site": "nobody"} if told[0] == "n" else {}))
    sent = data[:-1] if told[0] == "a" else data
    answer = put(client, digest, sent).json
    assert answer is not None
    if told != "conflict":
        assert "refusal" not in answer
        return
    envelope = base64.b64decode(answer["refusal"])
    key = desk.hq.keys.receipt().public
    said = check_refusal(envelope, key, digest=digest, size=len(data))
    assert (said.code, said.reason_zh) == ("conflicting-batch", answer["message"]["zh"])


@pytest.mark.parametrize("told", ["former key", "never its key", "other recipients"])
def test_what_a_box_made_before_it_enrolled_anew_is_not_refused_for_good(
    desk: Desk, client: FlaskClient, told: str
) -> None:
    story = desk.published()
    story.start("99530051001")
    public = desk.hq.keys.public()
    if told == "other recipients":
        public = structs.replace(public, escrow=OpeningKey.generate().public.to_bytes())
    signer = SigningKey.generate() if told == "never its key" else None
    digest, data = desk.batch(story.events, signer=signer, public=public)
    if told == "former key":
        sites.register(desk.hq, BY, request=Box().request(), site="site-01", name="x")
    answer = put(client, digest, data)
    assert answer.status_code == 422
    assert answer.json is not None
    assert ("refusal" in answer.json) == (told == "never its key")


def test_a_body_without_length_or_beyond_the_limit_is_not_read(client: FlaskClient) -> None:
    path = f"/api/v1/batches/{'0' * 64}"
    over = {"CONTENT_LENGTH": str(64 * 1024 * 1024 + 1)}
    assert client.open(path, method="PUT", environ_overrides=over).status_code == 413
    assert client.open(path, method="PUT").status_code == 411


def test_a_full_disk_is_said_and_leaves_nothing(
    desk: Desk, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = desk.published()
    story.start("99530051001")
    digest, data = desk.batch(story.events)
    full = Path("/dev/full")
    monkeypatch.setattr(
        "sync.headquarters.store.blobs.write_copy", lambda a, b: full.write_bytes(b"x")
    )
    answer = put(client, digest, data)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (507, "disk-too-full")
    assert list((desk.hq.folder / "incoming").iterdir()) == []


def test_a_signed_in_browser_is_no_site_and_a_site_no_browser(
    desk: Desk, officer: Page, clock: Clock
) -> None:
    assert officer.client.get("/api/v1/packages").status_code == 401
    stranger = create_app(desk.hq, clock).test_client()
    assert stranger.get("/sites", headers=proof(desk.box, "/sites")).status_code == 302


def test_a_put_from_another_sites_page_is_refused(desk: Desk, client: FlaskClient) -> None:
    told: Story = desk.published()
    told.start("99530051001")
    digest, data = desk.batch(told.events)
    answer = client.put(
        f"/api/v1/batches/{digest}", data=data, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403
