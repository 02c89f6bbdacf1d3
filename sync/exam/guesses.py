"""Which single damage would explain a tree head that does not fit: tried out, so proved. Pure.

An altered or a deleted event cannot be guessed, for nothing says what it was. One that was put in,
or events that changed places, can: with that undone the root is the signed one again.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations

import msgspec

from sync.exam.journal import Event, encode
from sync.exam.lines import event_in
from sync.exam.merkle import MerkleTree, leaf_hash
from sync.exam.specification import Struct
from sync.words import Words

# Guessing costs the cube of the range: beyond this it is left alone.
SEARCHED = 96
MOST_INSERTED = 4


class Guess(Struct, frozen=True):
    """The damage to events `first` … `last`, and the lines with it undone."""

    code: str
    first: int
    last: int
    text: Words
    lines: list[bytes]


def guess(lines: Sequence[bytes], sound: int, size: int, root: bytes) -> Guess | None:
    """What happened to events `sound` … `size - 1`, if undoing it gives the root at `size`.

    None if nothing that we try does, or if the range is too long to try.
    """
    if size - sound > SEARCHED or len(root) < 20:
        return None
    events = [event_in(line) for line in lines[sound:]]
    known = [event for event in events if event is not None]
    if len(known) != len(events):
        return None
    base = MerkleTree()
    for line in lines[:sound]:
        base.append(line)
    return _put_in(lines, known, base, size, root) or _moved(lines, known, base, size, root)


def _numbered(event: Event, number: int) -> bytes:
    return encode(msgspec.structs.replace(event, seq=number))


def _root(base: MerkleTree, hashes: Sequence[bytes]) -> bytes:
    tree = base.copy()
    for node in hashes:
        tree.append_hash(node)
    return tree.root()


def _put_in(
    lines: Sequence[bytes], known: Sequence[Event], base: MerkleTree, size: int, root: bytes
) -> Guess | None:
    """A few events in a row that were put in, with the numbers of all later ones raised."""
    start, span = base.size, size - base.size
    kept = [leaf_hash(_numbered(event, start + n)) for n, event in enumerate(known[:span])]
    for count in range(1, min(MOST_INSERTED, len(known) - span) + 1):
        after = [
            leaf_hash(_numbered(event, start + n))
            for n, event in enumerate(known[count : span + count])
        ]
        for place in range(span):
            if _root(base, kept[:place] + after[place:]).startswith(root):
                first, last = start + place, start + place + count - 1
                rest = [*known[:place], *known[place + count :]]
                text = Words("是后来插入的，其后编号被顺延", "put in; later numbers were raised")
                return Guess("inserted", first, last, text, _again(lines, start, rest))
    return None


def _moved(
    lines: Sequence[bytes], known: Sequence[Event], base: MerkleTree, size: int, root: bytes
) -> Guess | None:
    """Two events exchanged, or one moved, with the numbers made to look right."""
    start, span = base.size, size - base.size

    @cache
    def node(which: int, place: int) -> bytes:
        return leaf_hash(_numbered(known[which], start + place))

    for order in _orders(span):
        hashes = [node(which, place) for place, which in enumerate(order)]
        if _root(base, hashes).startswith(root):
            moved = [place for place, which in enumerate(order) if place != which]
            was = ", ".join(str(start + which) for which in order[moved[0] : moved[-1] + 1][:12])
            text = Words(f"次序被改动；原先的次序是 {was}", f"reordered; they once stood as {was}")
            put_back = [known[which] for which in order] + list(known[span:])
            first, last = start + moved[0], start + moved[-1]
            return Guess("reordered", first, last, text, _again(lines, start, put_back))
    return None


def _orders(count: int) -> Iterator[list[int]]:
    """Every order that one exchange or one move undoes."""
    for one, other in combinations(range(count), 2):
        order = list(range(count))
        order[one], order[other] = other, one
        yield order
    for source in range(count):
        for target in range(count):
            if abs(source - target) > 1:
                order = [n for n in range(count) if n != source]
                order.insert(target, source)
                yield order


def _again(lines: Sequence[bytes], start: int, events: Sequence[Event]) -> list[bytes]:
    return [*lines[:start], *(_numbered(event, start + n) for n, event in enumerate(events))]
