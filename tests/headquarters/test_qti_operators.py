"""Operators of response processing, by table: results, NULL, rounding, bounds."""

import re
from pathlib import Path
from typing import Any

import pytest
from qti_items import SCORE, base, item, response, value_of

from sync.headquarters.content.qti import extensions
from sync.headquarters.content.qti.numbers import NUMERIC
from sync.headquarters.content.qti.operators import PLAIN
from sync.headquarters.content.qti.processing import OPERATORS, RANDOM, READERS
from sync.headquarters.content.qti.scoring import score_item
from sync.headquarters.content.qti.texts import TEXTUAL
from sync.headquarters.content_errors import QtiRefused

NULL, YES, NO = "<null/>", base("boolean", "true"), base("boolean", "false")


def numbers(*found: float) -> str:
    return "".join(base("float" if isinstance(n, float) else "integer", n) for n in found)


def bag(kind: str, *values: str) -> str:
    return f"<{kind}>{''.join(base('identifier', v) for v in values)}</{kind}>"


def call(name: str, inner: str, /, **attributes: object) -> str:
    said = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{said}>{inner}</{name}>"


LOGIC: list[tuple[str, Any]] = [
    (call("and", YES + NO), False),
    (call("and", YES + NULL), None),
    (call("and", NO + NULL), False),
    (call("or", NO + NULL), None),
    (call("or", YES + NULL), True),
    (call("not", NULL), None),
    (call("not", NO), True),
    (call("isNull", NULL), True),
    (call("isNull", base("string", "")), True),
    (call("isNull", "<multiple/>"), True),
    (call("isNull", base("string", " ")), False),
    (call("anyN", YES + YES + NO, min=2, max=2), True),
    (call("anyN", YES + NULL, min=1, max=1), None),
    (call("anyN", YES + YES, min=1, max=1), False),
    (call("anyN", NO + NULL, min=2, max=2), False),
    (call("match", NULL + NULL), None),
    (call("match", numbers(1, 1.0)), True),
    (call("match", bag("multiple", "A", "B") + bag("multiple", "B", "A")), True),
    (call("match", bag("multiple", "A", "A") + bag("multiple", "A")), False),
    (call("match", bag("ordered", "A", "B") + bag("ordered", "B", "A")), False),
    (call("member", base("identifier", "A") + bag("multiple", "A", "B")), True),
    (call("member", NULL + bag("multiple", "A")), None),
    (call("contains", bag("multiple", "A", "B", "B") + bag("multiple", "B", "B")), True),
    (call("contains", bag("multiple", "A", "B") + bag("multiple", "B", "B")), False),
    (call("contains", bag("ordered", "A", "B", "C") + bag("ordered", "B", "C")), True),
    (call("contains", bag("ordered", "A", "B", "C") + bag("ordered", "A", "C")), False),
    (call("containerSize", NULL), 0),
    (call("containerSize", bag("multiple", "A", "A")), 2),
    (call("index", bag("ordered", "A", "B"), n=2), "B"),
    (call("index", bag("ordered", "A", "B"), n=3), None),
    (call("index", bag("ordered", "A", "B"), n=0), None),
    (call("delete", base("identifier", "A") + bag("ordered", "A", "B", "A")), ["B"]),
    (call("repeat", base("identifier", "A"), numberRepeats=2), ["A", "A"]),
    (call("multiple", NULL + base("identifier", "A")), ["A"]),
    (call("inside", base("point", "1 1"), shape="rect", coords="0,0,2,2"), True),
]
NUMBERS: list[tuple[str, Any]] = [
    (call("sum", numbers(1, 2, 3)), 6),
    (call("sum", numbers(0.1, 0.2)), 0.3),
    (call("sum", numbers(1) + NULL), None),
    (call("sum", f"<multiple>{numbers(1, 2)}</multiple>"), 3),
    (call("product", numbers(2, 0.5)), 1.0),
    (call("subtract", numbers(0.3, 0.1)), 0.2),
    (call("divide", numbers(1, 4)), 0.25),
    (call("divide", numbers(1, 0)), None),
    (call("power", numbers(2, 10)), 1024),
    (call("power", numbers(-1, 0.5)), None),
    (call("integerDivide", numbers(-7, 2)), -4),
    (call("integerModulus", numbers(-7, 2)), 1),
    (call("integerDivide", numbers(1, 0)), None),
    (call("integerToFloat", numbers(3)), 3.0),
    (call("min", numbers(3, 1)), 1),
    (call("max", numbers(3, 1) + NULL), None),
    (call("gcd", numbers(12, 18)), 6),
    (call("lcm", numbers(4, 6)), 12),
    (call("gt", numbers(2, 1)), True),
    (call("gte", numbers(1, 1)), True),
    (call("lt", numbers(2, 1)), False),
    (call("lte", NULL + numbers(1)), None),
    (call("durationLT", base("duration", "PT1M") + base("duration", "PT1H")), True),
    (call("durationGTE", base("duration", "60") + base("duration", "PT1M")), True),
    (call("round", numbers(6.5)), 7),
    (call("round", numbers(-6.5)), -6),
    (call("round", numbers(6.49)), 6),
    (call("truncate", numbers(-6.9)), -6),
    (call("roundTo", numbers(1.005), roundingMode="decimalPlaces", figures=2), 1.01),
    (call("roundTo", numbers(-2.5), roundingMode="decimalPlaces", figures=0), -3.0),
    (call("roundTo", numbers(1234.5), roundingMode="significantFigures", figures=2), 1200.0),
    (call("roundTo", numbers(0.00345), roundingMode="significantFigures", figures=2), 0.0035),
    (call("roundTo", numbers(1.5), roundingMode="significantFigures", figures=0), None),
    (call("equal", numbers(1, 1.0)), True),
    (call("equal", numbers(3.1, 3.15), toleranceMode="absolute", tolerance="0.05"), True),
    (call("equal", numbers(10, 9), toleranceMode="absolute", tolerance="0.5 2"), False),
    (call("equal", numbers(10, 12), toleranceMode="absolute", tolerance="0.5 2"), True),
    (call("equal", numbers(20, 18), toleranceMode="relative", tolerance="10"), True),
    (call("equal", numbers(-20, -22), toleranceMode="relative", tolerance="10"), True),
    (call("equal", numbers(20, 17.99), toleranceMode="relative", tolerance="10"), False),
    (call("equal", NULL + numbers(1)), None),
    (call("equalRounded", numbers(3.175, 3.183), figures=3), True),
    (call("equalRounded", numbers(3.1749, 3.183), figures=3), False),
    (call("mathOperator", numbers(100), name="log"), 2.0),
    (call("mathOperator", numbers(-1), name="ln"), None),
    (call("mathOperator", numbers(1, 1), name="atan2"), 0.7853981633974483),
    (call("mathOperator", numbers(-2.5), name="abs"), 2.5),
    (call("mathConstant", "", name="pi"), 3.141592653589793),
    (call("statsOperator", f"<multiple>{numbers(1, 3)}</multiple>", name="mean"), 2.0),
    (call("statsOperator", f"<multiple>{numbers(1, 3)}</multiple>", name="sampleVariance"), 2.0),
    (call("statsOperator", f"<multiple>{numbers(1, 3)}</multiple>", name="popSD"), 1.0),
    (call("statsOperator", f"<multiple>{numbers(1)}</multiple>", name="sampleSD"), None),
]


