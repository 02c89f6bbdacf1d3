"""The server dies, the spare takes over at another address: the page finds it by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from browsers import Watch
from candidate_page import CandidatePage
from line import get
from playwright.sync_api import Browser, expect
from premises import Premises, counted, wait_until
from two_servers import Pair

from siteapp.site import Site
from sync.exam.journal import Event


@contextmanager
def with_spare(
    premises: Premises, folder: Path, front: Callable[[str], str] = str
) -> Iterator[Pair]:
    """The site serves, its spare follows, everything is on both disks.

    `front` says at which address the room finds the spare.
    """
    premises.furnish()
    second = Site(premises.site_folder)
    password = second.staff.add("second", "invigilator")
    second.close()
    pair = Pair(premises.site_folder, folder, ["-m", "siteapp.cli"])
    pair.a, pair.b = premises.start_site(), front(pair.b)
    pair.passwords = {"chief": premises.passwords.chief, "second": password}
    try:
        pair.pair()
        pair.follow()
        premises.open()
        wait_until(lambda: servers(premises)["state"] == "both", "on both disks")
        yield pair
    finally:
        for process in pair.running:
            process.kill()


def servers(premises: Premises) -> dict[str, object]:
    answer = premises.chief.get(f"{premises.address}/api/room/journey").json()
    return dict(answer["servers"] or {"state": ""})


def test_the_page_goes_on_at_the_spare_without_signing_in_and_fences_the_old_server(
    premises: Premises, browser: Browser, tmp_path: Path
) -> None:
    watch = Watch(browser)
    with with_spare(premises, tmp_path / "spare") as pair:
        person = premises.people["live"][0]
        page = CandidatePage(
            watch.machine().new_page(), premises.address, person, premises.bank("live")
        )
        page.enter()
        page.answer(1)
        page.expect_saved(1)
        premises.kill_site()
        page.answer(2)
        expect(page.local).to_have_text("仅保存在本机 1")
        status, said = pair.promote()
        assert status == 0, said
        page.answer(3, right=False)
        page.expect_saved(3)
        # The old server cannot ask its spare: the page alone brings it the record.
        (premises.site_folder / "standby" / "peer.json").unlink()
        premises.start_site()
        health = f"{premises.address}/health"
        wait_until(lambda: get(health).status_code == 503, "fenced")
        page.hand_in()
        watch.close()
        delivered = deliver_from(premises, pair)
    assert watch.script_errors == []
    assert counted(delivered, person) == page.taken.options
    assert [e.body["server_term"] for e in delivered if e.kind == "promote"] == [2]


def deliver_from(premises: Premises, pair: Pair) -> list[Event]:
    """The successor closes the sittings and delivers; the journal at headquarters."""
    premises.address, premises.site_folder = pair.b, pair.spare_folder
    premises.chief.cookies.clear()
    for sitting in ("live", "media"):
        premises.act("close", sitting=sitting)
    return premises.deliver()
