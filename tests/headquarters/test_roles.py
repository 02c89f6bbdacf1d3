"""Every route of headquarters as every role and as nobody: allowed, 403, or led to the sign-in."""

import re

import pytest
from desk_world import BY, LIVE, Clock, Desk, Page
from flask import Flask
from flask.testing import FlaskClient

from provisioning.routes import headquarters_routes
from sync.headquarters.register import staff
from sync.headquarters.register.staff import ROLES, Role
from sync.headquarters.web import guard
from sync.headquarters.web.app import create_app
from sync.headquarters.web.guard import PUBLIC, SITE

KNOWN = {"session": "morning", "code": LIVE}


@pytest.fixture
def app(published_desk: Desk, clock: Clock) -> Flask:
    """The application on a published session."""
    return create_app(published_desk.hq, clock)


def outcome(client: FlaskClient, method: str, path: str) -> str:
    """What a request without a body came to."""
    answer = client.open(path, method=method)
    assert answer.status_code < 500, (method, path, answer.text)
    if answer.status_code == 302 and answer.location.startswith("/sign-in?"):
        return "sign-in"
    text = answer.text if answer.mimetype in ("text/html", "application/json") else ""
    if answer.status_code == 403 and "需要角色" in text:
        return "role"
    if answer.status_code == 401:
        return "site" if "site-not-proven" in text else "sign-in"
    return "allowed"


def expected(method: str, path: str, roles: tuple[str, ...], role: str | None) -> str:
    """What the declared roles promise."""
    if (method, path) == ("POST", "/sign-in"):
        # It is open to all, and without a password it refuses as it must.
        return "sign-in"
    if PUBLIC in roles or role in roles:
        return "allowed"
    if SITE in roles:
        return "site"
    return "role" if role else "sign-in"


def _value(parameter: re.Match[str]) -> str:
    """Something in the place of a parameter."""
    kind, name = parameter.groups()
    return KNOWN.get(name, "1" if kind == "int" else name)


def differing(app: Flask, client: FlaskClient, role: str | None) -> list[str]:
    """Routes that are not as declared; signing out comes last, for it ends the session."""
    found = []
    for route in sorted(headquarters_routes(), key=lambda r: r.path == "/sign-out"):
        path = re.sub(r"<(?:(\w+):)?(\w+)>", _value, route.path)
        came = outcome(client, route.method, path)
        if came != expected(route.method, route.path, route.roles, role):
            found.append(f"{route.method} {route.path}: {came}")
    return found


def browser_of(desk: Desk, app: Flask, role: Role) -> FlaskClient:
    """A browser of somebody with that role alone."""
    client = app.test_client()
    Page(client, "person", staff.add_member(desk.hq, BY, "person", (role,)))
    return client


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_what_is_declared_and_nothing_else(
    published_desk: Desk, app: Flask, role: Role
) -> None:
    assert differing(app, browser_of(published_desk, app, role), role) == []


def test_nobody_may_what_is_public_and_is_led_to_the_sign_in_elsewhere(app: Flask) -> None:
    assert differing(app, app.test_client(), None) == []


def test_a_guard_that_lets_everybody_in_would_be_noticed(
    published_desk: Desk, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "may", lambda *_: True)
    found = differing(app, browser_of(published_desk, app, "auditor"), "auditor")
    assert "GET /sessions/<session>/codes: allowed" in found
    assert len(found) > 5
