"""A headquarters that follows the API, on a loopback socket or at the other end of a stick."""

import base64
import hashlib
import json
import secrets
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Protocol

from half_uploads import PREFIX, Uploads
from line_server import Server

from sync.courier import Courier
from sync.errors import DocumentRefused, NotFound
from sync.spool import Spool, digest_of
from sync.stick import StickTransport
from sync.stick_parts import PART, joined, read_piece
from sync.stock import Stock
from sync.transport import AUTHORIZATION, HttpTransport, Transport
from sync.wire.documents import FetchRequest, Receipt, Refusal, read, sign
from sync.wire.inventory import Inventory, InventoryAnswer, Journal, in_short
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.release import ReleaseReader, write_release
from sync.wire.sealed import Part, ToRecipients, write_sealed
from sync.wire.unlock import UnlockCode

SITE = "site-01"
CODES = (UnlockCode(1, b"7K3QM9ABCDEFGHJK"), UnlockCode(2, b"7K3QM9ABCDEFGHJK"))
Canned = tuple[int, dict[str, str], bytes]


@dataclass
class Clocks:
    """The only thing that is not real: both clocks."""

    ticks: float = 0.0
    wall: int = 1_770_000_000_000

    def pass_(self, seconds: float) -> None:
        self.ticks += seconds
        self.wall += int(seconds * 1000)


@dataclass
class Headquarters:
    """What headquarters holds, and the faults that a test plants."""

    folder: Path
    site_key: SigningKey = field(default_factory=SigningKey.generate)
    receipt_key: SigningKey = field(default_factory=SigningKey.generate)
    unlock_key: SigningKey = field(default_factory=SigningKey.generate)
    box: OpeningKey = field(default_factory=OpeningKey.generate)
    packages: dict[str, Path] = field(default_factory=dict)
    # package → its codes, sealed and signed.
    released: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    forged: dict[str, bytes] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    gets: list[tuple[str, str]] = field(default_factory=list)
    # The word on the newest software, and its file.
    update: tuple[bytes, Path] | None = None
    canned: dict[str, list[Canned]] = field(default_factory=dict)
    cut_uploads: list[str] = field(default_factory=list)
    cut_downloads: int = 0
    on_commit: Callable[[], object] = lambda: None

    def take_in(self, digest: str, size: int) -> None:
        self.puts.append(digest)
        self.batches[digest] = size
        self.levels.setdefault(digest, "received")
        self.on_commit()

    def forget(self, digest: str) -> None:
        del self.batches[digest], self.levels[digest]

    def receipt(self, of: str, signer: SigningKey | None = None, **other: Any) -> bytes:
        facts: dict[str, Any] = {"digest": of, "size": self.batches.get(of, 0), "site": SITE}
        facts |= {"session": "am", "server_term": 1, "sequence": 1, "at": 1}
        facts |= {"level": self.levels.get(of, "received")} | other
        return sign(Receipt(**facts), signer or self.receipt_key)

    def codes(
        self,
        digest: str,
        signer: SigningKey | None = None,
        box: OpeningKey | None = None,
        **other: str,
    ) -> bytes:
        """The release of a package's codes, sealed to the site's box."""
        named = {"named": SITE, "session": "am", "package": digest} | other
        to, by = (box or self.box).public, signer or self.unlock_key
        return write_release(CODES, to, by, at=1, **named)

    def reader(self) -> ReleaseReader:
        """What reads them at the site."""
        return ReleaseReader(SITE, self.box, self.unlock_key.public)

    def refusal(self, of: str, signer: SigningKey | None = None, **other: Any) -> str:
        """Headquarters' signed word that it will never take a file of 2,000 bytes."""
        facts: dict[str, Any] = {"digest": of, "size": 2000, "code": "conflicting-batch"}
        facts |= {"reason_zh": "冲突", "reason_en": "conflict", "at": 1} | other
        return base64.b64encode(sign(Refusal(**facts), signer or self.receipt_key)).decode()

    def told(self, envelope: bytes) -> bytes:
        """The answer to an inventory: of what is not listed all is said to differ."""
        said = read(envelope, Inventory, [self.site_key.public])
        listed = {digest for one in said.lists for _, digest in (*one.batches, *one.files)}
        here = in_short([(0, digest) for digest in self.batches])
        differs = [] if said.lists else [Journal(*j.place, here, here) for j in said.journals]
        lacks = tuple(sorted(listed - set(self.batches)))
        to = hashlib.sha256(envelope).hexdigest()
        answer = InventoryAnswer(SITE, to, said.number, tuple(differs), lacks, 1)
        return sign(answer, self.receipt_key)

    def answer(self, digest: str) -> bytes:
        return self.forged.get(digest) or self.receipt(digest)


