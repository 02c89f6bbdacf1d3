"""What a verification of a journal finds, in words. Pure.

altered deleted inserted reordered   a certain event, or a certain run of them
differs                              one of these, somewhere in a range: the tree says no more
cut-tail  fork                       events missing at the end; two histories of one journal
not-canonical                        a line that no site writes
bad-signature  not-a-checkpoint  other-journal  checkpoint-missing    evidence that does not hold
trigger-missing  trigger-altered  database-damaged                    the place it is kept in
"""

from collections.abc import Iterable, Iterator

from sync.exam.specification import Struct
from sync.words import Words


class Finding(Struct, frozen=True):
    """One damage: its code, what a person reads, events `first` … `last`, the file it shows in.

    `here` and `there` are what two copies of the journal say at the first place they differ.
    """

    code: str
    text: Words
    first: int | None = None
    last: int | None = None
    source: str | None = None
    here: str | None = None
    there: str | None = None

    def to_json(self) -> dict[str, object]:
        """All members, the text as {zh, en}."""
        members = {name: getattr(self, name) for name in self.__struct_fields__}
        return members | {"text": self.text._asdict()}


def events(code: str, first: int, last: int, zh: str, en: str) -> Finding:
    """A finding about events `first` … `last`; both texts go on after "event(s) n"."""
    if first == last:
        return Finding(code, Words(f"事件 {first}：{zh}", f"event {first}: {en}"), first, last)
    text = Words(f"事件 {first}–{last}：{zh}", f"events {first}–{last}: {en}")
    return Finding(code, text, first, last)


def from_source(code: str, source: str, zh: str, en: str) -> Finding:
    """A finding about a file of evidence."""
    return Finding(code, Words(f"{source}：{zh}", f"{source}: {en}"), source=source)


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Ascending numbers as runs (first, last) without gaps."""
    first = last = None
    for number in numbers:
        if first is None or last is None or number != last + 1:
            if first is not None and last is not None:
                yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last
