"""Fixtures of headquarters' tests; the cast is in `desk_world`."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import approving
import msgspec
import postgres
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from desk_world import BY, NOW, Box, Clock, Desk, Page
from flask.testing import FlaskClient
from msgspec import structs

from sync.headquarters.register import sites, staff
from sync.headquarters.store.folder import (
    SETTINGS,
    Headquarters,
    create_headquarters,
    read_settings,
)
from sync.headquarters.web.app import create_app


@pytest.fixture
def desk(bare_desk: Desk) -> Desk:
    """Headquarters with the site `site-01` registered; a module may take `published_desk`."""
    return bare_desk


@pytest.fixture
def bare_desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """As `desk`; a parameter `postgresql` gives it one."""
    database = None
    if getattr(request, "param", "sqlite") == "postgresql":
        database = request.getfixturevalue("cluster").database()
    headquarters = create_headquarters(tmp_path / "hq", database=database)
    box = Box()
    sites.register(headquarters, BY, request=box.request(), site="site-01", name="示例考点")
    approving.everything(headquarters, BY)
    yield Desk(headquarters, box, tmp_path)
    headquarters.close()


def _publish(folder: Path, database: str | None = None) -> Desk:
    """Headquarters, closed, with the session published."""
    made = Desk(create_headquarters(folder / "hq", database=database), Box(), folder)
    sites.register(made.hq, BY, request=made.box.request(), site="site-01", name="示例考点")
    approving.everything(made.hq, BY)
    made.published()
    made.hq.close()
    return made


def _copy(made: Desk, folder: Path, **settings: str) -> Desk:
    shutil.copytree(made.hq.folder, folder / "hq")
    changed = structs.replace(read_settings(folder / "hq"), **settings)
    (folder / "hq" / SETTINGS).write_bytes(msgspec.json.encode(changed))
    return Desk(Headquarters(folder / "hq"), made.box, folder, dict(made.forms), ready=True)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Made once to be copied."""
    return _publish(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def published_database(
    cluster: postgres.Cluster, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, str]:
    """As `published`, on PostgreSQL; with the name of its database."""
    address = cluster.database()
    made = _publish(tmp_path_factory.mktemp("published"), address)
    return made, urlsplit(address).path[1:]


@pytest.fixture
def published_desk(published: Desk, tmp_path: Path) -> Iterator[Desk]:
    """As `desk`, where `published()` has been done already."""
    made = _copy(published, tmp_path)
    yield made
    made.hq.close()


@pytest.fixture
def published_on_postgresql(
    published_database: tuple[Desk, str], cluster: postgres.Cluster, tmp_path: Path
) -> Iterator[Desk]:
    """As `published_desk`, on PostgreSQL."""
    made, name = published_database
    made = _copy(made, tmp_path, database=cluster.database(template=name))
    yield made
    made.hq.close()


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
