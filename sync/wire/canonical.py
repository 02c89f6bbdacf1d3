"""Canonical JSON: RFC 8785 without floating-point numbers."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NoReturn, TypeAlias

from sync.errors import NotCanonical
from sync.words import Words

JSON: TypeAlias = bool | int | str | list["JSON"] | dict[str, "JSON"] | None
Encodable: TypeAlias = bool | int | str | Sequence["Encodable"] | Mapping[str, "Encodable"] | None

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64


def encode(value: Encodable) -> bytes:
    """The one canonical form of `value`; NotCanonical if it has none (RFC 8785, section 3)."""
    try:
        return json.dumps(_ordered(value, 0), ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise NotCanonical(reason="lone surrogate") from None


def decode(data: bytes) -> JSON:
    """The value whose canonical form is exactly `data`; NotCanonical if there is none."""
    try:
        text = data.decode()
        value: JSON = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise NotCanonical(reason=Words("不是 JSON", "not JSON")) from None
    if _is_simple(text) and _WRITER.encode(value) == text:
        return value
    # Repeated keys, white space, needless escapes and order all show here.
    if encode(value) != data:
        raise NotCanonical(reason=Words("写法与规定不同", "not written canonically"))
    return value


def _is_simple(text: str) -> bool:
    """Whether Python's own writer would write it canonically, if it is a form of JSON at all.

    In ASCII the order of characters is that of UTF-16; so few brackets are not too deep.
    """
    return text.isascii() and text.count("[") + text.count("{") <= MAX_DEPTH


def _ordered(value: object, depth: int) -> JSON:
    """A copy with the members in order; refuses what canonical JSON cannot say."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return _in_range(value)
    if depth == MAX_DEPTH:
        raise NotCanonical(reason="nested too deeply")
    if isinstance(value, (dict, Mapping)):
        return {name: _ordered(value[name], depth + 1) for name in _sorted(value)}
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    raise NotCanonical(reason=f"{type(value).__name__} is not allowed")


def _sorted(value: Mapping[str, object]) -> list[str]:
    """The names of an object in the order of RFC 8785, section 3.2.3."""
    with suppress(TypeError):
        names = sorted(value)
        if "".join(names).isascii():
            return names
    return sorted(value, key=_utf16)


def _in_range(value: int) -> int:
    """`value`, if every reader of JSON reads it exactly (RFC 7493, section 2.2)."""
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise NotCanonical(reason="integer out of range")
    return value


def _utf16(name: object) -> bytes:
    """The sort key of a member name: its UTF-16 code units (RFC 8785, section 3.2.3)."""
    if not isinstance(name, str):
        raise NotCanonical(reason="a name that is not a string")
    return name.encode("utf-16-be", "surrogatepass")


def _refuse_float(text: str) -> NoReturn:
    raise NotCanonical(reason=f"number {text[:20]} is not an integer")


def _read_integer(text: str) -> int:
    return _in_range(int(text))


_DECODER = json.JSONDecoder(
    parse_float=_refuse_float, parse_constant=_refuse_float, parse_int=_read_integer
)
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
