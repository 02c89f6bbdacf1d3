"""Headquarters' API fuzzed from the OpenAPI file that the project ships, as every role."""

from collections import Counter

import pytest
from desk_world import BY, LIVE, Clock, Desk, Page
from fuzzing import described, fuzz, fuzz_all, operations
from schemathesis.core.failures import FailureGroup

from sync.headquarters.marking.scoring import score
from sync.headquarters.register import staff
from sync.headquarters.register.staff import ROLES
from sync.headquarters.web.app import create_app
from sync.headquarters.web.guard import COOKIE, PUBLIC, role

PEOPLE = ("nobody", *ROLES, "all")


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """A published and scored session."""
    story = published_desk.published()
    attempt = story.start("99530051001")
    story.answer_right(attempt, 20)
    story.hand_in(attempt)
    story.close(handed_in=1)
    published_desk.deliver(story)
    score(published_desk.hq, BY, "morning")
    return published_desk


def run(desk: Desk, clock: Clock, kind: str, examples: int) -> Counter[int]:
    """Every operation, as one kind of person; which statuses came."""
    app, shown = create_app(desk.hq, clock), {}
    if kind != "nobody":
        roles = ROLES if kind == "all" else tuple(one for one in ROLES if one == kind)
        client = app.test_client()
        Page(client, "person", staff.add_member(desk.hq, BY, "person", roles))
        cookie = client.get_cookie(COOKIE)
        assert cookie is not None
        shown["cookies"] = {COOKIE: cookie.value}
    return fuzz_all("examhq", app, shown, {"session": "morning", "code": LIVE}, examples)


@pytest.mark.parametrize("kind", ("nobody", "all"))
def test_every_answer_is_as_described_and_none_is_a_fault(
    desk: Desk, clock: Clock, kind: str
) -> None:
    came = run(desk, clock, kind, 1)
    assert came.total() > 30
    # Only who is nobody is led to the sign-in.
    assert (came[302] > 10) == (kind == "nobody")


@pytest.mark.long
@pytest.mark.parametrize("kind", PEOPLE)
def test_the_same_with_many_requests(desk: Desk, clock: Clock, kind: str) -> None:
    assert run(desk, clock, kind, 60).total() > 1_500


@pytest.mark.parametrize("status", [500, 418])
def test_a_fault_and_an_answer_that_is_not_described_would_be_noticed(
    desk: Desk, clock: Clock, status: int
) -> None:
    app = create_app(desk.hq, clock)
    rule = next(rule for rule in app.url_map.iter_rules() if rule.rule == "/quarantine")
    app.view_functions[rule.endpoint] = role(PUBLIC)(lambda **_: ("", status))
    found = next(o for o in operations(described("examhq"), app) if o.path == "/quarantine")
    with pytest.raises(FailureGroup):
        fuzz(found, {}, {}, 1)
