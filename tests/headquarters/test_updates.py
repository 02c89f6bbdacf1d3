"""Two officers, each with a key of their own, say which software is the newest."""

from pathlib import Path

import pytest
from desk_world import BY, Desk
from releasing import release_keys
from typed import Shell

from sync.errors.updates import UpdateFileDiffers, UpdateOlder
from sync.headquarters.errors import NotAReleaseKey, SecondOfficerNeeded, VersionRefused
from sync.headquarters.planning.updates import countersign_update, newest, sign_update
from sync.updates import Updates
from sync.wire.keys import SigningKey, VerifyKey

DAY = 86_400_000


@pytest.fixture
def deb(tmp_path: Path) -> Path:
    path = tmp_path / "examsite.deb"
    path.write_bytes(b"!<arch>\n" * 500)
    return path


def signed(desk: Desk, deb: Path, version: str = "1.2.0", key: int = 0) -> bytes:
    keys = release_keys(desk.hq)
    return sign_update(desk.hq, BY, keys[key], deb, version=version, reason="修复", days=30)


def test_with_both_signatures_it_is_kept_and_the_next_one_counts_on(desk: Desk, deb: Path) -> None:
    second = release_keys(desk.hq)[1]
    twin = signed(desk, deb, "1.2.1")
    assert newest(desk.hq) is None
    countersign_update(desk.hq, BY, second, signed(desk, deb), deb)
    found = newest(desk.hq)
    assert found is not None
    assert (found.serial, found.version, found.until) == (1, "1.2.0", BY.at + 30 * DAY)
    with pytest.raises(UpdateOlder):
        countersign_update(desk.hq, BY, second, twin, deb)
    countersign_update(desk.hq, BY, second, signed(desk, deb, "1.2.1"), deb)
    assert newest(desk.hq).serial == 2  # type: ignore[union-attr]


def test_one_officer_a_stranger_and_another_file_are_refused(desk: Desk, deb: Path) -> None:
    first, second = release_keys(desk.hq)
    word = signed(desk, deb)
    with pytest.raises(SecondOfficerNeeded):
        countersign_update(desk.hq, BY, first, word, deb)
    with pytest.raises(NotAReleaseKey):
        countersign_update(desk.hq, BY, SigningKey.generate(), word, deb)
    with pytest.raises(VersionRefused):
        signed(desk, deb, "1.2rc1")
    deb.write_bytes(deb.read_bytes() + b"x")
    with pytest.raises(UpdateFileDiffers):
        countersign_update(desk.hq, BY, second, word, deb)
    assert newest(desk.hq) is None


def test_the_shell_lays_it_out_and_a_site_takes_it(desk: Desk, deb: Path, tmp_path: Path) -> None:
    keys = [str(desk.hq.folder / "keys" / f"release-{n}.key") for n in (1, 2)]
    shell, word, stick = Shell(tmp_path), str(tmp_path / "word.json"), tmp_path / "stick"
    shell.run("update", "sign", str(deb), "--version", "1.2.0", "--reason", "x", "--key", keys[0],
              "--out", word, *shell.officer("li"))  # fmt: skip
    shell.run("update", "countersign", word, str(deb), "--key", keys[1], "--to", str(stick),
              *shell.officer("wang"))  # fmt: skip
    release = [VerifyKey.from_bytes(raw) for raw in desk.hq.keys.public().release]
    site = Updates(tmp_path, release, None, "0.1.0", BY.at)
    assert site.fetch(stick).read_bytes() == deb.read_bytes()
