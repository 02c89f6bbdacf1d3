"""An item of any version in our profile: names of 3.0, clean HTML, nothing unsupported."""

from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from sync.headquarters.content.html import (
    ATTRIBUTES,
    GLOBAL,
    GONE,
    MATH,
    MATH_ATTRIBUTES,
    MATHML,
    TAGS,
    Source,
    add_text,
)
from sync.headquarters.content.qti.markup import Node, local, node, parse, plain_name, refusal
from sync.headquarters.content.qti.names import BODY, HOLDERS, PARTS, SPACE, in_three
from sync.headquarters.content.qti.processing import (
    ASSIGNMENTS,
    CONDITIONS,
    EXITS,
    OPERATORS,
    READERS,
    unsupported,
)
from sync.headquarters.content.qti.scoring import ScoredItem
from sync.words import Words

# The bytes of a shared stimulus, and what its own pictures are called.
Stimulus = Callable[[str], tuple[bytes, Source] | None]
DECLARED = ("responsedeclaration", "outcomedeclaration")
# Shown after an answer or to nobody: never part of what a candidate sees.
HIDDEN = frozenset({"feedbackinline", "feedbackblock", "templateinline", "templateblock"})
RULES = frozenset(
    {*ASSIGNMENTS, *CONDITIONS, *EXITS, *OPERATORS, *READERS}
    | {f"response{part}" for part in ("if", "elseif", "else", "processing", "processingfragment")}
)


