"""Names that are code are text on every page of the site; guesses at one seat are its own."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import msgspec
import pytest
import world
from deciding import AM
from room import Page, browser, staff_browser
from werkzeug.routing import Rule

from siteapp.site import Site
from siteapp.web.app import create_flask
from siteapp.web.guard import ROLE_ATTRIBUTE
from sync.words import Words

EVIL = "<script id=evil>acted()</script>\"'><img class=evil src=x onerror=acted()>"
GUESSES = 500
STAFF = ("invigilator", "chief", "administrator")


def address_of(rule: Rule) -> str:
    """Where it is for the session of the test."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"\1", rule.rule.replace("<session_id>", AM))


class Acting(HTMLParser):
    """Finds elements that our templates never wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag of a page."""
        if "evil" in dict(attrs).values() or any(name.startswith("on") for name, _ in attrs):
            self.found.append(tag)


@pytest.fixture
def hostile(open_site: Site) -> Site:
    """A session whose every name is code."""
    session = open_site.live.session(AM)
    words = Words(EVIL, EVIL)
    sittings = tuple(msgspec.structs.replace(s, title=words) for s in session.plan.sittings)
    people = tuple(
        msgspec.structs.replace(one, name=EVIL, school=EVIL) for one in session.plan.candidates
    )
    given = {"name": words, "room": EVIL, "sittings": sittings, "candidates": people}
    session.plan = msgspec.structs.replace(session.plan, **given)
    session.candidates.update({one.admission: one for one in people})
    open_site.staff.add(EVIL[:40].strip(), "invigilator")
    open_site.staff.audit(EVIL, "import", EVIL)
    return open_site


def pages(site: Site) -> Iterator[tuple[str, str]]:
    """Address and text of every page, asked by who may; documents have tests of their own."""
    people = {"room": browser(site)} | {kind: staff_browser(site, kind) for kind in STAFF}
    app = create_flask(site)
    for rule in app.url_map.iter_rules():
        roles = getattr(app.view_functions[rule.endpoint], ROLE_ATTRIBUTE)
        able = [who for who in people if who in roles]
        if "GET" not in (rule.methods or ()) or not able or "pdf" in rule.rule:
            continue
        with people[able[-1]].get(address_of(rule), headers={"Accept": "text/html"}) as answer:
            if answer.mimetype == "text/html":
                yield rule.rule, answer.text


def test_no_page_takes_a_name_for_a_part_of_itself(hostile: Site) -> None:
    shown = set()
    for path, text in pages(hostile):
        parser = Acting()
        parser.feed(text)
        assert parser.found == [], path
        shown |= {path} if "&lt;script id=evil" in text else set()
    assert len(shown) >= 6


def test_a_page_that_does_not_escape_would_be_found(
    hostile: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask.Flask.select_jinja_autoescape", lambda *_: False)
    app = create_flask(hostile)
    parser = Acting()
    with app.test_request_context(), app.app_context():
        parser.feed(app.jinja_env.from_string("{{ name }}").render(name=EVIL))
    assert parser.found == ["script", "img"]


def test_five_hundred_guesses_at_one_seat_lock_out_no_neighbour(
    open_site: Site, open_package: world.Package
) -> None:
    first, second, *_ = open_package.plan.candidates
    guesser, neighbour = browser(open_site), Page(browser(open_site), second)
    statuses = set()
    for number in range(GUESSES):
        given = {"secret": f"{number:06d}", "seat": second.seat, "instance": "x"}
        who = second.admission if number % 2 else f"{number}"
        answer = guesser.post(
            "/api/candidate/sign-in",
            json=given | {"admission": who},
            environ_overrides={"REMOTE_ADDR": "10.0.0.66"},
        )
        statuses.add(answer.status_code)
    assert statuses == {403, 429}
    assert neighbour.sign_in()[0] == 200
    # The control: at the guesser's own machine even the right number waits.
    own = {"admission": first.admission, "secret": first.identity[-6:], "seat": first.seat}
    held = guesser.post(
        "/api/candidate/sign-in",
        json=own | {"instance": "y"},
        environ_overrides={"REMOTE_ADDR": "10.0.0.66"},
    )
    assert held.status_code == 429
