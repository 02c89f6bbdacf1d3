"""One suite for both ways to headquarters; the cast is in `delivery_world`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import delivery_world as world


@pytest.fixture
def headquarters(tmp_path: Path) -> world.Headquarters:
    folder = tmp_path / "headquarters"
    folder.mkdir()
    return world.Headquarters(folder)


@pytest.fixture
def http(headquarters: world.Headquarters) -> Iterator[world.HttpLine]:
    line = world.HttpLine(headquarters)
    yield line
    line.transport.close()
    line.close()


@pytest.fixture
def stick(headquarters: world.Headquarters) -> world.StickLine:
    return world.StickLine(headquarters)


@pytest.fixture(params=["http", "stick"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> world.Room:
    """A site at the end of a line, and the same site at the end of a stick."""
    return world.Room.at(request.getfixturevalue(request.param), tmp_path / "spool")


@pytest.fixture
def online(http: world.HttpLine, tmp_path: Path) -> world.Room:
    return world.Room.at(http, tmp_path / "spool")


@pytest.fixture
def offline(stick: world.StickLine, tmp_path: Path) -> world.Room:
    return world.Room.at(stick, tmp_path / "spool")
