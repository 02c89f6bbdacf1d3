"""What a batch says: a run of events, whole and in order, or a refusal with its name."""

import json
import tracemalloc
import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import DocumentAltered, DocumentRefused, NotCanonical
from sync.exam import batch
from sync.exam.batch import BatchHeader, pack, unpack
from sync.exam.journal import Event, encode

HEADER = BatchHeader("site-01", "am-1121", 1, 3, 10, 4, False, "ab" * 32, "checkpoint\n")
EVENTS = [Event(10 + n, 1000 + n, "confirm", {"attempt": f"live/{n}"}) for n in range(4)]


def lines(*changed: tuple[int, bytes]) -> bytes:
    """The inflated text of a right batch with some of its lines replaced."""
    text = zlib.decompress(pack(HEADER, EVENTS)).split(b"\n")
    for place, line in changed:
        text[place] = line
    return b"\n".join(text)


def with_header(**changed: Any) -> bytes:
    header = msgspec.to_builtins(HEADER) | changed
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode()


def test_a_batch_is_read_as_it_was_packed() -> None:
    found = unpack(pack(HEADER, EVENTS))
    assert (found.header, list(found.events)) == (HEADER, EVENTS)


def test_the_same_events_are_packed_into_the_same_bytes() -> None:
    assert pack(HEADER, EVENTS) == pack(HEADER, EVENTS)


def test_a_batch_of_no_events_is_one() -> None:
    empty = msgspec.structs.replace(HEADER, count=0, final=True)
    assert unpack(pack(empty, [])).events == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=20).filter(lambda t: t.isprintable()), max_size=20))
def test_any_text_survives(texts: list[str]) -> None:
    events = [
        Event(n, 0, "violation", {"attempt": "a", "by": "b", "note": text})
        for n, text in enumerate(texts)
    ]
    header = msgspec.structs.replace(HEADER, first=0, count=len(events))
    assert list(unpack(pack(header, events)).events) == events


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (lines((2, encode(EVENTS[2]))), DocumentAltered),
        (lines((1, encode(EVENTS[1])), (2, encode(EVENTS[0]))), DocumentAltered),
        (lines((2, b"{}")), NotCanonical),
        (lines((2, encode(EVENTS[1]) + b" ")), NotCanonical),
        (lines() + b"\n", DocumentAltered),
        (lines() + b"\n" + encode(Event(14, 0, "confirm", {"attempt": "x"})), DocumentAltered),
        (lines().rsplit(b"\n", 1)[0], DocumentAltered),
        (lines((0, with_header(first=11))), DocumentAltered),
        (lines((0, with_header(count=3))), DocumentAltered),
        (lines((0, with_header(count=10**15))), NotCanonical),
        (lines((0, with_header(count=-4))), NotCanonical),
        (lines((0, with_header(extra=1))), NotCanonical),
        (lines((0, with_header(first="10"))), NotCanonical),
        (lines((0, with_header(site="\ud800"))), NotCanonical),
        (lines((0, with_header().replace(b",", b", "))), NotCanonical),
        (lines((0, b"[" * 100_000)), NotCanonical),
        (lines((0, b"null")), NotCanonical),
        (b"", NotCanonical),
    ],
    ids=range(18),
)
def test_a_batch_with_a_gap_or_another_shape_is_refused(
    text: bytes, error: type[DocumentRefused]
) -> None:
    with pytest.raises(error):
        unpack(zlib.compress(text))


def test_bytes_behind_the_batch_are_refused() -> None:
    with pytest.raises(DocumentAltered, match="not one whole zlib stream"):
        unpack(pack(HEADER, EVENTS) + b"\0")
    with pytest.raises(DocumentAltered, match="not one whole zlib stream"):
        unpack(pack(HEADER, EVENTS) * 2)


def test_a_batch_cut_anywhere_is_refused() -> None:
    data = pack(HEADER, EVENTS)
    for length in range(len(data)):
        with pytest.raises(DocumentAltered):
            unpack(data[:length])


def test_a_batch_altered_anywhere_is_refused() -> None:
    data = pack(HEADER, EVENTS)
    for place in range(2, len(data)):
        with pytest.raises(DocumentRefused):
            unpack(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])


def test_a_bomb_is_refused_before_it_is_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MAX_INFLATED", 64 * 1024)
    unpack(pack(HEADER, EVENTS))
    with pytest.raises(DocumentAltered):
        unpack(zlib.compress(b"0" * 10_000_000))


@pytest.mark.parametrize("name", ["server_term", "sequence", "first", "count"])
@pytest.mark.parametrize("number", [-1, 2**53, 10**30])
def test_a_header_with_a_number_that_no_batch_has_is_neither_read_nor_written(
    name: str, number: int
) -> None:
    with pytest.raises(NotCanonical, match=name):
        unpack(zlib.compress(lines((0, with_header(**{name: number})))))
    if number < 2**63:
        with pytest.raises(NotCanonical, match=name):
            pack(msgspec.structs.replace(HEADER, **{name: number}), EVENTS)


def test_the_lines_are_counted_before_they_are_split() -> None:
    empty = zlib.compress(with_header() + b"\n" * 20_000_000)
    tracemalloc.start()
    with pytest.raises(DocumentAltered):
        unpack(empty)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Twice the text, and no list of twenty million lines (160 MB).
    assert most < 80_000_000


def test_an_event_of_another_shape_is_never_packed() -> None:
    with pytest.raises(NotCanonical):
        pack(HEADER, [Event(10, 0, "confirm", {"attempt": 1})])
