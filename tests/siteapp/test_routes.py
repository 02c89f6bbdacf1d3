"""Every route declares who may use it, and nobody else may."""

from collections.abc import Iterator

import pytest
from flask import Flask
from room import browser
from werkzeug.test import Client

from siteapp.site import Site
from siteapp.web.app import create_flask
from siteapp.web.guard import ROLE_ATTRIBUTE, ROOM

PEOPLE = ("nobody", "invigilator", "chief", "administrator")


def undeclared(app: Flask) -> list[str]:
    views = app.view_functions
    return [
        r.rule for r in app.url_map.iter_rules() if not hasattr(views[r.endpoint], ROLE_ATTRIBUTE)
    ]


def test_every_route_declares_its_role(site: Site) -> None:
    assert undeclared(create_flask(site)) == []


def test_a_route_without_a_role_would_be_found(site: Site) -> None:
    app = create_flask(site)
    app.add_url_rule("/forgotten", view_func=lambda: "")
    assert undeclared(app) == ["/forgotten"]


def calls(app: Flask) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for rule in app.url_map.iter_rules():
        roles = getattr(app.view_functions[rule.endpoint], ROLE_ATTRIBUTE)
        if ROOM in roles or rule.endpoint == "staff.sign_out":
            continue
        address = rule.rule.replace("<session_id>", "am-1121")
        for method in sorted(rule.methods & {"GET", "POST"}):
            yield method, address, roles


def as_person(site: Site, person: str) -> Client:
    client = browser(site)
    if person != "nobody":
        password = site.staff.add(person, person)
        client.post("/staff/sign-in", data={"name": person, "password": password})
    return client


@pytest.mark.parametrize("person", PEOPLE)
def test_only_the_declared_roles_are_let_in(site: Site, person: str) -> None:
    client = as_person(site, person)
    tried = 0
    for method, address, roles in calls(create_flask(site)):
        status = client.open(address, method=method).status_code
        admitted = status not in (401, 403)
        assert admitted == (person in roles), (person, method, address, status)
        tried += 1
    assert tried > 25


def test_a_request_from_another_sites_page_changes_nothing(site: Site) -> None:
    client = as_person(site, "administrator")
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = client.post("/admin/users", data={"name": "x", "role": "chief"}, headers=headers)
        assert answer.status_code == 403
    assert [m.name for m in site.staff.members()] == ["administrator"]
    same = client.post(
        "/admin/users",
        data={"name": "x", "role": "chief"},
        headers={"Origin": "http://localhost"},
    )
    assert same.status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/staff/sign-in", "/nowhere", "/api/room/x", "/look/base.css"]
)
def test_every_answer_carries_the_safe_headers(site: Site, address: str) -> None:
    with browser(site).get(address) as answer:
        headers = answer.headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_script_in_a_name_is_shown_as_text(site: Site) -> None:
    client = as_person(site, "administrator")
    name = "<script>alert(1)</script>"
    page = client.post("/admin/users", data={"name": name, "role": "chief"}).text
    assert name not in page
    assert "&lt;script&gt;" in page


def test_the_staff_cookie_is_out_of_reach_of_scripts_and_of_the_database(site: Site) -> None:
    client = browser(site)
    password = site.staff.add("chief", "chief")
    answer = client.post("/staff/sign-in", data={"name": "chief", "password": password})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    token = cookie.split("=", 1)[1].split(";")[0]
    site.live.database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = (site.folder / "site.db").read_bytes()
    assert token.encode() not in stored
    assert password.encode() not in stored
