"""A stick at headquarters with a file in parts, and with a site's inventory."""

from collections.abc import Callable
from pathlib import Path

import pytest
from desk_world import NOW, Desk
from test_inventories import Site, forget
from test_resuming import sealed

from sync.headquarters.intake.archive import list_files
from sync.headquarters.intake.contacts import read_contacts
from sync.headquarters.intake.stick_desk import Exchanged, exchange
from sync.spool import digest_of
from sync.stick import StickTransport
from sync.stick_parts import PartList
from sync.wire.documents import to_bytes

PART = 9_000


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


@pytest.fixture
def stick(desk: Desk) -> Path:
    """A stick with one file of a candidate in parts."""
    root = desk.folder / "stick"
    root.mkdir()
    path = sealed(desk, 7)
    StickTransport(root, "site-01", part=PART).deliver(path, digest_of(path))
    return root


def visit(desk: Desk, stick: Path) -> Exchanged:
    return exchange(desk.hq, stick, NOW)


def test_parts_are_put_together_and_taken_in_as_one_file(desk: Desk, stick: Path) -> None:
    names = sorted(path.name[65:] for path in (stick / "examsite" / "batches").iterdir())
    assert names == ["file.0", "file.1", "file.2", "file.3", "file.parts"]
    assert (visit(desk, stick).taken, visit(desk, stick).known) == (1, 1)
    (row,) = list_files(desk.hq, "morning")
    assert desk.hq.blobs.read(row.digest) == (desk.folder / "7.file").read_bytes()
    # The receipts lie there for the way back.
    assert StickTransport(stick, "site-01").receipt(row.digest) is not None
    assert list((desk.hq.folder / "incoming").iterdir()) == []


def shorter(folder: Path) -> None:
    next(folder.glob("*.2")).write_bytes(b"x")


def without_one(folder: Path) -> None:
    next(folder.glob("*.1")).unlink()


def too_large(folder: Path) -> None:
    (listing,) = folder.glob("*.parts")
    listing.write_bytes(to_bytes(PartList(2**40, ("ab" * 32,))))


def longer_than_said(folder: Path) -> None:
    (listing,) = folder.glob("*.parts")
    listing.write_bytes(to_bytes(PartList(PART - 1, ("ab" * 32,))))


def not_a_list(folder: Path) -> None:
    (listing,) = folder.glob("*.parts")
    listing.write_bytes(listing.read_bytes() + b" ")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (shorter, "document-altered"),
        (without_one, "document-altered"),
        (longer_than_said, "document-altered"),
        (too_large, "batch-too-large"),
        (not_a_list, "not-canonical"),
    ],
)
def test_parts_that_are_not_what_was_written_are_told_and_nothing_is_taken(
    desk: Desk, stick: Path, spoil: Callable[[Path], None], code: str
) -> None:
    spoil(stick / "examsite" / "batches")
    found = visit(desk, stick)
    assert [error.code for _, error in found.refused] == [code]
    assert list_files(desk.hq, "morning") == []
    # The site lays them down again, and then they are taken.
    path = desk.folder / "7.file"
    StickTransport(stick, "site-01", part=PART).deliver(path, digest_of(path))
    assert visit(desk, stick).taken == 1


def test_an_inventory_goes_by_stick_and_the_answer_comes_back(desk: Desk, stick: Path) -> None:
    site, transport = Site(desk), StickTransport(stick, "site-01")
    digests = [site.put(n) for n in range(3)]
    assert site.stock.exchange(transport, site.check, 0.0) is None
    forget(desk, *digests[1:])
    assert visit(desk, stick).refused == ()
    assert [contact.lacking for contact in read_contacts(desk.hq)] == [2]
    found = site.stock.exchange(transport, site.check, 0.0)
    assert found is not None
    assert (found.lacks, found.has) == (set(digests[1:]), {digests[0]})
    # It was an answer to that inventory alone.
    assert site.stock.exchange(transport, site.check, 0.0) is None


def test_an_inventory_that_another_wrote_is_told_as_refused(desk: Desk, stick: Path) -> None:
    site, transport = Site(desk), StickTransport(stick, "site-01")
    site.stock.exchange(transport, site.check, 0.0)
    path = stick / "examsite" / "inventories" / "site-01.json"
    path.rename(path.with_name("site-02.json"))
    (stick / "examsite" / "inventories" / "site-01.json").write_bytes(b"{}")
    codes = {name: error.code for name, error in visit(desk, stick).refused}
    assert codes == {"site-01.json": "not-canonical", "site-02.json": "unknown-sender"}
    assert read_contacts(desk.hq) == []
