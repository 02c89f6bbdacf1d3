"""Names of our profile: what may stand in an item, as QTI 3.0 writes it."""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from sync.headquarters.content.qti.markup import local, plain_name

SPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
# Elements of the body that are QTI's own, with the attributes that say something here.
BODY: Mapping[str, tuple[str, ...]] = {
    "qti-prompt": (),
    "qti-choice-interaction": ("response-identifier", "shuffle", "max-choices", "min-choices"),
    "qti-simple-choice": ("identifier", "fixed"),
    "qti-text-entry-interaction": ("response-identifier", "base", "expected-length"),
    "qti-inline-choice-interaction": ("response-identifier", "shuffle"),
    "qti-inline-choice": ("identifier", "fixed"),
    "qti-extended-text-interaction": (
        "response-identifier",
        "expected-length",
        "expected-lines",
        "format",
    ),
    "qti-match-interaction": ("response-identifier", "shuffle", "max-associations"),
    "qti-simple-match-set": (),
    "qti-simple-associable-choice": ("identifier", "match-max", "match-min", "fixed"),
    "qti-order-interaction": ("response-identifier", "shuffle"),
    "qti-upload-interaction": ("response-identifier", "type"),
}
# Holders in which white space is for the looks.
HOLDERS = frozenset(
    {
        "qti-choice-interaction",
        "qti-inline-choice-interaction",
        "qti-extended-text-interaction",
        "qti-match-interaction",
        "qti-simple-match-set",
        "qti-order-interaction",
        "qti-upload-interaction",
    }
)
INTERACTIONS = {plain_name(name): name for name in BODY if name.endswith("-interaction")}
PARTS = {plain_name(name): name for name in BODY}
_ABBREVIATED = {"durationLT": "duration-lt", "durationGTE": "duration-gte"}
# Attributes that say nothing to a scorer.
_SILENT = re.compile(r"(data-|aria-|class$|id$|label$|long-interpretation$|view$|schema)")


def kebab(name: str) -> str:
    """A name of 2.x as 3.0 writes it: `baseType` → `base-type`."""
    if name in _ABBREVIATED:
        return _ABBREVIATED[name]
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "-" + m[1].lower(), name).lower()


def in_three(element: Any) -> Any:
    """A declaration or rule and all in it, in the names of 3.0 and without what says nothing."""
    name = kebab(local(element))
    made = etree.Element(f"{{{SPACE}}}{name if name.startswith('qti-') else f'qti-{name}'}")
    attributes = {kebab(etree.QName(key).localname): value for key, value in element.attrib.items()}
    for key in sorted(attributes):
        if not _SILENT.match(key):
            made.set(key, attributes[key].strip() if key != "map-key" else attributes[key])
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        text = element.text or ""
        made.text = (text.strip() if "\n" in text else text) or None
    for child in children:
        made.append(in_three(child))
    return made
