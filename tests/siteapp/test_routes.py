"""Every route declares who may use it, and nobody else may; every answer is a careful one."""

from collections.abc import Iterator

import pytest
import world
from flask import Flask
from room import Page, browser, staff_browser
from together import AM, at_once, busy_writer, wait_until
from werkzeug.routing import Rule
from werkzeug.test import Client, TestResponse

from siteapp.site import Site
from siteapp.web.answers import PATH
from siteapp.web.app import create_flask
from siteapp.web.guard import CANDIDATE, ROLE_ATTRIBUTE, ROOM
from siteapp.web.headers import HEADERS, PAPER_POLICY
from sync.printing import pdf as printing

PEOPLE = ("nobody", "candidate", "invigilator", "chief", "administrator")


@pytest.fixture(autouse=True)
def drawn_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here it is asked who gets a PDF; what is in it, in tests/printing and test_forms."""
    monkeypatch.setattr(printing, "_made", lambda html: b"%PDF-")


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


@pytest.mark.parametrize(
    ("said", "sent"),
    [({"题": ("直播", None)}, '{"题":["直播",null]}'), ("\ud800", '"\\ud800"')],
)
def test_pages_are_answered_in_utf_8_and_nothing_that_it_cannot_say_is_lost(
    site: Site, said: object, sent: str
) -> None:
    assert create_flask(site).json.dumps(said) == sent


def address_of(rule: Rule) -> str:
    return (
        rule.rule.replace("<session_id>", AM)
        .replace("<path:", "<")
        .replace("<", "")
        .replace(">", "")
    )


def calls(app: Flask) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Method, address and declared roles; signing out comes last, for it ends the session."""
    rules = sorted(app.url_map.iter_rules(), key=lambda r: r.endpoint == "staff.sign_out")
    for rule in rules:
        roles = getattr(app.view_functions[rule.endpoint], ROLE_ATTRIBUTE)
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield method, address_of(rule), roles


class Person:
    """A browser with whatever this kind of person can show."""

    def __init__(self, site: Site, kind: str, package: world.Package) -> None:
        self.headers: dict[str, str] = {}
        self.client = browser(site)
        if kind == "candidate":
            page = Page(self.client, package.plan.candidates[0])
            page.begin()
            self.headers = {"Authorization": f"Bearer {page.token}"}
        elif kind != "nobody":
            self.client = staff_browser(site, kind)

    def ask(self, method: str, address: str, **headers: str) -> TestResponse:
        return self.client.open(address, method=method, headers=self.headers | headers)


@pytest.mark.parametrize("kind", PEOPLE)
def test_only_the_declared_roles_are_let_in(open_site: Site, open_package, kind: str) -> None:
    person = Person(open_site, kind, open_package)
    asked = [*calls(create_flask(open_site)), ("POST", PATH, (CANDIDATE,))]
    for method, address, roles in asked:
        with person.ask(method, address) as answer:
            status, code = answer.status_code, (answer.json or {}).get("error", {}).get("code")
        if kind in roles or ROOM in roles:
            assert code not in ("sign-in-needed", "role-needed"), (kind, method, address)
            assert status not in (401, 405, 500), (kind, method, address)
        else:
            known_staff = kind in PEOPLE[2:] and CANDIDATE not in roles
            refused = (403, "role-needed") if known_staff else (401, "sign-in-needed")
            assert (status, code) == refused, (kind, method, address)
    assert len(asked) > 35


def test_a_person_without_a_sign_in_is_led_to_it(open_site: Site, open_package) -> None:
    nobody = Person(open_site, "nobody", open_package)
    helper = Person(open_site, "invigilator", open_package)
    for method, address, roles in calls(create_flask(open_site)):
        if ROOM in roles or address.startswith("/api/"):
            continue
        page = nobody.ask(method, address, Accept="text/html")
        assert (page.status_code, page.headers["Location"]) == (302, "/staff/sign-in"), address
        if "invigilator" not in roles:
            page = helper.ask(method, address, Accept="text/html")
            assert (page.status_code, "需要的身份" in page.text) == (403, True), address


