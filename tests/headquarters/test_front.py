"""Behind the TLS front (HAProxy with the project's file) receivers die and machines differ."""

import io
import os
import shutil
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

import httpx
import pytest
from desk_world import BY, Desk
from flooding import open_still, raw
from headquarters_served import served
from receiving import LOOK_S, NO_COMMIT, Ledger, Receiver
from sqlalchemy import select
from tls_room import FRONT, Authority, Front
from together import wait_until

from sync.courier import Courier
from sync.delivery_errors import HeadquartersBusy, HeadquartersFailed, TransferCut
from sync.headquarters.intake.archive import list_batches, list_files
from sync.headquarters.register import staff
from sync.headquarters.store.schema import receipts
from sync.resuming import Parts
from sync.spool import Spool
from sync.transport import HttpTransport
from sync.wire.documents import write_file
from sync.wire.keys import VerifyKey

pytestmark = pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed")
ONE, OTHER = "127.0.0.2", "127.0.0.3"
LIES = {"X-Forwarded-For": OTHER, "Forwarded": f"for={OTHER}", "X-Forwarded-Proto": "http"}
NOBODY = "127.0.0.1:9"
PATIENCE_S = 60.0


class HeadquartersFront(Front):
    """As of a site, with headquarters' file."""

    file, prefix = FRONT.with_name("haproxy-hq.cfg"), "EXAMHQ_FRONT_"


@pytest.fixture
def desk(published_on_postgresql: Desk) -> Desk:
    """Here the session is published, on PostgreSQL."""
    return published_on_postgresql


@contextmanager
def fronted(desk: Desk, receivers: list[str], at: str = NOBODY, **more: str) -> Iterator[Front]:
    """The front before receivers and pages at these addresses."""
    names = dict(zip(("RECEIVER_1", "RECEIVER_2"), [*receivers, NOBODY, NOBODY], strict=False))
    given = {name: address.removeprefix("http://") for name, address in names.items()}
    given["DESK"] = at.removeprefix("http://")
    front = HeadquartersFront(Authority(desk.folder), "", **given, **more)
    front.start()
    try:
        yield front
    finally:
        front.kill()


def trust(desk: Desk) -> ssl.SSLContext:
    """Who believes the front's certificate."""
    return ssl.create_default_context(cafile=desk.folder / "ca.pem")


def browser(desk: Desk, address: str, own: str) -> httpx.Client:
    """A browser on a machine of its own."""
    transport = httpx.HTTPTransport(verify=trust(desk), local_address=own)
    return httpx.Client(base_url=address, transport=transport, timeout=20)


def signs_in(desk: Desk, address: str, own: str, password: str) -> int:
    given = {"name": "li", "password": password}
    with browser(desk, address, own) as client:
        headers = {**LIES, "Origin": address}
        return client.post("/sign-in", data=given, headers=headers).status_code


def guess(desk: Desk, address: str) -> list[int]:
    """Wrong passwords from one machine, for an account that nobody has signed in to before."""
    return [signs_in(desk, address, ONE, "wrong") for _ in range(7)]


@pytest.mark.parametrize(("believed", "neighbour"), [("127.0.0.1", 303), ("", 429)])
def test_wrong_passwords_of_one_machine_keep_no_other_waiting(
    desk: Desk, believed: str, neighbour: int
) -> None:
    others = staff.add_member(desk.hq, BY, "wang", ("marker",))
    staff.add_member(desk.hq, BY, "li", ("marker",))
    with served(desk.hq, front=believed) as address, fronted(desk, [], address) as front:
        assert guess(desk, front.address)[-1] == 429
        with browser(desk, front.address, OTHER) as client:
            answer = client.post(
                "/sign-in",
                data={"name": "wang", "password": others},
                headers={"Origin": front.address},
            )
        assert answer.status_code == neighbour
        if neighbour == 303:
            assert "; Secure" in answer.headers["Set-Cookie"]


def test_past_the_front_nobody_is_believed(desk: Desk) -> None:
    staff.add_member(desk.hq, BY, "li", ("marker",))
    seen = []
    with served(desk.hq, front="127.0.0.1") as address:
        transport = httpx.HTTPTransport(local_address=ONE)
        with httpx.Client(base_url=address, transport=transport) as client:
            for number in range(7):
                lies = {"X-Forwarded-For": f"10.0.0.{number}", "Origin": address}
                given = {"name": f"nobody-{number}", "password": "wrong"}
                seen.append(client.post("/sign-in", data=given, headers=lies).status_code)
    assert seen[-1] == 429


