import json
import os
import stat
from pathlib import Path

import pytest

from sync.errors import AlreadyInitialised, CannotOpen, NotADocument, SecretDamaged, SecretMissing
from sync.wire.keys import (
    OpeningKey,
    SealingKey,
    SigningKey,
    VerifyKey,
    load_key,
    save_key,
)


def test_a_signature_verifies_with_the_key_and_the_data_only() -> None:
    ours, other = SigningKey.generate(), SigningKey.generate()
    signature = ours.sign(b"paper")
    assert ours.public.verify(signature, b"paper")
    assert not ours.public.verify(signature, b"Paper")
    assert not other.public.verify(signature, b"paper")
    assert not ours.public.verify(signature[:-1], b"paper")
    assert not ours.public.verify(b"", b"paper")


def test_ed25519_gives_the_answer_of_rfc_8032() -> None:
    # RFC 8032, section 7.1, test 1.
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    key = SigningKey.from_bytes(bytes.fromhex(seed))
    assert key.public.to_bytes().hex() == public
    assert key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a")


def test_keys_come_back_from_their_bytes() -> None:
    signing, opening = SigningKey.generate(), OpeningKey.generate()
    assert SigningKey.from_bytes(signing.to_bytes()).public == signing.public
    assert VerifyKey.from_bytes(signing.public.to_bytes()) == signing.public
    assert OpeningKey.from_seed(opening.seed).public == opening.public
    assert SealingKey.from_bytes(opening.public.to_bytes()) == opening.public
    assert len(opening.public.to_bytes()) == 1216
    assert len({signing.public, VerifyKey.from_bytes(signing.public.to_bytes())}) == 1


def test_the_seed_gives_the_published_public_key(vectors: Path) -> None:
    vector = json.loads((vectors / "hpke-mlkem768-x25519.json").read_text())
    key = OpeningKey.from_seed(bytes.fromhex(vector["skRm"]))
    # The key id is the start of the same hash.
    assert vector["pkRm_sha256"].startswith(key.public.key_id)


def test_sealed_bytes_open_with_the_key_and_the_info_only() -> None:
    ours, other = OpeningKey.generate(), OpeningKey.generate()
    sealed = ours.public.seal(b"content key", b"info")
    assert ours.open(sealed, b"info") == b"content key"
    for key, info in [(other, b"info"), (ours, b"Info"), (ours, b"")]:
        with pytest.raises(CannotOpen):
            key.open(sealed, info)


def test_damaged_sealed_bytes_cannot_be_opened() -> None:
    key = OpeningKey.generate()
    sealed = key.public.seal(b"x" * 32, b"")
    for position in range(0, len(sealed), 7):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        with pytest.raises(CannotOpen):
            key.open(bytes(damaged), b"")
    for length in [0, 1, 1087, 1088, 1119, 1120, 1135, len(sealed) - 1]:
        with pytest.raises(CannotOpen):
            key.open(sealed[:length], b"")


def test_bytes_that_are_no_public_key_are_refused() -> None:
    good = OpeningKey.generate().public.to_bytes()
    low_order = good[:1184] + bytes(32)
    out_of_range = b"\xff" * 1184 + good[1184:]
    for raw in [b"", good[:-1], good + b"\0", low_order, out_of_range]:
        with pytest.raises(NotADocument):
            SealingKey.from_bytes(raw)
    for raw in [b"", bytes(31), bytes(33)]:
        with pytest.raises(NotADocument):
            VerifyKey.from_bytes(raw)


def test_no_repr_shows_a_secret() -> None:
    signing, opening = SigningKey.from_bytes(b"A" * 32), OpeningKey.from_seed(b"A" * 32)
    for shown in [repr(signing), repr(opening)]:
        assert "AAAA" not in shown
        assert "4141" not in shown


def test_a_secret_is_saved_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "sign.key"
    before = os.umask(0)
    try:
        save_key(path, b"k" * 32)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path, 32) == b"k" * 32
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "sign.key"
    save_key(path, b"k" * 32)
    with pytest.raises(AlreadyInitialised):
        save_key(path, b"n" * 32)
    assert load_key(path, 32) == b"k" * 32
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [None, b"", b"k" * 31, b"k" * 33])
def test_a_missing_or_cut_secret_is_said_to_be_missing(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "sign.key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SecretMissing) as refused:
        load_key(path, 32)
    assert str(path) in refused.value.say("zh")


def test_every_flipped_bit_of_a_key_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "sign.key"
    save_key(path, b"k" * 32)
    whole = path.read_bytes()
    for place in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[place // 8] ^= 1 << place % 8
        path.chmod(0o600)
        path.write_bytes(damaged)
        with pytest.raises(SecretDamaged, match="sign"):
            load_key(path, 32)


def test_a_key_of_an_earlier_build_has_no_check_and_is_taken(tmp_path: Path) -> None:
    (tmp_path / "sign.key").write_bytes(b"k" * 32)
    assert load_key(tmp_path / "sign.key", 32) == b"k" * 32
