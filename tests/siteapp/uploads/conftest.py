"""Every test here begins in an open practical sitting."""

from pathlib import Path

import pytest
import world
from practical import Uploader
from room import browser

from siteapp.site import Site


@pytest.fixture
def site_folder(practical_folder: Path) -> Path:
    """The folder of `site`; where a test starts a server of its own, of that."""
    return practical_folder


@pytest.fixture
def pages(site: Site, practical_package: world.Package) -> list[Uploader]:
    """Two candidates who write."""
    found = [Uploader(browser(site), one) for one in practical_package.plan.candidates[:2]]
    for page in found:
        page.begin()
    return found


@pytest.fixture
def page(pages: list[Uploader]) -> Uploader:
    """The first of them."""
    return pages[0]
