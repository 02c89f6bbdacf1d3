"""Items scored as the standard publishes it: templates, mappings, NULL, defaults, every version."""

from typing import Any

import pytest
from qti_items import SCORE, SPACES, base, correct, item, mapping, response, templated, value_of

from sync.headquarters.content.qti.scoring import score_item
from sync.headquarters.content_errors import QtiRefused, QtiUnsupported, ResponsesRefused

ONE = templated(response(inner=correct("B")), "match_correct")


@pytest.mark.parametrize("version", SPACES)
@pytest.mark.parametrize(("said", "score"), [("B", 1), ("A", 0), ("b", 0), (None, 0), ("", 0)])
def test_match_correct_in_every_version(version: str, said: str | None, score: float) -> None:
    assert score_item(item(ONE, version), {"RESPONSE": said}) == {"SCORE": score}


@pytest.mark.parametrize(
    ("address", "score"),
    [
        ("http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct", 1),
        ("http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct.xml", 1),
        ("https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml", 1),
        ("https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/CC2_match", 1),
    ],
)
def test_a_template_is_known_by_the_end_of_its_address(address: str, score: float) -> None:
    inner = f'{response(inner=correct("B"))}{SCORE}<responseProcessing template="{address}"/>'
    assert score_item(item(inner), {"RESPONSE": "B"})["SCORE"] == score


@pytest.mark.parametrize(
    ("cardinality", "key", "said", "score"),
    [
        ("multiple", ["A", "C"], ["C", "A"], 1),
        ("multiple", ["A", "C"], ["A"], 0),
        ("multiple", ["A", "C"], ["A", "C", "C"], 0),
        ("multiple", ["A", "C"], [], 0),
        ("multiple", ["A"], "A", 1),
        ("ordered", ["A", "C"], ["A", "C"], 1),
        ("ordered", ["A", "C"], ["C", "A"], 0),
        ("single", ["A"], ["A"], 1),
        ("single", ["A", "C"], "C", 1),
    ],
)
def test_match_correct_by_cardinality(
    cardinality: str, key: list[str], said: object, score: float
) -> None:
    inner = templated(response(cardinality, inner=correct(*key)), "match_correct")
    assert score_item(item(inner), {"RESPONSE": said})["SCORE"] == score


@pytest.mark.parametrize(
    ("kind", "key", "said", "score"),
    [
        ("pair", "A B", "B  A", 1),
        ("pair", "A B", "A C", 0),
        ("directedPair", "A   B", "A B", 1),
        ("directedPair", "A B", "B A", 0),
        ("string", "York", "York", 1),
        ("string", "York", "york", 0),
        ("string", "York", "York ", 0),
        ("integer", "7", " 007 ", 1),
        ("integer", "7", "7.0", 0),
        ("integer", "7", "７", 0),
        ("float", "0.50", ".5", 1),
        ("float", "0.5", "5e-1", 1),
        ("float", "0.5", "half", 0),
        ("boolean", "true", "1", 1),
        ("point", "10 20", "10 20", 1),
        ("duration", "PT1H", "3600", 1),
    ],
)
def test_match_correct_by_base_type(kind: str, key: str, said: str, score: float) -> None:
    inner = templated(response("single", kind, correct(key)), "match_correct")
    assert score_item(item(inner), {"RESPONSE": said})["SCORE"] == score


MAPPED = mapping({"A": 1, "B": 0.5, "C": -2}, 'defaultValue="-0.5"')
BOUNDED = mapping({"A": 10, "B": 5}, 'defaultValue="1" lowerBound="2" upperBound="12"')