FOREIGN = (
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:81"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
)


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
def test_no_page_of_another_site_changes_anything(
    open_site: Site, open_package, foreign: dict[str, str]
) -> None:
    people = [Person(open_site, kind, open_package) for kind in ("candidate", "chief")]
    before = open_site.live.session(AM).next_seq, len(open_site.staff.log())
    tried = 0
    for method, address, _ in calls(create_flask(open_site)):
        for person in people if method != "GET" else []:
            answer = person.ask(method, address, **foreign)
            assert (answer.status_code, answer.json["error"]["code"]) == (403, "cross-origin")
            tried += 1
    assert tried > 30
    assert (open_site.live.session(AM).next_seq, len(open_site.staff.log())) == before


@pytest.mark.parametrize("own", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}])
def test_our_own_pages_may(open_site: Site, own: dict[str, str]) -> None:
    client = staff_browser(open_site, "administrator")
    answer = client.post("/admin/users", data={"name": "x", "role": "chief"}, headers=own)
    assert answer.status_code == 200


def test_saves_need_a_token_that_no_other_site_can_send(open_site: Site, open_package) -> None:
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.begin()
    chief = staff_browser(open_site, "chief")
    assert chief.post(PATH, json={}).status_code == 401
    preflight = chief.options(PATH, headers={"Origin": "http://evil.example"})
    assert not [name for name, _ in preflight.headers if name.startswith("Access-Control")]


def careful(answer: TestResponse) -> bool:
    """All the safe headers; files of our own may be cached."""
    missing = [name for name in HEADERS if name not in answer.headers]
    policies = HEADERS["Content-Security-Policy"], PAPER_POLICY
    return not missing and answer.headers["Content-Security-Policy"] in policies


def test_every_answer_of_every_route_carries_the_safe_headers(
    open_site: Site, open_package
) -> None:
    people = [Person(open_site, kind, open_package) for kind in ("nobody", "candidate", "chief")]
    for method, address, _ in [*calls(create_flask(open_site)), ("GET", "/nowhere", ())]:
        for person in people:
            for accept in ("text/html", "application/json"):
                with person.ask(method, address, Accept=accept) as answer:
                    assert careful(answer), (method, address)
    with people[0].ask("GET", "/look/base.css") as answer:
        assert (answer.status_code, careful(answer)) == (200, True)
    assert people[0].ask("GET", "/static/../guard.py").status_code == 404
    assert people[0].ask("GET", "/look/..%2fwords.py").status_code == 404


def test_every_answer_of_the_answer_path_carries_the_safe_headers(
    open_site: Site, open_package, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(open_site, "candidate", open_package)
    nobody = Person(open_site, "nobody", open_package)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    good = {"instance": "abc123", "saves": []}
    answers = [person.client.post(PATH, json=good, headers=person.headers)]
    answers += [nobody.ask("POST", PATH), person.ask("POST", PATH)]
    monkeypatch.setattr(open_site.live, "act", fail)
    answers.append(person.client.post(PATH, json=good, headers=person.headers))
    assert [a.status_code for a in answers] == [200, 401, 422, 500]
    assert all(careful(a) for a in answers)
    assert answers[-1].json["error"]["code"] == "server-fault"


def test_the_staff_cookie_is_not_in_the_database(site: Site) -> None:
    client = staff_browser(site, "chief")
    token = client.get_cookie("examsite-staff").value
    site.live.database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = (site.folder / "site.db").read_bytes()
    assert b"staff_session" in stored
    assert token.encode() not in stored


def test_the_wall_answers_while_the_disk_is_slow(open_site: Site, open_package) -> None:
    chief = Person(open_site, "chief", open_package)
    with busy_writer(open_site):
        assert chief.ask("GET", f"/api/room/{AM}").status_code == 200
        assert Client(create_flask(open_site)).get("/health").json["ok"]
        # Nothing of it came because the writer was done.
        assert open_site.live.writer._unanswered


def test_a_candidate_is_told_nothing_that_the_disk_has_not_yet(open_site, open_package) -> None:
    person = Person(open_site, "candidate", open_package)
    answers: list[int] = []
    with busy_writer(open_site):
        asking, _ = at_once(
            [lambda: answers.append(person.ask("GET", "/api/candidate/state").status_code)]
        )
        wait_until(lambda: open_site.live.writer._waiting.qsize() == 1)
        assert answers == []
    asking[0].join()
    assert answers == [200]
