"""Fixtures that all tests share; the cast itself is in `world`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from hypothesis import settings

from siteapp.site import Site

# A busy machine is no fault of what is tested.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.fixture(scope="session")
def hq() -> world.Headquarters:
    """One headquarters for all tests: its keys do not change."""
    return world.Headquarters()


@pytest.fixture
def site_folder(hq: world.Headquarters, tmp_path: Path) -> Path:
    """The data folder of an enrolled site."""
    folder = tmp_path / "site"
    folder.mkdir()
    hq.enrol(folder)
    return folder


@pytest.fixture
def site(site_folder: Path) -> Iterator[Site]:
    """A site that is open and not yet serving."""
    found = Site(site_folder)
    yield found
    found.close()


@pytest.fixture
def package(hq: world.Headquarters, site: Site, tmp_path: Path) -> world.Package:
    """A session sealed for `site`, five candidates, not yet received."""
    return world.make_package(hq, site.identity.certificate, tmp_path)