def texts(*found: str) -> str:
    return "".join(base("string", text) for text in found)


TEXTS: list[tuple[str, Any]] = [
    (call("stringMatch", texts("York", "york"), caseSensitive="true"), False),
    (call("stringMatch", texts("York", "york"), caseSensitive="false"), True),
    (call("stringMatch", texts("New York", "york"), caseSensitive="false", substring="true"), True),
    (call("substring", texts("Yo", "York"), caseSensitive="true"), True),
    (call("substring", texts("York", "Yo"), caseSensitive="true"), False),
    (call("patternMatch", texts("2026"), pattern="[0-9]{4}"), True),
    (call("patternMatch", texts("in 2026"), pattern="[0-9]{4}"), False),
    (call("patternMatch", texts("2026"), pattern="^[0-9]{4}$"), True),
    (call("patternMatch", texts("直播"), pattern="\\p{L}+"), True),
    (call("patternMatch", texts("直播A𠮷"), pattern="[\\p{L}]+"), True),
    (call("patternMatch", texts("直播1"), pattern="\\p{Lo}+"), False),
    (call("patternMatch", texts("直"), pattern="\\P{L}"), False),
    (call("patternMatch", NULL, pattern="x"), None),
]


def custom(definition: str, text: str) -> str:
    return call("customOperator", base("string", text), definition=definition)


EXTENSIONS: list[tuple[str, Any]] = [
    (custom("depcp:Trim", "  Utrecht "), "Utrecht"),
    (custom("qade:Trim", "  "), None),
    (custom("qade:ToAscii", "Curaçao é"), "Curacao e"),
    (custom("questify:ParseCommaDecimal", "1,5"), 1.5),
    (custom("questify:ParseCommaDecimal", "anderhalf"), None),
    (call("customOperator", NULL, definition="depcp:Trim"), None),
    (call("isNotNull", NULL), False),
    (call("isNotNull", YES), True),
    (call("notEqual", numbers(1, 1.0)), False),
    (call("notEqual", numbers(1, 2)), True),
    (call("notEqual", numbers(1) + NULL), None),
]


