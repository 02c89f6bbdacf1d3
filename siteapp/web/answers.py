"""The answer path: raw WSGI ahead of Flask, so that a save costs little and waits for nobody."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import IO, Any, NamedTuple, Protocol

import msgspec

from siteapp.conduct.acts import Save
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.in_pause import answered_in_pause
from siteapp.conduct.pace import Pace
from siteapp.conduct.parts import Sent, part_save
from siteapp.conduct.session import Session
from siteapp.conduct.spans import Span
from siteapp.errors import Overloaded, SaveRefused, ServerFault, SignInNeeded, TooFast
from siteapp.site import Site
from siteapp.store.live import Live, Token
from siteapp.store.writer import Decision
from siteapp.web.headers import HEADERS
from sync.errors import ExamError
from sync.exam.items import fits
from sync.exam.journal import MAX_NUMBER
from sync.exam.paper import ItemToken
from sync.words import Words

log = logging.getLogger("examsite.answers")

PATH = "/api/candidate/responses"
MAX_BODY = 512 * 1024
MAX_SAVES = 200
# Characters of a text, by what an item asks for; anything else takes no text.
MAX_TEXTS = {"text": 100_000, "gap": 200}
# Larger would not fit SQLite's and JavaScript's exact integers.
MAX_SEQUENCE = 2**31

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class SaveIn(msgspec.Struct, forbid_unknown_fields=True):
    """One save as the page sends it, with opaque references.

    `made`: the page's last contact before it and its own time, on the site's clock; it is asked for
    only after the deadline.
    """

    sequence: int
    item: str
    response: list[str] | str
    made: tuple[int, int] | None = None


class SavesIn(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a request."""

    instance: str
    saves: list[SaveIn]


_decoder = msgspec.json.Decoder(SavesIn)


class Asked(NamedTuple):
    """A request that was read: the act that waits for its commit, the body of its 200, its size."""

    live: Live
    session: Session
    act: Callable[[Session], Decision]
    body: bytes
    size: int


class Reply(NamedTuple):
    """What goes back: status, headers (Content-Length too) and body."""

    status: HTTPStatus
    headers: list[tuple[str, str]]
    body: bytes


def reply(outcome: bytes | Exception) -> Reply:
    """A reply of a body that is ready, or of what went wrong."""
    headers = [("Content-Type", "application/json"), *HEADERS.items()]
    status, body = HTTPStatus.OK, outcome
    if isinstance(body, Exception):
        refusal = body if isinstance(body, ExamError) else _fault(body)
        body = json.dumps({"error": refusal.to_json()}, ensure_ascii=False).encode()
        status = HTTPStatus(refusal.http_status)
        if isinstance(refusal, Overloaded | TooFast):
            headers.append(("Retry-After", str(refusal.facts.get("seconds", 1))))
    headers.append(("Content-Length", str(len(body))))
    return Reply(status, headers, body)


class _Paper(Protocol):
    @property
    def tokens(self) -> Mapping[str, ItemToken]: ...

    @property
    def part_of(self) -> Mapping[str, int]: ...


class _Shelf(Protocol):
    def paper(self, session: Session, attempt: Attempt) -> _Paper: ...


class Answered(Protocol):
    """Where answers go: the site's examinations, or the drill's room."""

    @property
    def live(self) -> Live:
        """Sessions and their writer."""

    @property
    def pace(self) -> Pace:
        """How fast each may save."""

    @property
    def shelf(self) -> _Shelf:
        """What references stand for."""


