"""Taking decoded JSON apart strictly: what is not as said is NotCanonical."""

import base64
import binascii
import re
from itertools import pairwise

from sync.errors import NotCanonical
from sync.wire.canonical import JSON
from sync.words import Words

_KEY_ID = re.compile(r"[0-9a-f]{16}")


def members(value: JSON, *names: str) -> list[JSON]:
    """The values of an object that has exactly these members, in the order asked."""
    if not isinstance(value, dict) or value.keys() != set(names):
        raise NotCanonical(reason=Words("成员不符", f"members other than {', '.join(names)}"))
    return [value[name] for name in names]


def items(value: JSON, what: str) -> list[JSON]:
    """A list."""
    if not isinstance(value, list):
        raise NotCanonical(reason=Words(f"{what} 不是列表", f"{what} is not a list"))
    return value


def string(value: JSON, what: str) -> str:
    """A string that is not empty."""
    if not isinstance(value, str) or not value:
        raise NotCanonical(reason=Words(f"{what} 不是文字", f"{what} is not a string"))
    return value


def integer(value: JSON, what: str) -> int:
    """An integer from 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise NotCanonical(reason=Words(f"{what} 不是数字", f"{what} is not a number"))
    return value


def key_id(value: JSON) -> str:
    """16 hex digits in lower case."""
    if not isinstance(value, str) or not _KEY_ID.fullmatch(value):
        raise NotCanonical(reason=Words("密钥编号格式不对", "malformed key id"))
    return value


def octets(value: JSON, what: str, length: int | None = None) -> bytes:
    """The bytes of a base64 string (RFC 4648, section 4), of this length if one is given."""
    try:
        data = from_base64(value if isinstance(value, str) else "not base64")
    except ValueError:
        raise NotCanonical(reason=Words(f"{what} 不是 base64", f"{what} is not base64")) from None
    if length is not None and len(data) != length:
        raise NotCanonical(
            reason=Words(
                f"{what} 为 {len(data)} 字节，应为 {length} 字节",
                f"{what} has {len(data)} bytes, not {length}",
            )
        )
    return data


def ascending(values: list[str], what: str) -> None:
    """Refuse what is out of order or there twice."""
    if any(a >= b for a, b in pairwise(values)):
        raise NotCanonical(reason=Words(f"{what} 次序不对或重复", f"{what} out of order or twice"))


def to_base64(data: bytes) -> str:
    """RFC 4648, section 4, with padding."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The inverse of to_base64; ValueError for any other writing of the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if to_base64(data) != text:
        raise ValueError("not canonical base64")
    return data
