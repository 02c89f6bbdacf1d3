"""The journal: an append-only list of events from which present state is derived.

An event has no hash of its own; signed checkpoints carry the root of the Merkle tree (RFC 6962)
over the events' bytes. See docs/specs/journal.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sync.errors import NotCanonical
from sync.exam.merkle import merkle_root
from sync.exam.specification import Struct


class Response(list[str]):
    """Stands in KINDS for what a response may be: option ids, or text."""


_SAVE: Mapping[str, type] = {
    "attempt": str,
    "item": str,
    "response": Response,
    "seat_term": int,
    "instance": str,
    "sequence": int,
}
_FILE: Mapping[str, type] = {
    "attempt": str,
    "item": str,
    "name": str,
    "size": int,
    "sha256": str,
    "seat_term": int,
    "instance": str,
    "sequence": int,
}
_LATE: Mapping[str, type] = {
    "attempt": str,
    "instance": str,
    "sequence": int,
    "made_ms": int,
    "deadline_ms": int,
    "from_ms": int,
    "to_ms": int,
}
# kind → the members its body must have, with their types; all others are refused.
KINDS: Mapping[str, Mapping[str, type]] = {
    "import": {"package": str},
    "unlock": {"package": str, "way": str},
    "unlock-refused": {"package": str, "by": str, "clock_ms": int},
    "unlock-early": {"seconds": int, "reason": str, "by": str},
    "open": {"sitting": str, "by": str},
    "sign-in": {"attempt": str, "seat": int, "seat_term": int, "instance": str},
    "confirm": {"attempt": str},
    "start": {"attempt": str, "allowance_ms": int, "clock_ms": int, "form": str},
    "response": _SAVE,
    "evidence": {**_SAVE, "why": str},
    "file": _FILE,
    "file-evidence": {**_FILE, "held": int, "why": str},
    "message": {"attempt": str, "zh": str, "en": str, "by": str},
    "flag": {"attempt": str, "item": str, "flagged": bool},
    "hand": {"attempt": str, "raised": bool, "clock_ms": int, "by": str},
    "extension": {"attempt": str, "ms": int, "lost": list, "reason": str, "by": str},
    "pause": {"attempt": str, "clock_ms": int, "reason": str, "by": str},
    "resume": {"attempt": str, "clock_ms": int, "by": str},
    "rest": {
        "attempt": str,
        "clock_ms": int,
        "ms": int,
        "approved": bool,
        "reason": str,
        "by": str,
    },
    "part": {"attempt": str, "part": int, "clock_ms": int},
    "again": {"attempt": str, "seat_term": int},
    "noticed": {"attempt": str, "instance": str, "what": str, "count": int, "ms": int},
    "check-in": {"attempt": str, "by": str},
    "admit": {"attempt": str, "reason": str, "by": str},
    "readmit": {"attempt": str, "reason": str, "by": str},
    "vouched": {"attempt": str, "act": str, "reason": str, "by": str, "second": str},
    "reopen": {"attempt": str, "ms": int, "reason": str, "by": str, "second": str},
    "silence": {"attempt": str, "from_ms": int, "to_ms": int},
    "page-worked": {"attempt": str, "instance": str, "from_ms": int, "to_ms": int},
    "late": _LATE,
    "late-file": _LATE,
    "late-decision": {
        "attempt": str,
        "counts": bool,
        "saves": int,
        "reason": str,
        "by": str,
        "second": str,
    },
    "move": {
        "attempt": str,
        "from": int,
        "to": int,
        "seat_term": int,
        "reason": str,
        "by": str,
    },
    "incident": {"attempt": str, "category": str, "note": str, "by": str},
    "absent": {"attempt": str, "by": str},
    "violation": {"attempt": str, "note": str, "by": str},
    "hand-in": {"attempt": str, "how": str, "receipt": str, "answered": int, "of": int},
    "rescue": {
        "attempt": str,
        "saves": int,
        "receipt": str,
        "answered": int,
        "reason": str,
        "by": str,
        "second": str,
    },
    "rescue-refused": {
        "attempt": str,
        "saves": int,
        "reason": str,
        "by": str,
        "second": str,
    },
    "copy": {"attempt": str, "form": str, "instance": str},
    "close": {"sitting": str, "by": str, "attempts": int, "handed_in": int},
    "promote": {"server_term": int, "by": str, "second": str, "reason": str},
}
# What decides which responses count.
ANSWERING = frozenset({"sign-in", "response", "file"})
# What the name of every journal begins with.
ORIGIN = "examsite.journal/"
# What every reader of JSON reads exactly.
MAX_NUMBER = 2**53 - 1


# Without gc: a session has a hundred thousand of these, none is part of a cycle, and Python's
# collector would look at each of them again and again.
class Event(Struct, frozen=True, gc=False):
    """Number from 0, wall clock in ms since 1970, kind, body (strings, integers, lists, bools)."""

    seq: int
    at: int
    kind: str
    body: dict[str, Any]


# Members in the order of their names, no spaces, nothing escaped that need not be.
_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """The event's bytes: canonical JSON of {"at", "body", "kind", "seq"} (ASCII member names)."""
    members, body = KINDS.get(event.kind), event.body
    if members is None or members.keys() != body.keys():
        raise NotCanonical(reason=f"event {event.seq}: {event.kind} with {sorted(body)}")
    if not 0 <= event.seq <= MAX_NUMBER or not 0 <= event.at <= MAX_NUMBER:
        raise NotCanonical(reason=f"event {event.seq}: a number that no event has")
    for name, kind in members.items():
        value = body[name]
        # Most members are texts; a call for each would be a third of the time.
        if not (type(value) is str if kind is str else _fits(value, kind)):
            raise NotCanonical(reason=f"event {event.seq}: {event.kind} with another {name}")
    try:
        return _ENCODER.encode(event)
    except UnicodeEncodeError:
        raise NotCanonical(reason=f"event {event.seq}: lone surrogate") from None


