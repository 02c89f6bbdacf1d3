"""Two officers, each with a key of their own, say which software is the newest."""

import base64
from pathlib import Path

import pytest
from desk_world import BY, NOW, Desk
from flask.testing import FlaskClient
from releasing import release_keys
from typed import Shell
from werkzeug.test import TestResponse

from sync.errors import NotFound
from sync.errors.updates import UpdateFileDiffers, UpdateOlder
from sync.headquarters.errors import NotAReleaseKey, SecondOfficerNeeded, VersionRefused
from sync.headquarters.planning.updates import (
    countersign_update,
    newest,
    publish_update,
    published,
    sign_update,
)
from sync.updates import Updates
from sync.wire.documents import FetchRequest, sign
from sync.wire.keys import SigningKey, VerifyKey
from sync.wire.update import peek_update

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


def ask(desk: Desk, client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """As the courier of the registered site."""
    said = FetchRequest(site="site-01", method="GET", path=path, at=NOW)
    envelope = base64.b64encode(sign(said, desk.box.sign)).decode()
    return client.get(path, headers={"Examsite-Authorization": envelope} | headers)


def test_what_is_published_is_served_in_parts_and_to_sites_alone(
    desk: Desk, client: FlaskClient, deb: Path
) -> None:
    word = "/api/v1/update"
    second = release_keys(desk.hq)[1]
    assert ask(desk, client, word).status_code == 404
    with pytest.raises(NotFound):
        publish_update(desk.hq, BY, deb)
    whole = countersign_update(desk.hq, BY, second, signed(desk, deb), deb)
    assert ask(desk, client, word).status_code == 404
    update = publish_update(desk.hq, BY, deb)
    assert ask(desk, client, word).data == whole
    file = f"/api/v1/updates/{update.digest}"
    with ask(desk, client, file, Range="bytes=8-1007") as part:
        assert (part.status_code, part.data) == (206, deb.read_bytes()[8:1008])
        assert part.headers["Content-Range"] == f"bytes 8-1007/{update.size}"
    assert client.get(word).status_code == client.get(file).status_code == 401
    assert ask(desk, client, f"/api/v1/updates/{'0' * 64}").status_code == 404


def test_another_file_is_not_published_and_what_was_out_stays_out(
    desk: Desk, client: FlaskClient, deb: Path
) -> None:
    second = release_keys(desk.hq)[1]
    countersign_update(desk.hq, BY, second, signed(desk, deb), deb)
    first = publish_update(desk.hq, BY, deb)
    right = deb.read_bytes()
    newer = deb.with_name("newer.deb")
    newer.write_bytes(right + b"x")
    whole = countersign_update(desk.hq, BY, second, signed(desk, newer, "1.2.1"), newer)
    with pytest.raises(UpdateFileDiffers):
        publish_update(desk.hq, BY, deb)
    path, file = published(desk.hq)
    assert (peek_update(path)[0], file.read_bytes()) == (first, right)
    publish_update(desk.hq, BY, newer)
    word, file = published(desk.hq)
    assert (word, file.read_bytes()) == (whole, right + b"x")
    assert list(file.parent.glob("*.deb")) == [file]


def test_the_shell_lays_it_out_and_a_site_takes_it(desk: Desk, deb: Path, tmp_path: Path) -> None:
    keys = [str(desk.hq.folder / "keys" / f"release-{n}.key") for n in (1, 2)]
    shell, word, stick = Shell(tmp_path), str(tmp_path / "word.json"), tmp_path / "stick"
    shell.run("update", "sign", str(deb), "--version", "1.2.0", "--reason", "x", "--key", keys[0],
              "--out", word, *shell.officer("li"))  # fmt: skip
    shell.run("update", "countersign", word, str(deb), "--key", keys[1], "--to", str(stick),
              *shell.officer("wang"))  # fmt: skip
    shell.run("update", "publish", str(deb), *shell.officer("li"))
    release = [VerifyKey.from_bytes(raw) for raw in desk.hq.keys.public().release]
    site = Updates(tmp_path, release, None, "0.1.0", BY.at)
    assert site.fetch(stick).read_bytes() == deb.read_bytes()