class Handler(Uploads, BaseHTTPRequestHandler):
    """The four routes."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    hq: Headquarters

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        self.hq.gets.append((self.path, self.headers.get("Range", "")))
        if self._stopped():
            return
        *_, kind, name = self.path.split("/")
        if name == "packages":
            self._say(200, json.dumps({"packages": self._listing(), "at": 1.5}).encode())
        elif kind == "unlocks":
            self._say(200, self.hq.released[name])
        elif kind == "packages":
            self._package(self.hq.packages[name])
        elif kind == "updates" and self.hq.update:
            self._package(self.hq.update[1])
        elif name == "update" and self.hq.update:
            self._say(200, self.hq.update[0])
        elif name in self.hq.batches:
            self._say(200, self.hq.answer(name))
        else:
            self._say(404, json.dumps(NotFound(what=name).to_json()).encode())

    def do_POST(self) -> None:
        envelope = self.rfile.read(int(self.headers["Content-Length"]))
        if self._stopped():
            return
        if self.path == PREFIX:
            self._begin()
        else:
            self._say(200, self.hq.told(envelope))

    def do_PUT(self) -> None:
        digest, size = self.path.rsplit("/", 1)[1], int(self.headers["Content-Length"])
        if digest in self.hq.cut_uploads:
            self.hq.cut_uploads.remove(digest)
            self.rfile.read(size // 3)
            self._hang_up()
            return
        file = self.hq.folder / secrets.token_hex(8)
        with file.open("wb") as out:
            for _ in range(size // 65536):
                out.write(self.rfile.read(65536))
            out.write(self.rfile.read(size % 65536))
        if self._stopped():
            return
        assert digest_of(file) == digest
        new = digest not in self.hq.batches
        self.hq.take_in(digest, size)
        self._say(201 if new else 200, self.hq.answer(digest))

    def _stopped(self) -> bool:
        """Answer as a test asked, or 401."""
        if canned := self.hq.canned.get(self.path) or self.hq.canned.get(self.command):
            status, headers, body = canned.pop(0)
            self._say(status, body, headers)
            return True
        try:
            envelope = base64.b64decode(self.headers.get(AUTHORIZATION, ""))
            asked = read(envelope, FetchRequest, [self.hq.site_key.public])
            known = (asked.site, asked.method, asked.path) == (SITE, self.command, self.path)
        except DocumentRefused:
            known = False
        if not known:
            self._say(401, b"{}")
        return not known

    def _listing(self) -> list[dict[str, object]]:
        found = self.hq.packages.items()
        return [
            {
                "digest": d,
                "size": p.stat().st_size,
                "session": "am",
                "released": d in self.hq.released,
            }
            for d, p in found
        ]

    def _package(self, path: Path) -> None:
        size, start, headers = path.stat().st_size, 0, {}
        if asked := self.headers.get("Range"):
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start, whole = int(first), size
            size = int(last) + 1 if last else size
            headers = {"Content-Range": f"bytes {start}-{size - 1}/{whole}"}
        if start and start >= size:
            self._say(416, b"")
            return
        self._head(206 if headers else 200, size - start, headers)
        with path.open("rb") as file:
            file.seek(start)
            if self.hq.cut_downloads:
                self.hq.cut_downloads -= 1
                self.wfile.write(file.read(size // 3))
                self.close_connection = True
            else:
                for block in read_piece(path, start, size - start):
                    self.wfile.write(block)

    def _head(self, status: int, size: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(size)}.items():
            self.send_header(name, value)
        self.end_headers()

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._head(status, len(body), headers or {})
        self.wfile.write(body)

    def _hang_up(self) -> None:
        """Reset the connection, as a pulled cable would end it."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True


class Line(Protocol):
    """A way to headquarters that can fail and be mended."""

    hq: Headquarters
    transport: Transport

    def open(self) -> None: ...
    def close(self) -> None: ...
    def work(self) -> None:
        """What headquarters does by itself between two rounds."""


