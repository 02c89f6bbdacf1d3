"""Uploaded files → sealed documents → spool: after the sitting, once each, whole."""

from pathlib import Path

import pytest
import world
from batched import close_all, cut
from practical import Uploader
from room import journal
from together import AM

from siteapp.results import Packer
from siteapp.site import Site
from siteapp.uploads.filing import Filer
from sync.spool import Spool
from sync.wire.sealed import SealedDocument

DATA = bytes(range(256)) * 3000


class PowerCut(BaseException):
    """Nothing after this line ran."""


@pytest.fixture
def page(pages: list[Uploader]) -> Uploader:
    """A candidate who uploaded two versions and is still writing."""
    found = pages[0]
    for sequence, data in enumerate((DATA, DATA[:100]), start=1):
        upload = found.announce(data, sequence)[1]["upload"]
        assert found.send(upload, data)[0] == 200
    return found


def sealed(site: Site) -> list[Path]:
    return [entry.path for entry in site.spool.outgoing() if entry.path.suffix == ".file"]


def seal_all(site: Site) -> int:
    session, count = site.live.session(AM), 0
    while site.filer.seal_one(session):
        count += 1
    return count


def test_nothing_is_sealed_while_the_sitting_runs(site: Site, page: Uploader) -> None:
    assert seal_all(site) == 0
    close_all(site)
    assert seal_all(site) == 2
    assert seal_all(site) == 0
    assert len(sealed(site)) == 2


def test_each_file_is_sealed_to_headquarters_under_its_event(
    hq: world.Headquarters, site: Site, page: Uploader
) -> None:
    close_all(site)
    seal_all(site)
    trusted = [site.identity.sign.public]
    found = {}
    for path in sealed(site):
        document = SealedDocument.verify(path, kind="file", trusted=trusted)
        for key in (hq.seal, hq.escrow):
            content = document.read("file", document.content_key("file", key))
            found[document.identity["sequence"]] = content
    numbers = [e.seq for e in site.live.events(AM) if e.kind == "file"]
    assert found == dict(zip(numbers, (DATA, DATA[:100]), strict=True))


def test_the_version_that_counts_goes_first_and_batches_before_files(
    hq: world.Headquarters, site: Site, page: Uploader
) -> None:
    close_all(site)
    seal_all(site)
    cut(site)
    entries = site.spool.outgoing()
    assert [e.path.suffix for e in entries] == [".batch", ".file", ".file"]
    first = SealedDocument.verify(entries[1].path, kind="file", trusted=[site.identity.sign.public])
    assert first.read("file", first.content_key("file", hq.seal)) == DATA[:100]


def test_delivered_waits_for_the_second_receipt_of_every_file(site: Site, page: Uploader) -> None:
    close_all(site)
    cut(site)
    seal_all(site)
    for entry in site.spool.outgoing():
        assert not site.delivered(site.live.session(AM))
        site.spool.add_receipt(entry.digest, "archived", b"{}")
    assert site.delivered(site.live.session(AM))
    assert site.filer.tally(site.live.session(AM)) == {"files": 2, "archived": 2}


@pytest.mark.parametrize("cut_at", ["before the record", "after the record"])
def test_a_power_cut_between_sealing_and_handing_over_loses_and_doubles_nothing(
    site: Site, page: Uploader, monkeypatch: pytest.MonkeyPatch, cut_at: str
) -> None:
    def stop(*_: object) -> None:
        raise PowerCut

    close_all(site)
    with monkeypatch.context() as patch:
        if cut_at == "before the record":
            patch.setattr(site.live, "store", stop)
        else:
            patch.setattr(Spool, "put_outgoing", stop)
        with pytest.raises(PowerCut):
            seal_all(site)
    assert sealed(site) == []
    site.filer = Filer(site.identity, site.live, site.spool, site.files)
    seal_all(site)
    assert len(sealed(site)) == 2
    assert list((site.folder / "sealing-files").iterdir()) == []


def test_a_sealed_file_is_no_batch_that_the_database_lost(site: Site, page: Uploader) -> None:
    cut(site)
    close_all(site)
    seal_all(site)
    Packer(site.identity, site.live, site.spool).cut(site.live.session(AM))
    assert [e.path.suffix for e in site.spool.outgoing()] == [".batch", ".batch", ".file", ".file"]


def test_a_file_that_changed_on_the_disk_is_not_sent_as_what_it_was(
    site: Site, page: Uploader
) -> None:
    newest = journal(site, "file")[1]["sha256"]
    (path,) = site.files.folder.glob(f"*.{newest}")
    path.chmod(0o640)
    path.write_bytes(b"x" * 100)
    close_all(site)
    assert seal_all(site) == 2
    assert len(sealed(site)) == 1
    assert not site.filer.delivered(site.live.session(AM))
