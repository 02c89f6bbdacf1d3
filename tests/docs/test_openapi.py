"""The OpenAPI files that the project ships: every route with its method, role and contract."""

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis

from provisioning.openapi import headquarters, site
from provisioning.openapi.build import key_of
from provisioning.routes import Route, headquarters_routes, site_routes

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
SERVICES = {
    "examsite": (site_routes, site.ROUTES),
    "examhq": (headquarters_routes, headquarters.ROUTES),
}


def shipped(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"openapi-{service}.json").read_text("utf-8"))
    return found


def differing(document: dict[str, Any], routes: list[Route]) -> list[str]:
    """Routes that the file lacks or tells otherwise, and what it has that is no route."""
    told = {
        f"{method.upper()} {path}": (tuple(operation["x-roles"]), operation["summary"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    real = {key_of(route): (route.roles, route.says) for route in routes}
    return sorted(key for key in told.keys() | real.keys() if told.get(key) != real.get(key))


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_with_its_method_and_role_is_in_the_file(service: str) -> None:
    routes = SERVICES[service][0]()
    assert differing(shipped(service), routes) == []
    assert len(routes) > 30
    assert all(route.roles and route.says for route in routes)


def test_a_route_that_is_missing_or_of_another_role_would_be_noticed() -> None:
    document, routes = shipped("examhq"), headquarters_routes()
    gone = document["paths"].pop("/audit")
    assert differing(document, routes) == ["GET /audit"]
    document["paths"]["/audit"] = gone
    gone["get"]["x-roles"] = ["public"]
    assert differing(document, routes) == ["GET /audit"]
    assert differing(document, routes[:-1]) == sorted(["GET /audit", key_of(routes[-1])])


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_described_by_hand_is_a_route(service: str) -> None:
    routes, described = SERVICES[service]
    assert sorted(set(described) - {key_of(route) for route in routes()}) == []


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_role_proves_itself_by_is_said_of_every_route(service: str) -> None:
    document = shipped(service)
    schemes = document["components"]["securitySchemes"]
    for operations in document["paths"].values():
        for operation in operations.values():
            free = bool({"room", "public"} & set(operation["x-roles"]))
            assert bool(operation["security"]) != free, operation["operationId"]
            assert all(name in schemes for one in operation["security"] for name in one)


@pytest.mark.parametrize("service", SERVICES)
def test_a_reader_of_openapi_reads_it_whole(service: str) -> None:
    read = schemathesis.openapi.from_dict(shipped(service)).get_all_operations()
    labels = {operation.ok().label for operation in read}
    assert labels == {key_of(route) for route in SERVICES[service][0]()}
