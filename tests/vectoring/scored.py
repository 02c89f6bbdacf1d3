"""Items of the profile with responses and what they score: tests/vectors/qti, specs/qti.md."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sync.errors import ExamError
from sync.headquarters.content.drafts import Draft
from sync.headquarters.content.qti.scoring import score_item
from sync.headquarters.content.qti.writing import TEMPLATES, write_item
from vectoring.draft import VECTORS

FOLDER = VECTORS / "qti"
CASES = "cases.json"
SPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
AB = {"a": "甲", "b": "乙"}
ABC = AB | {"c": "丙"}
PAIRS = ("1 b", "2 a")
TWO = {"1": "一", "2": "二"}
DRAFTS = {
    "single": Draft("v-1", "single", "哪个？", AB, key=("b",), marks=2),
    "multiple": Draft("v-2", "multiple", "哪些？", ABC, key=("a", "c")),
    "truth": Draft("v-3", "truth", "对？", {"a": "正确", "b": "错误"}, key=("a",)),
    "entry": Draft("v-4", "entry", "缩写？", key=("GMV", "成交 额"), marks=1.5),
    "ordering": Draft("v-5", "ordering", "排序", ABC, key=("1 b", "2 c", "3 a")),
    "matching": Draft("v-6", "matching", "连线", AB, TWO, PAIRS),
    "text": Draft("v-7", "text", "谈谈"),
}
RESPONSES: dict[str, list[Any]] = {
    "single": ["b", "a", "B", None, "", ["b"], ["a", "b"]],
    "multiple": [["a", "c"], ["c", "a"], ["a"], ["a", "c", "c"], [], None, "a"],
    "truth": ["a", "b", None],
    "entry": ["GMV", "gmv", "g m v", "成交 额", " GMV", "", None],
    "ordering": [["b", "c", "a"], ["a", "b", "c"], [], None],
    "matching": [["1 b", "2 a"], ["2 a", "1  b"], ["1 a"], None],
    "text": ["一篇短文", None],
}


def tag(name: str, inner: str = "", **said: object) -> str:
    """An element in the names of 3.0."""
    attributes = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in said.items())
    return f"<qti-{name}{attributes}>{inner}</qti-{name}>"


def base(kind: str, value: object) -> str:
    """A base value."""
    return tag("base-value", str(value), base_type=kind)


def numbers(*found: float) -> str:
    """Base values of numbers."""
    return "".join(base("float" if isinstance(n, float) else "integer", n) for n in found)


def gathered(kind: str, *found: str) -> str:
    """A container of identifiers."""
    return tag(kind, "".join(base("identifier", one) for one in found))


def texts(*found: str) -> str:
    """Base values of texts."""
    return "".join(base("string", one) for one in found)


def holder(what: str, name: str, kind: str, cardinality: str = "single", inner: str = "") -> str:
    """A declaration."""
    said = {"identifier": name, "cardinality": cardinality, "base_type": kind}
    return tag(f"{what}-declaration", inner, **said)


def item(*parts: str, rules: str = "", template: str = "") -> str:
    """An item around them."""
    address = {"template": f"{TEMPLATES}/{template}.xml"} if template else {}
    processing = tag("response-processing", rules, **address)
    inner = "".join(parts) + processing
    head = f'<qti-assessment-item xmlns="{SPACE}" identifier="v">'
    return f"{head}{inner}</qti-assessment-item>"


YES, NO, NULL = base("boolean", "true"), base("boolean", "false"), tag("null")
SCORE = holder("outcome", "SCORE", "float")
RESPONSE = tag("variable", identifier="RESPONSE")
# name → base type and cardinality of what it comes to, and the expression.
EXPRESSIONS: dict[str, tuple[str, str, str]] = {
    "and-null": ("boolean", "single", tag("and", YES + NULL)),
    "and-false": ("boolean", "single", tag("and", NO + NULL)),
    "or-true": ("boolean", "single", tag("or", NULL + YES)),
    "not-null": ("boolean", "single", tag("not", NULL)),
    "any-n": ("boolean", "single", tag("any-n", YES + YES + NO, min=2, max=2)),
    "any-n-null": ("boolean", "single", tag("any-n", YES + NULL, min=1, max=1)),
    "is-null-empty": ("boolean", "single", tag("is-null", tag("multiple"))),
    "match-null": ("boolean", "single", tag("match", NULL + NULL)),
    "match-bags": (
        "boolean",
        "single",
        tag("match", gathered("multiple", "A", "B") + gathered("multiple", "B", "A")),
    ),
    "match-rows": (
        "boolean",
        "single",
        tag("match", gathered("ordered", "A", "B") + gathered("ordered", "B", "A")),
    ),
    "contains-run": (
        "boolean",
        "single",
        tag("contains", gathered("ordered", "A", "B", "C") + gathered("ordered", "A", "C")),
    ),
    "member": (
        "boolean",
        "single",
        tag("member", base("identifier", "A") + gathered("multiple", "A")),
    ),
    "size": ("integer", "single", tag("container-size", gathered("multiple", "A", "A"))),
    "second": ("identifier", "single", tag("index", gathered("ordered", "A", "B"), n=2)),
    "beyond": ("identifier", "single", tag("index", gathered("ordered", "A"), n=2)),
    "without": (
        "identifier",
        "ordered",
        tag("delete", base("identifier", "A") + gathered("ordered", "A", "B", "A")),
    ),
    "sum-tenths": ("float", "single", tag("sum", numbers(0.1, 0.2))),
    "sum-null": ("float", "single", tag("sum", numbers(1) + NULL)),
    "product": ("float", "single", tag("product", numbers(0.1, 3))),
    "subtract": ("float", "single", tag("subtract", numbers(0.3, 0.1))),
    "divide": ("float", "single", tag("divide", numbers(1, 4))),
    "divide-nought": ("float", "single", tag("divide", numbers(1, 0))),
    "floor-divide": ("integer", "single", tag("integer-divide", numbers(-7, 2))),
    "modulus": ("integer", "single", tag("integer-modulus", numbers(-7, 2))),
    "most": ("float", "single", tag("max", numbers(1, 2.5))),
    "round-half": ("integer", "single", tag("round", numbers(-6.5))),
    "round-to": (
        "float",
        "single",
        tag("round-to", numbers(1.005), rounding_mode="decimalPlaces", figures=2),
    ),
    "truncate": ("integer", "single", tag("truncate", numbers(-6.9))),
    "equal-absolute": (
        "boolean",
        "single",
        tag("equal", numbers(2, 2.1), tolerance_mode="absolute", tolerance="0.1 0.1"),
    ),
    "equal-open": (
        "boolean",
        "single",
        tag(
            "equal",
            numbers(2, 2.1),
            tolerance_mode="absolute",
            tolerance="0.1",
            include_upper_bound="false",
        ),
    ),
    "equal-relative": (
        "boolean",
        "single",
        tag("equal", numbers(200, 210), tolerance_mode="relative", tolerance="5"),
    ),
    "equal-rounded": (
        "boolean",
        "single",
        tag("equal-rounded", numbers(3.175, 3.18), rounding_mode="significantFigures", figures=3),
    ),
    "string-match": (
        "boolean",
        "single",
        tag("string-match", texts("York", "york"), case_sensitive="false"),
    ),
    "substring": (
        "boolean",
        "single",
        tag("substring", texts("ork", "York"), case_sensitive="true"),
    ),
    "pattern": ("boolean", "single", tag("pattern-match", texts("2026"), pattern="[0-9]{4}")),
    "pattern-part": (
        "boolean",
        "single",
        tag("pattern-match", texts("in 2026"), pattern="[0-9]{4}"),
    ),
}


def _set(name: str, inner: str) -> str:
    return tag("set-outcome-value", inner, identifier=name)


def operators() -> str:
    """An item that says what each expression comes to."""
    made = [holder("outcome", name, kind, many) for name, (kind, many, _) in EXPRESSIONS.items()]
    rules = "".join(_set(name, said) for name, (_, _, said) in EXPRESSIONS.items())
    return item(*made, rules=rules)


def entry(key: str, counts: float, cased: str = "") -> str:
    """An entry of a mapping."""
    said = {"case_sensitive": cased} if cased else {}
    return tag("map-entry", map_key=key, mapped_value=counts, **said)


BOUNDED = holder(
    "response",
    "RESPONSE",
    "identifier",
    "multiple",
    tag("mapping", entry("A", 10) + entry("B", 5), default_value=1, lower_bound=2, upper_bound=12),
)
CASES_OF_LETTERS = holder(
    "response",
    "RESPONSE",
    "string",
    inner=tag(
        "mapping", entry("York", 1, "false") + entry("Bath", 2) + entry("Ely", 3), default_value=-1
    ),
)
CHAIN = tag(
    "response-condition",
    tag("response-if", NULL + _set("SCORE", numbers(9)))
    + tag("response-else-if", tag("gt", RESPONSE + numbers(10)) + _set("SCORE", numbers(2)))
    + tag("response-else", _set("SCORE", numbers(1)) + tag("exit-response")),
) + _set("SCORE", tag("sum", tag("variable", identifier="SCORE") + numbers(0.5)))
KEYED = tag("correct-response", tag("value", "b"))
CHOSEN = holder("response", "RESPONSE", "identifier", inner=KEYED)
PLAIN: dict[str, tuple[str, list[Any]]] = {
    "bounded": (
        item(BOUNDED, SCORE, rules=_set("SCORE", tag("map-response", identifier="RESPONSE"))),
        [["A", "B"], ["A", "A"], ["B"], ["X"], [], None],
    ),
    "letters": (
        item(CASES_OF_LETTERS, SCORE, template="map_response"),
        ["york", "bath", "Bath", "X", None],
    ),
    "chain": (
        item(holder("response", "RESPONSE", "integer"), SCORE, rules=CHAIN),
        ["11", "10", 12, "x", None],
    ),
}
BROKEN: dict[str, str] = {
    "doctype": f"<!DOCTYPE a>{item(CHOSEN, SCORE, template='match_correct')}",
    "unclosed": "<qti-assessment-item>",
    "declared-twice": item(CHOSEN, CHOSEN, SCORE),
    "base-type-unknown": item(holder("response", "RESPONSE", "word"), SCORE),
    "key-of-another-type": item(
        holder(
            "response", "RESPONSE", "integer", inner=tag("correct-response", tag("value", "one"))
        )
    ),
    "template-unknown": item(CHOSEN, SCORE, template="match_nothing"),
    "variable-unknown": item(CHOSEN, SCORE, rules=_set("SCORE", tag("variable", identifier="X"))),
    "operator-unknown": item(CHOSEN, SCORE, rules=_set("SCORE", tag("custom-operator"))),
    "rule-unknown": item(CHOSEN, SCORE, rules=tag("set-response-value", identifier="RESPONSE")),
}


def every() -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """name, item and the responses that it is given."""
    for name, draft in DRAFTS.items():
        yield name, write_item(draft), [{"RESPONSE": said} for said in RESPONSES[name]]
    for name, (text, said) in PLAIN.items():
        yield name, text, [{"RESPONSE": one} for one in said]
    yield "operators", operators(), [{}]
    yield "strange-response", item(CHOSEN, SCORE, template="match_correct"), [{}, {"OTHER": "b"}]
    for name, text in BROKEN.items():
        yield f"refused-{name}", text, [{"RESPONSE": "b"}]


def verdict(data: bytes, responses: dict[str, Any]) -> dict[str, Any]:
    """What our scorer makes of it."""
    try:
        return {"outcomes": score_item(data, responses)}
    except ExamError as error:
        return {"code": error.code}


def write(folder: Path = FOLDER) -> None:
    """The items, and the cases with what they come to."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for name, text, given in every():
        data = text.encode()
        (folder / f"{name}.xml").write_bytes(data)
        cases += [{"item": f"{name}.xml", "responses": r} | verdict(data, r) for r in given]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, sort_keys=True) for case in cases)
    (folder / CASES).write_text(f"[\n{lines}\n]\n", "utf-8")
