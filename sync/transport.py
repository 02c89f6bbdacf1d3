"""How packages come and batches go: one Transport, over a line (here) or on a stick."""

import base64
import hashlib
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from ssl import SSLContext
from typing import Annotated, Any, BinaryIO, NamedTuple, NoReturn, Protocol, Self

import httpx
import msgspec

from sync.delivery_errors import (
    HeadquartersBusy,
    HeadquartersFailed,
    RefusedByHeadquarters,
    SiteNotRecognised,
    TransferCut,
    UnexpectedAnswer,
)
from sync.errors import HeadquartersUnreachable
from sync.resuming import Parts, Upload
from sync.stock import Told
from sync.version_rules import MAX_RULE
from sync.wire.documents import FetchRequest, sign
from sync.wire.keys import SigningKey
from sync.wire.update import MOST_STATEMENT
from sync.words import Words

AUTHORIZATION = "Examsite-Authorization"
MAX_RECEIPT = 65_536
MAX_LISTING = 4 * 1_048_576
MAX_PACKAGE = 1024 * 1_048_576
CONNECT_S = 10.0
SILENCE_S = 60.0
_REFUSED = (409, 413, 422)
_BUSY = (429, 503)
_NOT_RECOGNISED = (401, 403)
_LINE = {
    httpx.ConnectTimeout: "对方没有应答",
    httpx.ConnectError: "连接不上",
    httpx.TimeoutException: "等待时间过长",
    httpx.UnsupportedProtocol: "地址写错了",
    httpx.RemoteProtocolError: "连接中途断开",
    httpx.NetworkError: "连接中途断开",
}
_NO_LINE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)


class PackageEntry(NamedTuple):
    """A package that headquarters, or a stick, has for this site."""

    digest: str
    size: int
    session: str
    # Its codes can be had now.
    released: bool = False


class Transport(Protocol):
    """One way to headquarters. Receipts come as they are; the courier verifies them.

    `knows_all`: that `receipt()` finds nothing means that headquarters does not have the batch.
    """

    @property
    def name(self) -> str:
        """`http` or `stick`."""

    @property
    def knows_all(self) -> bool:
        """Whether no receipt means no batch."""

    def packages(self) -> list[PackageEntry]:
        """The packages there are for this site."""

    def fetch(self, digest: str, to: Path, size: int) -> None:
        """Write a package of `size` bytes to `to`, going on from what an earlier try left there."""

    def release(self, digest: str) -> bytes | None:
        """The codes of a package that is said to be released, as headquarters sealed them."""

    def deliver(self, path: Path, digest: str) -> bytes | None:
        """Hand a batch over; its receipt if there is one at once."""

    def receipt(self, digest: str) -> bytes | None:
        """The receipt of the highest level there is for a batch."""

    def inventory(self, envelope: bytes) -> Told | None:
        """Hand an inventory over; the newest answer there is."""

    def report(self, session: str, envelope: bytes) -> None:
        """Hand a readiness report over."""


class _Listed(msgspec.Struct, frozen=True):
    digest: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    size: Annotated[int, msgspec.Meta(ge=0)]
    session: str
    released: bool = False


class _Listing(msgspec.Struct, frozen=True):
    packages: list[_Listed]


class _Text(msgspec.Struct, frozen=True):
    zh: str
    en: str


class _Problem(msgspec.Struct, frozen=True):
    """The members of headquarters' error that a person reads."""

    code: str
    message: _Text


