"""Operators outside of the standard that published items use, where their names leave no doubt.

They are scored and nothing else: an item that needs one is not taken into a bank.
"""

import unicodedata
from collections.abc import Callable, Mapping

from sync.headquarters.content.qti.operators import Call, Operator, first_text
from sync.headquarters.content.qti.values import Value, atom_number, boolean, number, same, single


def _is_not_null(call: Call) -> Value | None:
    return boolean(call.operands[0] is not None)


def _not_equal(call: Call) -> Value | None:
    found = call.complete
    return boolean(not same(found[0], found[1])) if found else None


def _on_text(function: Callable[[str], Value | None]) -> Operator:
    def operator(call: Call) -> Value | None:
        value = call.operands[0]
        return None if value is None else function(first_text(value))

    return operator


def _trimmed(text: str) -> Value | None:
    return single("string", text.strip())


def _in_ascii(text: str) -> Value | None:
    """Letters without their accents; what has no plain letter goes."""
    parted = unicodedata.normalize("NFKD", text)
    return single("string", parted.encode("ascii", "ignore").decode())


def _with_comma(text: str) -> Value | None:
    """The number in a text that has a decimal comma, as most of Europe writes it."""
    return number(atom_number(text.strip().replace(",", ".")))


# By their plain names as elements.
NAMED: Mapping[str, Operator] = {"isnotnull": _is_not_null, "notequal": _not_equal}
# By what follows the colon in a customOperator's definition (`depcp:Trim`, `qade:Trim`).
CUSTOM: Mapping[str, Operator] = {
    "trim": _on_text(_trimmed),
    "toascii": _on_text(_in_ascii),
    "parsecommadecimal": _on_text(_with_comma),
}


def extension(name: str, definition: str) -> Operator | None:
    """The operator of an element that the standard does not have, or gives no meaning."""
    if name == "customoperator":
        return CUSTOM.get(definition.rpartition(":")[2].lower())
    return NAMED.get(name)
