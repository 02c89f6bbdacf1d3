"""Fixtures of the site's tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from deciding import Pass
from room import Page, browser

from siteapp.site import Site


@pytest.fixture
def pass_ms(open_site: Site, monkeypatch: pytest.MonkeyPatch) -> Pass:
    """Lets the site's clock run on by so many ms."""
    now, ahead = open_site.live.clock.now, [0]
    monkeypatch.setattr(open_site.live.clock, "now", lambda: now() + ahead[0])

    def later(ms: int) -> None:
        ahead[0] += ms

    return later


@pytest.fixture
def pages(open_site: Site, open_package: world.Package) -> list[Page]:
    """Two candidates of one sitting who are writing."""
    found = [Page(browser(open_site), one) for one in open_package.plan.candidates[:2]]
    for page in found:
        page.begin()
    return found


@pytest.fixture(scope="session")
def unlocked_folder(
    enrolled: Path, sealed: world.Package, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The data folder of a site whose session could be opened now, made once to be copied."""
    folder = shutil.copytree(enrolled, tmp_path_factory.mktemp("unlocked") / "site")
    made = Site(folder)
    made.shelf.receive(sealed.path)
    made.shelf.unlock(made.live.session(sealed.plan.id), sealed.codes)
    made.close()
    return folder


@pytest.fixture
def unlocked(unlocked_folder: Path, tmp_path: Path) -> Iterator[Site]:
    """A session that could be opened now: five seats."""
    found = Site(shutil.copytree(unlocked_folder, tmp_path / "unlocked-site"))
    yield found
    found.close()
