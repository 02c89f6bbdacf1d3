"""Asks a service whatever its OpenAPI file allows, and holds each answer against that file."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# These end the session that asks; tests of their own ask them.
LAST = ("/sign-out", "/staff/sign-out")
Known = dict[str, str]


@cache
def described(service: str) -> Any:
    """The OpenAPI file that the project ships for a service, read once."""
    text = (FOLDER / f"openapi-{service}.json").read_text("utf-8")
    return schemathesis.openapi.from_dict(json.loads(text))


def operations(schema: Any, app: Any) -> Iterator[Any]:
    """All operations, to be asked of an application."""
    schema.app = app
    for result in schema.get_all_operations():
        operation = result.ok()
        # What was made for an earlier application is used again for this one.
        operation.app = app
        if operation.path not in LAST:
            yield operation


def fuzz(operation: Any, shown: dict[str, Any], known: Known, examples: int) -> Counter[int]:
    """Ask one operation; which statuses came. The exceptions name what was not as described.

    `shown` is what proves who asks. Half the requests are about what is there (`known`), the
    others about anything.
    """
    came: Counter[int] = Counter()

    def ask(case: Case, about: bool) -> None:
        if about:
            case.path_parameters.update({k: known[k] for k in case.path_parameters if k in known})
        answer = case.call(**shown)
        came[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    for mode in _modes(operation):
        _run(ask, operation.as_strategy(generation_mode=mode), examples)
    return came


def fuzz_all(
    service: str, app: Any, shown: dict[str, Any], known: Known, examples: int
) -> Counter[int]:
    """All operations of a service; the problems of all are raised together."""
    came: Counter[int] = Counter()
    problems = []
    for operation in operations(described(service), app):
        try:
            came += fuzz(operation, shown, known, examples)
        except Exception as error:
            problems.append(f"{operation.method} {operation.path}: {error}"[:1500])
    assert problems == [], "\n\n".join(problems)
    return came


def _modes(operation: Any) -> list[GenerationMode]:
    medias = {body.media_type for body in operation.body}
    # Forms and bytes are text of any kind: nothing there is of a wrong form.
    wrong = [GenerationMode.NEGATIVE] if "application/json" in medias else []
    return [GenerationMode.POSITIVE, *wrong]


def _run(ask: Callable[[Case, bool], None], cases: Any, examples: int) -> None:
    wanted = settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    try:
        wanted(given(case=cases, about=st.booleans())(ask))()
    except Unsatisfiable:
        # Nothing is wrong enough to be refused, as where any object will do.
        return
