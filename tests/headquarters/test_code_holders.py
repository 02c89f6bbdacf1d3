"""One release officer, one code: nobody at headquarters sees both."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from desk_world import NOW, Desk

from sync.headquarters.errors import OneCodeEach
from sync.headquarters.planning import publish, unlocking
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.schema import code_holders

LI, WANG = Stamp("li", NOW), Stamp("wang", NOW)


@pytest.fixture(params=["published_desk", "published_on_postgresql"], ids=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """A published session."""
    found: Desk = request.getfixturevalue(request.param)
    found.published()
    return found


def look(desk: Desk, by: Stamp, official: int) -> str | None:
    """The code, or None if this officer may not."""
    try:
        return unlocking.show_code(desk.hq, by, "morning", official)
    except OneCodeEach:
        return None


def test_an_officer_sees_one_code_as_often_as_needed_and_never_the_other(desk: Desk) -> None:
    package = publish.package_of(desk.hq, "morning").digest
    first, second = publish.read_codes(desk.hq, package)
    assert [look(desk, LI, n) for n in (1, 2, 1, 2)] == [first, None, first, None]
    assert [look(desk, WANG, n) for n in (2, 1)] == [second, None]
    assert [(h.who, h.official) for h in unlocking.holders(desk.hq, package)] == [
        ("li", 1),
        ("wang", 2),
    ]


def test_two_looks_at_once_show_one_code(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: look(desk, LI, n % 2 + 1), range(16)))
    assert len({code for code in found if code}) == 1


def test_without_the_tables_memory_an_officer_would_see_both(desk: Desk) -> None:
    first = look(desk, LI, 1)
    with desk.hq.store.writing() as db:
        db.execute(code_holders.delete())
    assert None not in (first, second := look(desk, LI, 2))
    assert first != second
