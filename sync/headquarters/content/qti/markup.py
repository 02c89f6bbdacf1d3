"""XML from strangers: no entities, DTD or network, bounded; one name for all versions of QTI."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from lxml import etree

from sync.headquarters.content_errors import QtiRefused
from sync.words import Words

MOST_BYTES = 32 * 1024 * 1024
_DOCTYPE = Words(
    "含有 DOCTYPE 或实体定义，为安全起见拒收", "it has a DOCTYPE or entities, refused for safety"
)
# What stands before the first element.
_PROLOG = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->|\xef\xbb\xbf)*+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Node:
    """An element by its plain name: `qti-response-if` and `responseIf` are both `responseif`.

    `written` is the name as it stands in the document.
    """

    name: str
    attributes: dict[str, str]
    children: tuple["Node", ...]
    line: int
    written: str
    element: Any

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(self.element.itertext())

    def get(self, name: str, default: str = "") -> str:
        """An attribute by its plain name (`basetype`), without white space around it."""
        return self.attributes.get(name, default).strip()

    def all(self, *names: str) -> Iterator["Node"]:
        """The children of these names."""
        return (child for child in self.children if child.name in names)

    def first(self, name: str) -> "Node | None":
        """The first child of a name."""
        return next(self.all(name), None)

    def below(self) -> Iterator["Node"]:
        """This node and all in it, in document order."""
        yield self
        for child in self.children:
            yield from child.below()


def parse(data: bytes, where: str = "") -> Any:
    """The root of an XML document; QtiRefused with the line if it cannot be trusted or read."""
    if len(data) > MOST_BYTES:
        raise refusal(where, 0, Words("文件超过 32 MiB", "the file is over 32 MiB"))
    if data[_PROLOG.match(data).end() :].startswith(b"<!"):  # type: ignore[union-attr]
        raise refusal(where, 1, _DOCTYPE)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        reason = Words(f"不是合格的 XML：{error.msg}", f"not well-formed XML: {error.msg}")
        raise refusal(where, error.lineno or 0, reason) from None
    if root.getroottree().docinfo.doctype:
        raise refusal(where, 1, _DOCTYPE)
    return root


def refusal(where: str, line: int, reason: Words) -> QtiRefused:
    """The error of one place in one file."""
    return at_line(QtiRefused([placed(where, line, reason)]), line, reason)


Refused = TypeVar("Refused", bound=QtiRefused)


def at_line(error: Refused, line: int, reason: Words) -> Refused:
    """An error that knows its place apart from its words."""
    error.at, error.reason = line, reason
    return error


def placed(where: str, line: int, reason: Words) -> Words:
    """A reason behind its file and line."""
    zh = f"{where} 第 {line} 行" if line else where
    en = f"{where} line {line}" if line else where
    if not zh.strip():
        return reason
    return Words(f"{zh.strip()}：{reason.zh}", f"{en.strip()}: {reason.en}")


def local(element: Any) -> str:
    """The name of an element without its namespace; of anything else nothing."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def plain_name(name: str) -> str:
    """`qti-simple-choice` and `simpleChoice` as `simplechoice`."""
    return name.removeprefix("qti-").replace("-", "").lower()


def node(element: Any) -> Node:
    """An element and all in it, by plain names."""
    attributes = {
        plain_name(etree.QName(key).localname): value for key, value in element.attrib.items()
    }
    return Node(
        name=plain_name(local(element)),
        attributes=attributes,
        children=tuple(node(child) for child in element if isinstance(child.tag, str)),
        line=element.sourceline or 0,
        written=local(element),
        element=element,
    )
