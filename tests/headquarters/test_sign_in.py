"""Signing in while somebody else types wrong passwords; requests that no page would make."""

import httpx
import pytest
from desk_world import BY, NOW, Desk, Page
from headquarters_served import served

from sync.headquarters.errors import SignInRefused, TooManyTries
from sync.headquarters.register import staff
from sync.headquarters.web.app import create_app

DESK, ELSEWHERE = "10.0.0.5", "203.0.113.9"


def guess(desk: Desk, address: str, times: int = 6) -> None:
    """Wrong passwords until one must wait."""
    with pytest.raises(TooManyTries):
        for _ in range(times):
            with pytest.raises(SignInRefused):
                staff.prove(desk.hq, "li", "guess", address, NOW)


def test_who_guesses_elsewhere_keeps_no_officer_out_of_the_usual_desk(bare_desk: Desk) -> None:
    desk = bare_desk
    password = staff.add_member(desk.hq, BY, "li", ("release-officer",))
    staff.prove(desk.hq, "li", password, DESK, NOW)
    guess(desk, ELSEWHERE)
    assert staff.prove(desk.hq, "li", password, DESK, NOW).name == "li"
    # The control: from a place where nobody has signed in before the account waits.
    with pytest.raises(TooManyTries):
        staff.prove(desk.hq, "li", password, "10.0.0.6", NOW)


def test_at_the_usual_desk_wrong_passwords_wait_too(bare_desk: Desk) -> None:
    desk = bare_desk
    password = staff.add_member(desk.hq, BY, "li", ("release-officer",))
    staff.prove(desk.hq, "li", password, DESK, NOW)
    guess(desk, DESK)
    with pytest.raises(TooManyTries):
        staff.prove(desk.hq, "li", password, DESK, NOW)
    renewed = staff.reset_password(desk.hq, BY, "li")
    later = NOW + staff.MAX_WAIT_MS
    assert staff.prove(desk.hq, "li", renewed, DESK, later).name == "li"


@pytest.mark.parametrize("front", ["127.0.0.1", ""], ids=["behind a front", "control"])
def test_behind_a_front_one_machine_is_not_all_machines(bare_desk: Desk, front: str) -> None:
    password = staff.add_member(bare_desk.hq, BY, "li", ("release-officer",))
    right = {"name": "li", "password": password}
    with served(bare_desk.hq, front=front) as address, httpx.Client(base_url=address) as line:

        def post(machine: str, said: dict[str, str]) -> int:
            headers = {"X-Forwarded-For": machine, "X-Forwarded-Proto": "https"}
            return line.post("/sign-in", data=said, headers=headers).status_code

        while post(ELSEWHERE, {"name": "nobody", "password": "guess"}) != 429:
            pass
        assert post(DESK, right) == (303 if front else 429)


@pytest.mark.parametrize("bare_desk", ["sqlite", "postgresql"], indirect=True)
def test_what_no_page_would_send_is_refused_and_no_fault(bare_desk: Desk) -> None:
    client = create_app(bare_desk.hq, lambda: NOW).test_client()
    password = staff.add_member(bare_desk.hq, BY, "li", staff.ROLES)
    page = Page(client, "li", password)
    big = "9" * 30
    for asked in (f"/applications/{big}", "/results?name=%00", "/sites/%00"):
        assert page.client.get(asked).status_code in (200, 400, 404), asked
    numbers = {"site": "s", "rooms": "9" * 5000}
    assert page.client.post("/applications", data=numbers).status_code == 422
