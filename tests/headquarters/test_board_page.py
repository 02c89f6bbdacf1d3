"""The board in a browser: drawn, brought up to date by itself, filtered."""

import itertools
import threading
from collections.abc import Iterator

import pytest
from desk_world import BY, NOW, Desk
from journeys.browsers import SCREEN
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from sync.headquarters.register import staff
from sync.headquarters.serve import work_once
from sync.headquarters.web import board_pages
from sync.headquarters.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture
def page(published_desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A browser in which an officer looks at the board."""
    monkeypatch.setattr(board_pages, "POLL_MS", 100)
    password = staff.add_member(published_desk.hq, BY, "officer", staff.ROLES)
    # The clock goes on with every question, so that every poll looks at the database.
    seconds = itertools.count(NOW, 5_000)
    app = create_app(published_desk.hq, lambda: next(seconds))
    server = make_server("127.0.0.1", 0, app)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        found = browser.new_page(viewport=SCREEN, base_url=f"http://127.0.0.1:{server.port}")
        found.goto("/sign-in?next=/board")
        found.fill("[name=name]", "officer")
        found.fill("[name=password]", password)
        found.click("main button")
        yield found
        found.close()
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_the_board_draws_a_session_and_follows_it(published_desk: Desk, page: Page) -> None:
    tile = page.locator(".tile")
    expect(tile).to_contain_text("示例考点")
    expect(tile).to_contain_text("0 / 0 / 4")
    story = published_desk.published()
    attempt = story.start("99530051001")
    story.hand_in(attempt)
    published_desk.deliver(story, final=False)
    work_once(published_desk.hq)
    expect(tile).to_contain_text("1 / 1 / 4")
    expect(page.locator('[data-phase="running"] .number')).to_have_text("1")
    page.click('[data-phase="draft"]')
    expect(tile).to_have_count(0)
    page.click('[data-phase="draft"]')
    page.fill("#find", "SITE-01")
    expect(tile).to_have_count(1)
    page.fill("#find", "elsewhere")
    expect(page.locator("#none")).to_be_visible()
