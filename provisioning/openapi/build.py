"""Puts routes and what is said of them together: one OpenAPI 3.1 document a service."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from provisioning.openapi import headquarters, site
from provisioning.openapi.schemas import (
    BINARY,
    FORM,
    HTML,
    JSON,
    MOVED,
    TEXT,
    Body,
    Says,
    Schema,
    page,
    told,
)
from provisioning.routes import Route, headquarters_routes, site_routes
from sync.spreadsheet import SHEET

VERSION = "1"
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# What proves a role, by the name of its scheme.
COOKIES = {"examsite": "examsite-staff", "examhq": "examhq-staff"}
SCHEMES: Mapping[str, Schema] = {
    "candidate": {"type": "http", "scheme": "bearer"},
    "site": {"type": "apiKey", "in": "header", "name": "Examsite-Authorization"},
}
OPEN = {"room", "public"}
# Files by the end of their address.
BY_NAME = {
    "xlsx": SHEET,
    "pdf": "application/pdf",
    "zip": "application/zip",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
}
# Whatever is asked, a service may be busy, away, or asked too much at once.
ALWAYS = (400, 429, 503)


def examsite() -> str:
    """The site's file."""
    routes = site_routes()
    return _written(_document("examsite", "Site · 考点", routes, site.ROUTES, site.PROBLEM))


def examhq() -> str:
    """Headquarters' file."""
    title, of = "Headquarters · 考务总部", headquarters
    return _written(_document("examhq", title, headquarters_routes(), of.ROUTES, of.PROBLEM))


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def key_of(route: Route) -> str:
    """`METHOD /path/{parameter}`: how a route is called in the tables by hand."""
    return route.method + " " + _PARAMETER.sub(r"{\1}", route.path)


def undescribed(routes: Iterable[Route], told_of: Mapping[str, Says]) -> list[str]:
    """Routes that take a body and of which nobody wrote what it is."""
    taking = (key_of(r) for r in routes if r.method in ("POST", "PUT", "PATCH"))
    return [key for key in taking if key not in told_of]


def _document(
    name: str,
    title: str,
    routes: list[Route],
    told_of: Mapping[str, Says],
    problem: Schema,
) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        key = key_of(route)
        path = key.partition(" ")[2]
        says = told_of.get(key) or _usual(route, path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(name, route, path, says)
    cookie = {"type": "apiKey", "in": "cookie", "name": COOKIES[name]}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": VERSION, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": {"Problem": problem},
            "responses": _refused(),
            "securitySchemes": {**SCHEMES, "staff": cookie},
        },
    }


def _usual(route: Route, path: str) -> Says:
    """What a route of this kind does as a rule, where nobody wrote more."""
    is_api = path.startswith(("/api/", "/.well-known/"))
    answers: dict[int, Body | None] = dict(told({"type": "object"}) if is_api else page())
    if media := BY_NAME.get(path.rpartition(".")[2]):
        answers = {200: Body(media, BINARY)}
    body = None
    if route.method != "GET":
        body = Body(JSON if is_api else FORM, {"type": "object"})
        answers |= {} if is_api else MOVED
    return Says(body, answers, (403, 404, 409, 422, 507))


def _operation(name: str, route: Route, path: str, says: Says) -> dict[str, Any]:
    parameters = [
        {"name": one, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for one in _PARAMETER.findall(route.path)
    ]
    parameters += [
        {"name": one, "in": "header", "required": False, "schema": schema}
        for one, schema in says.headers.items()
    ]
    operation: dict[str, Any] = {
        "operationId": f"{name} {route.method} {path}",
        "summary": route.says,
        "x-roles": list(route.roles),
        "security": _security(route.roles),
        "responses": _responses(name, route, path, says),
    }
    if parameters:
        operation["parameters"] = parameters
    if says.body:
        media, schema = says.body
        operation["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    return operation


def _security(roles: tuple[str, ...]) -> list[dict[str, list[str]]]:
    """None for what everybody may ask."""
    if OPEN & set(roles):
        return []
    named = [role for role in roles if role in SCHEMES]
    return [{role: []} for role in named] or [{"staff": []}]


def _responses(name: str, route: Route, path: str, says: Says) -> dict[str, Any]:
    is_api = path.startswith(("/api/", "/.well-known/"))
    answers = says.answers or page()
    found = {str(status): _answer(route.says, body) for status, body in answers.items()}
    both = not is_api and name == "examsite"
    medias = (JSON, HTML) if both else (JSON,) if is_api else (HTML,)
    for status in sorted({*ALWAYS, *_refusals(route), *says.refusals}):
        found.setdefault(str(status), _refusal(medias))
    if not is_api and not OPEN & set(route.roles):
        found.setdefault("302", _answer("to the sign-in", Body(HTML, TEXT)))
    return found


def _refusals(route: Route) -> set[int]:
    """What every route of this kind may answer."""
    found: set[int] = set()
    if not OPEN & set(route.roles):
        found |= {401, 403}
    if route.method != "GET":
        # From another site's page; too large.
        found |= {403, 413}
    if "<" in route.path:
        found.add(404)
    return found


def _answer(words: str, body: Body | None) -> dict[str, Any]:
    if body is None:
        return {"description": words}
    return {"description": words, "content": {body.media: {"schema": body.schema}}}


def _refusal(medias: tuple[str, ...]) -> dict[str, Any]:
    return {"$ref": "#/components/responses/" + _NAMES[medias]}


_NAMES = {(JSON,): "Refused", (HTML,): "RefusedPage", (JSON, HTML): "RefusedEither"}


def _refused() -> dict[str, Any]:
    """Errors in the form that was asked for; their codes are in the reference of errors."""
    schemas = {JSON: {"$ref": "#/components/schemas/Problem"}, HTML: TEXT}
    return {
        name: {
            "description": "docs/reference/errors.md",
            "content": {media: {"schema": schemas[media]} for media in medias},
        }
        for medias, name in _NAMES.items()
    }
