"""A page that nobody uses locks: the wall stays, every act asks for the password again."""

import pytest
from deciding import AM, act, code, staff
from room import browser
from werkzeug.test import Client

from siteapp.site import Site
from siteapp.staff import Staff


class Hands:
    """The clock by which hands are idle."""

    def __init__(self) -> None:
        self.now = 0.0


@pytest.fixture
def hands(open_site: Site, monkeypatch: pytest.MonkeyPatch) -> Hands:
    """A site whose pages lock after 900 s of this clock."""
    found = Hands()
    watched = Staff(open_site.live, 10**9, 900, lambda: found.now)
    monkeypatch.setattr(open_site, "staff", watched)
    return found


@pytest.fixture
def chief(open_site: Site, hands: Hands) -> tuple[Client, str]:
    """The chief's browser and password."""
    return staff(open_site, "周主考", "chief")


def note(client: Client) -> tuple[int, dict]:
    """An act."""
    return act(client, "incident", admission="", category="other", note="x")


def test_a_page_left_alone_shows_the_wall_and_acts_only_after_the_password(
    hands: Hands, chief: tuple[Client, str]
) -> None:
    client, password = chief
    hands.now = 900
    assert note(client)[0] == 200
    hands.now += 901
    assert code(note(client)) == (423, "staff-locked")
    assert client.get(f"/api/room/{AM}").status_code == 200
    assert client.get("/room").status_code == 200
    away = client.get("/admin/audit", headers={"Accept": "text/html"})
    assert (away.status_code, away.location) == (302, "/staff/sign-in")
    assert client.post("/api/staff/here").status_code == 423
    wrong = client.post("/api/staff/unlock", json={"password": "no"})
    assert (wrong.status_code, note(client)[0]) == (403, 423)
    assert client.post("/api/staff/unlock", json={"password": password}).status_code == 200
    assert note(client)[0] == 200


def test_polls_keep_no_page_awake_and_a_hand_at_it_does(
    hands: Hands, chief: tuple[Client, str]
) -> None:
    client, _ = chief
    for _ in range(4):
        hands.now += 600
        assert client.post("/api/staff/here").status_code == 200
    assert note(client)[0] == 200
    for _ in range(2):
        hands.now += 600
        client.get(f"/api/room/{AM}?since=x")
        client.get("/api/deliveries")
    assert note(client)[0] == 423
    assert client.get("/api/deliveries").status_code == 423


def test_a_locked_page_may_sign_out_and_nobody_else_is_locked_by_it(
    open_site: Site, hands: Hands, chief: tuple[Client, str]
) -> None:
    hands.now = 5000
    other, _ = staff(open_site, "吴监考")
    assert (note(chief[0])[0], note(other)[0]) == (423, 200)
    assert chief[0].post("/staff/sign-out").status_code == 303
    assert chief[0].get(f"/api/room/{AM}").status_code == 401
    assert browser(open_site).post("/api/staff/unlock", json={"password": "x"}).status_code == 401