@pytest.mark.parametrize(("expression", "result"), [*LOGIC, *NUMBERS, *TEXTS, *EXTENSIONS])
def test_an_operator_gives(expression: str, result: object) -> None:
    found = value_of(expression)
    assert found == result
    assert type(found) is type(result)


def test_every_operator_stands_in_a_table_above() -> None:
    known = {expression[1:].replace(">", " ").split()[0] for expression, _ in LOGIC}
    known |= {expression[1:].split(">")[0].split()[0] for expression, _ in [*NUMBERS, *TEXTS]}
    assert {*PLAIN, *NUMERIC, *TEXTUAL} - {n.lower() for n in known} == {
        "null",
        "ordered",
        "fieldvalue",
    }


def test_the_specification_names_every_operator() -> None:
    text = (Path(__file__).parents[2] / "docs/specs/qti.md").read_text()
    rows = text[text.index("### Operators") : text.index("Template processing runs")]
    named = {name.lower() for name in re.findall("`([A-Za-z]+)`", rows)}
    assert {*OPERATORS, *READERS, *RANDOM, *extensions.NAMED, *extensions.CUSTOM} <= named


def test_the_fields_of_a_typed_number_can_be_asked() -> None:
    declared = '<responseDeclaration identifier="R" cardinality="record"/>'
    fields = {"stringValue": "1.20", "floatValue": 1.2, "ndp": 2, "nsf": 3, "integerValue": None}
    for field, result in fields.items():
        asked = call("fieldValue", '<variable identifier="R"/>', fieldIdentifier=field)
        assert value_of(asked, declared, R="1.20") == result


def test_a_condition_takes_the_first_branch_that_is_true_and_null_is_not() -> None:
    rules = (
        "<responseCondition><responseIf><null/>{0}</responseIf>"
        '<responseElseIf><gt><variable identifier="RESPONSE"/>{ten}</gt>{1}</responseElseIf>'
        "<responseElse>{2}</responseElse></responseCondition><exitResponse/>{0}"
    )
    sets = [f'<setOutcomeValue identifier="SCORE">{numbers(n)}</setOutcomeValue>' for n in range(3)]
    processing = f"<responseProcessing>{rules.format(*sets, ten=numbers(10))}</responseProcessing>"
    data = item(response("single", "integer") + SCORE + processing)
    found = [score_item(data, {"RESPONSE": said})["SCORE"] for said in ("11", "10", None)]
    assert found == [1, 2, 2]


@pytest.mark.parametrize(("raw", "found"), [(0, "low"), (4.9, "low"), (5, "mid"), (9, "high")])
def test_an_interpolation_table_goes_by_steps(raw: float, found: str) -> None:
    table = (
        '<outcomeDeclaration identifier="OUT" cardinality="single" baseType="identifier">'
        '<interpolationTable defaultValue="low"><interpolationTableEntry sourceValue="8" '
        'targetValue="high"/><interpolationTableEntry sourceValue="5" includeBoundary="true" '
        'targetValue="mid"/></interpolationTable></outcomeDeclaration>'
    )
    rule = f'<lookupOutcomeValue identifier="OUT">{numbers(raw)}</lookupOutcomeValue>'
    data = item(f"{table}<responseProcessing>{rule}</responseProcessing>")
    assert score_item(data, {})["OUT"] == found


@pytest.mark.parametrize(
    "broken",
    [
        call("equal", numbers(1, 1), toleranceMode="absolute", tolerance="x"),
        call("equal", numbers(1, 1), toleranceMode="absolute"),
        call("patternMatch", texts("x"), pattern="(("),
        call("inside", base("point", "1 1"), shape="star", coords="1"),
        call("not", ""),
        call("variable", "", identifier="NOBODY"),
        base("float", "x"),
        call("mathOperator", numbers(1), name="guess"),
        call("sum", call("match", YES)),
    ],
)
def test_a_broken_expression_is_refused_with_its_line(broken: str) -> None:
    with pytest.raises(QtiRefused) as refused:
        value_of(broken)
    assert refused.value.problems[0].en.startswith("line 1: ")


def test_rules_nested_without_end_are_refused() -> None:
    with pytest.raises(QtiRefused, match="1"):
        value_of("<not>" * 100 + YES + "</not>" * 100)