def sent_through(desk: Desk, front: Front, count: int, kill: Callable[[], None]) -> Ledger:
    """Batches over TLS, each until it has a receipt; a receiver dies in the middle of it."""
    story = desk.published()
    story.start("99530051001")
    made = [desk.batch(story.events, sequence=n) for n in range(count)]
    ledger = Ledger()

    def send(share: list[tuple[str, bytes]]) -> None:
        with httpx.Client(trust_env=False, timeout=20, verify=trust(desk)) as client:
            for digest, data in share:
                this = partial(deliver, client, front.address, digest, data, ledger)
                wait_until(this, digest, LOOK_S)

    threads = [threading.Thread(target=send, args=(made[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    ledger.reach(count // 4)
    kill()
    for thread in threads:
        thread.join()
    assert set(ledger.given) == {digest for digest, _ in made}
    return ledger


def deliver(client: httpx.Client, address: str, digest: str, data: bytes, ledger: Ledger) -> bool:
    """Once; what is not a receipt says that the same may be sent again."""
    with suppress(httpx.TransportError):
        answer = client.put(f"{address}/api/v1/batches/{digest}", content=data)
        if answer.status_code in (200, 201):
            with ledger.changed:
                ledger.given.setdefault(digest, []).append(answer.content)
                ledger.changed.notify_all()
            return True
        assert answer.status_code in (502, 503), answer.text
        assert answer.json()["code"] in ("try-later", "intake-busy", "database-away")
        assert answer.headers["Retry-After"] == "5"
    return False


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("", id="as shipped"),
        pytest.param(NO_COMMIT, id="control", marks=pytest.mark.long),
    ],
)
def test_a_receiver_that_dies_behind_the_front_loses_nothing(desk: Desk, broken: str) -> None:
    two = [Receiver(desk.hq.folder, broken).start() for _ in range(2)]
    try:
        with fronted(desk, [r.address for r in two]) as front:
            ledger = sent_through(desk, front, 32, two[0].end)
    finally:
        two[1].end(signal.SIGTERM)
    with desk.hq.store.reading() as db:
        kept = {row.digest: bytes(row.envelope) for row in db.execute(select(receipts))}
    lost = [digest for digest, given in ledger.given.items() if set(given) != {kept.get(digest)}]
    assert bool(lost) is bool(broken)
    assert len(list_batches(desk.hq)) == (0 if broken else 32)


def test_a_large_file_goes_on_at_the_other_receiver_when_one_dies_in_the_middle(
    desk: Desk,
) -> None:
    desk.published()
    path, content = desk.folder / "film", os.urandom(900_000)
    identity = {"site": "site-01", "session": "morning", "server_term": 1, "sequence": 3}
    digest = write_file(path, identity, io.BytesIO(content), desk.box.sign, desk.hq.keys.public())
    two = [Receiver(desk.hq.folder).start() for _ in range(2)]
    seen: list[int] = []

    def there(_: str, at: int) -> None:
        seen.append(at)
        if len(seen) == 5:
            two[0].end()

    try:
        with fronted(desk, [r.address for r in two]) as front:
            parts = Parts(size=65_536, largest=65_536)
            line = HttpTransport(
                front.address,
                "site-01",
                desk.box.sign,
                verify=trust(desk),
                parts=parts,
                sent=there,
            )
            receipt = None
            until = time.monotonic() + PATIENCE_S
            with line:
                while receipt is None and time.monotonic() < until:
                    with suppress(HeadquartersBusy, HeadquartersFailed, TransferCut):
                        receipt = line.deliver(path, digest) or line.receipt(digest)
    finally:
        two[1].end(signal.SIGTERM)
    assert receipt is not None
    (row,) = list_files(desk.hq, "morning")
    assert desk.hq.blobs.read(row.digest) == path.read_bytes()
    # It went on where it was: a part or two twice, not the whole file.
    assert seen[5:] and min(seen[5:]) >= seen[4] - 65_536


def courier(desk: Desk, front: Front) -> tuple[Courier, HttpTransport]:
    """The site's own, with a batch to deliver."""
    story = desk.published()
    story.start("99530051001")
    _, data = desk.batch(story.events)
    spool = Spool(desk.folder / "spool")
    (desk.folder / "out").write_bytes(data)
    spool.put_outgoing(desk.folder / "out")
    line = HttpTransport(front.address, "site-01", desk.box.sign, verify=trust(desk))
    key = VerifyKey.from_bytes(desk.hq.keys.public().receipt)
    return Courier(spool, line, key, "site-01"), line


def delivered(desk: Desk, sender: Courier) -> bool:
    with suppress(HeadquartersBusy):
        sender.step()
    return bool(list_batches(desk.hq))


def test_a_courier_delivers_through_the_front_as_soon_as_somebody_is_there(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with fronted(desk, [f"127.0.0.1:{port}"], f"127.0.0.1:{port}") as front:
        sender, line = courier(desk, front)
        with line:
            with pytest.raises(HeadquartersBusy):
                line.packages()
            assert list_batches(desk.hq) == []
            with served(desk.hq, port=port, front="127.0.0.1"):
                wait_until(lambda: delivered(desk, sender))
    assert len(list_batches(desk.hq)) == 1


@pytest.mark.parametrize("entrance", ["ADDRESS", "PLAIN"])
@pytest.mark.parametrize(("most", "taken"), [("10", 10), ("100", 20)])
def test_headquarters_front_gives_one_machine_so_many_connections(
    desk: Desk, most: str, taken: int, entrance: str
) -> None:
    with fronted(desk, [], PER_MACHINE=most) as front, ExitStack() as held:
        at, opened = f"http://{front._settings[entrance]}", []
        for _ in range(20):
            with suppress(ConnectionResetError):
                opened.append(held.enter_context(raw(at, ONE)))
        assert sum(open_still(one) for one in opened) == taken
        with browser(desk, front.address, OTHER) as client:
            assert client.get("/").status_code == 503


def test_in_clear_nothing_is_taken(desk: Desk) -> None:
    with fronted(desk, []) as front:
        plain = f"http://{front._settings['PLAIN']}/api/v1/batches/{'0' * 64}"
        answer = httpx.put(plain, content=b"x", trust_env=False)
    assert (answer.status_code, answer.headers["Location"][:6]) == (308, "https:")
