"""The page on which officers invite a server and compare its words."""

import base64
import hashlib
import re

import pytest
from counted import statements
from desk_world import BY, Clock, Desk, Page
from enrolling import AT, Newcomer, enrolled, invited, ready
from flask.testing import FlaskClient

from sync.errors import REFUSALS, WordsDiffer
from sync.headquarters.register import staff
from sync.headquarters.store.engine import Stamp
from sync.headquarters.web import enrolments
from sync.headquarters.web.app import create_app
from sync.wire.enrolment import read_bundle
from sync.wire.six_words import six_words


@pytest.fixture
def desk(bare_desk: Desk) -> Desk:
    """Headquarters that can enrol."""
    ready(bare_desk.hq)
    return bare_desk


@pytest.fixture
def clock() -> Clock:
    """The hour of the invitations."""
    return Clock(AT)


def post(page: Page, path: str, status: int = 303, **form: object) -> str:
    answer = page.client.post(path, data=form)
    assert answer.status_code == status, answer.text
    return answer.text


def test_an_officer_makes_a_bundle_that_is_shown_once(officer: Page) -> None:
    form = {
        "site": "site-02",
        "name": "示例职业学校",
        "address": "https://hq.example/",
        "days": "7",
    }
    shown = post(officer, "/sites/invitations", 201, **form)
    found = re.search(r"base64,([A-Za-z0-9+/=]+)", shown)
    assert found
    bundle = read_bundle(base64.b64decode(found[1]))
    assert (bundle.site, bundle.address) == ("site-02", "https://hq.example")
    assert bundle.expires_at == AT + 7 * 86_400_000
    assert "<svg" in shown
    listed = officer.get("/sites")
    assert bundle.key.public.key_id in listed
    assert base64.b64encode(bundle.token).decode() not in listed


def test_words_that_wait_are_not_shown_and_those_typed_certify(desk: Desk, officer: Page) -> None:
    box = Newcomer(invited(desk.hq))
    box.comes(desk.hq)
    words = box.words().split()
    page = officer.get("/sites?lang=en")
    assert "read out the six words" in page
    assert not [word for word in words if f">{word}<" in page]
    path = re.search(r"/sites/requests/[0-9a-f]{64}/confirm", page)
    assert path
    assert WordsDiffer.hint.en in post(officer, path[0], 403, word=["abandon"] * 6)
    post(officer, path[0], word=words)
    page = officer.get("/sites?lang=en")
    assert "read out the six words" not in page
    assert [word for word in words if f">{word}<" in page] == words
    assert "enrolled" in page


def test_a_second_box_is_shown_with_its_words_and_where_it_came_from(
    desk: Desk, officer: Page
) -> None:
    first = Newcomer(invited(desk.hq))
    second = Newcomer(first.bundle)
    first.comes(desk.hq)
    with pytest.raises(REFUSALS["invitation-used"]):
        second.comes(desk.hq, origin="198.51.100.9")
    page = officer.get("/sites?lang=en")
    assert REFUSALS["invitation-used"].message.en in page
    assert "198.51.100.9" in page
    assert all(f">{word}<" in page for word in second.words().split())


def test_the_one_who_asked_for_a_replacement_sees_no_button_to_allow_it(
    desk: Desk, officer: Page
) -> None:
    enrolled(desk.hq)
    form = {"site": "site-02", "name": "x", "address": "https://hq.example"}
    assert "another exam officer" in post(officer, "/sites/invitations?lang=en", 201, **form)
    page = officer.get("/sites")
    assert "/allow" not in page
    password = staff.add_member(desk.hq, BY, "second", ("exam-officer",))
    second = Page(create_app(desk.hq, Clock(AT)).test_client(), "second", password)
    path = re.search(r"/sites/invitations/[0-9a-f]{16}/allow", second.get("/sites"))
    assert path
    post(officer, path[0], 403)
    post(second, path[0])
    assert "/allow" not in second.get("/sites")


def test_a_box_asks_the_api_and_is_answered_when_it_is_confirmed(
    desk: Desk, client: FlaskClient, officer: Page
) -> None:
    box = Newcomer(invited(desk.hq))
    answer = client.put(path_of(box), data=box.request())
    assert (answer.status_code, answer.json) == (202, {"state": "waiting"})
    found = re.search(r"/sites/requests/[0-9a-f]{64}/confirm", officer.get("/sites"))
    assert found
    post(officer, found[0], word=box.words(six_words))
    assert client.put(path_of(box), data=box.request()).status_code == 200
    second = Newcomer(box.bundle)
    refused = client.put(path_of(second), data=second.request())
    assert refused.status_code == 409
    assert refused.json and refused.json["code"] == "invitation-used"
    cut = client.put(path_of(second), data=second.request()[:-1])
    assert cut.json and cut.json["code"] == "document-altered"


def path_of(box: Newcomer) -> str:
    """Where it brings its request."""
    return f"/api/v1/enrolments/{hashlib.sha256(box.request()).hexdigest()}"


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "x" * 81}, {"address": "hq.example"}])
def test_what_no_box_could_read_is_refused_in_words(officer: Page, wrong: dict[str, str]) -> None:
    form = {"site": "site-02", "name": "学校", "address": "https://hq.example"} | wrong
    assert "[bundle-refused]" in post(officer, "/sites/invitations", 422, **form)
    assert "site-02" not in officer.get("/sites")


def test_the_page_asks_no_more_of_the_database_the_more_boxes_wait(
    desk: Desk, officer: Page
) -> None:
    asked = []
    for sites in (("a-0",), ("b-0", "b-1", "b-2", "b-3")):
        for site in sites:
            Newcomer(invited(desk.hq, site)).comes(desk.hq)
        with statements() as said:
            shown = officer.get("/sites")
        asked.append(len(said))
    assert shown.count("/confirm") == 5
    assert asked[0] == asked[1]


def test_a_box_that_waits_is_shown_however_many_invitations_came_after_its_own(
    desk: Desk, officer: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolments, "MOST_GIVEN", 2)
    earlier = Stamp("first", AT - 1)
    Newcomer(invited(desk.hq, "a-0", earlier)).comes(desk.hq)
    for n in range(3):
        invited(desk.hq, f"b-{n}")
    shown = officer.get("/sites")
    assert shown.count("/confirm") == 1
    assert len(set(re.findall("/invitations/([0-9a-f]+)/withdraw", shown))) == 3
    assert "examhq site invitations" in shown
