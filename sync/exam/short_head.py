"""A tree head in a form that a person can write down: for the room record. Pure.

site-01/am-1121/1 57 3KVQ-…   journal, events, root: 32 letters and 4 that check the whole line
"""

import base64
import hashlib
import re

from sync.errors import NotADocument
from sync.exam.journal import ORIGIN
from sync.exam.specification import Struct

# 160 bits of the root: what nobody finds a second journal for.
ROOT_BYTES = 20
_LETTERS = 32
_CHECK = 4
_GROUP = 4
_FORM = re.compile(
    r"(?P<journal>[^\s/]+/[^\s/]+/[1-9][0-9]*) (?P<size>0|[1-9][0-9]{0,15}) (?P<code>.+)"
)


class ShortHead(Struct, frozen=True):
    """Whose journal, how many events, the first 20 bytes of the root."""

    origin: str
    size: int
    root: bytes


def write_short(origin: str, size: int, root: bytes) -> str:
    """One line; `origin` as in the checkpoint."""
    journal = origin.removeprefix(ORIGIN)
    letters = base64.b32encode(root[:ROOT_BYTES]).decode("ascii")
    whole = letters + _check(journal, size, letters)
    groups = [whole[place : place + _GROUP] for place in range(0, len(whole), _GROUP)]
    return f"{journal} {size} {'-'.join(groups)}"


def read_short(text: str) -> ShortHead:
    """The head somebody typed; NotADocument if a letter or a number is wrong."""
    match = _FORM.fullmatch(" ".join(text.split()))
    if match is None:
        raise NotADocument(reason="neither a signed note nor a short form")
    typed = re.sub(r"[\s-]", "", match["code"]).upper().replace("0", "O").replace("1", "I")
    letters, size = typed[:_LETTERS], int(match["size"])
    if typed[_LETTERS:] != _check(match["journal"], size, letters):
        raise NotADocument(reason="the short form is mistyped")
    try:
        root = base64.b32decode(letters)
    except ValueError:
        raise NotADocument(reason="the short form is mistyped") from None
    return ShortHead(ORIGIN + match["journal"], size, root)


def _check(journal: str, size: int, letters: str) -> str:
    told = f"{journal} {size} {letters}".encode()
    digest = hashlib.sha256(b"examsite/v1/head\n" + told).digest()
    return base64.b32encode(digest).decode("ascii")[:_CHECK]
