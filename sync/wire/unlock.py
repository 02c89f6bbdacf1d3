"""Unlock codes: 80 bits that two officials hear by phone (docs/specs/sealed-document.md)."""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from sync.errors import MalformedCode, MisheardGroup, OtherOfficialsCode
from sync.words import Words

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
OFFICIALS = (1, 2)
GROUPS = 4
GROUP_DATA = 4
SECRET_CHARACTERS = GROUPS * GROUP_DATA
CODE_CHARACTERS = GROUPS * (GROUP_DATA + 1)

_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_VALUES |= {letter.lower(): value for letter, value in _VALUES.items()}
_VALUES |= dict.fromkeys("Oo", 0) | dict.fromkeys("IiLl", 1)
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class UnlockCode:
    """The code of one of the two officials."""

    official: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        letters = set(ALPHABET.encode())
        if self.official not in OFFICIALS:
            raise ValueError("official 1 or 2")
        if len(self.secret) != SECRET_CHARACTERS or not letters.issuperset(self.secret):
            raise ValueError("16 characters of the alphabet")

    @classmethod
    def generate(cls, official: int) -> "UnlockCode":
        """A fresh code of 80 random bits."""
        letters = (secrets.choice(ALPHABET) for _ in range(SECRET_CHARACTERS))
        return cls(official, "".join(letters).encode("ascii"))

    @classmethod
    def parse(cls, text: str, official: int) -> "UnlockCode":
        """The code that was typed; MalformedCode, or MisheardGroup with each group that is wrong.

        OtherOfficialsCode, a MisheardGroup, if the code is right but the other official's.
        """
        groups = _groups(text, official)
        wrong = _wrong_groups(groups, official)
        if wrong:
            other = OFFICIALS[official % 2]
            named = "、".join(str(number) for number in wrong)
            if not _wrong_groups(groups, other):
                raise OtherOfficialsCode(official=official, other=other, groups=named)
            raise MisheardGroup(official=official, groups=named)
        letters = (ALPHABET[value] for group in groups for value in group[:GROUP_DATA])
        return cls(official, "".join(letters).encode("ascii"))

    @property
    def spoken(self) -> str:
        """As it is printed and read aloud: XXXXX-XXXXX-XXXXX-XXXXX, checks included."""
        values = [_VALUES[chr(letter)] for letter in self.secret]
        groups = [values[i : i + GROUP_DATA] for i in range(0, SECRET_CHARACTERS, GROUP_DATA)]
        checked = [[*g, _check(g, number, self.official)] for number, g in enumerate(groups)]
        return "-".join("".join(ALPHABET[value] for value in group) for group in checked)


def _groups(text: str, official: int) -> list[list[int]]:
    """Four groups of five values; MalformedCode says the strange letters or the count."""
    letters = [c for c in unicodedata.normalize("NFKC", text) if not _is_gap(c)]
    strange = sorted({c for c in letters if c not in _VALUES})
    if strange:
        raise MalformedCode(official=official, reason="".join(f"「{c}」" for c in strange[:5]))
    if len(letters) != CODE_CHARACTERS:
        raise MalformedCode(
            official=official,
            reason=Words(f"填了 {len(letters)} 个字符", f"{len(letters)}/{CODE_CHARACTERS}"),
        )
    values = [_VALUES[c] for c in letters]
    size = GROUP_DATA + 1
    return [values[i : i + size] for i in range(0, CODE_CHARACTERS, size)]


def _is_gap(letter: str) -> bool:
    """Spaces and dashes of every sort; keyboards and chat programs put in their own."""
    return letter.isspace() or letter == _MINUS or unicodedata.category(letter) == "Pd"


def _wrong_groups(groups: Sequence[Sequence[int]], official: int) -> list[int]:
    """The numbers, from 1, of the groups whose check character does not fit."""
    return [
        number + 1
        for number, group in enumerate(groups)
        if _check(group[:GROUP_DATA], number, official) != group[GROUP_DATA]
    ]


def _check(data: Sequence[int], number: int, official: int) -> int:
    """Σ α^(i+1)·dᵢ over GF(32), plus a constant that says which group of which official."""
    total = GROUPS * (official - 1) + number + 1
    for position, value in enumerate(data):
        for _ in range(position + 1):
            value = _times_alpha(value)
        total ^= value
    return total


def _times_alpha(value: int) -> int:
    """`value` · x in GF(2)[x]/(x⁵+x²+1)."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value
