"""What goes over the link, as MessagePack: questions of the primary, answers of the spare."""

import hashlib
from typing import Any

import msgspec

from siteapp.store.replica import Frame, State
from sync.errors import NotCanonical
from sync.wire.link import Link

PATH = "/api/standby"
MAX_MESSAGE = 16 * 1024 * 1024
# The header that lets a message in which is larger than anybody may send; as CGI names it, too.
AHEAD = "Examsite-Ahead"
AHEAD_KEY = "EXAMSITE_AHEAD"


class Message(msgspec.Struct, tag=True):
    """Base of all."""


class Hello(Message):
    """Who are you now? Changes nothing: anybody may say it again who heard it."""

    version: str
    state: State


class Begin(Message):
    """From now on the questions are of this run, which `Here` offered and nobody has begun yet."""

    run: bytes


class Frames(Message):
    """Commits to store; none is a sign of life. `clock_ms` is the site's clock."""

    run: bytes
    number: int
    frames: list[Frame]
    clock_ms: int


class Piece(Message):
    """A piece of a file: a package, an uploaded file, or the snapshot of the database."""

    run: bytes
    number: int
    name: str
    offset: int
    data: bytes


class Install(Message):
    """The file sent in pieces is whole: put it in its place. `state` is a snapshot's."""

    run: bytes
    number: int
    name: str
    sha256: bytes
    clock_ms: int
    state: State | None = None


class Have(Message):
    """Which of these files do you lack? At most a thousand."""

    run: bytes
    number: int
    names: list[str]


class Here(Message):
    """Answer to Hello: which run may begin, and where the database stands (None: it has none)."""

    run: bytes
    state: State | None


class Stored(Message):
    """It is on the spare's disk up to here."""

    state: State | None


class Lacking(Message):
    """Of the files that were asked about."""

    names: list[str]


class Again(Message):
    """Not what is due: say Hello."""

    reason: str


class Promoted(Message):
    """I am no spare any more; the signed record says since when."""

    record: bytes


Question = Hello | Begin | Frames | Piece | Install | Have
Answer = Here | Stored | Lacking | Again | Promoted
_questions: "msgspec.msgpack.Decoder[Any]" = msgspec.msgpack.Decoder(Question)
_answers: "msgspec.msgpack.Decoder[Any]" = msgspec.msgpack.Decoder(Answer)


def seal_question(link: Link, question: Question) -> bytes:
    """The bytes of a request."""
    return link.seal(msgspec.msgpack.encode(question))


def open_question(link: Link, body: bytes) -> Question:
    """The question in a request; CannotOpen if not from the paired server."""
    found: Question = _read(_questions, link.open(body))
    return found


def seal_answer(link: Link, answer: Answer, body: bytes) -> bytes:
    """The bytes of an answer: it fits no other request than `body`."""
    return link.seal(msgspec.msgpack.encode(answer), _of(body))


def open_answer(link: Link, sealed: bytes, body: bytes) -> Answer:
    """The answer to the request `body`."""
    found: Answer = _read(_answers, link.open(sealed, _of(body)))
    return found


def _of(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def _read(decoder: "msgspec.msgpack.Decoder[Any]", data: bytes) -> Any:
    try:
        return decoder.decode(data)
    except ValueError as error:
        raise NotCanonical(reason=f"link: {error}") from None
