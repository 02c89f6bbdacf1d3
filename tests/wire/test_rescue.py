"""Rescue files: opened by their site alone, and every fault has its own name."""

import base64
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from sync.errors import CannotOpen, DocumentAltered, ForOtherSite, NotADocument, NotCanonical
from sync.wire import canonical
from sync.wire.rescue import (
    MADE_FOR,
    RescueKey,
    attempt_key,
    new_secret,
    open_rescue,
)

VECTOR = Path(__file__).parents[1] / "vectors" / "rescue-v1.json"


@pytest.fixture
def vector() -> dict[str, Any]:
    """The file that a browser made, the site's keys, and what is in it."""
    return dict(json.loads(VECTOR.read_text("utf-8")))


def opened(vector: dict[str, Any], **other: Any) -> Any:
    """Open the vector's file as its site does, but for what is given."""
    key = RescueKey(bytes.fromhex(vector["key"]))
    given = {
        "file": vector["file"].encode(),
        "site": vector["site"],
        "key": key,
        "secret": bytes.fromhex(vector["secret"]),
    } | other
    return open_rescue(**given)


def altered(vector: dict[str, Any], **members: object) -> bytes:
    """The vector's file with other members outside."""
    return canonical.encode(json.loads(vector["file"]) | members)


def test_a_file_that_a_browser_sealed_is_read_by_its_site(vector: dict[str, Any]) -> None:
    rescued = opened(vector)
    assert (rescued.session, rescued.attempt, rescued.instance) == tuple(vector["whose"])
    saves = [[s.sequence, s.item, s.response] for s in rescued.saves]
    assert saves == vector["saves"]


@pytest.mark.parametrize("place", [0, 1, 64, 65, 100, -17, -1])
def test_any_altered_byte_of_the_sealed_part_is_found(vector: dict[str, Any], place: int) -> None:
    sealed = bytearray(base64.b64decode(json.loads(vector["file"])["sealed"]))
    sealed[place] ^= 1
    file = altered(vector, sealed=base64.b64encode(sealed).decode())
    with pytest.raises(CannotOpen):
        opened(vector, file=file)


def test_another_sites_file_is_named_as_such_and_a_renamed_one_does_not_open(
    vector: dict[str, Any],
) -> None:
    with pytest.raises(ForOtherSite):
        opened(vector, site="site-02")
    with pytest.raises(CannotOpen):
        opened(vector, site="site-02", file=altered(vector, site="site-02"))


def test_another_key_opens_nothing(vector: dict[str, Any]) -> None:
    with pytest.raises(CannotOpen):
        opened(vector, key=RescueKey.generate())


def test_who_has_no_key_of_the_attempt_cannot_make_one(vector: dict[str, Any]) -> None:
    with pytest.raises(DocumentAltered):
        opened(vector, secret=new_secret())


def test_what_is_no_rescue_file_is_said_to_be_none(vector: dict[str, Any]) -> None:
    with pytest.raises(NotADocument):
        opened(vector, file=altered(vector, version=2))
    for file in (b"", b"{}", b"\xff\x00", vector["file"].encode()[:-1]):
        with pytest.raises(NotCanonical):
            opened(vector, file=file)


def test_every_attempt_of_every_session_has_a_key_of_its_own() -> None:
    secret = new_secret()
    names = [("s", "a"), ("s", "b"), ("t", "a")]
    keys = {attempt_key(secret, session, attempt) for session, attempt in names}
    assert len(keys) == 3
    assert attempt_key(secret, "s", "a") in keys


def test_a_key_comes_back_from_its_bytes() -> None:
    key = RescueKey.generate()
    assert RescueKey(key.to_bytes()).public == key.public
    assert repr(key) == "<RescueKey>"


def test_the_mac_is_over_the_body_as_written(vector: dict[str, Any]) -> None:
    key = RescueKey(bytes.fromhex(vector["key"]))
    sealed = base64.b64decode(json.loads(vector["file"])["sealed"])
    inside = json.loads(key.open(sealed, vector["site"]))
    session, attempt, _ = vector["whose"]
    mac_key = attempt_key(bytes.fromhex(vector["secret"]), session, attempt)
    mac = hmac.digest(mac_key, MADE_FOR + inside["body"].encode(), "sha256")
    assert base64.b64encode(mac).decode() == inside["mac"]
