"""Six words that two people compare by phone: a fingerprint of a box's request for enrolment.

66 bits, stretched with Argon2id, as words of BIP-39 in English or Chinese; docs/specs/enrolment.md.
"""

import functools
import threading
import unicodedata
from importlib import resources

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sync.errors import WordsMiscounted, WordUnknown
from sync.exam.specification import Struct
from sync.words import Language

COUNT, BITS = 6, 11
_LISTS: dict[Language, str] = {"zh": "chinese.txt", "en": "english.txt"}
_SALT = b"examsite/v1/words"
# 72 bits, of which the first 66 count.
_LENGTH = 9
# Many requests at once cost no more memory than two.
_at_once = threading.BoundedSemaphore(2)


class SixWords(Struct, frozen=True):
    """Places in the lists, 0 to 2047 each; equal in all languages."""

    numbers: tuple[int, ...]

    def in_(self, language: Language) -> tuple[str, ...]:
        """The words of one language."""
        known = words(language)
        return tuple(known[number] for number in self.numbers)

    def differing(self, other: "SixWords") -> list[int]:
        """The places, from 1, at which the other six words differ."""
        pairs = zip(self.numbers, other.numbers, strict=True)
        return [place for place, (a, b) in enumerate(pairs, start=1) if a != b]


def six_words(payload: bytes) -> SixWords:
    """The words of a request's payload. Each guess costs 64 MiB and 3 passes (RFC 9106)."""
    argon2 = Argon2id(salt=_SALT, length=_LENGTH, iterations=3, lanes=4, memory_cost=64 * 1024)
    with _at_once:
        stretched = argon2.derive(payload)
    number = int.from_bytes(stretched, "big") >> (8 * _LENGTH - COUNT * BITS)
    places = (number >> BITS * n & 2**BITS - 1 for n in reversed(range(COUNT)))
    return SixWords(tuple(places))


def heard(text: str) -> SixWords:
    """What somebody typed who heard them, in either language; WordUnknown names the first that
    is in no list, WordsMiscounted says how many there are.
    """
    parts = [part for piece in _normal(text).split() for part in _apart(piece)]
    for part in parts:
        if part not in _places():
            raise WordUnknown(word=part[:20])
    if len(parts) != COUNT:
        raise WordsMiscounted(given=len(parts), wanted=COUNT)
    return SixWords(tuple(_places()[part] for part in parts))


@functools.cache
def words(language: Language) -> tuple[str, ...]:
    """The list of one language, as published."""
    file = resources.files("sync.wire").joinpath("words", _LISTS[language])
    return tuple(file.read_text("utf-8").split())


@functools.cache
def _places() -> dict[str, int]:
    return {word: n for language in _LISTS for n, word in enumerate(words(language))}


def _normal(text: str) -> str:
    """Small letters, and blanks for whatever stands between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter if letter.isalpha() else " " for letter in folded)


def _apart(piece: str) -> list[str]:
    """Chinese words are characters, and are typed without blanks."""
    return [piece] if piece.isascii() else list(piece)
