"""The site's API fuzzed from the OpenAPI file that the project ships, as everybody and nobody."""

from collections import Counter
from typing import Any

import pytest
from fuzzing import fuzz_all
from room import Page, browser, staff_browser
from together import AM

from siteapp.site import Site
from siteapp.web.app import create_app

PEOPLE = ("nobody", "candidate", "chief", "invigilator", "administrator")


def shown_by(site: Site, package, kind: str) -> dict[str, Any]:
    """What this kind of person shows with each request."""
    if kind == "nobody":
        return {}
    if kind == "candidate":
        page = Page(browser(site), package.plan.candidates[0])
        page.begin()
        return {"headers": {"Authorization": f"Bearer {page.token}"}}
    cookie = staff_browser(site, kind).get_cookie("examsite-staff")
    return {"cookies": {"examsite-staff": cookie.value}}


def run(site: Site, package, kind: str, examples: int) -> Counter[int]:
    """Every operation, as one kind of person; which statuses came."""
    # No file is known: the transport closes none, and a test of its own asks for them.
    shown, known = shown_by(site, package, kind), {"session_id": AM}
    return fuzz_all("examsite", create_app(site), shown, known, examples)


@pytest.mark.parametrize("kind", PEOPLE[:3])
def test_every_answer_is_as_described_and_none_is_a_fault(
    open_site: Site, open_package, kind: str
) -> None:
    came = run(open_site, open_package, kind, 1)
    assert came.total() > 60
    # Staff are known everywhere but at the candidates' routes, and candidates only there.
    assert (came[403] > 5) == (kind in PEOPLE[2:])


@pytest.mark.long
@pytest.mark.parametrize("kind", PEOPLE)
def test_the_same_with_many_requests(open_site: Site, open_package, kind: str) -> None:
    assert run(open_site, open_package, kind, 60).total() > 3_000
