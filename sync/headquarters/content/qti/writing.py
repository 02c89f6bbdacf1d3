"""A draft written as a QTI 3.0 item in our profile; reading it gives the same draft."""

from html import escape
from typing import Any

import msgspec
from lxml import etree

from sync.headquarters.content.drafts import BY_PEOPLE, Draft
from sync.headquarters.content.html import html_to_text
from sync.headquarters.content.qti.names import SPACE
from sync.headquarters.content.qti.profile import profiled

TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates"
_CARDINALITY = {"multiple": "multiple", "matching": "multiple", "ordering": "ordered"}
_BASE = {"entry": "string", "matching": "directedPair", "upload": "file", "text": "string"}


def write_item(draft: Draft) -> str:
    """The item as QTI 3.0; one that came as QTI is what it came as."""
    if draft.qti:
        return draft.qti
    parts = [_declaration(draft), _outcomes(draft), _body(draft), _processing(draft)]
    title = _attribute(draft.title or html_to_text(draft.stem)[:40])
    text = (
        f'<qti-assessment-item xmlns="{SPACE}" identifier="{_attribute(draft.id)}" '
        f'title="{title}">{"".join(parts)}</qti-assessment-item>'
    )
    return profiled(text.encode(), lambda source: source).xml


def _attribute(text: str) -> str:
    """A text as an attribute's value; XML would take its line ends for blanks."""
    return escape(text, quote=True).translate({9: "&#9;", 10: "&#10;", 13: "&#13;"})


def tagged(draft: Draft, **about: Any) -> Draft:
    """A draft with another `field`, `task` or `difficulty`, which its QTI says then too."""
    made = msgspec.structs.replace(draft, **about)
    if not draft.qti:
        return made
    root = etree.fromstring(draft.qti.encode())
    body = root.find(f"{{{SPACE}}}qti-item-body")
    # All of them anew: in the order that the writer has.
    for name in ("field", "task", "difficulty"):
        said = getattr(made, name)
        body.attrib.pop(f"data-{name}", None)
        if said not in (None, ""):
            body.set(f"data-{name}", said if isinstance(said, str) else f"{said:.12g}")
    text = etree.tostring(root, encoding="unicode")
    return msgspec.structs.replace(made, qti=profiled(text.encode(), lambda source: source).xml)


def _declaration(draft: Draft) -> str:
    base = _BASE.get(draft.kind, "identifier")
    cardinality = _CARDINALITY.get(draft.kind, "single")
    key = [pair.split(" ")[1] for pair in draft.key] if draft.kind == "ordering" else draft.key
    key = key[:1] if draft.kind == "entry" else key
    correct = "".join(f"<qti-value>{escape(one)}</qti-value>" for one in key)
    mapped = _mapping(draft) if draft.kind == "entry" else ""
    held = f"<qti-correct-response>{correct}</qti-correct-response>" if correct else ""
    return (
        f'<qti-response-declaration identifier="RESPONSE" cardinality="{cardinality}" '
        f'base-type="{base}">{held}{mapped}</qti-response-declaration>'
    )


def _mapping(draft: Draft) -> str:
    entries = "".join(
        f'<qti-map-entry map-key="{_attribute(one)}" mapped-value="{draft.marks:.12g}" '
        'case-sensitive="false"/>'
        for one in draft.key
    )
    return f'<qti-mapping default-value="0">{entries}</qti-mapping>'


def _outcomes(draft: Draft) -> str:
    human = ' external-scored="human"' if draft.kind in BY_PEOPLE else ""
    most = f"<qti-default-value><qti-value>{draft.marks:.12g}</qti-value></qti-default-value>"
    return (
        f'<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"'
        f"{human}/>"
        '<qti-outcome-declaration identifier="MAXSCORE" cardinality="single" base-type="float">'
        f"{most}</qti-outcome-declaration>"
    )


def _body(draft: Draft) -> str:
    situation = f'<div class="situation">{draft.situation}</div>' if draft.situation else ""
    reason = (
        f'<qti-rubric-block use="scoring" view="scorer">{draft.reason}</qti-rubric-block>'
        if draft.reason
        else ""
    )
    about = {"kind": draft.kind, "field": draft.field, "task": draft.task}
    if draft.difficulty is not None:
        about["difficulty"] = f"{draft.difficulty:.12g}"
    said = "".join(f' data-{k}="{_attribute(v)}"' for k, v in about.items() if v)
    return f"<qti-item-body{said}>{situation}{_interaction(draft)}{reason}</qti-item-body>"


def _interaction(draft: Draft) -> str:
    prompt, this = f"<qti-prompt>{draft.stem}</qti-prompt>", 'response-identifier="RESPONSE"'
    simple = "".join(
        f'<qti-simple-choice identifier="{_attribute(one)}">{text}</qti-simple-choice>'
        for one, text in draft.options.items()
    )
    if draft.kind in ("single", "multiple", "truth"):
        most = 0 if draft.kind == "multiple" else 1
        shuffle = "false" if draft.kind == "truth" else "true"
        return (
            f'<qti-choice-interaction {this} shuffle="{shuffle}" max-choices="{most}">'
            f"{prompt}{simple}</qti-choice-interaction>"
        )
    if draft.kind == "entry":
        gap = f'<p class="gap"><qti-text-entry-interaction {this}/></p>'
        return f"<div>{draft.stem}</div>{gap}"
    if draft.kind == "ordering":
        return (
            f'<qti-order-interaction {this} shuffle="true">{prompt}{simple}</qti-order-interaction>'
        )
    if draft.kind == "matching":
        return f"<qti-match-interaction {this}>{prompt}{_sets(draft)}</qti-match-interaction>"
    name = "upload" if draft.kind == "upload" else "extended-text"
    return f"<qti-{name}-interaction {this}>{prompt}</qti-{name}-interaction>"


def _sets(draft: Draft) -> str:
    made = ""
    for group in (draft.rows, draft.options):
        inner = "".join(
            f'<qti-simple-associable-choice identifier="{_attribute(one)}" match-max="1">'
            f"{text}</qti-simple-associable-choice>"
            for one, text in group.items()
        )
        made += f"<qti-simple-match-set>{inner}</qti-simple-match-set>"
    return made


def _processing(draft: Draft) -> str:
    if draft.kind in BY_PEOPLE or not draft.key:
        return ""
    if draft.kind == "entry":
        return f'<qti-response-processing template="{TEMPLATES}/map_response.xml"/>'
    if draft.marks == 1:
        return f'<qti-response-processing template="{TEMPLATES}/match_correct.xml"/>'
    return (
        "<qti-response-processing><qti-response-condition><qti-response-if><qti-match>"
        '<qti-variable identifier="RESPONSE"/><qti-correct identifier="RESPONSE"/></qti-match>'
        '<qti-set-outcome-value identifier="SCORE"><qti-variable identifier="MAXSCORE"/>'
        "</qti-set-outcome-value></qti-response-if></qti-response-condition>"
        "</qti-response-processing>"
    )


def declared_xml(text: str) -> bytes:
    """An item's text as a file."""
    root = etree.fromstring(text.encode())
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))
