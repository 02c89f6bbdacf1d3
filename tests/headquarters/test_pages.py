"""The staff's pages: who may see what, in both languages, and nothing from outside."""

import re

import pytest
from desk_world import BY, NOW, Clock, Desk, Page
from flask import Flask
from flask.testing import FlaskClient
from readied import said_report
from routes import ROUTES

from sync.headquarters.content.bank_keeping import keep
from sync.headquarters.content.drafts import Draft, Found, Place
from sync.headquarters.errors import UnknownSender
from sync.headquarters.intake import archive, edge
from sync.headquarters.intake.readiness import keep_report
from sync.headquarters.planning.publish import package_of, read_codes
from sync.headquarters.register import staff
from sync.headquarters.register.staff import ROLES, Role
from sync.headquarters.serve import work_once
from sync.headquarters.store.body import Body
from sync.headquarters.web.app import create_app
from sync.headquarters.web.guard import ATTRIBUTE, COOKIE, PUBLIC, SITE
from sync.wire.documents import sign


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


@pytest.fixture
def app(desk: Desk, clock: Clock) -> Flask:
    """The application."""
    return create_app(desk.hq, clock)


def sat(desk: Desk) -> None:
    """A session with results, one refused file."""
    said = said_report("site-01", "morning", at=NOW)
    keep_report(desk.hq, sign(said, desk.box.sign), "site-01", NOW)
    story = desk.published()
    attempt = story.start("99530051001")
    story.answer_right(attempt, 65)
    story.hand_in(attempt)
    story.close(handed_in=1)
    desk.deliver(story)
    digest, data = desk.batch(story.events, site="nobody")
    with pytest.raises(UnknownSender):
        edge.accept_bytes(desk.hq, data, digest, NOW)
    work_once(desk.hq)
    shown = Draft("pic", "text", '<img src="media/p.png" alt="x"/>', media=("media/p.png",))
    files = {"media/p.png": b"\x89PNG\r\n"}
    keep(desk.hq, BY, Found(((shown, Place("p.zip")),), (), files), "p.zip", "530051-junior")


NO_PAGES = (".png", ".zip", "/statement", ".xlsx", "/rows", "/file", "/form")
# A script is one assessor's own: whoever else asks is refused; see test_assessing_pages. And of
# what was not released nothing is made; see test_released_pages.
OWN = (
    "/scripts/",
    "/reviews/",
    *(f"/sessions/morning/{name}" for name in ("transcripts", "platform", "qti-")),
)


def filled(desk: Desk, path: str) -> str:
    """The address of a route, about what is there."""
    things = {"session": "morning", "code": "530051-junior", "day": "2026-12-05"}
    things |= {"site": "site-01", "int:number": "1", "path:item": "pic", "name": "p.png"}
    refused = [one.digest for one in archive.list_quarantine(desk.hq)] or ["0" * 64]
    for name, value in (things | {"digest": refused[0]}).items():
        path = path.replace(f"<{name}>", value)
    return path


def signed_in(desk: Desk, app: Flask, *roles: Role) -> Page:
    """A browser of someone with these roles."""
    name = roles[0]
    return Page(app.test_client(), name, staff.add_member(desk.hq, BY, name, roles))


