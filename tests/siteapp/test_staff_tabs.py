"""One person in two tabs is one session: the lock, the way out and a new password hold in both."""

import pytest
from room import staff_browser
from werkzeug.test import Client

from siteapp.site import Site
from siteapp.web.guard import COOKIE


@pytest.fixture
def tabs(open_site: Site) -> tuple[Client, Client]:
    """A second tab has the cookies of the first."""
    first = staff_browser(open_site, "chief")
    second = Client(first.application)
    cookie = first.get_cookie(COOKIE)
    assert cookie
    second.set_cookie(COOKIE, cookie.value)
    return first, second


def test_both_tabs_act_and_leaving_one_leaves_both(tabs: tuple[Client, Client]) -> None:
    first, second = tabs
    assert (first.get("/admin").status_code, second.get("/admin").status_code) == (200, 200)
    assert second.post("/staff/sign-out").status_code == 303
    assert first.get("/admin").status_code == 401


def test_a_tab_that_works_keeps_the_other_awake_and_a_lock_locks_both(
    open_site: Site, tabs: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tabs
    now = open_site.staff._ticks()
    for minutes in (10, 20):
        monkeypatch.setattr(open_site.staff, "_ticks", lambda m=minutes: now + m * 60)
        assert second.get("/admin").status_code == 200
    monkeypatch.setattr(open_site.staff, "_ticks", lambda: now + 36 * 60)
    assert {one.get("/admin").status_code for one in tabs} == {423}
    assert first.get("/room").status_code == 200


def test_another_person_in_the_second_tab_takes_the_place_of_the_first(
    open_site: Site, tabs: tuple[Client, Client]
) -> None:
    first, _ = tabs
    password = open_site.staff.add("other", "invigilator")
    first.post("/staff/sign-in", data={"name": "other", "password": password})
    page = first.get("/room").text
    assert "other" in page
    assert first.get("/admin").status_code == 403