@pytest.mark.parametrize(
    ("cardinality", "mapped", "said", "score"),
    [
        ("single", MAPPED, "B", 0.5),
        ("single", MAPPED, "Z", -0.5),
        ("single", MAPPED, None, 0),
        ("multiple", MAPPED, ["A", "B"], 1.5),
        ("multiple", MAPPED, ["B", "B", "A"], 1.5),
        ("multiple", MAPPED, ["A", "Y", "Z"], 0),
        ("multiple", MAPPED, [], 0),
        ("multiple", BOUNDED, ["A", "B"], 12),
        ("multiple", BOUNDED, ["Z"], 2),
        ("ordered", MAPPED, ["C", "A"], -1),
    ],
)
def test_map_response(cardinality: str, mapped: str, said: object, score: float) -> None:
    inner = templated(response(cardinality, inner=mapped), "map_response")
    assert score_item(item(inner), {"RESPONSE": said})["SCORE"] == score


def test_tenths_of_marks_add_up_as_they_are_written() -> None:
    inner = templated(response("multiple", inner=mapping({"A": 0.1, "B": 0.2})), "map_response")
    assert score_item(item(inner), {"RESPONSE": ["A", "B"]})["SCORE"] == 0.3


CASES = (
    '<mapping defaultValue="0" {all}><mapEntry mapKey="York" mappedValue="1" {one}/>'
    '<mapEntry mapKey="Bath" mappedValue="2"/></mapping>'
)


@pytest.mark.parametrize(
    ("whole", "one", "said", "score"),
    [
        ("", "", "york", 0),
        ("", 'caseSensitive="false"', "yORK", 1),
        ("", 'caseSensitive="false"', "bath", 0),
        ('caseSensitive="false"', "", "bath", 2),
        ('caseSensitive="false"', 'caseSensitive="true"', "york", 0),
        ('caseSensitive="false"', 'caseSensitive="true"', "York", 1),
    ],
)
def test_letter_cases_count_unless_the_entry_or_its_mapping_says_otherwise(
    whole: str, one: str, said: str, score: float
) -> None:
    declared = response("single", "string", CASES.format(all=whole, one=one))
    inner = templated(declared, "map_response")
    assert score_item(item(inner), {"RESPONSE": said})["SCORE"] == score


@pytest.mark.parametrize(
    ("shape", "said", "score"),
    [
        ('shape="circle" coords="10,10,5"', ["10 15"], 1),
        ('shape="circle" coords="10,10,5"', ["10 16"], -1),
        ('shape="rect" coords="0,0,10,10"', ["10 0"], 1),
        ('shape="poly" coords="0,0,10,0,0,10"', ["3 3"], 1),
        ('shape="poly" coords="0,0,10,0,0,10"', ["9 9"], -1),
        ('shape="ellipse" coords="10,10,5,2"', ["14 10"], 1),
        ('shape="rect" coords="0,0,10,10"', ["1 1", "2 2"], 1),
        ('shape="rect" coords="0,0,10,10"', ["1 1", "20 20"], 0),
        ('shape="default"', ["99 99"], 1),
    ],
)
def test_an_area_counts_once_and_a_point_outside_the_default(
    shape: str, said: list[str], score: float
) -> None:
    areas = f'<areaMapping defaultValue="-1"><areaMapEntry {shape} mappedValue="1"/></areaMapping>'
    inner = templated(response("multiple", "point", areas), "map_response_point")
    assert score_item(item(inner), {"RESPONSE": said})["SCORE"] == score


def outcome(name: str, kind: str, cardinality: str = "single", default: str = "") -> str:
    inner = f"<defaultValue><value>{default}</value></defaultValue>" if default else ""
    return (
        f'<outcomeDeclaration identifier="{name}" baseType="{kind}" '
        f'cardinality="{cardinality}">{inner}</outcomeDeclaration>'
    )


def test_outcomes_begin_at_their_default_numbers_at_nought_all_else_at_null() -> None:
    inner = outcome("I", "integer") + outcome("F", "float") + outcome("S", "string")
    inner += outcome("M", "float", "multiple") + outcome("D", "float", default="2.5")
    assert score_item(item(inner), {}) == {"I": 0, "F": 0.0, "S": None, "M": None, "D": 2.5}


