import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import DocumentAltered
from sync.wire.stream import (
    CHUNK,
    SEALED_CHUNK,
    TAG,
    chunk_sizes,
    count_chunks,
    open_stream,
    read_up_to,
    seal_stream,
)

KEY = b"k" * 32
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1]


class Trickle(io.BytesIO):
    """A source that gives at most `step` bytes at a time, as pipes and sockets do."""

    step = 1000

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.step if size is None or size < 0 else min(size, self.step))


def sealed(plaintext: bytes) -> list[bytes]:
    return list(seal_stream(io.BytesIO(plaintext), KEY))


def opened(chunks: list[bytes], count: int | None = None) -> bytes:
    return b"".join(open_stream(iter(chunks), count or len(chunks), KEY, "body"))


@pytest.mark.parametrize("size", SIZES)
def test_a_body_comes_back_and_its_chunks_are_full_but_the_last(size: int) -> None:
    body = bytes(i % 251 for i in range(size))
    chunks = sealed(body)
    assert opened(chunks) == body
    assert all(len(chunk) == SEALED_CHUNK for chunk in chunks[:-1])
    length = sum(map(len, chunks))
    assert count_chunks(length) == len(chunks) == max(1, -(-size // CHUNK))
    assert list(chunk_sizes(length)) == [len(chunk) for chunk in chunks]


def test_a_source_that_trickles_gives_the_same_chunks() -> None:
    body = bytes(2 * CHUNK + 5)
    assert list(seal_stream(Trickle(body), KEY)) == sealed(body)
    assert read_up_to(Trickle(body), 2500) == body[:2500]
    assert read_up_to(Trickle(b"abc"), 2500) == b"abc"


def test_chunks_dropped_repeated_or_exchanged_are_noticed() -> None:
    one, two, three = sealed(bytes(2 * CHUNK + 1))
    for chunks in [[one, two], [two, three], [one, three], [two, one, three]]:
        with pytest.raises(DocumentAltered):
            opened(chunks)
    with pytest.raises(DocumentAltered):
        opened([one, two, three, three])
    with pytest.raises(DocumentAltered):
        opened([one, two, three], count=4)


@given(st.integers(0, 40), st.integers(0, 7))
def test_every_flipped_bit_of_a_chunk_is_noticed(position: int, bit: int) -> None:
    chunk = bytearray(sealed(b"twenty-five bytes of text")[0])
    chunk[position] ^= 1 << bit
    with pytest.raises(DocumentAltered):
        opened([bytes(chunk)])


@pytest.mark.parametrize("length", [0, 1, TAG - 1, SEALED_CHUNK + 1, SEALED_CHUNK + TAG])
def test_lengths_that_no_writer_makes_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match="length"):
        count_chunks(length)
