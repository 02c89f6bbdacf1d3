"""Many simulated sites: their keys, their rows at headquarters, processes that send for them."""

import hashlib
import multiprocessing
import os
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from crowd import Crowd, Script, clock
from sqlalchemy import insert

from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import enrolments, sessions, sites
from sync.wire.documents import HeadquartersKeys
from sync.wire.keys import SealingKey, SigningKey
from sync.wire.sealed import Part, ToRecipients, write_sealed_bytes

BODY = 15_060  # with manifest, signature and two recipients a file of 20,000 bytes
LINES = 12
CHUNK = 500
READY, DONE = "ready", "done"
NOW = 1_796_000_000_000


def key_of(site: int) -> SigningKey:
    """The signing key of a simulated site."""
    return SigningKey.from_bytes(hashlib.sha256(b"site %d" % site).digest())


def name_of(site: int) -> str:
    """Its identifier."""
    return f"site-{site:05d}"


def register_all(headquarters: Headquarters, count: int) -> None:
    """Sites with their keys, each with one published session."""
    numbers = range(count)
    with headquarters.store.writing() as db:
        db.execute(insert(sites), [_site(n) for n in numbers])
        db.execute(insert(enrolments), [_enrolment(n) for n in numbers])
        db.execute(insert(sessions), [_session(n) for n in numbers])


def _site(n: int) -> dict[str, Any]:
    return {"id": name_of(n), "name": "示例考点", "serial": 1, "registered_at": NOW}


def _enrolment(n: int) -> dict[str, Any]:
    key = key_of(n).public
    names = {"site": name_of(n), "serial": 1, "request": name_of(n), "certificate": b""}
    return names | {"sign_key": key.to_bytes(), "sign_key_id": key.key_id, "issued_at": NOW}


def _session(n: int) -> dict[str, Any]:
    empty = dict.fromkeys(("name_zh", "name_en", "starts_at", "room", "seed"), "")
    names = {"id": f"session-{n:05d}", "site": name_of(n), "kind": "rehearsal"}
    return empty | names | {"state": "published", "created_at": NOW}


def batch(site: int, sequence: int, keys: HeadquartersKeys) -> bytes:
    """A signed batch with a body that only headquarters could open."""
    to = ToRecipients(tuple(SealingKey.from_bytes(k) for k in (keys.seal, keys.escrow)))
    identity = {
        "sequence": sequence,
        "server_term": 1,
        "session": f"session-{site:05d}",
        "site": name_of(site),
    }
    parts = [Part("events", os.urandom(BODY), to)]
    return write_sealed_bytes(kind="batch", identity=identity, parts=parts, signers=[key_of(site)])


class Job(NamedTuple):
    """One batch to send; with faults also half of it before, and all of it again after."""

    site: int
    sequence: int
    faults: bool


class Sent(NamedTuple):
    """What came of a chunk: latencies, digests acknowledged, batches told to come later."""

    times: list[float]
    digests: list[str]
    busy: int


@dataclass
class Sender:
    """A process that sends the jobs of one receiver, chunk by chunk, each when told to."""

    port: int
    jobs: Sequence[Job]
    keys: HeadquartersKeys

    def start(self) -> None:
        """Fork; it makes its first chunk."""
        context = multiprocessing.get_context("fork")
        self.line, far = context.Pipe()
        self.process = context.Process(target=self._run, args=(far,))
        self.process.start()

    def _run(self, line: Connection) -> None:
        for start in range(0, len(self.jobs), CHUNK):
            made = [(job, *self._request(job)) for job in self.jobs[start : start + CHUNK]]
            line.send(READY)
            line.recv()
            line.send(self._send(made))
        line.send(DONE)

    def _request(self, job: Job) -> tuple[str, bytes]:
        data = batch(job.site, job.sequence, self.keys)
        digest = hashlib.sha256(data).hexdigest()
        head = f"PUT /api/v1/batches/{digest} HTTP/1.1\r\nHost: hq\r\nContent-Length: {len(data)}"
        return digest, head.encode() + b"\r\n\r\n" + data

    def _send(self, made: Sequence[tuple[Job, str, bytes]]) -> Sent:
        sent = Sent([], [], 0)
        busy: list[str] = []
        scripts = [self._script(made[n::LINES], sent, busy) for n in range(LINES)]
        crowd = Crowd(self.port, scripts)
        for line in crowd.lines:
            line.end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
        crowd.run()
        crowd.close()
        return sent._replace(busy=len(busy))

    def _script(
        self, made: Iterable[tuple[Job, str, bytes]], sent: Sent, busy: list[str]
    ) -> Script:
        for job, digest, request in made:
            if job.faults:
                self._cut(request)
            began = clock()
            answer = yield request
            while answer.status == 503:
                busy.append(digest)
                answer = yield request
            sent.times.append(clock() - began)
            if answer.status != 201:
                raise RuntimeError(f"{answer.status}: {answer.body[:300]!r}")
            sent.digests.append(digest)
            if job.faults and (again := (yield request)) != (200, answer.body):
                raise RuntimeError(f"another receipt: {again.status} {again.body[:300]!r}")

    def _cut(self, request: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as end:
            end.sendall(request[: len(request) // 2])


class Totals(NamedTuple):
    """Of all chunks: wall seconds, CPU seconds of headquarters, and what came of it."""

    seconds: float
    cpu_s: float
    sent: Sent


def together(senders: Sequence[Sender], cpu: Callable[[], float]) -> Totals:
    """All senders at once, chunk by chunk; making a chunk is in no figure.

    Senders have equally many jobs.
    """
    seconds = cpu_s = 0.0
    all_sent = Sent([], [], 0)
    for sender in senders:
        sender.start()
    while [sender.line.recv() for sender in senders] != [DONE] * len(senders):
        before, began = cpu(), clock()
        for sender in senders:
            sender.line.send(None)
        found: list[Sent] = [sender.line.recv() for sender in senders]
        seconds, cpu_s = seconds + clock() - began, cpu_s + cpu() - before
        for one in found:
            all_sent.times.extend(one.times)
            all_sent.digests.extend(one.digests)
        all_sent = all_sent._replace(busy=all_sent.busy + sum(one.busy for one in found))
    for sender in senders:
        sender.process.join()
    return Totals(seconds, cpu_s, all_sent)
