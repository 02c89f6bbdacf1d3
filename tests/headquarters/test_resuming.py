"""Uploads that go on after a cut, and half uploads at headquarters."""

import base64
import io
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cutting import Cutter, cutting
from desk_world import BY, NOW, Box, Clock, Desk
from flask.testing import FlaskClient
from sqlalchemy import func, select
from test_api import proof
from werkzeug.test import TestResponse

from sync.delivery_errors import TransferCut, UploadsFull
from sync.errors import NotFound
from sync.headquarters.intake import quarantine, uploads
from sync.headquarters.intake.archive import list_files
from sync.headquarters.register import sites
from sync.headquarters.serve import Server
from sync.headquarters.store.delivery_tables import upload_parts
from sync.headquarters.web.app import create_receiver
from sync.progress import by_session, note_half
from sync.resuming import Parts
from sync.spool import Spool, digest_of
from sync.transport import HttpTransport
from sync.wire.documents import write_file
from sync.wire.keys import SigningKey

# As the shipped ones, all smaller.
PART, SIZE = 8_000, 30_000
WHOLE = float("inf")


@pytest.fixture(params=["published_desk", "published_on_postgresql"], ids=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Here the session is published when a test begins."""
    found: Desk = request.getfixturevalue(request.param)
    return found


def sealed(desk: Desk, number: int, size: int = SIZE) -> Path:
    """A file of a candidate, sealed by the site."""
    content = io.BytesIO(random.Random(number).randbytes(size))
    identity = {"site": "site-01", "session": "morning", "server_term": 1, "sequence": number}
    path = desk.folder / f"{number}.file"
    write_file(path, identity, content, desk.box.sign, desk.hq.keys.public())
    return path


@contextmanager
def receiving(desk: Desk) -> Iterator[Cutter]:
    """A receiver, and a line to it that can be cut."""
    server = Server(desk.hq, "127.0.0.1", 0)
    thread = threading.Thread(target=server._loop.run)
    thread.start()
    try:
        with cutting(int(server.address.rsplit(":", 1)[1].strip("/"))) as cutter:
            yield cutter
    finally:
        server.stop()
        thread.join()


def deliver(desk: Desk, cutter: Cutter, path: Path, parts: Parts) -> None:
    """As rounds of a courier: again while the line is cut."""
    with HttpTransport(cutter.address, "site-01", desk.box.sign, parts=parts) as line:
        while True:
            try:
                line.deliver(path, digest_of(path))
                return
            except TransferCut:
                assert cutter.done < 50


def test_cut_anywhere_a_file_comes_once_and_costs_one_part_a_cut(published_desk: Desk) -> None:
    desk, boundaries = published_desk, range(PART, SIZE, PART)
    places = [1, 4_000, *(at + off for at in boundaries for off in (-1, 0, 1)), SIZE, SIZE + 700]
    with receiving(desk) as cutter:
        for number, place in enumerate(places):
            path = sealed(desk, number)
            cutter.plan(place)
            deliver(desk, cutter, path, Parts(size=PART, largest=PART, in_one=0))
            assert cutter.done == 1
            assert cutter.passed <= path.stat().st_size + PART, place
    assert sorted(row.sequence for row in list_files(desk.hq, "morning")) == list(
        range(len(places))
    )
    assert halves(desk) == 0


@pytest.mark.parametrize("resumed", [True, False], ids=["as shipped", "control"])
def test_on_a_line_that_is_cut_again_and_again_resuming_saves_most(
    published_desk: Desk, resumed: bool
) -> None:
    path, cuts = sealed(published_desk, 0, 120_000), [20_000 * n for n in range(1, 7)]
    parts = Parts(size=PART, largest=PART, in_one=0 if resumed else WHOLE)
    with receiving(published_desk) as cutter:
        cutter.plan(*cuts)
        deliver(published_desk, cutter, path, parts)
    assert cutter.done == len(cuts)
    assert (cutter.passed <= path.stat().st_size + PART * len(cuts)) is resumed


def test_how_much_of_a_file_is_there_is_known_after_each_part(published_desk: Desk) -> None:
    desk, spool = published_desk, Spool(published_desk.folder / "spool")
    digest = spool.put_outgoing(sealed(desk, 0), "file")
    size, seen = spool.outgoing()[0].size, list[int]()

    def note(digest: str, sent: int) -> None:
        note_half(spool.folder, digest, sent)
        seen.append(by_session(spool)[0].sent)

    parts = Parts(size=PART, largest=PART, in_one=0)
    with (
        receiving(desk) as cutter,
        HttpTransport(cutter.address, "site-01", desk.box.sign, parts=parts, sent=note) as line,
    ):
        line.deliver(spool.outgoing()[0].path, digest)
    assert seen == [*range(PART, size, PART), size]


def halves(desk: Desk) -> int:
    """How many parts lie at headquarters."""
    with desk.hq.store.reading() as db:
        return db.scalar(select(func.count()).select_from(upload_parts)) or 0


def send(client: FlaskClient, desk: Desk, method: str, path: str, **more: object) -> TestResponse:
    """A request of the site, with the headers of tus."""
    headers = {"Tus-Resumable": "1.0.0"} | more.pop("headers", {})  # type: ignore[operator]
    headers |= proof(desk.box, path, method=method)
    return client.open(path, method=method, headers=headers, **more)


def begin(client: FlaskClient, desk: Desk, path: Path) -> str:
    """Begin an upload; its address."""
    said = base64.b64encode(digest_of(path).encode()).decode()
    wanted = {"Upload-Length": str(path.stat().st_size), "Upload-Metadata": f"digest {said}"}
    answer = send(client, desk, "POST", "/api/v1/uploads", headers=wanted)
    assert answer.status_code == 201
    return answer.headers["Location"]


def part(client: FlaskClient, desk: Desk, to: str, at: int, data: bytes) -> TestResponse:
    """Send a part."""
    headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(at)}
    return send(client, desk, "PATCH", to, data=data, headers=headers)


def test_parts_come_by_different_receivers_and_are_one_file(desk: Desk, clock: Clock) -> None:
    path = sealed(desk, 7)
    data, size = path.read_bytes(), path.stat().st_size
    one, other = (create_receiver(desk.hq, clock).test_client() for _ in range(2))
    to = begin(one, desk, path)
    for at in range(0, size, PART):
        answer = part(other if at % (2 * PART) else one, desk, to, at, data[at : at + PART])
        assert answer.status_code == 204
        assert answer.headers["Upload-Offset"] == str(min(at + PART, size))
    (row,) = list_files(desk.hq, "morning")
    assert desk.hq.blobs.read(row.digest) == data
    assert halves(desk) == 0
    head = send(one, desk, "HEAD", to)
    assert head.headers["Upload-Offset"] == head.headers["Upload-Length"] == str(size)


def test_what_is_not_of_tus_or_not_of_the_site_is_refused(desk: Desk, client: FlaskClient) -> None:
    path = sealed(desk, 7)
    to, data = begin(client, desk, path), path.read_bytes()
    assert part(client, desk, to, 5, data[5:99]).status_code == 409
    assert part(client, desk, to, 0, data + b"more").status_code == 413
    headers = proof(desk.box, to, method="PATCH") | {"Upload-Offset": "0"}
    assert client.patch(to, data=data, headers=headers).status_code == 412
    headers |= {"Tus-Resumable": "1.0.0", "Content-Type": "text/plain"}
    assert client.patch(to, data=data, headers=headers).status_code == 415
    other = Box()
    sites.register(desk.hq, BY, request=other.request(), site="site-02", name="另一考点")
    headers = {"Tus-Resumable": "1.0.0"} | proof(other, to, "site-02", "HEAD")
    assert client.head(to, headers=headers).status_code == 404
    assert client.head(to, headers={"Tus-Resumable": "1.0.0"}).status_code == 401
    assert send(client, desk, "HEAD", to).headers["Upload-Offset"] == "0"


def test_other_bytes_than_announced_are_refused_and_it_begins_anew(
    desk: Desk, client: FlaskClient
) -> None:
    path = sealed(desk, 7)
    to, data = begin(client, desk, path), path.read_bytes()
    answer = part(client, desk, to, 0, bytes(len(data)))
    assert (answer.status_code, answer.json["code"]) == (422, "document-altered")
    # Not signed: the site sends it again.
    assert "refusal" not in answer.json
    assert send(client, desk, "HEAD", to).status_code == 404
    assert part(client, desk, begin(client, desk, path), 0, data).status_code == 204
    assert len(list_files(desk.hq, "morning")) == 1


def test_a_refusal_for_good_is_signed_as_that_of_a_put(desk: Desk, client: FlaskClient) -> None:
    path = sealed(desk, 7)
    desk.box.sign, known = SigningKey.generate(), desk.box.sign
    forged = sealed(desk, 7)
    desk.box.sign = known
    answer = part(client, desk, begin(client, desk, forged), 0, forged.read_bytes())
    assert (path.name, answer.json["code"]) == (forged.name, "signature-refused")
    assert "refusal" in answer.json
    assert halves(desk) == 0


def test_what_a_site_may_have_half_uploaded_is_bounded_and_runs_out(desk: Desk) -> None:
    digests = [f"{n:064x}" for n in range(uploads.MAX_HALVES + 1)]
    for digest in digests[:-1]:
        uploads.begin(desk.hq, "site-01", digest, 10, NOW)
    with pytest.raises(UploadsFull):
        uploads.begin(desk.hq, "site-01", digests[-1], 10, NOW)
    # Again the same is no other.
    uploads.begin(desk.hq, "site-01", digests[0], 10, NOW)
    uploads.append(desk.hq, "site-01", digests[0], 0, b"half", NOW)
    later = NOW + uploads.KEEP_MS
    with pytest.raises(NotFound):
        uploads.find(desk.hq, "site-01", digests[0], later)
    uploads.begin(desk.hq, "site-01", digests[-1], uploads.MAX_FILE, later)
    assert halves(desk) == 0
    uploads.begin(desk.hq, "site-01", digests[0], uploads.MAX_FILE, later)
    with pytest.raises(UploadsFull):
        uploads.begin(desk.hq, "site-01", digests[1], 1, later)


def test_one_that_is_begun_with_another_length_begins_anew(published_desk: Desk) -> None:
    hq, digest = published_desk.hq, "5" * 64
    uploads.begin(hq, "site-01", digest, 10, NOW)
    uploads.append(hq, "site-01", digest, 0, b"1234", NOW)
    assert uploads.begin(hq, "site-01", digest, 10, NOW).offset == 4
    assert uploads.begin(hq, "site-01", digest, 11, NOW).offset == 0
    assert uploads.find(hq, "site-01", digest, NOW).size == 11


def test_a_receiver_that_died_before_the_end_is_asked_again(
    desk: Desk, client: FlaskClient
) -> None:
    path = sealed(desk, 7)
    to, size = begin(client, desk, path), path.stat().st_size
    uploads.append(desk.hq, "site-01", digest_of(path), 0, path.read_bytes(), NOW)
    assert list_files(desk.hq, "morning") == []
    assert part(client, desk, to, size, b"").status_code == 204
    assert len(list_files(desk.hq, "morning")) == 1
    assert part(client, desk, to, size, b"").status_code == 204


def test_a_file_that_another_receiver_finishes_meanwhile_is_not_called_damaged(
    desk: Desk, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sealed(desk, 7)
    digest, data = digest_of(path), path.read_bytes()
    to = begin(client, desk, path)
    for at in range(0, len(data), PART):
        uploads.append(desk.hq, "site-01", digest, at, data[at : at + PART], NOW)
    parts = uploads._parts

    def interrupted(*given: Any) -> Iterator[bytes]:
        found = parts(*given)
        yield next(found)
        uploads.finish(desk.hq, "site-01", path, digest, NOW)
        yield from found

    monkeypatch.setattr(uploads, "_parts", interrupted)
    assert part(client, desk, to, len(data), b"").status_code == 204
    assert len(list_files(desk.hq, "morning")) == 1
    assert quarantine.count_waiting(desk.hq) == 0
