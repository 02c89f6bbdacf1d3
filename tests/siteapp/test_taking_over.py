"""What a spare that takes over knows of who was heard when."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import world
from room import Page, browser
from together import AM, wait_until
from two_servers import Second, told

from siteapp.clock import Clock, boottime_ms
from siteapp.conduct.spans import Span
from siteapp.site import Site
from siteapp.store import live as lives
from siteapp.store.live import Live

AWAY_MS = 60_000


@pytest.fixture
def second(open_folder: Path, tmp_path: Path) -> Iterator[Second]:
    (tmp_path / "spare").mkdir()
    made = Second(open_folder, tmp_path / "spare")
    yield made
    made.close()


def heard_again(
    folder: Path, package: world.Package, second: Second
) -> tuple[int, list[Span], tuple[str, str]]:
    """The primary's last contact with a page, and what its spare notes when it hears it again."""
    site = Site(folder)
    site.start()
    wait_until(lambda: told(site)["state"] == "both")
    page = Page(browser(site), package.plan.candidates[0])
    page.begin()
    key = (AM, f"live/{page.candidate.admission}")
    site.live.keep_clock()
    contact, name = site.live.contacts[key], site.identity.site
    site.close()
    second.spare.close()
    later = partial(Clock, boottime=lambda: boottime_ms() + AWAY_MS)
    with closing(Live(second.spare.folder / "site.db", name, clock=later)) as taken:
        assert taken.whom(page.token)
        return contact, taken.silences.get(key, []), key


def test_a_spare_that_takes_over_knows_since_when_it_heard_nothing_of_a_seat(
    open_folder: Path, open_package: world.Package, second: Second
) -> None:
    contact, (silence,), _ = heard_again(open_folder, open_package, second)
    assert silence.from_ms == contact
    assert AWAY_MS <= silence.to_ms - silence.from_ms <= 2 * AWAY_MS


def test_without_the_contacts_on_both_disks_it_would_know_the_start_only(
    open_folder: Path,
    open_package: world.Package,
    second: Second,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nothing = "DELETE FROM contact WHERE ? = ''"
    monkeypatch.setattr(lives, "KEEP_CONTACTS", nothing)
    contact, silences, _ = heard_again(open_folder, open_package, second)
    assert [one.from_ms for one in silences] != [contact]
