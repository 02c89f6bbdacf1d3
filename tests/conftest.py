"""Fixtures that all tests share; the cast itself is in `world`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
import room
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


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """A running PostgreSQL; databases in it are the tests' own."""
    if why := postgres.missing():
        pytest.skip(why)
    found = postgres.Cluster()
    try:
        yield found.create()
    finally:
        found.remove()


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


@pytest.fixture(scope="session")
def opened(
    hq: world.Headquarters, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, world.Package]:
    """The data folder of a site whose room is open, made once to be copied, and its package."""
    folder = tmp_path_factory.mktemp("opened") / "site"
    folder.mkdir()
    package = world.make_package(hq, hq.enrol(folder), folder.parent)
    made = Site(folder)
    room.open_room(made, package)
    made.close()
    return folder, package


@pytest.fixture
def open_folder(opened: tuple[Path, world.Package], tmp_path: Path) -> Path:
    """A copy of that folder."""
    return shutil.copytree(opened[0], tmp_path / "open-site")


@pytest.fixture
def open_package(opened: tuple[Path, world.Package]) -> world.Package:
    """The package of `open_site`."""
    return opened[1]


@pytest.fixture
def open_site(open_folder: Path) -> Iterator[Site]:
    """A site with both sittings open, not yet serving; much quicker than to open one anew."""
    found = Site(open_folder)
    yield found
    found.close()