class HttpLine:
    def __init__(self, hq: Headquarters) -> None:
        self.hq, self.port = hq, 0
        self._server: Server | None = None
        self.open()
        self.transport = HttpTransport(self.url, SITE, hq.site_key, silence_s=5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        handler = type("Bound", (Handler,), {"hq": self.hq})
        self._server = Server(("127.0.0.1", self.port), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server.cut_all()
            self._server = None

    def work(self) -> None: ...


class StickLine:
    def __init__(self, hq: Headquarters, part: int = PART) -> None:
        self.hq, self.root = hq, hq.folder / "stick"
        self.root.mkdir()
        self.transport = StickTransport(self.root, SITE, part=part)

    def open(self) -> None:
        self.root.with_name("pulled").rename(self.root)

    def close(self) -> None:
        if self.root.is_dir():
            self.root.rename(self.root.with_name("pulled"))

    def work(self) -> None:
        if not self.root.is_dir():
            return
        folder = self.root / "examsite"
        for name in ("packages", "batches", "receipts"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for digest, path in self.hq.packages.items():
            (folder / "packages" / f"{digest}.package").write_bytes(path.read_bytes())
        self._take_batches(folder)
        for path in (folder / "inventories").glob("[!.]*"):
            if ".answer" not in path.name:
                answer = path.with_name(f"{path.stem}.answer.json")
                answer.write_bytes(self.hq.told(path.read_bytes()))

    def _take_batches(self, folder: Path) -> None:
        for path in (folder / "batches").glob("[!.]*.parts"):
            path.with_suffix("").write_bytes(b"".join(joined(path)))
        for path in (folder / "batches").glob("[!.]*[!0-9]"):
            if path.suffix == ".parts":
                continue
            assert digest_of(path) == path.stem
            if path.stem not in self.hq.batches:
                self.hq.take_in(path.stem, path.stat().st_size)
            kept = folder / "receipts" / f"{path.stem}.{self.hq.levels[path.stem]}.json"
            kept.write_bytes(self.hq.answer(path.stem))


@dataclass
class Room:
    """A site's spool and courier at one end of a line."""

    line: Line
    spool: Spool
    clocks: Clocks
    courier: Courier

    @property
    def hq(self) -> Headquarters:
        return self.line.hq

    @classmethod
    def at(cls, line: Line, folder: Path, clocks: Clocks | None = None) -> "Room":
        clocks = clocks or Clocks()
        spool = Spool(folder)
        courier = Courier(
            spool,
            line.transport,
            line.hq.receipt_key.public,
            SITE,
            releases=line.hq.reader(),
            stock=Stock(spool, SITE, line.hq.site_key, lambda: clocks.wall),
            now=lambda: clocks.wall,
            ticks=lambda: clocks.ticks,
            random=lambda: 0.5,
        )
        return cls(line, spool, clocks, courier)

    def put(self, data: bytes | None = None) -> str:
        source = self.spool.folder / "finished"
        source.write_bytes(secrets.token_bytes(2000) if data is None else data)
        return self.spool.put_outgoing(source)

    def seal(self, sequence: int = 0) -> str:
        """As put, of a document that says it is a batch of this site."""
        source = self.spool.folder / "finished"
        identity = {"site": SITE, "session": "am", "server_term": 1, "sequence": sequence}
        parts = [Part("events", b"x", ToRecipients((OpeningKey.generate().public,)))]
        signers = [self.hq.site_key]
        write_sealed(source, kind="batch", identity=identity, parts=parts, signers=signers)
        return self.spool.put_outgoing(source)

    def rounds(self, count: int = 1) -> list[str]:
        """Rounds far enough apart that all is due; the codes of the errors."""
        codes = []
        for _ in range(count):
            codes += [error.code for error in self.courier.step().errors]
            self.line.work()
            self.clocks.pass_(1800)
        return codes


def make_package(folder: Path, site: str = SITE, size: int = 100_000) -> Path:
    """A sealed file that says it is a package for `site`."""
    path = folder / f"{secrets.token_hex(4)}.package"
    access = ToRecipients((OpeningKey.generate().public,))
    write_sealed(
        path,
        kind="package",
        identity={"session": "am", "site": site},
        parts=[Part("plan", secrets.token_bytes(size), access)],
        signers=[SigningKey.generate()],
    )
    return path
