"""Fixtures of headquarters' tests; the cast is in `desk_world`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from desk_world import BY, NOW, Box, Clock, Desk, Page
from flask.testing import FlaskClient

from sync.headquarters import sites, staff
from sync.headquarters.app import create_app
from sync.headquarters.folder import create_headquarters


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Headquarters with the site `site-01` registered; a parameter `postgresql` gives it one."""
    database = None
    if getattr(request, "param", "sqlite") == "postgresql":
        database = request.getfixturevalue("cluster").database()
    headquarters = create_headquarters(tmp_path / "hq", database=database)
    box = Box()
    sites.register(headquarters, BY, request=box.request(), site="site-01", name="示例考点")
    yield Desk(headquarters, box, tmp_path)
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
