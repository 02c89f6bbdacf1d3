"""A site takes newer software from two officers alone: nothing older, stale or of another file."""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import world
from click.testing import CliRunner

from provisioning.cli import main
from sync.errors import DocumentAltered, DocumentRefused, NotFound, SignatureRefused
from sync.errors.updates import (
    UpdateExpired,
    UpdateFileDiffers,
    UpdateOlder,
    UpdateSignatureMissing,
)
from sync.updates import WORD, Updates, lay_out
from sync.wire import dsse
from sync.wire.files import write_durably
from sync.wire.keys import SigningKey
from sync.wire.update import Update, installed_numbers, write_update

NOW, DAY = 1_790_000_000_000, 86_400_000
DEB = b"!<arch>\n" + b"software" * 1000


def said(deb: bytes = DEB, **other: Any) -> Update:
    digest = hashlib.sha256(deb).hexdigest()
    made = Update(3, "1.3.0", digest, len(deb), "修复", NOW - DAY, NOW + 30 * DAY)
    return msgspec.structs.replace(made, **other)


def laid(hq: world.Headquarters, stick: Path, update: Update, *keys: SigningKey) -> Path:
    """A stick with that word, signed by both officers unless others are named."""
    first, *more = keys or hq.release
    word = write_update(update, first)
    for key in more:
        word = dsse.countersign(word, key)
    (stick / "new.deb").parent.mkdir(exist_ok=True)
    write_durably(stick / "new.deb", DEB)
    lay_out(stick, word, stick / "new.deb")
    return stick


def site(hq: world.Headquarters, folder: Path, installed: str = "1.2.0", now: int = NOW) -> Updates:
    return Updates(folder, [key.public for key in hq.release], None, installed, now)


def test_the_newest_is_fetched_verified_and_kept(hq: world.Headquarters, tmp_path: Path) -> None:
    stick = laid(hq, tmp_path / "stick", said())
    updates = site(hq, tmp_path)
    path = updates.fetch(stick)
    assert path.read_bytes() == DEB
    assert updates.verify(path) == updates.current() == said()
    assert site(hq, tmp_path, installed="1.3.0").take(stick) == said()


@pytest.mark.parametrize(
    ("error", "other", "installed"),
    [
        (UpdateOlder, {"serial": 2}, "1.2.0"),
        (UpdateOlder, {"version": "1.4.0"}, "1.2.0"),
        (UpdateOlder, {"serial": 4}, "1.3.1"),
        (UpdateExpired, {"serial": 4, "until": NOW}, "1.2.0"),
    ],
)
def test_nothing_older_stale_or_twice_takes_the_place_of_what_is_held(
    hq: world.Headquarters, tmp_path: Path, error: type[DocumentRefused], other: dict[str, Any],
    installed: str,
) -> None:  # fmt: skip
    site(hq, tmp_path).take(laid(hq, tmp_path / "first", said()))
    with pytest.raises(error):
        site(hq, tmp_path, installed).take(laid(hq, tmp_path / "second", said(**other)))
    assert site(hq, tmp_path).held() == said()
    site(hq, tmp_path).take(laid(hq, tmp_path / "third", said(serial=4)))


def test_one_officer_or_a_stranger_is_not_believed(hq: world.Headquarters, tmp_path: Path) -> None:
    one, stranger = hq.release[0], SigningKey.generate()
    with pytest.raises(UpdateSignatureMissing):
        site(hq, tmp_path).take(laid(hq, tmp_path / "a", said(), one))
    with pytest.raises(SignatureRefused):
        site(hq, tmp_path).take(laid(hq, tmp_path / "b", said(), stranger))
    with pytest.raises(UpdateSignatureMissing):
        site(hq, tmp_path).take(laid(hq, tmp_path / "c", said(), one, stranger))
    assert site(hq, tmp_path).held() is None


def test_a_file_that_differs_by_a_byte_gets_no_name(hq: world.Headquarters, tmp_path: Path) -> None:
    stick = laid(hq, tmp_path / "stick", said())
    (given,) = (stick / "examsite" / "updates").glob("*.deb")
    for wrong in (DEB[:-1] + b"X", DEB + b"X", DEB[:-1], b""):
        given.write_bytes(wrong)
        with pytest.raises(UpdateFileDiffers):
            site(hq, tmp_path).fetch(stick)
        assert list((tmp_path / "updates").glob("*.deb")) == []
    given.unlink()
    with pytest.raises(NotFound):
        site(hq, tmp_path).fetch(stick)


def test_what_was_kept_ends_too_and_a_clock_set_back_does_not_revive_it(
    hq: world.Headquarters, tmp_path: Path
) -> None:
    updates = site(hq, tmp_path)
    updates.take(laid(hq, tmp_path / "stick", said(at=NOW, until=NOW + 1)))
    with pytest.raises(UpdateExpired):
        site(hq, tmp_path, now=NOW + 1).current()
    old = laid(hq, tmp_path / "old", said(serial=4, at=NOW - 9, until=NOW - 1))
    with pytest.raises(UpdateExpired):
        site(hq, tmp_path, now=0).take(old)


def test_a_damaged_word_gives_way_to_a_right_one(hq: world.Headquarters, tmp_path: Path) -> None:
    stick = laid(hq, tmp_path / "stick", said())
    site(hq, tmp_path).take(stick)
    (tmp_path / "updates" / WORD).write_bytes(b"{}")
    with pytest.raises(DocumentRefused):
        site(hq, tmp_path).current()
    assert site(hq, tmp_path).take(stick) == said()


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("0.1.0", "0.1.0"), ("1.2.0.dev3", "1.2.0"), ("1.2rc1", "0.0"), ("unknown", "0.0")],
)
def test_what_is_installed_is_compared_by_its_numbers(version: str, numbers: str) -> None:
    assert installed_numbers(version) == numbers


def test_the_commands_do_it(hq: world.Headquarters, site_folder: Path, tmp_path: Path) -> None:
    far = 4_000_000_000_000
    stick = laid(hq, tmp_path / "stick", said(until=far))

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["--data", str(site_folder), "--lang", "en", *words])
        return done.exit_code, done.output

    assert run("update", "check")[0] == 9
    assert json.loads(run("update", "check", str(stick), "--json")[1])["version"] == "1.3.0"
    status, told = run("update", "fetch", str(stick))
    assert status == 0
    path = told.splitlines()[-1]
    assert run("update", "verify", path)[0] == 0
    Path(path).write_bytes(b"other")
    assert run("update", "verify", path)[0] == DocumentAltered.exit_status
