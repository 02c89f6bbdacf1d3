"""The intake under faults; beside each the control: with the mechanism broken it is noticed."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import approving
import pytest
from desk_world import BY, NOW, Box, Desk, Story
from flask.testing import FlaskClient
from postgres import Cluster, missing, program, running
from receiving import NO_COMMIT, File, Ledger, Receiver, at_once
from sqlalchemy import func, select

from sync.courier import Courier
from sync.headquarters.intake import edge, work
from sync.headquarters.intake.archive import archive_pending, highest_receipt, list_batches
from sync.headquarters.intake.gate import Gate
from sync.headquarters.intake.work import claim
from sync.headquarters.marking.scoring import refresh, scored_rows
from sync.headquarters.register import sites
from sync.headquarters.store.body import hash_file
from sync.headquarters.store.commits import Commits
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import create_headquarters
from sync.headquarters.store.kinds import BATCH
from sync.headquarters.store.schema import audit, receipts
from sync.headquarters.web.app import create_receiver
from sync.spool import Spool
from sync.stock import INVENTORY_S, Stock
from sync.transport import HttpTransport
from sync.wire import dsse
from sync.wire.keys import SigningKey, VerifyKey
from sync.wire.manifest import Manifest
from sync.wire.sealed import HEADER, PAYLOAD_TYPE

# The control runs with the long ones, beside its fault: it costs as much.
BROKEN = pytest.mark.parametrize(
    "broken",
    [
        pytest.param("", id="as shipped"),
        pytest.param(NO_COMMIT, id="control", marks=pytest.mark.long),
    ],
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One of their own: after a crash PostgreSQL syncs every file of all databases of a cluster."""
    if why := missing():
        pytest.skip(why)
    with running() as found:
        yield found


@pytest.fixture
def shared(cluster: Cluster, tmp_path: Path) -> Iterator[Desk]:
    """A desk on PostgreSQL alone, and a published session."""
    hq = create_headquarters(tmp_path / "hq", database=cluster.database(), blobs="table")
    box = Box()
    sites.register(hq, BY, request=box.request(), site="site-01", name="示例考点")
    approving.everything(hq, BY)
    desk = Desk(hq, box, tmp_path)
    desk.published()
    yield desk
    hq.close()


def files(desk: Desk, count: int) -> list[File]:
    """So many batches with numbers of their own."""
    story = Story(desk)
    story.start("99530051001")
    return [desk.batch(story.events, sequence=n) for n in range(count)]


def lost(desk: Desk, ledger: Ledger) -> list[str]:
    """Digests whose receipts are not just the one that headquarters has, with the bytes."""
    with desk.hq.store.reading() as db:
        kept = {row.digest: bytes(row.envelope) for row in db.execute(select(receipts))}
    here = {row.digest for row in list_batches(desk.hq)}
    return [
        digest
        for digest, given in ledger.given.items()
        if digest not in here or set(given) != {kept[digest]} or not desk.hq.blobs.read(digest)
    ]


