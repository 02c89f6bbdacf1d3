"""HTML of items: one allow-list, kept by nh3 for what people typed and by name for what was XML."""

import html
import re
from collections.abc import Callable
from typing import Any

import nh3
from lxml import etree
from lxml import html as lxml_html

_PLAIN = (
    "a abbr b blockquote br caption cite code col colgroup dd del div dl dt em figcaption figure "
    "h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p pre q rp rt ruby s samp small span strong sub sup "
    "table tbody td tfoot th thead tr u ul var"
)
_MATH = (
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom mfenced "
    "menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr "
    "mtd mlabeledtr semantics"
)
_MATH_ATTRIBUTES = (
    "mathvariant displaystyle scriptlevel stretchy fence separator lspace rspace form accent "
    "accentunder columnalign rowalign linethickness open close separators notation"
)
TAGS = frozenset({*_PLAIN.split(), "img", "audio", "video", "source"})
MATH = frozenset(_MATH.split())
GLOBAL = frozenset({"class", "dir", "lang", "title"})
ATTRIBUTES: dict[str, frozenset[str]] = {
    "img": frozenset({"src", "alt", "width", "height"}),
    "audio": frozenset({"src", "controls"}),
    "video": frozenset({"src", "controls", "width", "height"}),
    "source": frozenset({"src", "type"}),
    "td": frozenset({"colspan", "rowspan", "headers"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
    "col": frozenset({"span"}),
    "ol": frozenset({"start", "type"}),
    "math": frozenset({"display", "alttext"}),
}
MATH_ATTRIBUTES = frozenset(_MATH_ATTRIBUTES.split())
# Dropped with all in it; of other unknown elements the text stays.
GONE = frozenset(
    {"script", "style", "iframe", "object", "embed", "svg", "form", "template", "head"}
)
MATHML = "http://www.w3.org/1998/Math/MathML"
XHTML = "http://www.w3.org/1999/xhtml"
Source = Callable[[str], str | None]


def text_to_html(text: str) -> str:
    """Plain text as a fragment: line ends stay, nothing in it is markup."""
    if not text:
        return ""
    return html.escape(text.strip(), quote=False).replace("\r\n", "\n").replace("\n", "<br/>")


def html_to_text(fragment: str) -> str:
    """A fragment as plain text, for sheets and comparison."""
    text = re.sub(r"<br\s*/?>|</(?:p|div|li|tr)>", "\n", fragment)
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip()


def clean_html(typed: str, source: Source = lambda _: None) -> str:
    """HTML as people type it, cleaned, as XHTML; `source` says what becomes of a file."""
    # Links go: a candidate's page leads nowhere.
    safe = nh3.clean(
        typed,
        tags=set(TAGS - {"a"}) | set(MATH),
        attributes={tag: set(names) for tag, names in _allowed().items()},
        url_schemes=set(),
        link_rel=None,
        strip_comments=True,
    )
    body = lxml_html.fragment_fromstring(safe, create_parent="div")
    return fragment(body, source)


def parsed(clean: str) -> Any:
    """A fragment of ours in an element: as the XHTML that it is, else as HTML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(f"<div>{clean}</div>", parser)
    except etree.XMLSyntaxError:
        return lxml_html.fragment_fromstring(nh3.clean(clean), create_parent="div")


def shown_html(clean: str, source: Source) -> str:
    """A clean fragment as HTML for a page, cleaned once more; `source` as in clean_html."""
    made = etree.Element("div")
    body = parsed(clean)
    made.text = body.text
    for child in body:
        clean_into(made, child, source)
    text = html.escape(made.text or "", quote=False)
    return text + "".join(lxml_html.tostring(child, encoding="unicode") for child in made)


def _allowed() -> dict[str, frozenset[str]]:
    allowed = {tag: names | GLOBAL for tag, names in ATTRIBUTES.items()}
    return {"*": GLOBAL} | allowed | dict.fromkeys(MATH - {"math"}, MATH_ATTRIBUTES)


def fragment(holder: Any, source: Source = lambda _: None) -> str:
    """What is in an element, cleaned by name, as an XHTML fragment."""
    made = etree.Element("div")
    made.text = holder.text
    for child in holder:
        clean_into(made, child, source)
    return inner(made)


def inner(element: Any) -> str:
    """What is in an element, as text."""
    text = html.escape(element.text or "", quote=False)
    return (text + "".join(etree.tostring(c, encoding="unicode") for c in element)).strip()


def clean_into(parent: Any, element: Any, source: Source) -> None:
    """Put an element of a stranger's document into ours, with what of it is allowed."""
    if not isinstance(element.tag, str):
        add_text(parent, element.tail)
        return
    name = etree.QName(element).localname.lower()
    if name in GONE:
        add_text(parent, element.tail)
        return
    target = parent
    if name in (TAGS | MATH) - {"a"}:
        target = _allowed_element(parent, element, name, source)
    if target is not None:
        add_text(target, element.text)
        for child in element:
            clean_into(target, child, source)
    add_text(parent, element.tail)


def _allowed_element(parent: Any, element: Any, name: str, source: Source) -> Any:
    attributes = {}
    known = GLOBAL | ATTRIBUTES.get(name, frozenset())
    if name in MATH:
        known = MATH_ATTRIBUTES | ATTRIBUTES.get(name, frozenset())
    for key, value in element.attrib.items():
        plain = etree.QName(key).localname.lower()
        if plain == "src":
            found = source(value.strip())
            if found is None:
                return None
            attributes[plain] = found
        elif plain in known:
            attributes[plain] = value
    space = f"{{{MATHML}}}" if name in MATH else ""
    return etree.SubElement(parent, f"{space}{name}", attributes, nsmap=_spaces(name))


def _spaces(name: str) -> dict[None, str] | None:
    return {None: MATHML} if name == "math" else None


def add_text(parent: Any, text: str | None) -> None:
    """Text behind all that is in an element."""
    if not text:
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
