"""Every page there is, out of the tables of routes and what they answer: none is picked by hand."""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from founded import BANKS, SESSION, SITE

from provisioning.openapi import build
from siteapp.forms.kinds import KINDS

# What stands in an address for each of its parameters; nothing where the premises have none.
SITE_WAYS: Mapping[str, tuple[str, ...]] = {"session_id": (SESSION,), "kind": tuple(KINDS)}
HQ_WAYS: Mapping[str, tuple[str, ...]] = {
    "session": (SESSION,),
    "site": (SITE,),
    "code": tuple(BANKS.values()),
    # No application, script or item is in work here: tests/headquarters has those pages.
    "number": (),
    "deliverable": (),
    "item": (),
    "admission": (),
}
WAYS = {"examsite": SITE_WAYS, "examhq": HQ_WAYS}
# Files, though a person who is refused gets a page.
NO_PAGES = re.compile(r"/statement$|^/api/|^/sites/\{site\}/readiness|/media/")
_PARAMETER = re.compile(r"\{(\w+)\}")


@functools.cache
def _described(service: str) -> dict[str, Any]:
    made = {"examsite": build.examsite, "examhq": build.examhq}[service]()
    return dict(json.loads(made)["paths"])


def pages(service: str, role: str) -> list[str]:
    """The addresses of all pages that this role may open, in these premises."""
    ways = WAYS[service]
    return [
        address
        for path, methods in _described(service).items()
        if _is_page(path, methods.get("get"), role)
        for address in _filled(path, ways)
    ]


def unknown(service: str) -> list[str]:
    """Pages with a parameter that nobody has said anything of here: they would be forgotten."""
    return [
        path
        for path, methods in _described(service).items()
        if _is_page(path, methods.get("get"))
        and not {*_PARAMETER.findall(path)} <= WAYS[service].keys()
    ]


def _is_page(path: str, get: Any, role: str = "") -> bool:
    if not get or (role and role not in get["x-roles"]) or NO_PAGES.search(path):
        return False
    return "text/html" in get["responses"].get("200", {}).get("content", {})


def _filled(path: str, ways: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    names = _PARAMETER.findall(path)
    for values in product(*(ways.get(name, ()) for name in names)):
        found = dict(zip(names, values, strict=True))
        yield _PARAMETER.sub(lambda one: found[one[1]], path)  # noqa: B023
