"""What is sealed comes back, from files and from memory, in bounded memory."""

import hashlib
import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import CannotOpen, NotCanonical, NotFound
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.sealed import (
    Part,
    SealedDocument,
    ToRecipients,
    peek_identity,
    peek_identity_bytes,
    write_sealed,
    write_sealed_bytes,
)

MIB = 1024 * 1024
IDENTITY: dict[str, str | int] = {"site": "A001", "session": "2026-11-21-am", "term": 1}
BODIES = {
    "empty": b"",
    "one": b"x",
    "chunk": bytes(65536),
    "chunk and one": bytes(65537),
    "试卷": bytes(range(256)) * 4096,
}


class Zeros(io.RawIOBase):
    """A long body that is nowhere in memory."""

    def __init__(self, length: int) -> None:
        self.left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        given = min(len(buffer), self.left)
        buffer[:given] = bytes(given)
        self.left -= given
        return given


def test_several_parts_come_back_from_a_file(
    tmp_path: Path, headquarters: SigningKey, site: OpeningKey
) -> None:
    path, access = tmp_path / "package", ToRecipients((site.public,))
    parts = [Part(name, io.BytesIO(body), access) for name, body in BODIES.items()]
    digest = write_sealed(
        path, kind="package", identity=IDENTITY, parts=parts, signers=[headquarters]
    )
    document = SealedDocument.verify(path, kind="package", trusted=[headquarters.public])
    assert document.digest == digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert document.size == path.stat().st_size
    assert (document.kind, document.identity) == ("package", IDENTITY)
    assert document.signed_by == {headquarters.public.key_id}
    assert document.part_names == tuple(BODIES)
    for name, body in BODIES.items():
        assert document.read(name, document.content_key(name, site)) == body
    assert list(tmp_path.iterdir()) == [path]


@given(st.lists(st.binary(max_size=200), max_size=3))
def test_parts_come_back_from_memory(bodies: list[bytes]) -> None:
    signer, reader = SigningKey.from_bytes(b"s" * 32), OpeningKey.from_seed(b"r" * 32)
    access = ToRecipients((reader.public,))
    parts = [Part(str(number), body, access) for number, body in enumerate(bodies)]
    data = write_sealed_bytes(kind="batch", identity={}, parts=parts, signers=[signer])
    document = SealedDocument.verify_bytes(data, kind="batch", trusted=[signer.public])
    keys = {name: document.content_key(name, reader) for name in document.part_names}
    assert [document.read(name, key) for name, key in keys.items()] == bodies


def test_each_of_two_recipients_opens_alone_and_no_one_else(headquarters: SigningKey) -> None:
    office, escrow, stranger = (OpeningKey.generate() for _ in range(3))
    access = ToRecipients((office.public, escrow.public))
    data = write_sealed_bytes(
        kind="batch", identity={}, parts=[Part("p", b"results", access)], signers=[headquarters]
    )
    document = SealedDocument.verify_bytes(data, kind="batch", trusted=[headquarters.public])
    for key in [office, escrow]:
        assert document.read("p", document.content_key("p", key)) == b"results"
    with pytest.raises(CannotOpen):
        document.content_key("p", stranger)


def test_two_documents_of_the_same_bodies_have_no_key_in_common(
    seal: Callable[..., bytes], headquarters: SigningKey, site: OpeningKey
) -> None:
    documents = [
        SealedDocument.verify_bytes(
            seal(a=b"x", b=b"x"), kind="package", trusted=[headquarters.public]
        )
        for _ in range(2)
    ]
    keys = {d.content_key(name, site) for d in documents for name in "ab"}
    assert len(keys) == 4


def test_peeking_tells_kind_identity_and_signers(
    tmp_path: Path, seal: Callable[..., bytes], headquarters: SigningKey
) -> None:
    data = seal(a=b"x")
    (tmp_path / "package").write_bytes(data)
    kind, identity, key_ids = peek_identity(tmp_path / "package")
    assert (kind, identity["site"], key_ids) == ("package", "A001", (headquarters.public.key_id,))
    assert peek_identity_bytes(data) == (kind, identity, key_ids)


def test_a_part_that_is_not_there_is_not_found(
    seal: Callable[..., bytes], headquarters: SigningKey, site: OpeningKey
) -> None:
    data = seal(a=b"x")
    document = SealedDocument.verify_bytes(data, kind="package", trusted=[headquarters.public])
    with pytest.raises(NotFound):
        document.content_key("b", site)
    with pytest.raises(ValueError, match="32 bytes"):
        document.read("a", b"short")


def test_memory_stays_bounded_however_long_the_body(
    tmp_path: Path, headquarters: SigningKey, site: OpeningKey
) -> None:
    path = tmp_path / "long"
    body = io.BufferedReader(Zeros(64 * MIB))
    tracemalloc.start()
    try:
        part = Part("files", body, ToRecipients((site.public,)))
        write_sealed(path, kind="batch", identity={}, parts=[part], signers=[headquarters])
        document = SealedDocument.verify(path, kind="batch", trusted=[headquarters.public])
        key = document.content_key("files", site)
        length = sum(len(chunk) for chunk in document.stream("files", key))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert length == 64 * MIB
    assert peak < 4 * MIB


def test_a_write_that_fails_leaves_nothing(
    tmp_path: Path, headquarters: SigningKey, site: OpeningKey
) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("stick pulled out")

    part = Part("files", Broken(), ToRecipients((site.public,)))
    with pytest.raises(OSError, match="stick pulled out"):
        write_sealed(
            tmp_path / "batch", kind="batch", identity={}, parts=[part], signers=[headquarters]
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("identity", [{"n": 2**53}, {"n": "\ud800"}, {"n": True}, {"n": None}])
def test_an_identity_that_no_reader_takes_is_not_written(
    identity: dict[str, str | int], headquarters: SigningKey
) -> None:
    with pytest.raises(NotCanonical):
        write_sealed_bytes(kind="k", identity=identity, parts=[], signers=[headquarters])


def test_two_parts_of_one_name_are_not_written(headquarters: SigningKey, site: OpeningKey) -> None:
    part = Part("p", b"", ToRecipients((site.public,)))
    with pytest.raises(NotCanonical):
        write_sealed_bytes(kind="k", identity={}, parts=[part, part], signers=[headquarters])


def test_an_envelope_over_the_limit_is_not_written(
    headquarters: SigningKey, site: OpeningKey
) -> None:
    identity: dict[str, str | int] = {"note": "x" * MIB}
    with pytest.raises(ValueError, match="too many"):
        write_sealed_bytes(kind="k", identity=identity, parts=[], signers=[headquarters])
