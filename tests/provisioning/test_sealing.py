"""What root reads as the site's key is the site's key, and no file that a link points to."""

import os
from pathlib import Path

import pytest

from provisioning.setup.sealing import read_key
from sync.errors import SecretDamaged, SecretMissing
from sync.wire.keys import save_key

KEY = bytes(range(32))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    save_key(tmp_path / "sign.key", KEY)
    return tmp_path / "sign.key"


def test_a_key_of_the_site_is_read_whole(key: Path) -> None:
    assert read_key(key) == key.read_bytes()
    assert read_key(key).startswith(KEY)


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_a_link_to_another_file_is_not_read(key: Path, link: object) -> None:
    away = key.rename(key.with_name("secret-of-root"))
    assert callable(link)
    link(key, away)
    with pytest.raises(SecretMissing):
        read_key(key)


def test_neither_is_a_pipe_a_folder_or_what_is_not_there(key: Path) -> None:
    os.mkfifo(key.with_name("pipe"))
    for name in ("pipe", ".", "absent"):
        with pytest.raises(SecretMissing):
            read_key(key.parent / name)


def test_a_damaged_key_is_not_sealed(key: Path) -> None:
    key.chmod(0o600)
    key.write_bytes(b"x" + key.read_bytes()[1:])
    with pytest.raises(SecretDamaged):
        read_key(key)
