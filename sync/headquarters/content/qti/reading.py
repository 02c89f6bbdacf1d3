"""An item in our profile as a draft: what the bank, sheets and markers see of it."""

from collections import Counter
from typing import Any

from lxml import etree

from sync.headquarters.content.drafts import Draft, Kind
from sync.headquarters.content.html import Source, inner
from sync.headquarters.content.qti.declarations import Declaration
from sync.headquarters.content.qti.markup import Node, local, plain_name, refusal
from sync.headquarters.content.qti.names import INTERACTIONS, SPACE
from sync.headquarters.content.qti.processing import Machine
from sync.headquarters.content.qti.profile import Profiled, Stimulus, choices, profiled
from sync.headquarters.content.qti.scoring import ScoredItem, as_json
from sync.headquarters.content.qti.values import Value, as_number
from sync.words import Words

KINDS: dict[str, Kind] = {
    "textentryinteraction": "entry",
    "inlinechoiceinteraction": "inline",
    "extendedtextinteraction": "text",
    "matchinteraction": "matching",
    "orderinteraction": "ordering",
    "uploadinteraction": "upload",
}
# What our writer puts beside the stem.
OURS = ("situation", "gap")
BY_IDENTIFIER = ("identifier", "pair", "directedpair")


def read_item(data: bytes, source: Source, stimulus: Stimulus = lambda _: None) -> Draft:
    """A draft of a QTI item of any version; QtiRefused with the line otherwise."""
    return _draft(profiled(data, source, stimulus))


def _draft(item: Profiled) -> Draft:
    scored = ScoredItem(item.node)
    declared = {one.identifier: one for one in scored.declarations if one.kind == "response"}
    body = item.node.first("itembody") or item.node
    found = [part for part in body.below() if part.name in INTERACTIONS]
    _check_keys(found, declared)
    root_body = item.root.find(f"{{{SPACE}}}qti-item-body")
    kind = _kind(found, declared, body.get("datakind"))
    options, rows = _offered(root_body) if kind not in ("composite", "entry") else ({}, {})
    said = body.get("datadifficulty")
    return Draft(
        id=item.node.get("identifier"),
        title=item.node.get("title"),
        kind=kind,
        stem=_stem(root_body),
        options=options,
        rows=rows,
        key=_key(found, declared, kind),
        marks=_marks(scored, found, declared),
        difficulty=float(said) if said else None,
        reason=_part(root_body, "qti-rubric-block"),
        situation=_situation(root_body),
        field=body.get("datafield"),
        task=body.get("datatask"),
        qti=item.xml,
        media=tuple(sorted({e.get("src") for e in root_body.iter() if e.get("src")})),
    )


def _kind(found: list[Node], declared: dict[str, Declaration], said: str) -> Kind:
    if len(found) != 1:
        return "composite"
    name = found[0].name
    if name != "choiceinteraction":
        return KINDS[name]
    if declared[found[0].get("responseidentifier")].cardinality != "single":
        return "multiple"
    return "truth" if said == "truth" else "single"


def _check_keys(found: list[Node], declared: dict[str, Declaration]) -> None:
    """Each interaction has its variable, and no key leads outside of what is offered."""
    for interaction in found:
        name, offered = interaction.get("responseidentifier"), list(choices(interaction))
        if name not in declared:
            reason = Words(f"未声明的变量 {name}", f"{name} is not declared")
            raise refusal("", interaction.line, reason)
        twice = [one for one, count in Counter(offered).items() if count > 1]
        if twice:
            reason = Words(f"选项编号重复：{twice[0]}", f"two options are called {twice[0]}")
            raise refusal("", interaction.line, reason)
        one = declared[name]
        outside = sorted(_named(one) - set(offered)) if one.base in BY_IDENTIFIER else []
        if outside:
            said = "、".join(outside)[:60]
            reason = Words(f"答案不在选项内：{said}", f"the key is not among the options: {said}")
            raise refusal("", one.line, reason)


def _named(declared: Declaration) -> set[str]:
    atoms = list(declared.correct.atoms) if declared.correct else []
    atoms += [one.key for one in declared.mapping.entries if one.key] if declared.mapping else []
    return {str(part) for atom in atoms for part in (atom if isinstance(atom, tuple) else (atom,))}


def _offered(body: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Options and rows of the one interaction, by identifier."""
    groups: list[dict[str, str]] = []
    for part in body.iter():
        name = plain_name(local(part))
        if name in INTERACTIONS or name == "simplematchset":
            groups.append({})
        elif name in ("simplechoice", "inlinechoice", "simpleassociablechoice"):
            groups[-1][part.get("identifier", "")] = _inner(part)
    filled = [group for group in groups if group]
    if len(filled) > 1:
        return filled[1], filled[0]
    return (filled[0] if filled else {}), {}


def _key(found: list[Node], declared: dict[str, Declaration], kind: Kind) -> tuple[str, ...]:
    if len(found) != 1:
        return ()
    one = declared[found[0].get("responseidentifier")]
    if kind == "entry" and one.mapping:
        return tuple(str(e.key) for e in one.mapping.entries if e.counts > 0 and e.key is not None)
    held = as_json(one.correct) if one.correct else []
    texts = [str(part) for part in (held if isinstance(held, list) else [held])]
    if kind == "ordering":
        return tuple(f"{place} {text}" for place, text in enumerate(texts, start=1))
    return tuple(texts)


def _marks(scored: ScoredItem, found: list[Node], declared: dict[str, Declaration]) -> float:
    """MAXSCORE, or what the key itself comes to, or 1."""
    machine = Machine(scored.declarations)
    said = as_number(machine.lookup("MAXSCORE"))
    if said is None:
        names = [interaction.get("responseidentifier") for interaction in found]
        key: dict[str, Value | None] = {name: declared[name].correct for name in names}
        machine.values |= key
        machine.run(scored.rules)
        said = as_number(machine.lookup("SCORE"))
    return said if said and said > 0 else 1


def _stem(body: Any) -> str:
    """The prompt and the text around interactions, without these."""
    made = etree.Element("div")
    for child in body:
        name = plain_name(local(child))
        if child.get("class") in OURS or name == "rubricblock":
            continue
        if name not in INTERACTIONS:
            made.append(_without(child))
            continue
        prompt = child.find(f"{{{SPACE}}}qti-prompt")
        if prompt is not None:
            holder = _without(prompt)
            holder.tag = "span" if len(made) else "div"
            made.append(holder)
    if len(made) == 1 and made[0].tag == "div" and not made[0].attrib:
        return inner(made[0])
    return inner(made)


def _without(element: Any) -> Any:
    """A copy without namespace and interactions; a gap is left where one stood in the text."""
    name = local(element)
    if plain_name(name) in INTERACTIONS:
        gap = etree.Element("span")
        gap.text = "____"
        gap.tail = element.tail
        return gap
    made = etree.Element(name, dict(element.attrib))
    made.text, made.tail = element.text, element.tail
    for child in element:
        made.append(_without(child))
    return made


def _inner(element: Any) -> str:
    return inner(_without(element))


def _part(body: Any, name: str) -> str:
    found = body.find(f"{{{SPACE}}}{name}")
    return _inner(found) if found is not None else ""


def _situation(body: Any) -> str:
    found = [e for e in body if e.get("class") == "situation"]
    return _inner(found[0]) if found else ""
