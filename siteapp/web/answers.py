"""The answer path: raw WSGI ahead of Flask, so that a save costs little and waits for nobody."""

import json
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import msgspec

from siteapp.conduct.acts import Save, save
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session
from siteapp.errors import Overloaded, SaveRefused, ServerFault, SignInNeeded
from siteapp.site import Site
from siteapp.store.live import Token
from siteapp.store.writer import Decision
from siteapp.web.headers import HEADERS
from sync.errors import ExamError
from sync.exam.paper import ItemToken

log = logging.getLogger("examsite.answers")

PATH = "/api/candidate/responses"
MAX_BODY = 512 * 1024
MAX_SAVES = 200
MAX_TEXT = 100_000
# Larger would not fit SQLite's and JavaScript's exact integers.
MAX_SEQUENCE = 2**31

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class SaveIn(msgspec.Struct, forbid_unknown_fields=True):
    """One save as the page sends it, with opaque references."""

    sequence: int
    item: str
    response: list[str] | str


class SavesIn(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a request."""

    instance: str
    saves: list[SaveIn]


_decoder = msgspec.json.Decoder(SavesIn)


class AnswerPath:
    """Takes POST /api/candidate/responses; everything else goes to the application behind."""

    def __init__(self, site: Site, behind: Application) -> None:
        self._site = site
        self._behind = behind

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start_response)
        headers = [("Content-Type", "application/json"), *HEADERS.items()]
        status = HTTPStatus.OK
        try:
            body = self._take(environ)
        except Exception as error:
            refusal = error if isinstance(error, ExamError) else _fault()
            body = json.dumps({"error": refusal.to_json()}, ensure_ascii=False).encode()
            status = HTTPStatus(refusal.http_status)
            if isinstance(refusal, Overloaded):
                headers.append(("Retry-After", "1"))
        headers.append(("Content-Length", str(len(body))))
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    def _take(self, environ: Environ) -> bytes:
        whom = bearer(self._site, environ.get("HTTP_AUTHORIZATION", ""))
        session = self._site.live.session(whom.session)
        incoming = _decode(environ)
        attempt = session.attempt(whom.attempt)
        saves, bad = self._read_all(session, attempt, incoming)

        def decide(state: Session) -> Decision:
            mine = state.attempt(whom.attempt)
            now, instance = self._site.live.clock.now(), incoming.instance
            events, refusal = save(mine, whom.seat_term, instance, saves, now, bad)
            return Decision(events, refusal=refusal)

        self._site.live.act(session, decide)
        return msgspec.json.encode({"saved": [one.sequence for one in saves]})

    def _read_all(
        self, session: Session, attempt: Attempt, incoming: SavesIn
    ) -> tuple[list[Save], SaveRefused | None]:
        """The saves in authored ids.

        A bad one among several refuses the request: the page then sends them one by one. A bad one
        alone is kept as evidence, so that it leaves no gap that would hold up the hand-in.
        """
        if attempt.phase in ("expected", "signed-in", "confirmed"):
            return [], None
        known = self._site.shelf.paper(session, attempt).tokens
        try:
            return [_read(one, known) for one in incoming.saves], None
        except SaveRefused as error:
            (first, *more) = incoming.saves
            if more or not 0 < first.sequence < MAX_SEQUENCE:
                raise
            return [_as_sent(first)], error


def _fault() -> ServerFault:
    log.exception("a save failed by a fault of ours")
    return ServerFault()


def _as_sent(one: SaveIn) -> Save:
    """A save that this paper does not offer, cut to what an event may carry."""
    return Save(one.sequence, _clean(one.item[:40]), _clean(json.dumps(one.response)[:400]))


def _clean(text: str) -> str:
    # A lone surrogate could not be written to the journal.
    return text.encode("utf-8", "replace").decode()


def bearer(site: Site, header: str) -> Token:
    """Whom the Authorization header speaks for, or SignInNeeded."""
    scheme, _, token = header.partition(" ")
    whom = site.live.whom(token) if scheme == "Bearer" and token else None
    if whom is None:
        raise SignInNeeded
    return whom


def _decode(environ: Environ) -> SavesIn:
    try:
        length = int(environ.get("CONTENT_LENGTH") or -1)
    except ValueError:
        length = -1
    if not 0 < length <= MAX_BODY:
        raise SaveRefused(reason=f"Content-Length {length}")
    try:
        incoming = _decoder.decode(environ["wsgi.input"].read(length))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SaveRefused(reason=str(error)) from None
    if not incoming.instance.isalnum() or len(incoming.instance) > 32:
        raise SaveRefused(reason="instance")
    if len(incoming.saves) > MAX_SAVES:
        raise SaveRefused(reason=f"more than {MAX_SAVES} saves")
    return incoming


def _read(one: SaveIn, known: dict[str, ItemToken]) -> Save:
    """The save in authored ids; anything that this paper does not offer is refused."""
    token = known.get(one.item)
    if token is None or not 0 < one.sequence < MAX_SEQUENCE:
        raise SaveRefused(reason="unknown item or sequence")
    if isinstance(one.response, str):
        if token.choose not in ("text",) or len(one.response) > MAX_TEXT:
            raise SaveRefused(reason="text not expected here")
        return Save(one.sequence, token.item, _clean(one.response))
    options = [token.options.get(ref) for ref in one.response]
    taken = sorted({option for option in options if option is not None})
    if (
        None in options
        or (token.choose == "one" and len(taken) > 1)
        or token.choose in ("text", "file")
    ):
        raise SaveRefused(reason="option not offered")
    return Save(one.sequence, token.item, taken)
