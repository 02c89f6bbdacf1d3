"""Fixtures of the site's tests."""

import pytest
import world
from deciding import Pass
from room import Page, browser

from siteapp.site import Site


@pytest.fixture
def pass_ms(open_site: Site, monkeypatch: pytest.MonkeyPatch) -> Pass:
    """Lets the site's clock run on by so many ms."""
    now, ahead = open_site.live.clock.now, [0]
    monkeypatch.setattr(open_site.live.clock, "now", lambda: now() + ahead[0])

    def later(ms: int) -> None:
        ahead[0] += ms

    return later


@pytest.fixture
def pages(open_site: Site, open_package: world.Package) -> list[Page]:
    """Two candidates of one sitting who are writing."""
    found = [Page(browser(open_site), one) for one in open_package.plan.candidates[:2]]
    for page in found:
        page.begin()
    return found
