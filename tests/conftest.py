"""Fixtures that all tests share; the cast itself is in `world`."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import postgres
import practical
import pytest
import room
import world
from hypothesis import settings
from journeys.browsers import CHROMIUM, chromium
from playwright.sync_api import Browser

from siteapp.identity import load_identity
from siteapp.site import Site

# A busy machine is no fault of what is tested.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


# The dear ones, dearest first: what begins last must not be what takes longest.
DEAR = ("provisioning/test_demo", "faults/", "siteapp/test_standby", "journeys/", "headquarters/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Dear files first, for workers that take a file at a time; within a file as written."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(here).as_posix() if item.path.is_relative_to(here) else ""
        return next((n for n, dear in enumerate(DEAR) if name.startswith(dear)), len(DEAR))

    items.sort(key=place)


@pytest.fixture(scope="session")
def hq() -> world.Headquarters:
    """One headquarters for all tests: its keys do not change."""
    return world.Headquarters()


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """A running PostgreSQL; databases in it are the tests' own."""
    if why := postgres.missing():
        pytest.skip(why)
    with postgres.running() as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process: there cannot be two at once."""
    with chromium() as found:
        if found is None:
            pytest.skip(f"Chromium is not installed ({CHROMIUM}): no journey can be made")
        yield found


@pytest.fixture(scope="session")
def enrolled(hq: world.Headquarters, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an enrolled site, made once to be copied."""
    folder = tmp_path_factory.mktemp("enrolled") / "site"
    folder.mkdir()
    hq.enrol(folder)
    return folder


@pytest.fixture(scope="session")
def sealed(hq: world.Headquarters, enrolled: Path) -> world.Package:
    """A session sealed for that site, made once: stretching two codes takes half a second."""
    return world.make_package(hq, load_identity(enrolled).certificate, enrolled.parent)


@pytest.fixture
def site_folder(enrolled: Path, tmp_path: Path) -> Path:
    """The data folder of an enrolled site."""
    return shutil.copytree(enrolled, tmp_path / "site")


@pytest.fixture
def site(site_folder: Path) -> Iterator[Site]:
    """A site that is open and not yet serving."""
    found = Site(site_folder)
    yield found
    found.close()


@pytest.fixture
def package(sealed: world.Package, tmp_path: Path) -> world.Package:
    """A session sealed for `site`, five candidates, not yet received."""
    return replace(sealed, path=Path(shutil.copy(sealed.path, tmp_path)))


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


@pytest.fixture(scope="session")
def practical_opened(
    hq: world.Headquarters, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, world.Package]:
    """As `opened`, where the first paper is a practical one."""
    folder = tmp_path_factory.mktemp("practical") / "site"
    folder.mkdir()
    hq.enrol(folder)
    made = Site(folder)
    package = practical.open_practical(hq, made, folder.parent)
    made.close()
    return folder, package


@pytest.fixture
def practical_folder(practical_opened: tuple[Path, world.Package], tmp_path: Path) -> Path:
    """A copy of that folder."""
    return shutil.copytree(practical_opened[0], tmp_path / "practical-site")


@pytest.fixture
def practical_package(practical_opened: tuple[Path, world.Package]) -> world.Package:
    """The package of `practical_site`."""
    return practical_opened[1]


@pytest.fixture
def practical_site(practical_folder: Path) -> Iterator[Site]:
    """A site with an open practical sitting, not yet serving."""
    found = Site(practical_folder)
    yield found
    found.close()
