"""QTI items in few words: the same one in the names and namespaces of 2.0 to 3.0."""

import re
from typing import Any

from sync.headquarters.content.qti.scoring import score_item

SPACES = {
    "2.0": "http://www.imsglobal.org/xsd/imsqti_v2p0",
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "2.2": "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "3.0": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}
SCORE = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
TEMPLATE = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
HTML = {"p", "div", "img", "span", "b", "table", "tr", "td"}


def item(inner: str, version: str = "2.1") -> bytes:
    """An item around its declarations and rules, in the names of a version."""
    space = SPACES[version]
    text = (
        f'<assessmentItem xmlns="{space}" identifier="i1" title="t" adaptive="false" '
        f'timeDependent="false">{inner}</assessmentItem>'
    )
    return (in_three(text) if version == "3.0" else text).encode()


def in_three(text: str) -> str:
    """Names as QTI 3.0 writes them."""

    def kebab(name: str) -> str:
        return re.sub(r"(?<=[a-z])([A-Z])", lambda m: "-" + m[1].lower(), name)

    def tag(match: re.Match[str]) -> str:
        name = match[2] if match[2] in HTML else f"qti-{kebab(match[2])}"
        return f"{match[1]}{name}{attributes(match[3])}"

    def attributes(rest: str) -> str:
        return re.sub(r"(\s)([a-zA-Z]+)=", lambda m: f"{m[1]}{kebab(m[2])}=", rest)

    return re.sub(r"(</?)([a-zA-Z]+)([^<>]*)", tag, text)


def response(cardinality: str = "single", base: str = "identifier", inner: str = "") -> str:
    """The declaration of RESPONSE."""
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" '
        f'baseType="{base}">{inner}</responseDeclaration>'
    )


def correct(*values: str) -> str:
    """A correct response."""
    return f"<correctResponse>{''.join(f'<value>{v}</value>' for v in values)}</correctResponse>"


def mapping(entries: dict[str, float], attributes: str = "") -> str:
    """A mapping."""
    inner = "".join(f'<mapEntry mapKey="{k}" mappedValue="{v}"/>' for k, v in entries.items())
    return f"<mapping {attributes}>{inner}</mapping>"


def templated(declared: str, name: str) -> str:
    """What an item that follows a template of the standard has in it."""
    return f'{declared}{SCORE}<responseProcessing template="{TEMPLATE}{name}"/>'


def base(kind: str, value: object) -> str:
    """A base value."""
    return f'<baseValue baseType="{kind}">{value}</baseValue>'


def value_of(expression: str, declared: str = "", **responses: object) -> Any:
    """What an expression comes to."""
    rules = f'<setOutcomeValue identifier="OUT">{expression}</setOutcomeValue>'
    data = item(f"{declared}<responseProcessing>{rules}</responseProcessing>")
    return score_item(data, responses)["OUT"]