@BROKEN
def test_a_hundred_replays_are_one_batch(
    desk: Desk, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.published()
    ((digest, data),) = files(desk, 1)
    if broken:
        monkeypatch.setattr(Commits, "commit", lambda *_: True)
    given = {edge.accept_bytes(desk.hq, data, digest, NOW + n).receipt for n in range(100)}
    with desk.hq.store.reading() as db:
        lines = select(func.count()).where(audit.c.act == "batch.receive")
        found = (len(given), len(list_batches(desk.hq)), db.scalar(lines))
    assert (found == (1, 1, 1)) is not bool(broken)


def both(one: Desk, other: Desk, sent: list[File]) -> Ledger:
    """The same files at two receivers at the same time."""
    ledger = Ledger()
    receivers = [Receiver(desk.hq.folder).start() for desk in (one, other)]
    try:
        at_once(*(lambda r=r: ledger.send(lambda: r.address, sent) for r in receivers))
    finally:
        for receiver in receivers:
            receiver.end(signal.SIGTERM)
    return ledger


def test_two_receivers_at_once_give_one_receipt(shared: Desk) -> None:
    sent = files(shared, 20)
    ledger = both(shared, shared, sent)
    assert lost(shared, ledger) == []
    assert sorted(b.digest for b in list_batches(shared.hq)) == sorted(d for d, _ in sent)
    assert all(len(given) == 2 for given in ledger.given.values())


@pytest.mark.long
def test_two_receivers_without_a_database_in_common_would_differ(
    shared: Desk, cluster: Cluster
) -> None:
    sent = files(shared, 3)
    name = shared.hq.store._engine.url.database
    shared.hq.close()
    copy = cluster.database(template=name)
    apart = shared.folder / "apart"
    subprocess.run(["cp", "-r", shared.hq.folder, apart], check=True)
    text = (apart / "examhq.json").read_text()
    (apart / "examhq.json").write_text(text.replace(f"/{name}?", f"/{copy.split('/')[3][:-6]}?"))
    assert (apart / "examhq.json").read_text() != text
    ledger = Ledger()
    for folder in (shared.hq.folder, apart):
        receiver = Receiver(folder).start()
        ledger.send(lambda r=receiver: r.address, sent)
        receiver.end(signal.SIGTERM)
    assert lost(shared, ledger) == [digest for digest, _ in sent]


@BROKEN
def test_receivers_killed_under_load_lose_nothing(shared: Desk, broken: str) -> None:
    sent, ledger = files(shared, 60), Ledger()
    receiver = Receiver(shared.hq.folder, broken).start()

    def kill() -> None:
        for count in (10, 30):
            ledger.reach(count)
            receiver.end(signal.SIGKILL)
            receiver.start()

    shares = [sent[n::4] for n in range(4)]
    senders = [lambda s=share: ledger.send(lambda: receiver.address, s) for share in shares]
    try:
        at_once(kill, *senders)
    finally:
        receiver.end()
    assert len(ledger.given) == 60
    assert bool(lost(shared, ledger)) is bool(broken)


@BROKEN
def test_postgresql_crashing_under_load_loses_nothing(
    shared: Desk, cluster: Cluster, broken: str
) -> None:
    sent, ledger = files(shared, 60), Ledger()
    receiver = Receiver(shared.hq.folder, broken).start()

    def crash() -> None:
        for count in (10, 30):
            ledger.reach(count)
            cluster.stop(signal.SIGQUIT)
            cluster.start()

    shares = [sent[n::4] for n in range(4)]
    senders = [lambda s=share: ledger.send(lambda: receiver.address, s) for share in shares]
    try:
        at_once(crash, *senders)
    finally:
        receiver.end(signal.SIGTERM)
    shared.hq.close()
    assert len(ledger.given) == 60
    assert bool(lost(shared, ledger)) is bool(broken)


class Ticks:
    """The courier's monotonic clock."""

    at = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.at


@pytest.mark.parametrize("taken", [True, False], ids=["as shipped", "control"])
def test_restored_from_an_old_dump_headquarters_gets_what_it_lacks(
    shared: Desk, cluster: Cluster, taken: bool
) -> None:
    spool, ticks = Spool(shared.folder / "spool"), Ticks()
    sent = files(shared, 4)
    key = VerifyKey.from_bytes(shared.hq.keys.public().receipt)
    stock = Stock(spool, "site-01", shared.box.sign, lambda: NOW)
    receiver = Receiver(shared.hq.folder).start()
    try:
        with HttpTransport(receiver.address, "site-01", shared.box.sign) as line:
            courier = Courier(
                spool, line, key, "site-01", stock=stock if taken else None, ticks=ticks
            )
            for digest, data in sent:
                (shared.folder / "out").write_bytes(data)
                spool.put_outgoing(shared.folder / "out")
                courier.step()
                archive_pending(shared.hq, NOW)
                ticks.at += 60
                assert courier.step().archived == 1
                if digest == sent[0][0]:
                    dump = dumped(cluster, shared)
            restore(cluster, shared, dump)
            assert [b.digest for b in list_batches(shared.hq)] == [sent[0][0]]
            ticks.at += INVENTORY_S
            assert courier.step().asked_for == (3 if taken else 0)
    finally:
        receiver.end(signal.SIGTERM)
    here = [b.digest for b in list_batches(shared.hq)]
    assert (here == [digest for digest, _ in sent]) is taken


def dumped(cluster: Cluster, desk: Desk) -> bytes:
    """An old backup."""
    command = [program("pg_dump") or "", "--clean", "--if-exists", address_of(cluster, desk)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def restore(cluster: Cluster, desk: Desk, dump: bytes) -> None:
    """Put it back."""
    command = [program("psql") or "", "-q", "-v", "ON_ERROR_STOP=1", address_of(cluster, desk)]
    subprocess.run(command, input=dump, check=True, capture_output=True)


def address_of(cluster: Cluster, desk: Desk) -> str:
    """The database of a desk."""
    return cluster.address(desk.hq.store._engine.url.database or "")


def readdressed(data: bytes, signer: SigningKey | None, **changes: str | int) -> bytes:
    """A batch with another address; signed anew, or with the signature it had."""
    length = int.from_bytes(data[HEADER - 4 : HEADER], "big")
    envelope = data[HEADER : HEADER + length]
    _, payload, _ = dsse.peek(envelope)
    manifest = Manifest.decode(payload)
    altered = Manifest(manifest.kind, manifest.identity | changes, manifest.parts).encode()
    signed = dsse.sign(PAYLOAD_TYPE, altered, [signer or SigningKey.generate()])
    if signer is None:
        old, new = dsse.parse(envelope), dsse.parse(signed)
        (key, signature), (other, forged) = *old.signatures.items(), *new.signatures.items()
        encoded = [dsse.shape.to_base64(one).encode() for one in (forged, signature)]
        signed = signed.replace(*encoded).replace(other.encode(), key.encode())
    return data[: HEADER - 4] + len(signed).to_bytes(4, "big") + signed + data[HEADER + length :]


@pytest.mark.parametrize("changes", [{"session": "evening"}, {"server_term": 2}])
def test_a_batch_with_another_address_is_refused_at_the_edge(
    desk: Desk, client: FlaskClient, changes: dict[str, str | int]
) -> None:
    desk.published()
    ((_, data),) = files(desk, 1)
    for altered, status, code in (
        (readdressed(data, None, **changes), 422, "signature-refused"),
        (readdressed(data, None), 201, None),
    ):
        (desk.folder / "altered").write_bytes(altered)
        digest = hash_file(desk.folder / "altered")
        answer = client.put(f"/api/v1/batches/{digest}", data=altered)
        assert answer.json is not None
        assert (answer.status_code, answer.json.get("code")) == (status, code)


def test_a_site_that_signs_another_address_itself_is_found_when_it_is_opened(desk: Desk) -> None:
    story = desk.published()
    story.hand_in(story.start("99530051001"))
    story.close(handed_in=1)
    _, data = desk.batch(story.events)
    altered = readdressed(data, desk.box.sign, server_term=2)
    (desk.folder / "altered").write_bytes(altered)
    edge.accept_bytes(desk.hq, altered, hash_file(desk.folder / "altered"), NOW)
    refresh(desk.hq, Stamp("scoring", NOW))
    assert scored_rows(desk.hq, "morning") == []


@pytest.mark.parametrize(("room", "status"), [(0, 503), (1, 201)], ids=["full", "control"])
def test_a_full_receiver_says_when_to_come_again(desk: Desk, room: int, status: int) -> None:
    desk.published()
    ((digest, data),) = files(desk, 1)
    app = create_receiver(desk.hq, lambda: NOW)
    app.extensions["gate"] = Gate(room)
    answer = app.test_client().put(f"/api/v1/batches/{digest}", data=data)
    assert (answer.status_code, answer.headers.get("Retry-After")) in ((503, "5"), (201, None))
    assert answer.status_code == status
    assert (highest_receipt(desk.hq, digest) is None) is (status == 503)


@pytest.mark.parametrize("claim_ms", [60_000, -1], ids=["as shipped", "control"])
def test_two_workers_share_the_work_and_a_dead_ones_share_comes_back(
    shared: Desk, monkeypatch: pytest.MonkeyPatch, claim_ms: int
) -> None:
    monkeypatch.setattr(work, "CLAIM_MS", claim_ms)
    for digest, data in files(shared, 20):
        edge.accept_bytes(shared.hq, data, digest, NOW)
    found: list[str] = []

    def one() -> None:
        found.extend(c.subject for c in claim(shared.hq, BATCH.work, NOW, limit=12))

    at_once(one, one)
    found.extend(c.subject for c in claim(shared.hq, BATCH.work, NOW, limit=12))
    assert (len(found) == len(set(found)) == 20) is (claim_ms > 0)
    assert len(claim(shared.hq, BATCH.work, NOW + 60_000, limit=50)) == 20


def test_what_comes_after_the_close_is_linked_to_the_batch_that_it_supplements(desk: Desk) -> None:
    story = desk.published()
    attempt = story.start("99530051001")
    story.hand_in(attempt)
    story.close(handed_in=1)
    last = desk.deliver(story)
    before = len(story.events)
    late = {"item": "q1", "response": ["a"], "seat_term": 1, "instance": "i1", "sequence": 9}
    story.tell("evidence", attempt=attempt, why="late", **late)
    desk.deliver(story, first=before, sequence=1, previous=last)
    refresh(desk.hq, Stamp("scoring", NOW))
    assert [b.supplements for b in list_batches(desk.hq)] == [None, last]
    assert scored_rows(desk.hq, "morning")[0].evidence == 1