def test_a_response_that_is_not_named_keeps_its_default_and_null_empties_it() -> None:
    declared = response(inner="<defaultValue><value>A</value></defaultValue>")
    said: list[dict[str, Any]] = [{}, {"RESPONSE": None}, {"RESPONSE": "B"}]
    found = [value_of('<variable identifier="RESPONSE"/>', declared, **one) for one in said]
    assert found == ["A", None, "B"]


@pytest.mark.parametrize(
    ("responses", "why"),
    [
        ([], "not a JSON object"),
        ({"OTHER": "A"}, "no response variable OTHER"),
        ({"SCORE": "1"}, "no response variable SCORE"),
        ({"RESPONSE": ["A", "B"]}, "2 values of a single one"),
        ({"RESPONSE": {"a": "b"}}, "not a string, list or null"),
        ({"RESPONSE": [["A"]]}, "a list holds strings only"),
    ],
)
def test_responses_that_do_not_fit_are_refused(responses: object, why: str) -> None:
    with pytest.raises(ResponsesRefused) as refused:
        score_item(item(ONE), responses)
    assert why in refused.value.problems[0].en


def test_what_is_not_supported_is_refused_by_its_name_and_line() -> None:
    with pytest.raises(QtiUnsupported) as refused:
        value_of('\n<customOperator class="org.x"/>')
    assert refused.value.problems[0].en == "line 2: customOperator org.x is not supported"
    with pytest.raises(QtiUnsupported, match="1"):
        value_of(f"<random><multiple>{base('integer', 1)}</multiple></random>")


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        (response() + response(), "RESPONSE is declared twice"),
        ('<responseDeclaration identifier="R" cardinality="several"/>', "no identifier"),
        ('<responseDeclaration identifier="R" cardinality="single" baseType="x"/>', "base type x"),
        (response("single", "integer", correct("one")), "no integer: one"),
        (templated(response(), "match_nothing_known"), "unknown template"),
        (templated("", "match_correct"), "needs a variable RESPONSE"),
    ],
)
def test_an_item_that_contradicts_itself_is_refused(inner: str, why: str) -> None:
    with pytest.raises(QtiRefused) as refused:
        score_item(item(inner), {})
    assert why in refused.value.problems[0].en


DICE = (
    '<templateDeclaration identifier="T" cardinality="single" baseType="integer">'
    "<defaultValue><value>3</value></defaultValue></templateDeclaration>{preparing}"
    '<responseProcessing><setOutcomeValue identifier="OUT"><variable identifier="{read}"/>'
    "</setOutcomeValue></responseProcessing>"
)
SET = (
    '<templateProcessing><setTemplateValue identifier="T">{}</setTemplateValue>'
    "</templateProcessing>"
)


def test_a_template_runs_if_it_throws_no_dice_and_else_only_what_needs_it_is_refused() -> None:
    fixed = SET.format(base("integer", 5))
    random = SET.format('<randomInteger min="1" max="6"/>')
    assert score_item(item(DICE.format(preparing="", read="T")), {})["OUT"] == 3
    assert score_item(item(DICE.format(preparing=fixed, read="T")), {})["OUT"] == 5
    thrown = DICE.format(preparing=random, read="T")
    with pytest.raises(QtiUnsupported):
        score_item(item(thrown), {})
    assert score_item(item(thrown), {"T": "4"})["OUT"] == 4
    assert score_item(item(DICE.format(preparing=random, read="numAttempts")), {})["OUT"] == 1


RECORD = (
    '<responseDeclaration identifier="RESPONSE" cardinality="record"><correctResponse>'
    '<value fieldIdentifier="x" baseType="integer">42</value>'
    '<value fieldIdentifier="y" baseType="identifier">A</value></correctResponse>'
    "</responseDeclaration>"
)


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ({"x": 42, "y": "A"}, 1),
        ({"y": "A", "x": "42"}, 1),
        ({"x": 41, "y": "A"}, 0),
        ({"x": 42}, 0),
        ({}, 0),
    ],
)
def test_a_record_is_compared_field_by_field(said: dict[str, Any], score: float) -> None:
    inner = templated(RECORD, "match_correct")
    assert score_item(item(inner), {"RESPONSE": said})["SCORE"] == score
