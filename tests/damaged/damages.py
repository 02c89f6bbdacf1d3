"""How the damaged set is made (`cases` says of what).

The session has 24 events; the site cut batches at 6, 12 and 18, and at 24 the room record was
printed. `common/` holds what lies outside the site and what every case may be held against.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pysqlite3

from siteapp.store.database import SCHEMA
from sync.exam.journal import Event, decode, encode, origin
from sync.exam.merkle import merkle_root
from sync.exam.short_head import write_short
from sync.wire.checkpoint import Checkpoint, encode_checkpoint
from sync.wire.documents import Certificate, HeadquartersKeys, sign
from sync.wire.keys import OpeningKey, SigningKey

FOLDER = Path(__file__).parent
SITE, SESSION = "site-01", "am-1121"
CUTS = (6, 12, 18)
# Keys of a site that does not exist.
ROOT, KEY, STRANGER = (SigningKey.from_bytes(bytes([n]) * 32) for n in (1, 2, 3))
SEAL = OpeningKey.from_seed(bytes([4]) * 32)

Expected = list[tuple[str, int | None, int | None]]


def event(seq: int, kind: str, **body: Any) -> bytes:
    return encode(Event(seq, 1_795_221_000_000 + 1000 * seq, kind, body))


def response(seq: int, option: str) -> bytes:
    seat = 1 + seq % 2
    page = {"seat_term": 1, "instance": f"page{seat}", "sequence": seq}
    attempt, item = f"live/202600000{seat}", f"530051-single-{seq}"
    return event(seq, "response", attempt=attempt, item=item, response=[option], **page)


def sound_lines() -> list[bytes]:
    lines = [
        event(0, "import", package="ab" * 32),
        event(1, "unlock", package="ab" * 32, way="codes"),
        event(2, "open", sitting="live", by="chief"),
    ]
    for seat in (1, 2):
        page = {"seat": seat, "seat_term": 1, "instance": f"page{seat}"}
        lines.append(event(len(lines), "sign-in", attempt=f"live/202600000{seat}", **page))
    lines += [response(seq, "abcd"[seq % 4]) for seq in range(5, 23)]
    return [*lines, event(23, "close", sitting="live", by="chief", attempts=2, handed_in=0)]


SOUND = sound_lines()
# What a former server wrote after its last word to the spare.
TAIL = [*SOUND[:18], response(18, "d"), response(19, "d")]
OTHER = [*SOUND[:10], *(response(n, "dcba"[n % 4]) for n in range(10, 20))]


def renumbered(lines: Sequence[bytes]) -> list[bytes]:
    return [encode(msgspec.structs.replace(decode(x), seq=n)) for n, x in enumerate(lines)]


def head(lines: Sequence[bytes], size: int, term: int = 1) -> Checkpoint:
    return Checkpoint(origin(SITE, SESSION, term), size, merkle_root(lines[:size]))


def note(lines: Sequence[bytes], size: int, term: int = 1, key: SigningKey = KEY) -> str:
    return encode_checkpoint(head(lines, size, term), key, f"examsite/{SITE}")


def short(lines: Sequence[bytes], size: int) -> str:
    told = head(lines, size)
    return write_short(told.origin, told.size, told.root) + "\n"


def database(path: Path, lines: Sequence[bytes], signed: Sequence[bytes] = SOUND) -> None:
    """A site's database with these events, and checkpoints over those that were `signed`."""
    with closing(pysqlite3.connect(str(path), isolation_level=None)) as made:
        made.execute("PRAGMA page_size=512")
        made.executescript(SCHEMA)
        made.execute("INSERT INTO site VALUES (?)", (SITE,))
        made.execute("INSERT INTO session VALUES (?, ?, '{}', NULL)", (SESSION, "ab" * 32))
        made.execute("DROP TRIGGER event_only_goes_on")
        rows = [(SESSION, seq, line.decode()) for seq, line in enumerate(lines)]
        made.executemany("INSERT INTO event VALUES (?, ?, ?)", rows)
        for sequence, size in enumerate(CUTS):
            made.execute(
                "INSERT INTO batch VALUES (?, ?, ?, 6, ?, 0)",
                (SESSION, sequence, size - 6, f"{sequence:064x}"),
            )
            values = (SESSION, 1, size, note(signed, size))
            made.execute("INSERT INTO checkpoint VALUES (?, ?, ?, ?)", values)
        made.executescript(SCHEMA)
        made.execute("VACUUM")


