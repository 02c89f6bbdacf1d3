"""No spare, the server is gone: an older copy is adopted, and the open pages refill it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from candidate_page import SENDS_NOTHING_AGAIN, CandidatePage, Sit
from premises import Premises, counted

from siteapp.identity import load_identity
from siteapp.site import Site
from siteapp.standby import copies
from sync.exam.journal import Event


def responses(folder: Path) -> list[Event]:
    """The saves in the journal of a folder that nobody serves."""
    site = Site(folder)
    found = [e for e in site.live.events("journey") if e.kind == "response"]
    site.close()
    return found


def encode_body(body: dict[str, Any]) -> str:
    """A save, with its number and response, as one text."""
    return json.dumps(body, sort_keys=True)


def answer(pages: list[CandidatePage], numbers: range, right: bool, saved: int) -> None:
    for page in pages:
        for number in numbers:
            page.answer(number, right=right)
        page.expect_saved(saved)


def test_two_pages_refill_a_server_that_was_put_back_to_an_older_copy(
    site: Premises, sit: Sit, tmp_path: Path
) -> None:
    secret = copies.make_recovery(site.site_folder)
    pages = [sit(person) for person in site.people["live"][:2]]
    for page in pages:
        page.enter()
    answer(pages, range(1, 5), right=True, saved=4)
    copy = copies.write_copy(load_identity(site.site_folder), tmp_path)
    # All of this was acknowledged, and is in no copy: new answers, and others in place of old ones.
    answer(pages, range(3, 13), right=False, saved=12)
    site.kill_site()
    before = responses(site.site_folder)
    root = site.hq.keys.root().public.key_id
    copies.adopt(tmp_path / "new", copy, copies.read_secret(secret), root, "disk broken")
    held = responses(tmp_path / "new")
    assert len(held) < len(before)
    site.site_folder = tmp_path / "new"
    site.start_site()
    for page in pages:
        page.answer(13)
        page.expect_saved(13)
        page.hand_in()
    journal = site.journal()
    refilled = [e.body for e in journal if e.kind == "response"]
    keys = [(b["attempt"], b["instance"], b["sequence"]) for b in refilled]
    assert set(Counter(keys).values()) == {1}
    said = [encode_body(e.body) for e in before]
    assert set(said) - {encode_body(body) for body in refilled} == set()
    for page in pages:
        assert counted(journal, page.person) == page.taken.options


def test_pages_that_send_nothing_again_would_leave_the_adopted_copy_short(
    site: Premises, sit: Sit, tmp_path: Path
) -> None:
    secret = copies.make_recovery(site.site_folder)
    page = sit(site.people["live"][0])
    page.altered("ledger.js", *SENDS_NOTHING_AGAIN)
    page.enter()
    answer([page], range(1, 3), right=True, saved=2)
    copy = copies.write_copy(load_identity(site.site_folder), tmp_path)
    answer([page], range(3, 5), right=True, saved=4)
    site.kill_site()
    root = site.hq.keys.root().public.key_id
    copies.adopt(tmp_path / "new", copy, copies.read_secret(secret), root, "disk broken")
    site.site_folder = tmp_path / "new"
    site.start_site()
    page.answer(5)
    page.expect_saved(5)
    assert counted(site.journal(), page.person) != page.taken.options
