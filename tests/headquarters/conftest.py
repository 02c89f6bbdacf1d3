"""Fixtures of headquarters' tests; the cast is in `desk_world`."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from desk_world import BY, NOW, Box, Clock, Desk, Page
from flask.testing import FlaskClient

from sync.headquarters import sites, staff
from sync.headquarters.app import create_app
from sync.headquarters.folder import Headquarters, create_headquarters


@pytest.fixture
def desk(bare_desk: Desk) -> Desk:
    """Headquarters with the site `site-01` registered; a module may take `published_desk`."""
    return bare_desk


@pytest.fixture
def bare_desk(tmp_path: Path) -> Iterator[Desk]:
    """Headquarters with the site `site-01` registered."""
    headquarters = create_headquarters(tmp_path / "hq")
    box = Box()
    sites.register(headquarters, BY, request=box.request(), site="site-01", name="示例考点")
    yield Desk(headquarters, box, tmp_path)
    headquarters.close()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Headquarters, closed, with the session published: made once to be copied."""
    folder = tmp_path_factory.mktemp("published")
    made = Desk(create_headquarters(folder / "hq"), Box(), folder)
    sites.register(made.hq, BY, request=made.box.request(), site="site-01", name="示例考点")
    made.published()
    made.hq.close()
    return made


@pytest.fixture
def published_desk(published: Desk, tmp_path: Path) -> Iterator[Desk]:
    """As `desk`, where `published()` has been done already."""
    shutil.copytree(published.hq.folder, tmp_path / "hq")
    headquarters = Headquarters(tmp_path / "hq")
    yield Desk(headquarters, published.box, tmp_path, dict(published.forms), ready=True)
    headquarters.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that the test sets."""
    return Clock(NOW)


@pytest.fixture
def client(desk: Desk, clock: Clock) -> FlaskClient:
    """A client of the application; nobody is signed in."""
    return create_app(desk.hq, clock).test_client()


@pytest.fixture
def officer(desk: Desk, client: FlaskClient) -> Page:
    """A browser in which someone with all roles is signed in."""
    password = staff.add_member(desk.hq, BY, "officer", staff.ROLES)
    return Page(client, "officer", password)
