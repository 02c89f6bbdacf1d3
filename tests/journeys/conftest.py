"""Fixtures of the journeys: a real browser, real premises, and a watch on what the pages do."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browsers import Watch
from candidate_page import CandidatePage, Sit
from playwright.sync_api import Browser
from premises import Person, Premises


@pytest.fixture
def watch(browser: Browser) -> Iterator[Watch]:
    """Makes profiles and watches them: no journey may ask outside or fail in a script."""
    watching = Watch(browser)
    yield watching
    watching.close()
    assert watching.outside() == set()
    assert watching.script_errors == []


@pytest.fixture
def premises(tmp_path: Path, browser: Browser) -> Iterator[Premises]:
    """Headquarters and a site which is enrolled and has the session; nothing runs at the site."""
    made = Premises(tmp_path)
    yield made
    made.close()


@pytest.fixture
def premises_of_five(tmp_path: Path, browser: Browser) -> Iterator[Premises]:
    """The same with five candidates: three of one qualification, two of the other."""
    made = Premises(tmp_path, live=3, media=2)
    yield made
    made.close()


@pytest.fixture
def site(premises: Premises) -> Premises:
    """The same with the papers unlocked, the site running and both sittings open."""
    premises.furnish()
    premises.start_site()
    premises.open()
    return premises


@pytest.fixture
def sit(site: Premises, watch: Watch) -> Sit:
    """Seats a candidate at a machine of their own; not signed in yet."""

    def seated(person: Person) -> CandidatePage:
        page = watch.machine().new_page()
        return CandidatePage(page, site.address, person, site.bank(person.sitting))

    return seated
