"""What a result batch says, before it is sealed: a run of journal events and a checkpoint."""

import json
import re
import zlib
from collections.abc import Sequence

import msgspec

from sync.errors import DocumentAltered, NotCanonical
from sync.exam.journal import MAX_NUMBER, Event, decode, encode
from sync.exam.specification import Struct

# A batch is cut small; anything larger than this when inflated is not ours.
MAX_INFLATED = 64 * 1024 * 1024
MAX_EVENTS = 20_000
_DIGEST = re.compile("[0-9a-f]{64}")


class BatchHeader(Struct, frozen=True):
    """Which events these are: numbers `first` … `first + count - 1` of one journal."""

    site: str
    session: str
    server_term: int
    sequence: int
    first: int
    count: int
    final: bool
    previous: str | None
    checkpoint: str


class Batch(Struct, frozen=True):
    """A header and its events; `lines` are the bytes of each, as a checkpoint vouches for them."""

    header: BatchHeader
    events: tuple[Event, ...]
    lines: tuple[bytes, ...]


def pack(header: BatchHeader, events: Sequence[Event]) -> bytes:
    """zlib over lines of canonical JSON: the header, then each event."""
    lines = [_encode_header(header), *(encode(event) for event in events)]
    return zlib.compress(b"\n".join(lines), 9)


def _encode_header(header: BatchHeader) -> bytes:
    _check_header(header)
    members = msgspec.to_builtins(header)
    try:
        return json.dumps(
            members, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()
    except UnicodeEncodeError:
        raise NotCanonical(reason="batch header: lone surrogate") from None


def unpack(data: bytes) -> Batch:
    """The batch in `data`; DocumentAltered or NotCanonical if it is not one."""
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, MAX_INFLATED)
    except zlib.error as error:
        raise DocumentAltered(where=f"batch: {error}") from None
    if not inflater.eof or inflater.unused_data:
        raise DocumentAltered(where="batch: not one whole zlib stream")
    header = _read_header(text.partition(b"\n")[0])
    # Compared before anything is split: the lines may be more than fit in memory.
    if header.count != text.count(b"\n"):
        raise DocumentAltered(where="batch: events are not those of the header")
    lines = tuple(text.split(b"\n")[1:])
    events = tuple([decode(line) for line in lines])
    if any(event.seq != number for number, event in enumerate(events, header.first)):
        raise DocumentAltered(where="batch: events are not those of the header")
    return Batch(header, events, lines)


def _check_header(header: BatchHeader) -> None:
    """NotCanonical for numbers that no batch has."""
    least = {"server_term": 1, "sequence": 0, "first": 0, "count": 0}
    for name, low in least.items():
        most = MAX_EVENTS if name == "count" else MAX_NUMBER
        if not low <= getattr(header, name) <= most:
            raise NotCanonical(reason=f"batch header: {name}")
    # The first batch, and no other, follows no file; it begins the journal.
    if header.previous is None:
        follows = header.sequence == 0 and header.first == 0
    else:
        follows = header.sequence > 0 and _DIGEST.fullmatch(header.previous) is not None
    if not follows:
        raise NotCanonical(reason="batch header: previous")


def _read_header(line: bytes) -> BatchHeader:
    try:
        header = msgspec.convert(json.loads(line), BatchHeader)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise NotCanonical(reason=f"batch header: {error}") from None
    if _encode_header(header) != line:
        raise NotCanonical(reason="batch header is not in canonical form")
    return header