def wall_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class HttpTransport:
    """Headquarters over HTTP(S): no redirects, no proxies of the environment, bounded memory."""

    name = "http"
    knows_all = True

    def __init__(
        self,
        base_url: str,
        site: str,
        key: SigningKey,
        *,
        now: Callable[[], int] = wall_ms,
        verify: SSLContext | bool = True,
        silence_s: float = SILENCE_S,
        parts: Parts | None = None,
        sent: Callable[[str, int], object] = lambda _digest, _bytes: None,
    ) -> None:
        """`parts`: how large files go; `sent` is told how many bytes of one are there."""
        self._site, self._key, self._now = site, key, now
        self._parts, self._sent = parts or Parts(), sent
        self._client = httpx.Client(
            base_url=base_url,
            timeout=httpx.Timeout(silence_s, connect=CONNECT_S),
            headers={"Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
            verify=verify,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def packages(self) -> list[PackageEntry]:
        """GET /api/v1/packages."""
        with self._ask("GET", "/api/v1/packages") as answer:
            body = _body(answer, MAX_LISTING)
        try:
            listing = msgspec.json.decode(body, type=_Listing)
        except (ValueError, RecursionError):
            raise UnexpectedAnswer(reason="packages") from None
        return [PackageEntry(p.digest, p.size, p.session, p.released) for p in listing.packages]

    def key_register(self) -> bytes | None:
        """GET /api/v1/keys; None if headquarters itself says that it has issued none."""
        return self._found("/api/v1/keys", MAX_LISTING)

    def version_rule(self) -> bytes | None:
        """GET /api/v1/version; None if headquarters itself says that it requires none."""
        return self._found("/api/v1/version", MAX_RULE)

    def fetch(self, digest: str, to: Path, size: int) -> None:
        """GET /api/v1/packages/<digest>, from where an earlier try was cut; never beyond `size`."""
        if size > MAX_PACKAGE:
            raise UnexpectedAnswer(reason=f"> {MAX_PACKAGE} bytes")
        start = to.stat().st_size if to.exists() else 0
        headers = {"Range": f"bytes={start}-"} if start else {}
        useful = (200, 206, 416) if start else (200,)
        path = f"/api/v1/packages/{digest}"
        with self._ask("GET", path, useful=useful, headers=headers) as answer:
            if answer.status_code == 416:
                to.unlink()
                raise UnexpectedAnswer(reason="HTTP 416")
            _write(answer, to, start, size)

    def update_word(self) -> bytes | None:
        """GET /api/v1/update; None if headquarters itself says that it has published none."""
        return self._found("/api/v1/update", MOST_STATEMENT)

    def update_part(self, digest: str, start: int, until: int) -> Generator[bytes]:
        """GET /api/v1/updates/<digest>: these bytes of it, as they come, and no others."""
        wanted = f"bytes {start}-{until - 1}/"
        headers = {"Range": f"bytes={start}-{until - 1}"}
        path = f"/api/v1/updates/{digest}"
        with self._ask("GET", path, useful=(206,), headers=headers) as answer:
            if not answer.headers.get("Content-Range", "").startswith(wanted):
                raise UnexpectedAnswer(reason="Content-Range")
            left = until - start
            for block in answer.iter_raw():
                left -= len(block)
                if left < 0:
                    raise UnexpectedAnswer(reason="> Content-Range")
                yield block

    def release(self, digest: str) -> bytes:
        """GET /api/v1/unlocks/<digest>."""
        with self._ask("GET", f"/api/v1/unlocks/{digest}") as answer:
            return _body(answer, MAX_RECEIPT)

    def deliver(self, path: Path, digest: str) -> bytes:
        """PUT /api/v1/batches/<digest> or …/files/<digest>, a large one in parts; its receipt."""
        if path.stat().st_size > self._parts.in_one:
            Upload(self._ask, self._parts, digest, self._sent).run(path)
            envelope = self.receipt(digest)
            if envelope is None:
                raise UnexpectedAnswer(reason="receipt")
            return envelope
        to = f"/api/v1/{'files' if path.suffix == '.file' else 'batches'}/{digest}"
        with (
            path.open("rb") as file,
            self._ask("PUT", to, useful=(200, 201), content=file) as answer,
        ):
            return _body(answer, MAX_RECEIPT)

    def enrol(self, request: bytes) -> bytes | None:
        """PUT /api/v1/enrolments/<digest>; the answer, or None while the words are compared.

        RefusedByHeadquarters for good; the same request may be brought again and again.
        """
        path = f"/api/v1/enrolments/{hashlib.sha256(request).hexdigest()}"
        with self._ask("PUT", path, useful=(200, 202), content=BytesIO(request)) as answer:
            body = _body(answer, MAX_LISTING)
            return body if answer.status_code == 200 else None

    def receipt(self, digest: str) -> bytes | None:
        """GET /api/v1/receipts/<digest>; None if headquarters itself says that it has none."""
        return self._found(f"/api/v1/receipts/{digest}", MAX_RECEIPT)

    def inventory(self, envelope: bytes) -> Told:
        """POST /api/v1/inventories; the answer to it."""
        with self._ask("POST", "/api/v1/inventories", content=envelope) as answer:
            return Told(envelope, _body(answer, MAX_LISTING))

    def report(self, session: str, envelope: bytes) -> None:
        """POST /api/v1/readiness."""
        with self._ask("POST", "/api/v1/readiness", content=envelope, useful=(204,)):
            pass

    def _found(self, path: str, most: int) -> bytes | None:
        with self._ask("GET", path, useful=(200, 404)) as answer:
            body = _body(answer, most)
            if answer.status_code != 404:
                return body
            # Anything on the way can answer 404; only headquarters says it in its own words.
            problem = read_problem(body)
            if problem is None or problem[0].code != "not-found":
                raise UnexpectedAnswer(reason="HTTP 404")
            return None

    @contextmanager
    def _ask(
        self,
        method: str,
        path: str,
        *,
        useful: Collection[int] = (200,),
        content: BinaryIO | Iterator[bytes] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[httpx.Response]:
        """A signed request and its answer, still to be read; refusals and faults as ExamError."""
        signed = {AUTHORIZATION: self._authorize(method, path), **(headers or {})}
        try:
            with self._client.stream(method, path, content=content, headers=signed) as answer:
                if answer.status_code not in useful:
                    _refuse(answer, self._now())
                yield answer
        except _NO_LINE as error:
            raise HeadquartersUnreachable(reason=_reason(error)) from error
        except httpx.HTTPError as error:
            raise TransferCut(reason=_reason(error)) from error

    def _authorize(self, method: str, path: str) -> str:
        statement = FetchRequest(site=self._site, method=method, path=path, at=self._now())
        return base64.b64encode(sign(statement, self._key)).decode("ascii")


def _refuse(answer: httpx.Response, now: int) -> NoReturn:
    """Raise what an answer that is of no use means."""
    status = answer.status_code
    if status in _BUSY:
        raise HeadquartersBusy(_retry_after(answer.headers.get("Retry-After", ""), now))
    if status in _NOT_RECOGNISED:
        raise SiteNotRecognised(status=status)
    problem = read_problem(_body(answer, MAX_RECEIPT))
    if problem is None:
        raise UnexpectedAnswer(reason=f"HTTP {status}")
    words, whole = problem
    if status in _REFUSED:
        reason = Words(words.message.zh, words.message.en)
        raise RefusedByHeadquarters(reason, whole, _statement(whole))
    raise HeadquartersFailed(reason_zh=words.message.zh, reason_en=words.message.en)


def read_problem(body: bytes) -> tuple[_Problem, dict[str, Any]] | None:
    """An error in headquarters' own JSON, the readable members and the whole; else None."""
    try:
        whole = msgspec.json.decode(body, type=dict[str, Any])
        return msgspec.convert(whole, _Problem), whole
    except (ValueError, RecursionError):
        return None


def _statement(problem: Mapping[str, Any]) -> bytes | None:
    """The signed refusal in an answer, UNVERIFIED."""
    try:
        return base64.b64decode(problem["refusal"], validate=True)
    except (KeyError, TypeError, ValueError):
        return None


def _body(answer: httpx.Response, limit: int) -> bytes:
    """The whole body, if it is not longer than `limit`."""
    body = bytearray()
    for block in answer.iter_raw():
        body += block
        if len(body) > limit:
            raise UnexpectedAnswer(reason=f"> {limit} bytes")
    return bytes(body)


def _write(answer: httpx.Response, to: Path, start: int, size: int) -> None:
    """The body to `to`: after what is there if it is the rest, else from the beginning.

    What grows beyond `size` is thrown away: nobody knows where it went wrong.
    """
    resumed = answer.status_code == 206
    if resumed and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
        raise UnexpectedAnswer(reason="Content-Range")
    written = start if resumed else 0
    with to.open("ab" if resumed else "wb") as file:
        for block in answer.iter_raw():
            written += len(block)
            if written > size:
                to.unlink()
                raise UnexpectedAnswer(reason=f"> {size} bytes")
            file.write(block)


def _retry_after(text: str, now: int) -> float | None:
    """Seconds or an HTTP date (RFC 9110, section 10.2.3); None for anything else."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    with suppress(ValueError):
        return max(0.0, parsedate_to_datetime(text).timestamp() - now / 1000)
    return None


def _reason(error: httpx.HTTPError) -> Words:
    en = str(error) or type(error).__name__
    zh = next((words for kind, words in _LINE.items() if isinstance(error, kind)), en)
    return Words(zh, en)
