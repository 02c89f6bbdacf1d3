"""Small words for JSON Schema, and what a route says beside its path, method and roles."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Schema = dict[str, Any]
JSON, FORM, FILES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)
BYTES, HTML = "application/octet-stream", "text/html"

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
TRUTH: Schema = {"type": "boolean"}
ANY: Schema = {"type": "object"}
BINARY: Schema = {"type": "string", "format": "binary"}
WORDS: Schema = {
    "type": "object",
    "properties": {"zh": TEXT, "en": TEXT},
    "required": ["zh", "en"],
}


def listed(of: Schema) -> Schema:
    """A list of one kind of thing."""
    return {"type": "array", "items": of}


def record(optional: tuple[str, ...] = (), **members: Schema) -> Schema:
    """An object with these members; those named in `optional` may be missing."""
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": members, "required": required}


def maybe(schema: Schema) -> Schema:
    """This, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


ERROR = record(code=TEXT, message=WORDS, hint=WORDS)


class Body(NamedTuple):
    """What a request carries."""

    media: str
    schema: Schema


class Says(NamedTuple):
    """What is written by hand of one route; None where its kind says it already.

    `answers`: status → media type and schema (None: no body). `refusals`: statuses of errors beyond
    those of every route of its kind.
    """

    body: Body | None = None
    answers: Mapping[int, Body | None] | None = None
    refusals: tuple[int, ...] = ()
    headers: Mapping[str, Schema] = {}


def sends(**members: Schema) -> Body:
    """A JSON body."""
    return Body(JSON, record((), **members))


def form(*fields: str) -> Body:
    """A form, as a page sends it; each field is text and none need be there."""
    return Body(FORM, {"type": "object", "properties": dict.fromkeys(fields, TEXT)})


def page() -> dict[int, Body | None]:
    """A page."""
    return {200: Body(HTML, TEXT)}


def told(schema: Schema) -> dict[int, Body | None]:
    """200 with JSON."""
    return {200: Body(JSON, schema)}


MOVED: Mapping[int, Body | None] = {303: Body(HTML, TEXT)}
EMPTY = record()
