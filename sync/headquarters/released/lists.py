"""A list of results: its lines, its digest, the code of each line, what differs between two. Pure.

The bytes that are hashed are specified in docs/specs/results.md.
"""

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence

import msgspec

from sync.exam.specification import Struct
from sync.words import Words

LIST_TAG, CODE_TAG = b"examsite-result-list-1\n", b"examsite-result-code-1\n"
# Sixteen letters of base32, in fours; read aloud, 0 is O and 1 is I.
CODE_LENGTH, GROUP = 16, 4
_CODE = re.compile(f"[A-Z2-7]{{{CODE_LENGTH}}}")
_HEARD = str.maketrans("01", "OI")


class Reached(Struct, frozen=True):
    """One component: `state` as in sync.exam.outcomes; `marks` of `of`, `needed` to pass."""

    name: str
    title: Words
    state: str
    marks: int | None
    of: int
    needed: int


class Line(Struct, frozen=True):
    """One candidate in one certificate."""

    admission: str
    name: str
    identity: str
    sex: str
    school: str
    specification: str
    certificate: Words
    level: Words
    edition: str
    components: tuple[Reached, ...]
    outcome: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same line in another list."""
        return self.specification, self.admission

    def marks(self, component: str) -> int | None:
        """The marks of a component; None where there are none."""
        return next((one.marks for one in self.components if one.name == component), None)


class ResultList(Struct, frozen=True):
    """The results of a session that are final, as its release number `release`."""

    session: str
    release: int
    name: Words
    site: str
    site_name: str
    starts_at: str
    lines: tuple[Line, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over the head and every line, in hex."""
        about = msgspec.structs.asdict(self) | {"lines": len(self.lines)}
        parts = [_canonical(about), *(_canonical(line) for line in self.lines)]
        return hashlib.sha256(LIST_TAG + b"\n".join(parts) + b"\n").hexdigest()

    def codes(self) -> list[str]:
        """The code of each line: it commits to the line and to the whole list."""
        head = CODE_TAG + self.digest.encode() + b"\n"
        return [_code(hashlib.sha256(head + _canonical(line)).digest()) for line in self.lines]


class Difference(Struct, frozen=True):
    """A candidate whose result one list has otherwise than the other; None: not in it."""

    before: Line | None
    after: Line | None

    @property
    def line(self) -> Line:
        """Whose it is."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a difference of nothing")
        return found


def differences(before: Sequence[Line], after: Sequence[Line]) -> list[Difference]:
    """Who is new, otherwise or gone, by certificate and admission number."""
    old, new = ({line.key: line for line in lines} for lines in (before, after))
    changed = (key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key))
    return [Difference(old.get(key), new.get(key)) for key in changed]


def normal_code(text: str) -> str | None:
    """A code as it is printed, also of full-width letters, or None if it cannot be one."""
    narrow = unicodedata.normalize("NFKC", text)
    bare = re.sub(r"[\s‐-―-]", "", narrow).upper().translate(_HEARD)
    return _grouped(bare) if _CODE.fullmatch(bare) else None


def _code(digest: bytes) -> str:
    return _grouped(base64.b32encode(digest).decode()[:CODE_LENGTH])


def _grouped(bare: str) -> str:
    return "-".join(bare[i : i + GROUP] for i in range(0, CODE_LENGTH, GROUP))


def _canonical(value: object) -> bytes:
    """JSON in one way: members sorted, no space, UTF-8."""
    plain = msgspec.to_builtins(value)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
