"""Pages of the former server ask its successor: with their token only, and only there."""

import pytest
import world
from room import Page, browser
from werkzeug.test import TestResponse

from siteapp.site import Site
from siteapp.standby.promotion import keep_promotion, make_promotion

FORMER = {"Origin": "http://former:8500", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def successor(open_site: Site) -> Site:
    """A site that took over from another one."""
    made = make_promotion(open_site.live, open_site.identity, ("a", "b"), "dead", "http://b")
    keep_promotion(open_site.standby.pair, open_site.identity, made)
    open_site.standby.promotion = made
    return open_site


def signed_in(site: Site, package: world.Package) -> Page:
    page = Page(browser(site), package.plan.candidates[0])
    page.begin()
    return page


def flag(page: Page, **headers: str) -> TestResponse:
    bearer = {"Authorization": f"Bearer {page.token}"} if page.token else {}
    body = {"item": page.items[0]["ref"], "flagged": True}
    path = "/api/candidate/flag"
    return page.client.post(path, json=body, headers=FORMER | bearer | headers)


def test_a_page_of_the_former_server_goes_on_with_its_token(
    successor: Site, open_package: world.Package
) -> None:
    page = signed_in(successor, open_package)
    asked = page.client.options("/api/candidate/flag", headers=FORMER)
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")
    answer = flag(page)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_first_server_answers_no_other_origin(
    open_site: Site, open_package: world.Package
) -> None:
    answer = flag(signed_in(open_site, open_package))
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "cross-origin")
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/candidate/sign-in"), ("POST", "/staff/sign-in"), ("POST", "/api/room/x/open")],
)
def test_nothing_else_is_open_to_another_origin(successor: Site, method: str, path: str) -> None:
    answer = browser(successor).open(path, method=method, json={}, headers=FORMER)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_page_may_ask_the_spare_and_nobody_else(open_site: Site) -> None:
    def connect() -> list[str]:
        policy = browser(open_site).get("/").headers["Content-Security-Policy"]
        return [part.strip() for part in policy.split(";") if "connect-src" in part]

    assert connect() == []
    open_site.standby._leader = type("Leader", (), {"address": "http://spare:8500"})()
    assert connect() == ["connect-src 'self' http://spare:8500"]
    open_site.standby._leader = None
