"""The journal of a whole theory sitting as the room would write it, cut into batches on time."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import world

from sync.exam.batch import BatchHeader
from sync.exam.journal import Event, encode, origin
from sync.exam.merkle import MerkleTree
from sync.wire.checkpoint import Checkpoint, encode_checkpoint
from sync.wire.documents import HeadquartersKeys, write_batch
from sync.wire.keys import SigningKey

SITE, SESSION, START_MS = "site-01", "am-1121", 1_770_000_000_000
MINUTES, ITEMS, SAVES = 90, 65, 117
NAMES = [f"530051-junior-{n % 5}-{'single' if n % 3 else 'multiple'}-{n}" for n in range(ITEMS)]


def _candidate(seat: int, chance: random.Random) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """One candidate: all items, and almost as many answers changed."""
    attempt, instance = f"live/2026{seat:06d}", f"{chance.getrandbits(64):016x}"
    who = {"attempt": attempt, "seat_term": 1, "instance": instance}
    yield 1_000 + seat * 500, "sign-in", who | {"seat": seat}
    yield 30_000 + seat * 500, "confirm", {"attempt": attempt}
    begun = {"allowance_ms": MINUTES * 60_000, "clock_ms": 60_000, "form": f"{SESSION}-live-a"}
    yield 60_000 + seat * 100, "start", {"attempt": attempt} | begun
    times = sorted(chance.randrange(70_000, MINUTES * 60_000) for _ in range(SAVES))
    for sequence, at in enumerate(times, start=1):
        item = NAMES[sequence - 1 if sequence <= ITEMS else chance.randrange(ITEMS)]
        chosen = sorted(chance.sample("abcd", 1 if "single" in item else 2))
        yield at, "response", who | {"item": item, "response": chosen, "sequence": sequence}
    over = {"how": "candidate", "receipt": f"{chance.getrandbits(50):010X}", "answered": ITEMS}
    yield MINUTES * 60_000 + seat, "hand-in", {"attempt": attempt, "of": ITEMS} | over


def story(candidates: int) -> list[Event]:
    """All events of the sitting, in the order of time."""
    chance = random.Random(candidates)
    told = [one for seat in range(1, candidates + 1) for one in _candidate(seat, chance)]
    closed = {"sitting": "live", "by": "主监考", "attempts": candidates, "handed_in": candidates}
    told.append(((MINUTES + 2) * 60_000, "close", closed))
    told.sort(key=lambda one: one[0])
    return [Event(n, START_MS + at, kind, body) for n, (at, kind, body) in enumerate(told)]


def batches(
    events: list[Event], seconds: int, signer: SigningKey, to: HeadquartersKeys, folder: Path
) -> list[Path]:
    """The sealed batches: one every `seconds` where anything is new, the last at the close."""
    tree, made, previous = MerkleTree(), list[Path](), None
    for part in _cuts(events, seconds * 1000):
        for event in part:
            tree.append(encode(event))
        head = Checkpoint(origin(SITE, SESSION, 1), tree.size, tree.root())
        header = BatchHeader(
            site=SITE,
            session=SESSION,
            server_term=1,
            sequence=len(made),
            first=part[0].seq,
            count=len(part),
            final=part[-1].kind == "close",
            previous=previous,
            checkpoint=encode_checkpoint(head, signer, f"examsite/{SITE}"),
        )
        made.append(folder / f"{len(made)}.batch")
        previous = write_batch(made[-1], header, part, signer, to)
    return made


def _cuts(events: list[Event], every_ms: int) -> Iterator[list[Event]]:
    cut: list[Event] = []
    for event in events:
        if cut and (event.at - START_MS) // every_ms != (cut[0].at - START_MS) // every_ms:
            yield cut
            cut = []
        cut.append(event)
    yield cut


def sealed(folder: Path, seconds: int, candidates: int = 40) -> list[Path]:
    """As `batches`, of a whole sitting with keys of its own."""
    return batches(
        story(candidates), seconds, SigningKey.generate(), world.Headquarters().public, folder
    )