def tampered(path: Path, *statements: str) -> None:
    """The sound database after somebody took the triggers away, did this, and put them back."""
    database(path, SOUND)
    with closing(pysqlite3.connect(str(path), isolation_level=None)) as made:
        names = made.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            made.execute(f"DROP TRIGGER {name}")
        made.executescript(";".join(statements))
        made.executescript(SCHEMA)


def without(path: Path, *statements: str) -> None:
    """The sound database after this was done to its schema."""
    database(path, SOUND)
    with closing(pysqlite3.connect(str(path), isolation_level=None)) as made:
        made.executescript(";".join(statements))


def flip(folder: Path) -> None:
    """The sound database with a flipped bit where the page begins on which its events start."""
    path = folder / "site.db"
    database(path, SOUND)
    with closing(pysqlite3.connect(str(path))) as made:
        (page,) = made.execute("SELECT rootpage FROM sqlite_master WHERE name='event'").fetchone()
    data = bytearray(path.read_bytes())
    data[(page - 1) * 512] ^= 0x40
    path.write_bytes(data)


def exported(path: Path, lines: Sequence[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


class Outside(NamedTuple):
    """What a case is held against beside its own checkpoints, in `common/` or in its folder."""

    arguments: tuple[str, ...] = ()


RECORD = Outside(("--checkpoint", "../common/room-record.txt"))
SERIES = Outside(tuple(w for n in CUTS for w in ("--checkpoint", f"../common/{n}.checkpoint")))
COPY = Outside(("--against", "../common/copy.jsonl"))
OWN = Outside(("--checkpoint", "extra.checkpoint"))


@dataclass(frozen=True)
class Case:
    """How it is made, what it is held against, what must be named, in this order."""

    what: str
    make: Callable[[Path], None]
    outside: Outside
    expected: Expected


def db(lines: Sequence[bytes], signed: Sequence[bytes] = SOUND) -> Callable[[Path], None]:
    return lambda folder: database(folder / "site.db", lines, signed)


def sql(*statements: str) -> Callable[[Path], None]:
    return lambda folder: tampered(folder / "site.db", *statements)


def schema(*statements: str) -> Callable[[Path], None]:
    return lambda folder: without(folder / "site.db", *statements)


def file(lines: Sequence[bytes]) -> Callable[[Path], None]:
    return lambda folder: exported(folder / "journal.jsonl", lines)


def extra(text: str, make: Callable[[Path], None]) -> Callable[[Path], None]:
    def both(folder: Path) -> None:
        make(folder)
        (folder / "extra.checkpoint").write_text(text)

    return both


def write_common(folder: Path) -> None:
    folder.mkdir()
    exported(folder / "copy.jsonl", SOUND)
    (folder / "room-record.txt").write_text(short(SOUND, 24))
    for size in CUTS:
        (folder / f"{size}.checkpoint").write_text(note(SOUND, size))
    root, seal = ROOT.public.to_bytes(), SEAL.public.to_bytes()
    release = tuple(sorted((root, KEY.public.to_bytes())))
    keys = HeadquartersKeys(
        root=root, release=release, receipt=root, unlock=root, seal=seal, escrow=seal
    )
    made = Certificate(SITE, "示例考点", 1, KEY.public.to_bytes(), seal, keys, 1_770_000_000_000)
    (folder / "certificate.json").write_bytes(sign(made, ROOT))
    (folder / "root.txt").write_text(ROOT.public.key_id)


def write_all(folder: Path, cases: dict[str, Case]) -> None:
    """The whole set into an empty folder."""
    write_common(folder / "common")
    for name, case in cases.items():
        (folder / name).mkdir()
        case.make(folder / name)
        source = "site.db" if (folder / name / "site.db").exists() else "journal.jsonl"
        told = {
            "what": case.what,
            "arguments": [source, "--session", SESSION, *case.outside.arguments],
            "findings": case.expected,
        }
        text = json.dumps(told, ensure_ascii=False, indent=1)
        (folder / name / "case.json").write_text(text + "\n")
