"""The response processing templates that the standards publish, as the rules they stand for."""

import re
from functools import cache

from sync.headquarters.content.qti.declarations import Declaration
from sync.headquarters.content.qti.markup import Node, node, parse, refusal
from sync.words import Words

_SCORE = "<setOutcomeValue identifier='SCORE'>{}</setOutcomeValue>"
_ONE, _NONE = (_SCORE.format(f"<baseValue baseType='float'>{n}</baseValue>") for n in (1, 0))
_RESPONSE = "<variable identifier='{r}'/>"
_CHOICE = (
    "<r><responseCondition><responseIf>{test}{then}</responseIf>"
    "<responseElse>{other}</responseElse></responseCondition>{more}</r>"
)
_MATCH = f"<match>{_RESPONSE}<correct identifier='{{r}}'/></match>"
_NULL = f"<isNull>{_RESPONSE}</isNull>"


def _feedback(name: str, said: str) -> str:
    return (
        f"<setOutcomeValue identifier='{name}'><baseValue baseType='identifier'>{said}"
        "</baseValue></setOutcomeValue>"
    )


_TOLD = (
    "<responseCondition><responseIf><equal toleranceMode='exact'><variable identifier='MAXSCORE'/>"
    "<variable identifier='SCORE'/></equal>"
    + _feedback("FEEDBACK", "correct")
    + "</responseIf><responseElse>"
    + _feedback("FEEDBACK", "incorrect")
    + "</responseElse></responseCondition>"
)
_MAPPED = _SCORE.format("<mapResponse identifier='{r}'/>")
_POINT = _SCORE.format("<mapResponsePoint identifier='{r}'/>")
_BEST = _SCORE.format("<variable identifier='MAXSCORE'/>")
TEMPLATES = {
    "match_correct": _CHOICE.format(test=_MATCH, then=_ONE, other=_NONE, more=""),
    "map_response": _CHOICE.format(test=_NULL, then=_NONE, other=_MAPPED, more=""),
    "map_response_point": _CHOICE.format(test=_NULL, then=_NONE, other=_POINT, more=""),
    "cc2_match": _CHOICE.format(test=_MATCH, then=_ONE, other=_NONE, more=""),
    "cc2_match_basic": _CHOICE.format(
        test=_MATCH,
        then=_BEST + _feedback("FEEDBACKBASIC", "correct"),
        other=_feedback("FEEDBACKBASIC", "incorrect"),
        more="",
    ),
    "cc2_map_response": _CHOICE.format(test=_NULL, then=_NONE, other=_MAPPED, more=_TOLD),
}
_NAME = re.compile(r"[^/\\]*\Z")


def template_rules(
    processing: Node, declared: set[str]
) -> tuple[tuple[Node, ...], list[Declaration]]:
    """The rules that a template's address stands for, and the outcomes that it takes for granted.

    QtiRefused if nothing is published under that address. Only the last part of it counts: the
    versions differ in the rest.
    """
    address = processing.get("template")
    name = _NAME.findall(address.rstrip("/"))[0].lower().removesuffix(".xml").replace("-", "_")
    if name not in TEMPLATES:
        reason = Words(f"不认识的评分模板：{address[:100]}", f"unknown template: {address[:100]}")
        raise refusal("", processing.line, reason)
    if "RESPONSE" not in declared:
        reason = Words("评分模板需要变量 RESPONSE", "the template needs a variable RESPONSE")
        raise refusal("", processing.line, reason)
    implied = [] if "SCORE" in declared else [Declaration("outcome", "SCORE", "single", "float")]
    rules = _parsed(name)
    if "FEEDBACK" not in declared and name == "cc2_map_response":
        # Written for items with feedback; without any only the score is left.
        rules = rules[:1]
    return rules, implied


@cache
def _parsed(name: str) -> tuple[Node, ...]:
    return node(parse(TEMPLATES[name].format(r="RESPONSE").encode())).children
