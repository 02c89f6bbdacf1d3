"""A journal held against tree heads that were signed, kept or printed earlier. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sync.exam.findings import Finding, events
from sync.exam.guesses import Guess, guess
from sync.exam.lines import Found
from sync.exam.merkle import MerkleTree
from sync.exam.specification import Struct
from sync.words import Words

# After so many repairs the rest of a journal is called different, no more.
MOST_REPAIRS = 8


class Head(Struct, frozen=True):
    """What somebody says of a journal: at `size` events its root begins with these bytes.

    A root of no bytes says the size alone, as a row of a batch does.
    """

    size: int
    root: bytes
    source: str


@dataclass
class Held:
    """The outcome: damages, and how many events from the first the heads prove to be as signed."""

    findings: list[Finding] = field(default_factory=list)
    proven: int = 0


def hold_against(found: Found, heads: Iterable[Head]) -> Held:
    """Compare; what line and number alone betrayed is not said a second time."""
    ordered = sorted(set(heads), key=lambda head: (head.size, head.source))
    held = Held(findings=_same_size(ordered))
    said = {finding.last for finding in held.findings}
    lines, named = found.lines, [f.first for f in found.findings if f.first is not None]
    held.proven = _fitting(_roots(lines, ordered), ordered)
    for _ in range(MOST_REPAIRS):
        roots = _roots(lines, ordered)
        sound = _fitting(roots, ordered)
        wrong = [h for h in ordered if h.root and h.size in roots and not _fits(roots, h)]
        later = next((head for head in wrong if head.size > sound), None)
        if later is None or any(sound <= number < later.size for number in named):
            break
        what = guess(lines, sound, later.size, later.root)
        held.findings.append(_difference(sound, later, what))
        if what is None:
            break
        lines = what.lines
    forked = [head for head in wrong if head.size <= sound and head.size - 1 not in said]
    held.findings += [_fork(roots, head, ordered) for head in forked]
    held.findings += _tail(found, ordered)
    return held


def hold_former(found: Found, former: Mapping[int, Sequence[Head]], term: int) -> list[Finding]:
    """What former servers signed and the journal of server term `term` does not begin with."""
    findings = []
    for older, heads in sorted(former.items()):
        roots = _roots(found.lines, heads)
        # A head without a root is wrong only where the journal does not reach it.
        differing = (h for h in heads if not _fits(roots, h) and (h.root or h.size > found.top))
        wrong = min(differing, key=lambda h: h.size, default=None)
        if wrong is None:
            continue
        shared = _fitting(roots, heads)
        text = Words(
            f"{wrong.source}：第 {older} 任服务器签署了 {wrong.size} 条，"
            f"第 {term} 任的日志并非由此延续，最早的差异在事件 {shared}–{wrong.size - 1} 之中",
            f"{wrong.source}: server term {older} signed {wrong.size} events that the journal of"
            f" term {term} does not continue; they part in events {shared}–{wrong.size - 1}",
        )
        findings.append(Finding("fork", text, shared, wrong.size - 1, wrong.source))
    return findings


def agreeing(found: Found, heads: Sequence[Head]) -> list[Head]:
    """Those that the journal continues."""
    roots = _roots(found.lines, heads)
    return [head for head in heads if _fits(roots, head)]


def _roots(lines: Sequence[bytes], heads: Sequence[Head]) -> dict[int, bytes]:
    """The roots of the lines at the sizes that the heads speak of, as far as they go."""
    wanted = {head.size for head in heads}
    tree = MerkleTree()
    roots = {0: tree.root()}
    for line in lines:
        tree.append(line)
        if tree.size in wanted:
            roots[tree.size] = tree.root()
    return roots


def _fits(roots: Mapping[int, bytes], head: Head) -> bool:
    return bool(head.root) and roots.get(head.size, b"").startswith(head.root)


def _fitting(roots: Mapping[int, bytes], heads: Iterable[Head]) -> int:
    """The largest size at which a head fits."""
    return max((head.size for head in heads if _fits(roots, head)), default=0)


def _same_size(heads: Sequence[Head]) -> list[Finding]:
    """Heads that contradict each other whatever the journal says."""
    findings = []
    for one, other in pairwise(heads):
        shorter = min(len(one.root), len(other.root))
        if one.size == other.size and one.root[:shorter] != other.root[:shorter]:
            text = Words(
                f"{one.source} 与 {other.source} 都含 {one.size} 条，根却不同：同一日志有两个版本",
                f"{one.source} and {other.source} both sign {one.size} events with different roots:"
                " two histories of one journal",
            )
            findings.append(Finding("fork", text, None, one.size - 1, other.source))
    return findings


def _fork(roots: Mapping[int, bytes], head: Head, heads: Sequence[Head]) -> Finding:
    """A head that does not fit though a later one does: no later tree continues it."""
    fitting = _fitting(roots, (other for other in heads if other.size < head.size))
    later = next(other for other in heads if other.size >= head.size and _fits(roots, other))
    text = Words(
        f"{head.source}（{head.size} 条）与 {later.source}（{later.size} 条）不属于同一历史，"
        f"最早的差异在事件 {fitting}–{head.size - 1} 之中",
        f"{head.source} ({head.size} events) and {later.source} ({later.size} events) are two"
        f" histories of one journal; they part within events {fitting}–{head.size - 1}",
    )
    return Finding("fork", text, fitting, head.size - 1, head.source)


def _difference(proven: int, head: Head, what: Guess | None) -> Finding:
    """Where the journal first departs from a head, as narrowly as the heads allow."""
    if what is not None:
        return events(what.code, what.first, what.last, what.text.zh, what.text.en)
    return events(
        "differs",
        proven,
        head.size - 1,
        f"其中有改动（内容、增删或次序），与 {head.source} 不符",
        f"altered, taken out, put in or reordered here; {head.source} was signed over others",
    )


def _tail(found: Found, heads: Sequence[Head]) -> list[Finding]:
    """The head that covers most, if the journal ends before it."""
    longest = max(heads, key=lambda head: head.size, default=None)
    if longest is None or longest.size <= found.top:
        return []
    missing = longest.size - found.top
    finding = events(
        "cut-tail",
        found.top,
        longest.size - 1,
        f"末尾缺 {missing} 条：{longest.source} 包含 {longest.size} 条，此处只有 {found.top} 条",
        f"missing at the end: {longest.source} covers {longest.size} events, here are {found.top}",
    )
    return [finding]