class Profiled:
    """An item in our profile, and the same as nodes."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.node = node(root)

    @property
    def xml(self) -> str:
        """Its one way to be written."""
        return str(etree.tostring(self.root, encoding="unicode"))


def profiled(data: bytes, source: Source, stimulus: Stimulus = lambda _: None) -> Profiled:
    """An item in our profile; QtiRefused or QtiUnsupported with the line otherwise.

    `source` says what a picture or sound is called here, `stimulus` gives a shared one.
    """
    read = parse(data)
    plain = node(read)
    if plain.name != "assessmentitem":
        raise refusal("", plain.line, Words(f"不是试题：{plain.name}", f"no item: {plain.name}"))
    _check(plain)
    made = etree.Element(f"{{{SPACE}}}qti-assessment-item", nsmap={None: SPACE})
    for name in ("identifier", "title"):
        made.set(name, plain.get(name))
    made.set("adaptive", "false")
    made.set("time-dependent", "false")
    for part in read:
        name = plain_name(local(part))
        if name in DECLARED or name == "responseprocessing":
            made.append(in_three(part))
        elif name == "itembody":
            made.append(_body(part, source, list(_stimuli(plain, stimulus))))
    whole = Profiled(made)
    ScoredItem(whole.node).score({})
    return whole


def _check(item: Node) -> None:
    if item.get("adaptive").lower() == "true":
        raise unsupported(item, "adaptive")
    for part in item.children:
        if part.name in ("templatedeclaration", "templateprocessing"):
            raise unsupported(part)
        if part.name == "responseprocessing":
            _check_rules(part)
        if part.name == "itembody":
            for inner in part.below():
                if inner.name.endswith("interaction") and inner.name not in PARTS:
                    raise unsupported(inner)
    if not item.first("itembody"):
        raise refusal("", item.line, Words("没有 itemBody", "there is no itemBody"))


def _check_rules(processing: Node) -> None:
    for rule in processing.below():
        if rule.name not in RULES:
            raise unsupported(rule, f"{rule.written} {rule.get('class')}".strip())


def _stimuli(item: Node, stimulus: Stimulus) -> Iterator[tuple[Any, Source]]:
    """The bodies of the shared stimuli that an item refers to."""
    for part in item.all("assessmentstimulusref"):
        found = stimulus(part.get("href"))
        if found is None:
            name = part.get("href")[:60]
            raise refusal("", part.line, Words(f"缺少共用材料 {name}", f"{name} is missing"))
        data, source = found
        for element in parse(data, part.get("href")):
            if plain_name(local(element)) == "stimulusbody":
                yield element, source


def _body(element: Any, source: Source, shared: list[tuple[Any, Source]]) -> Any:
    made = etree.Element(f"{{{SPACE}}}qti-item-body")
    for key, value in element.attrib.items():
        if key in ("data-kind", "data-field", "data-task", "data-difficulty"):
            made.set(key, value)
    for one, its_source in shared:
        holder = etree.SubElement(made, f"{{{SPACE}}}div", {"class": "situation"})
        _fill(holder, one, its_source, spaced=False)
    _fill(made, element, source, spaced=False)
    return made


def _fill(made: Any, element: Any, source: Source, spaced: bool) -> None:
    """Put the content of an element into ours; `spaced` if white space in it says something."""
    add_text(made, _said(element.text, spaced))
    for child in element:
        if isinstance(child.tag, str):
            _place(made, child, source, spaced)
        add_text(made, _said(child.tail, spaced))


def _said(text: str | None, spaced: bool) -> str:
    return (text or "") if spaced or (text or "").strip() else ""


def _place(made: Any, child: Any, source: Source, spaced: bool) -> None:
    name = plain_name(local(child))
    if name in HIDDEN or local(child).lower() in GONE - {"object"}:
        return
    if name in PARTS:
        ours = etree.SubElement(made, f"{{{SPACE}}}{PARTS[name]}")
        said = {plain_name(etree.QName(key).localname): v for key, v in child.attrib.items()}
        for key in BODY[PARTS[name]]:
            if plain_name(key) in said:
                ours.set(key, said[plain_name(key)].strip())
        _fill(ours, child, source, spaced=PARTS[name] not in HOLDERS)
    elif name == "rubricblock":
        _rubric(made, child, source)
    elif name == "object":
        _object(made, child, source)
    elif name in TAGS - {"a"} or name in MATH:
        _element(made, child, name, source)
    else:
        _fill(made, child, source, spaced)


def _rubric(made: Any, child: Any, source: Source) -> None:
    """What is for candidates is part of the body; what is for markers stays a rubric."""
    views = (child.get("view") or "").split()
    if "candidate" in views or not views:
        _fill(etree.SubElement(made, f"{{{SPACE}}}div"), child, source, spaced=True)
    elif "scorer" in views:
        ours = etree.SubElement(made, f"{{{SPACE}}}qti-rubric-block", use="scoring", view="scorer")
        _fill(ours, child, source, spaced=True)


def _object(made: Any, child: Any, source: Source) -> None:
    """An object is how 2.x shows a picture."""
    kind, data = (child.get("type") or "").strip(), (child.get("data") or "").strip()
    tag = {"image": "img", "audio": "audio", "video": "video"}.get(kind.split("/")[0])
    found = source(data) if tag and data else None
    if found is None or tag is None:
        if data:
            raise _absent(child, data, Words(f"不支持 {data[:60]}", f"no {data[:60]}"))
        _fill(made, child, source, spaced=True)
        return
    said = {"src": found}
    for name in ("width", "height"):
        if child.get(name) and tag != "audio":
            said[name] = child.get(name)
    if tag == "img":
        said["alt"] = " ".join("".join(child.itertext()).split())
    etree.SubElement(made, f"{{{SPACE}}}{tag}", dict(sorted(said.items())))


def _absent(child: Any, address: str, reason: Words) -> Exception:
    """The refusal of an address that shows nothing here."""
    if address.split("#")[0].split("?")[0].strip().lower().endswith((".svg", ".svgz")):
        reason = Words(
            f"不接受 SVG 图片（其中可含程序），请改为 PNG：{address[:60]}",
            f"an SVG picture can hold programs, save it as PNG: {address[:60]}",
        )
    return refusal("", child.sourceline or 0, reason)


def _element(made: Any, child: Any, name: str, source: Source) -> None:
    math = name in MATH
    known = (MATH_ATTRIBUTES if math else GLOBAL) | ATTRIBUTES.get(name, frozenset())
    attributes = {}
    for key, value in child.attrib.items():
        plain = etree.QName(key).localname.lower()
        if plain == "src" and name in ("img", "audio", "video", "source"):
            found = source(value.strip())
            if found is None:
                reason = Words(f"缺少文件 {value[:60]}", f"{value[:60]} is missing")
                raise _absent(child, value, reason)
            attributes[plain] = found
        elif plain in known:
            attributes[plain] = value
    space = MATHML if math else SPACE
    ours = etree.SubElement(
        made,
        f"{{{space}}}{name}",
        dict(sorted(attributes.items())),
        nsmap={None: MATHML} if name == "math" else None,
    )
    _fill(ours, child, source, spaced=True)


def choices(interaction: Node) -> Iterator[str]:
    """The identifiers that a response to an interaction may hold."""
    names = ("simplechoice", "inlinechoice", "simpleassociablechoice")
    for part in interaction.below():
        if part.name in names:
            yield part.get("identifier")