def test_every_route_has_a_role_and_is_listed_here(app: Flask) -> None:
    found = {
        f"{method} {rule.rule}": set(getattr(app.view_functions[rule.endpoint], ATTRIBUTE, ()))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == ROUTES


def test_a_route_without_a_role_is_closed(desk: Desk, app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    page = signed_in(desk, app, *ROLES)
    assert "secret" not in page.get("/forgotten", 403)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_pages_and_no_other(desk: Desk, app: Flask, role: Role) -> None:
    sat(desk)
    page = signed_in(desk, app, role)
    for route, roles in ROUTES.items():
        method, path = route.split()
        if method == "GET" and not roles & {PUBLIC, SITE}:
            path = filled(desk, path)
            answer = page.client.get(path)
            seen = 409 if path.startswith(OWN) else 200
            assert answer.status_code == (seen if role in roles else 403), path
            answer.close()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_its_own_and_nothing_else(desk: Desk, app: Flask, role: Role) -> None:
    page = signed_in(desk, app, role)
    for route, roles in ROUTES.items():
        method, path = route.split()
        if method == "POST" and not roles & {PUBLIC, SITE} and path != "/sign-out":
            answer = page.client.post(filled(desk, path))
            assert (answer.status_code == 403) == (role not in roles), path


def test_a_marker_is_told_what_there_is_to_mark_and_sees_no_register(
    desk: Desk, app: Flask
) -> None:
    page = signed_in(desk, app, "marker")
    home = page.get("/")
    assert "评卷" in home
    assert "示例考点" not in home
    assert "/sites" not in home


def test_without_sign_in_every_page_leads_to_the_sign_in(client: FlaskClient) -> None:
    for path in ("/", "/sites", "/sessions/x", "/sessions/x/codes", "/bank/x", "/audit"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in?next=")
    assert client.post("/sign-out").status_code == 401


def test_the_cookie_cannot_be_read_or_sent_from_elsewhere(desk: Desk, client: FlaskClient) -> None:
    password = staff.add_member(desk.hq, BY, "officer", ROLES)
    answer = client.post("/sign-in", data={"name": "officer", "password": password})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    token = cookie.split("=")[1].split(";")[0]
    database = b"".join(f.read_bytes() for f in desk.hq.folder.glob("hq.db*"))
    assert token.encode() not in database


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_sign_in_never_leads_to_another_host(desk: Desk, client: FlaskClient, target: str) -> None:
    password = staff.add_member(desk.hq, BY, "officer", ROLES)
    data = {"name": "officer", "password": password, "next": target}
    assert client.post("/sign-in", data=data).location == "/"


def test_signing_out_ends_the_session_on_the_server(officer: Page, client: FlaskClient) -> None:
    token = client.get_cookie(COOKIE)
    assert token is not None
    assert client.post("/sign-out").status_code == 303
    client.set_cookie(COOKIE, token.value)
    assert client.get("/").status_code == 302


def test_a_session_ends_by_itself(officer: Page, clock: Clock) -> None:
    officer.get("/")
    clock.now += staff.SESSION_MS
    officer.get("/", 302)


def test_after_five_wrong_tries_the_wait_grows_and_the_right_password_waits_too(
    desk: Desk, client: FlaskClient, clock: Clock
) -> None:
    password = staff.add_member(desk.hq, BY, "officer", ROLES)

    def attempt(text: str) -> int:
        return client.post("/sign-in", data={"name": "officer", "password": text}).status_code

    assert [attempt("wrong") for _ in range(6)] == [401] * 5 + [429]
    assert attempt(password) == 429
    clock.now += 2_000
    assert attempt("wrong") == 401
    clock.now += 2_000
    assert attempt("wrong") == 429
    clock.now += 2_000
    assert attempt(password) == 303
    assert attempt("wrong") == 401


def test_one_address_cannot_try_account_after_account(client: FlaskClient) -> None:
    answers = [
        client.post("/sign-in", data={"name": f"name{n}", "password": "x"}).status_code
        for n in range(6)
    ]
    assert answers == [401] * 5 + [429]


def test_another_sites_page_cannot_sign_anybody_out(officer: Page) -> None:
    answer = officer.client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    officer.get("/")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_speaks_one_language_and_asks_nothing_of_the_outside(
    desk: Desk, officer: Page, lang: str
) -> None:
    sat(desk)
    for route, roles in ROUTES.items():
        path = filled(desk, route.split()[1])
        if not route.startswith("GET") or roles & {PUBLIC, SITE} or path.endswith(NO_PAGES):
            continue
        if path.startswith(OWN):
            continue
        text = officer.get(f"{path}?lang={lang}")
        assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in text
        links = re.findall(r'(?:src|href|action)="([^"]*)"', text)
        assert all(link.startswith(("/", "?")) for link in links), path
        assert not re.search(r"<script(?! src=\"/look/)|style=|<style|\son\w+=", text), path


def test_the_language_is_remembered(officer: Page) -> None:
    assert "场次" in officer.get("/")
    officer.get("/?lang=en")
    assert "Sessions" in officer.get("/sites")


def test_every_answer_has_the_safe_headers(client: FlaskClient) -> None:
    for path in ("/sign-in", "/nothing", "/api/v1/packages", "/look/base.css"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_session_page_tells_what_came_in(desk: Desk, officer: Page) -> None:
    sat(desk)
    text = officer.get("/sessions/morning")
    for part in ("试卷包", "已归档", "示例考生02", "无记录", "待实训成绩", "live-A live-B"):
        assert part in text, part
    assert "999999" not in text
    assert "已归档" not in officer.get("/sessions/morning?lang=en")


def test_looking_at_codes_and_taking_results_is_recorded(desk: Desk, officer: Page) -> None:
    sat(desk)
    first, second = read_codes(desk.hq, package_of(desk.hq, "morning").digest)
    shown = officer.client.post("/sessions/morning/codes", data={"official": "1"}).text
    assert all(group in shown for group in first.split("-"))
    assert not all(group in shown for group in second.split("-"))
    officer.client.get("/sessions/morning/results.xlsx")
    assert officer.get("/audit?act=codes.show").count("<td title=") == 1
    assert '<td title="results.export">导出成绩' in officer.get("/audit")


def test_what_a_refused_file_says_is_shown_as_text_only(desk: Desk, officer: Page) -> None:
    # No name in a document can be so; whatever else a refusal quotes from a file might.
    hostile = UnknownSender(site="<b>nobody</b>")
    edge._set_aside(desk.hq, Body.of_bytes(b"x"), "ab" * 32, hostile, NOW)
    text = officer.get("/quarantine")
    assert "&lt;b&gt;nobody&lt;/b&gt;" in text
    assert "<b>nobody" not in text


def test_the_samples_are_filtered_by_field_kind_and_words(officer: Page) -> None:
    def shown(query: str) -> int:
        return officer.get(f"/bank/530051-junior/samples?{query}").count("<article")

    whole = shown("")
    assert whole >= 195
    assert 0 < shown("kind=scenario") < shown("field=直播执行") < whole
    assert shown("text=没有这样的文字") == 0


def test_unknown_things_are_404_pages(officer: Page) -> None:
    for path in ("/sessions/none", "/specifications/none", "/bank/none", "/nowhere"):
        officer.get(path, 404)