def _fits(value: object, kind: type) -> bool:
    if kind in (Response, list):
        if not isinstance(value, list):
            return kind is Response and isinstance(value, str)
        return all(isinstance(one, str) for one in value)
    # A bool is an int for isinstance.
    return type(value) is kind and (kind is not int or abs(value) <= MAX_NUMBER)  # type: ignore[arg-type]


def decode(line: bytes) -> Event:
    """The event in `line`; NotCanonical for anything that `encode` would not have written."""
    try:
        event = _DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(reason=str(error)) from None
    if encode(event) != line:
        raise NotCanonical(reason=f"event {event.seq} is not in canonical form")
    return event


def root(events: Iterable[Event]) -> bytes:
    """The tree head over all `events`."""
    return merkle_root(encode(event) for event in events)


def origin(site: str, session: str, term: int) -> str:
    """The name of the journal in checkpoints; another server term is another journal."""
    return f"{ORIGIN}{site}/{session}/{term}"


class Standing(Struct, frozen=True, gc=False):
    """The response that counts for one item of one attempt, and where it came from."""

    response: Any
    seat_term: int
    rank: int
    sequence: int


def order(standing: Standing) -> tuple[int, int, int]:
    """What decides between two responses to one item."""
    return standing.seat_term, standing.rank, standing.sequence


@dataclass
class Answers:
    """The responses of one attempt that count, taken in the journal's order.

    A later seat term outranks an earlier one, then the client instance that signed in last, then a
    higher sequence. Of one instance an older response to an item never counts after a newer one.
    So what a page shows as saved stands, also that of a machine the candidate came back to.
    """

    standing: dict[str, Standing] = field(default_factory=dict)
    _ranks: dict[str, int] = field(default_factory=dict)
    _highest: int = -1
    _newest: dict[tuple[str, str], int] = field(default_factory=dict)

    def copy(self) -> "Answers":
        """The same, which takes on its own from now on."""
        return Answers(dict(self.standing), dict(self._ranks), self._highest, dict(self._newest))

    def signed_in(self, instance: str) -> None:
        """This instance is the one in use from now on."""
        if instance not in self._ranks or self._ranks[instance] != self._highest:
            self._highest += 1
            self._ranks[instance] = self._highest

    def take_file(self, body: Mapping[str, Any]) -> None:
        """One file event's body: what counts for its item is the file's SHA-256."""
        self.take({**body, "response": body["sha256"]})

    def take(self, body: Mapping[str, Any]) -> None:
        """One response event's body."""
        instance, item, sequence = body["instance"], body["item"], body["sequence"]
        if instance not in self._ranks:
            self.signed_in(instance)
        newest = self._newest.get((instance, item))
        if newest is not None and sequence <= newest:
            return
        self._newest[instance, item] = sequence
        new = Standing(body["response"], body["seat_term"], self._ranks[instance], sequence)
        old = self.standing.get(item)
        if old is None or order(new) > order(old):
            self.standing[item] = new


def standing_responses(events: Iterable[Event]) -> dict[str, dict[str, Standing]]:
    """attempt → item → the response that counts (see `Answers`); of several runs in the last."""
    found: dict[str, Answers] = {}
    for event in events:
        if event.kind == "again":
            found.pop(event.body["attempt"], None)
        if event.kind not in ANSWERING:
            continue
        answers = found.get(event.body["attempt"])
        if answers is None:
            answers = found[event.body["attempt"]] = Answers()
        if event.kind == "response":
            answers.take(event.body)
        elif event.kind == "file":
            answers.take_file(event.body)
        else:
            answers.signed_in(event.body["instance"])
    return {attempt: answers.standing for attempt, answers in found.items() if answers.standing}
