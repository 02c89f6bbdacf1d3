"""Journal → batches → spool: nothing twice, nothing missing, whatever happens in between."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from batched import batches, check_chain, close_all, cut
from room import Page, browser
from together import AM, in_memory_as_on_disk, put, wait_until

from siteapp.site import Site
from sync.errors import CannotOpen, DiskTooFull
from sync.exam.journal import Event


class PowerCut(BaseException):
    """Nothing after this line ran."""


@pytest.fixture
def page(open_site: Site, open_package: world.Package) -> Page:
    """A candidate who is writing."""
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.begin()
    return page


def test_batches_cut_while_people_write_are_one_whole_journal(hq, open_site, page) -> None:
    over = threading.Event()

    def write() -> None:
        for number in range(60):
            page.save(number % 40)
        over.set()

    writing = threading.Thread(target=write)
    writing.start()
    while not over.is_set():
        cut(open_site)
    writing.join()
    close_all(open_site)
    cut(open_site)
    found = batches(open_site, hq.seal)
    assert len(found) > 2
    assert check_chain(open_site, found) == open_site.live.events(AM)
    assert [b.header.final for _, b in found] == [False] * (len(found) - 1) + [True]
    assert [b for _, b in batches(open_site, hq.escrow)] == [b for _, b in found]


def test_a_batch_opens_for_headquarters_and_its_escrow_only(hq, open_site, page) -> None:
    cut(open_site)
    with pytest.raises(CannotOpen):
        batches(open_site, open_site.identity.seal)
    (sealed,) = open_site.spool.outgoing()
    content = sealed.path.read_bytes()
    assert page.candidate.admission.encode() not in content


def test_without_anything_new_there_is_no_batch_and_nothing_is_read(
    open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cut(open_site)
    monkeypatch.setattr(open_site.live, "events", None)
    assert cut(open_site) is None
    monkeypatch.undo()
    put(open_site, "something")
    assert cut(open_site)


def test_a_close_between_reading_and_sealing_is_not_called_final(
    hq, open_site: Site, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = open_site.live.events

    def close_after_reading(session: str, first: int = 0, most: int = -1) -> list[Event]:
        found = read(session, first, most)
        close_all(open_site)
        return found

    monkeypatch.setattr(open_site.live, "events", close_after_reading)
    cut(open_site)
    monkeypatch.undo()
    assert open_site.live.session(AM).closed
    assert cut(open_site)
    found = batches(open_site, hq.seal)
    assert [b.header.final for _, b in found] == [False, True]
    assert check_chain(open_site, found) == open_site.live.events(AM)


def power_cut(*_: object) -> None:
    raise PowerCut


@pytest.fixture(params=["restart", "next-cut"])
def go_on(request: pytest.FixtureRequest, open_folder: Path) -> Iterator[object]:
    """How the site comes back after a power cut: started again, or simply at the next cut."""
    opened: list[Site] = []

    def again(site: Site) -> Site:
        if request.param == "next-cut":
            return site
        site.close()
        opened.append(Site(open_folder))
        return opened[0]

    yield again
    for site in opened:
        site.close()


def test_a_cut_that_was_sealed_and_not_recorded_leaves_no_trace(
    hq, open_site: Site, page: Page, monkeypatch: pytest.MonkeyPatch, go_on
) -> None:
    monkeypatch.setattr(open_site.live, "store", power_cut)
    with pytest.raises(PowerCut):
        cut(open_site)
    monkeypatch.undo()
    (sealed,) = (open_site.folder / "sealing").iterdir()
    put(open_site, "meanwhile")
    site = go_on(open_site)
    digest = cut(site)
    assert digest != sealed.name
    assert [(d, b.header.sequence) for d, b in batches(site, hq.seal)] == [(digest, 0)]
    assert list((site.folder / "sealing").iterdir()) == []


def test_a_batch_that_was_recorded_and_not_handed_over_is_handed_over(
    hq, open_site: Site, page: Page, monkeypatch: pytest.MonkeyPatch, go_on
) -> None:
    monkeypatch.setattr(open_site.spool, "put_outgoing", power_cut)
    with pytest.raises(PowerCut):
        cut(open_site)
    monkeypatch.undo()
    assert open_site.packer.delivery(AM)[0]["state"] == "waiting"
    assert open_site.spool.outgoing() == []
    site = go_on(open_site)
    cut(site)
    (recorded,) = [row["digest"] for row in site.packer.batches(AM)]
    assert [entry.digest for entry in site.spool.outgoing()] == [recorded]
    put(site, "later")
    assert cut(site) not in (None, recorded)
    assert check_chain(site, batches(site, hq.seal)) == site.live.events(AM)


def test_a_disk_that_stays_full_does_not_fill_with_unrecorded_batches(
    open_site: Site, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskTooFull(needed_mib=1, free_mib=0, folder="data")

    monkeypatch.setattr(open_site.live, "store", full)
    for number in range(4):
        put(open_site, str(number))
        with pytest.raises(DiskTooFull):
            cut(open_site)
    assert len(list((open_site.folder / "sealing").iterdir())) == 1
    monkeypatch.undo()
    assert cut(open_site)
    assert list((open_site.folder / "sealing").iterdir()) == []


def receipts(site: Site, level: str) -> None:
    for entry in site.spool.outgoing():
        site.spool.add_receipt(entry.digest, level, b"{}")


def test_delivered_means_closed_and_every_batch_archived(open_site: Site, page: Page) -> None:
    cut(open_site)
    receipts(open_site, "archived")
    assert not open_site.packer.delivered(AM)
    close_all(open_site)
    assert not open_site.packer.delivered(AM)
    last = cut(open_site)
    assert not open_site.packer.delivered(AM)
    receipts(open_site, "received")
    assert not open_site.packer.delivered(AM)
    open_site.spool.add_receipt(last, "archived", b"{}")
    assert open_site.packer.delivered(AM)


def test_a_withdrawn_receipt_is_no_delivery(open_site: Site, page: Page) -> None:
    close_all(open_site)
    digest = cut(open_site)
    receipts(open_site, "archived")
    assert open_site.packer.delivered(AM)
    open_site.spool.withdraw_receipts(digest)
    assert not open_site.packer.delivered(AM)


def test_late_evidence_after_the_close_goes_in_a_further_batch(hq, open_site, page) -> None:
    page.save(0)
    close_all(open_site)
    cut(open_site)
    receipts(open_site, "archived")
    assert open_site.packer.delivered(AM)
    assert page.save(1)[1]["error"]["code"] == "already-handed-in"
    assert not open_site.packer.delivered(AM)
    cut(open_site)
    found = batches(open_site, hq.seal)
    assert [b.header.final for _, b in found] == [True, True]
    assert [e.kind for e in found[1][1].events] == ["evidence"]
    assert check_chain(open_site, found) == open_site.live.events(AM)
    assert not open_site.packer.delivered(AM)
    receipts(open_site, "archived")
    assert open_site.packer.delivered(AM)


def test_a_serving_site_cuts_by_itself_and_once_more_after_the_close(
    hq, open_folder: Path, open_package: world.Package
) -> None:
    (open_folder / "settings.toml").write_text("batch_seconds = 1")
    site = Site(open_folder)
    site.start()
    page = Page(browser(site), open_package.plan.candidates[0])
    page.begin()
    wait_until(lambda: any(e.kind == "start" for _, b in batches(site, hq.seal) for e in b.events))
    page.save(0)
    close_all(site)
    wait_until(lambda: any(row["final"] for row in site.packer.batches(AM)))
    wait_until(lambda: len(site.spool.outgoing()) == len(site.packer.batches(AM)))
    assert check_chain(site, batches(site, hq.seal)) == site.live.events(AM)
    assert in_memory_as_on_disk(site)
    site.close()
