"""A flipped bit in any file that the site keeps is noticed and named, never silently used."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pysqlite3
import pytest
import world
from batched import cut
from click.testing import CliRunner
from rewriting import rewrite_lines
from together import AM, put

import siteapp.rot
from siteapp.cli import main
from siteapp.config import Settings
from siteapp.errors import DatabaseBehind, JournalDamaged
from siteapp.rot import find_rot
from siteapp.site import Site
from siteapp.standby.copies import make_recovery, write_copy
from siteapp.standby.folder import PairFolder, Peer
from siteapp.store.evidence import read_evidence
from siteapp.uploads.files import Announced, Files
from sync.errors import ExamError, NotFound
from sync.spool import CourierStatus, Spool, digest_of
from sync.transport import read_problem
from sync.wire.documents import Promotion, Receipt, sign

FILE = b"a film" * 1000
KEPT = [
    "keys/sign.key",
    "keys/seal.seed",
    "keys/candidate.secret",
    "certificate.json",
    "root.txt",
    "recovery.pub",
    "standby/link.key",
    "standby/fenced.json",
    "packages/*.package",
    "spool/incoming/*.package",
    "spool/outgoing/*.batch",
    "spool/receipts/*.json",
    "files/*.json",
    "files/*." + "?" * 64,
]
# Settings and states that nothing relies on, and what is checked by its pages and its journal.
OTHERS = {"lock", "request.json", "standby/peer.json", "site.db"}


@pytest.fixture(scope="module")
def whole(
    hq: world.Headquarters,
    opened: tuple[Path, world.Package],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A data folder with a file of each kind, closed."""
    folder = shutil.copytree(opened[0], tmp_path_factory.mktemp("rot") / "site")
    site = Site(folder)
    for n in range(60):
        put(site, f"note {n}")
        if n % 20 == 19:
            cut(site)
    make_recovery(folder)
    _upload(folder)
    (entry, *_) = site.spool.outgoing()
    receipt = Receipt(entry.digest, entry.size, "site-01", AM, 1, 0, "archived", 1)
    site.spool.add_receipt(entry.digest, "archived", sign(receipt, hq.receipt))
    (package,) = (folder / "packages").iterdir()
    shutil.copy(package, folder / "spool" / "incoming" / package.name)
    PairFolder(folder).pair(Peer("primary", "http://room:1"), bytes(range(32)))
    taken = Promotion("site-01", 2, 1, "chief", "second", "dead", "", {})
    PairFolder(folder).keep("fenced.json", sign(taken, site.identity.sign))
    site.close()
    return folder


def _upload(folder: Path) -> None:
    one = Announced(AM, "live/x", "i", "n.mp4", len(FILE), "0" * 64, 1, "p", 1)
    (folder / "files" / "x").write_bytes(FILE)
    digest = digest_of(folder / "files" / "x")
    one = Announced(AM, "live/x", "i", "n.mp4", len(FILE), digest, 1, "p", 1)
    (folder / "files" / "x").rename(folder / "files" / f"{one.id}.{digest}")
    Files(folder / "files", Settings({})).announce(one)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "site")


def flips(path: Path, most: int, seed: int) -> Iterator[None]:
    """The file with one bit flipped; in the first byte, the last, and many between; then whole."""
    sound = path.read_bytes()
    chance = random.Random(seed)
    path.chmod(0o600)
    places = [0, len(sound) - 1, *(chance.randrange(len(sound)) for _ in range(most))]
    for place in places:
        damaged = bytearray(sound)
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        yield
    path.write_bytes(sound)


@pytest.mark.parametrize("pattern", KEPT)
def test_a_flipped_bit_is_noticed_and_the_file_is_named(folder: Path, pattern: str) -> None:
    (path, *_) = sorted(folder.glob(pattern))
    for _ in flips(path, 24, 7):
        # The site's own keys and certificate are checked before anything else, and by themselves.
        named = "keys" if "keys/" in pattern or path.parent == folder else str(path.name)
        named = "recovery.pub" if pattern == "recovery.pub" else named
        assert named in find_rot(folder)[0].text.en
    assert find_rot(folder) == []