class AnswerPath:
    """Takes POST /api/candidate/responses; everything else goes to the application behind.

    With another room and path the same door, for the drill: nothing of the site's is behind it.

    This door waits in its thread for the commit. `siteapp.web.lane` is the other door to the same
    `read`: it holds no thread while a save waits, and almost every save goes by it.
    """

    def __init__(
        self,
        site: Site,
        behind: Application,
        room: Callable[[], Answered] | None = None,
        path: str = PATH,
    ) -> None:
        self.site, self.path = site, path
        self._behind = behind
        self.room: Callable[[], Answered] = room or (lambda: site)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        if environ["PATH_INFO"] != self.path or environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start_response)
        try:
            asked = self.read(
                environ.get("HTTP_AUTHORIZATION", ""),
                environ.get("CONTENT_LENGTH"),
                environ["wsgi.input"],
            )
            asked.live.act(asked.session, asked.act, asked.size)
            given = reply(asked.body)
        except Exception as error:
            given = reply(error)
        start_response(f"{given.status.value} {given.status.phrase}", given.headers)
        return [given.body]

    def read(self, authorization: str, length: str | None, stream: IO[bytes]) -> Asked:
        """Check everything that needs no commit: who asks, the form, the paper's references."""
        room = self.room()
        live, pace = room.live, room.pace
        whom = bearer(room, authorization)
        session = live.session(whom.session)
        attempt, size = session.attempt(whom.attempt), _checked(length)
        now = live.clock.now()
        # A flood is sent back before it costs the decoding; each request costs at least one.
        pace.saves(session.plan.id, attempt, 1, size, now)
        incoming = _decode(stream.read(size))
        if len(incoming.saves) > 1:
            pace.saves(session.plan.id, attempt, len(incoming.saves) - 1, 0, now)
        saves, bad = _read_all(room.shelf, session, attempt, incoming)

        def act(state: Session) -> Decision:
            mine = state.attempt(whom.attempt)
            sent = Sent(whom.seat_term, incoming.instance, saves, bad)
            # Only there does it matter to which part an item belongs.
            part_of = room.shelf.paper(state, mine).part_of if mine.part > 0 else {}
            now, heard = live.clock.now(), live.room()
            events, refusal = part_save(state, mine, sent, now, heard, part_of)
            name = session.plan.id
            told = answered_in_pause(name, mine, incoming.instance, events, now, heard)
            return Decision([*events, *told], refusal=refusal)

        done = msgspec.json.encode({"saved": [one.sequence for one in saves]})
        return Asked(live, session, act, done, size)


def _read_all(
    shelf: _Shelf, session: Session, attempt: Attempt, incoming: SavesIn
) -> tuple[list[Save], SaveRefused | None]:
    """The saves in authored ids.

    A bad one among several refuses the request: the page then sends them one by one. A bad one
    alone is kept as evidence, so that it leaves no gap that would hold up the hand-in.
    """
    if attempt.phase in ("expected", "signed-in", "confirmed"):
        return [], None
    known = shelf.paper(session, attempt).tokens
    try:
        return [read_save(one, known) for one in incoming.saves], None
    except SaveRefused as error:
        (first, *more) = incoming.saves
        if more or not 0 < first.sequence < MAX_SEQUENCE:
            raise
        return [as_sent(first)], error


def _fault(error: Exception) -> ServerFault:
    log.error("a save failed by a fault of ours", exc_info=error)
    return ServerFault()


def as_sent(one: SaveIn) -> Save:
    """A save that this paper does not offer, cut to what an event may carry."""
    return Save(one.sequence, _clean(one.item[:40]), _clean(json.dumps(one.response)[:400]))


def _clean(text: str) -> str:
    # A lone surrogate could not be written to the journal.
    return text.encode("utf-8", "replace").decode()


def bearer(site: Answered, header: str) -> Token:
    """Whom the Authorization header speaks for, or SignInNeeded."""
    scheme, _, token = header.partition(" ")
    whom = site.live.whom(token) if scheme == "Bearer" and token else None
    if whom is None:
        raise SignInNeeded
    return whom


def _checked(given: str | None) -> int:
    length = int(given) if given and given.isdecimal() and len(given) < 10 else -1
    if not 0 < length <= MAX_BODY:
        raise SaveRefused(reason=Words(f"长度 {length}", f"Content-Length {length}"))
    return length


def _decode(body: bytes) -> SavesIn:
    try:
        incoming = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SaveRefused(reason=str(error)) from None
    if not incoming.instance.isalnum() or len(incoming.instance) > 32:
        raise SaveRefused(reason=Words("页面编号", "instance"))
    if len(incoming.saves) > MAX_SAVES:
        raise SaveRefused(reason=Words(f"一次超过 {MAX_SAVES} 项", f"more than {MAX_SAVES} saves"))
    return incoming


def read_save(one: SaveIn, known: Mapping[str, ItemToken]) -> Save:
    """The save in authored ids; anything that this paper does not offer is refused."""
    token = known.get(one.item)
    if token is None or not 0 < one.sequence < MAX_SEQUENCE:
        raise SaveRefused(reason=Words("没有这道题或这个序号", "unknown item or sequence"))
    if isinstance(one.response, str):
        if len(one.response) > MAX_TEXTS.get(token.choose, -1):
            raise SaveRefused(reason=Words("这里不是文字题", "text not expected here"))
        return Save(one.sequence, token.item, _clean(one.response), _made(one))
    options = [token.options.get(ref) for ref in one.response]
    taken = sorted({option for option in options if option is not None})
    if None in options or not fits(token.choose, taken):
        raise SaveRefused(reason=Words("没有这个选项", "option not offered"))
    return Save(one.sequence, token.item, taken, _made(one))


def _made(one: SaveIn) -> Span | None:
    if one.made is None or not 0 <= one.made[0] <= one.made[1] <= MAX_NUMBER:
        return None
    return Span(*one.made)
