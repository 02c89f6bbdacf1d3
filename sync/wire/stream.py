"""STREAM: a body of any size in chunks of ChaCha20-Poly1305, one chunk in memory at a time.

Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption, 2015, section 7.
"""

from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync.errors import DocumentAltered
from sync.words import Words

CHUNK = 65536
TAG = 16
SEALED_CHUNK = CHUNK + TAG
PARTS = {
    "plan": Words("考试安排", "plan"),
    "papers": Words("试卷", "papers"),
    "events": Words("考试日志", "events"),
    "file": Words("上传的文件", "file"),
}


def count_chunks(length: int) -> int:
    """How many chunks make a ciphertext of `length` bytes; ValueError if none can."""
    chunks = max(1, -(-length // SEALED_CHUNK))
    last = length - (chunks - 1) * SEALED_CHUNK
    if last < TAG or (last == TAG and chunks > 1):
        raise ValueError("no stream has this length")
    return chunks


def chunk_sizes(length: int) -> Iterator[int]:
    """The sizes of the chunks of a ciphertext of `length` bytes."""
    while length > 0:
        yield min(length, SEALED_CHUNK)
        length -= SEALED_CHUNK


def seal_stream(source: BinaryIO, key: bytes) -> Iterator[bytes]:
    """The chunks of ciphertext of all that `source` gives."""
    cipher = ChaCha20Poly1305(key)
    number, chunk = 0, read_up_to(source, CHUNK)
    while following := read_up_to(source, CHUNK):
        yield cipher.encrypt(_nonce(number, last=False), chunk, None)
        number, chunk = number + 1, following
    yield cipher.encrypt(_nonce(number, last=True), chunk, None)


def part_words(name: str) -> Words:
    """A part of a sealed document as a person calls it."""
    return PARTS.get(name, Words(name, name))


def open_stream(chunks: Iterator[bytes], count: int, key: bytes, where: str) -> Iterator[bytes]:
    """The plaintext of `count` chunks, each released once it is authentic; else DocumentAltered."""
    cipher = ChaCha20Poly1305(key)
    for number, chunk in enumerate(chunks):
        try:
            yield cipher.decrypt(_nonce(number, last=number == count - 1), chunk, None)
        except InvalidTag:
            raise DocumentAltered(where=part_words(where)) from None


def read_up_to(source: BinaryIO, size: int) -> bytes:
    """`size` bytes, less only at the end; a raw source may give fewer at a time."""
    data = source.read(size)
    if len(data) == size or not data:
        return data
    parts, missing = [data], size - len(data)
    while missing and (data := source.read(missing)):
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