def test_every_kind_of_file_of_the_folder_is_among_them(whole: Path) -> None:
    kept = {path for pattern in KEPT for path in whole.glob(pattern)}
    rest = {str(p.relative_to(whole)) for p in whole.rglob("*") if p.is_file()}
    assert rest - {str(p.relative_to(whole)) for p in kept} <= OTHERS


def test_a_check_that_is_not_made_would_be_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siteapp.rot, "_checks", lambda *_: iter(()))
    (path, *_) = folder.glob("spool/outgoing/*.batch")
    assert [find_rot(folder) for _ in flips(path, 1, 7)] == [[], [], []]


def test_the_command_names_the_file_and_ends_with_its_status(folder: Path) -> None:
    arguments = ["--data", str(folder), "--lang", "en", "check-files"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    (path, *_) = folder.glob("packages/*.package")
    for _ in flips(path, 0, 7):
        result = CliRunner().invoke(main, arguments)
        assert (result.exit_code, path.name in result.stdout) == (3, True)
        assert "files-damaged" in result.stderr


def test_a_flipped_bit_of_the_database_is_named_or_leaves_the_journal_as_it_was(
    folder: Path,
) -> None:
    sound = read_evidence(folder / "site.db")
    named = silent = 0
    for _ in flips(folder / "site.db", 150, 7):
        if find_rot(folder):
            named += 1
            continue
        silent += 1
        now = read_evidence(folder / "site.db")
        assert (now.lines, now.kept, now.batches) == (sound.lines, sound.kept, sound.batches)
    # Pages have room that nothing uses: both must occur, or nothing was tried.
    assert named > 20
    assert silent > 0


def test_a_damaged_event_is_never_signed_over(folder: Path) -> None:
    connection = pysqlite3.connect(str(folder / "site.db"), isolation_level=None)
    connection.execute("DROP TRIGGER event_is_never_changed")
    assert rewrite_lines(connection, b'note 7"', b'note 8"') == 1
    connection.close()
    site = Site(folder)
    put(site, "later")
    with pytest.raises(JournalDamaged):
        cut(site)
    site.close()


def test_a_database_that_lost_commits_uses_no_number_of_a_batch_again(folder: Path) -> None:
    site = Site(folder)
    site.live.database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (folder / "site.db").read_bytes()
    put(site, "lost")
    cut(site)
    site.close()
    (folder / "site.db").write_bytes(before)
    site = Site(folder)
    put(site, "another")
    with pytest.raises(DatabaseBehind):
        cut(site)
    assert "database-behind" not in "".join(f.code for f in find_rot(folder))
    assert any("Batch 3 was sealed" in f.text.en for f in find_rot(folder))
    # Control: without that batch in the spool the number is taken again.
    site.packer._ahead.clear()
    assert cut(site) is not None
    site.close()


def test_a_damaged_announcement_does_not_stop_the_site(folder: Path) -> None:
    (path,) = folder.glob("files/*.json")
    for _ in flips(path, 8, 7):
        assert Files(folder / "files", Settings({}))._known == {}
    assert len(Files(folder / "files", Settings({}))._known) == 1


def test_damaged_notes_of_the_courier_stop_nobody(folder: Path) -> None:
    spool = Spool(folder / "spool")
    (entry, *_) = [e for e in spool.outgoing() if spool.receipt(e.digest) is None]
    spool.refuse(entry.digest, NotFound(what="é"))
    spool.write_status("http", CourierStatus(1, None, "é", None, (), 1.0, spool.summary()))
    for path in (spool.folder / "courier.json", *(spool.folder / "refused").iterdir()):
        for _ in flips(path, 60, 7):
            spool.status()
            spool.refusal(entry.digest)
            assert spool.state(entry.digest) == "refused"


@pytest.mark.parametrize("body", [b'{"code": "\xff"}', b'{"code": "\xc3"', b"[" * 5000, b"\xff"])
def test_an_answer_that_is_no_text_is_none_of_headquarters(body: bytes) -> None:
    assert read_problem(body) is None


def test_a_damaged_recovery_key_makes_no_copy_that_nobody_can_open(
    folder: Path, tmp_path: Path
) -> None:
    site = Site(folder)
    for _ in flips(folder / "recovery.pub", 3, 7):
        with pytest.raises(ExamError, match="recovery"):
            write_copy(site.identity, tmp_path)
    assert write_copy(site.identity, tmp_path).is_file()
    site.close()
