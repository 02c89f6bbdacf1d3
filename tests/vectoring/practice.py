"""Keys where they may be and where not, parts with times: faults of plan and papers together."""

from collections.abc import Iterator

from vectoring.cast import PAPERS, PLAN
from vectoring.container import field
from vectoring.contents import Refusal, model, package
from vectoring.draft import JSON, Vector

PRACTICE = field("kind", to="practice")
_OF_ITEMS = {
    "i-1": {"key": ["a"], "reason": "甲合规。", "why": {"b": "只看速度。"}},
    "i-2": {"key": ["1a", "2b"], "reason": "一一对应。", "why": {}},
}
_OF_FORM = {"marking": "all-or-nothing", "items": _OF_ITEMS}
KEYS = {"form-a": _OF_FORM, "form-b": _OF_FORM}


def packages() -> Iterator[Vector]:
    practice = package(model(PLAN, PRACTICE), model(PAPERS, field("keys", to=KEYS)))
    yield Vector("package", "good-practice", practice.bytes())
    for name, check, code, data in _keys():
        yield Vector("package", name, data, check, code)
    halves = package(model(PLAN, field("sittings", 0, "part_minutes", to=[60, 30])))
    name = "papers-with-fewer-parts-than-times"
    yield Vector("package", name, halves.bytes(), "p13", "document-altered")


def _keys() -> Iterator[Refusal]:
    """Keys where none may be, and a practice without them."""
    less = {"form-a": _OF_FORM, "form-b": _OF_FORM | {"items": {"i-1": _OF_ITEMS["i-1"]}}}
    wrongs: dict[str, tuple[str, JSON]] = {
        "keys-in-an-examination": ("examination", KEYS),
        "keys-in-a-rehearsal": ("rehearsal", KEYS),
        "keys-of-one-form-in-an-examination": ("examination", {"form-a": _OF_FORM}),
        "practice-without-keys": ("practice", {}),
        "practice-without-the-keys-of-a-form": ("practice", {"form-a": _OF_FORM}),
        "practice-without-the-key-of-an-item": ("practice", less),
    }
    for name, (kind, keys) in wrongs.items():
        plan, papers = model(PLAN, field("kind", to=kind)), model(PAPERS, field("keys", to=keys))
        yield f"papers-{name}", "p12", "document-altered", package(plan, papers).bytes()
