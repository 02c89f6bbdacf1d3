"""The journal: an append-only list of events from which present state is derived.

An event has no hash of its own; signed checkpoints carry the root of the Merkle tree (RFC 6962)
over the events' bytes. See docs/specs/journal.md.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from sync.errors import NotCanonical
from sync.exam.merkle import merkle_root
from sync.exam.specification import Struct

# kind → the members its body must have; all others are refused.
KINDS: Mapping[str, frozenset[str]] = {
    "import": frozenset({"package"}),
    "unlock": frozenset({"package", "way"}),
    "open": frozenset({"sitting", "by"}),
    "sign-in": frozenset({"attempt", "seat", "seat_term", "instance"}),
    "confirm": frozenset({"attempt"}),
    "start": frozenset({"attempt", "allowance_ms", "clock_ms", "form"}),
    "response": frozenset({"attempt", "item", "response", "seat_term", "instance", "sequence"}),
    "evidence": frozenset(
        {"attempt", "item", "response", "seat_term", "instance", "sequence", "why"}
    ),
    "message": frozenset({"attempt", "zh", "en", "by"}),
    "flag": frozenset({"attempt", "item", "flagged"}),
    "extension": frozenset({"attempt", "ms", "reason", "by"}),
    "move": frozenset({"attempt", "from", "to", "seat_term", "reason", "by"}),
    "incident": frozenset({"attempt", "category", "note", "by"}),
    "absent": frozenset({"attempt", "by"}),
    "violation": frozenset({"attempt", "note", "by"}),
    "hand-in": frozenset({"attempt", "how", "receipt", "answered", "of"}),
    "close": frozenset({"sitting", "by", "attempts", "handed_in"}),
}


class Event(Struct, frozen=True):
    """Number from 0, wall clock in ms since 1970, kind, body (strings, integers, lists, bools)."""

    seq: int
    at: int
    kind: str
    body: dict[str, Any]


def encode(event: Event) -> bytes:
    """The event's bytes: canonical JSON of {"at", "body", "kind", "seq"} (ASCII member names)."""
    members = KINDS.get(event.kind)
    if members is None or members != event.body.keys():
        raise NotCanonical(reason=f"event {event.seq}: {event.kind} with {sorted(event.body)}")
    return json.dumps(
        {"at": event.at, "body": event.body, "kind": event.kind, "seq": event.seq},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    ).encode()


def decode(line: bytes) -> Event:
    """The event in `line`; refuses anything that `encode` would not have written."""
    try:
        event = msgspec.convert(json.loads(line), Event)
    except (ValueError, msgspec.ValidationError) as error:
        raise NotCanonical(reason=str(error)) from None
    if encode(event) != line:
        raise NotCanonical(reason=f"event {event.seq} is not in canonical form")
    return event


def root(events: Iterable[Event]) -> bytes:
    """The tree head over all `events`."""
    return merkle_root(encode(event) for event in events)


def origin(site: str, session: str, term: int) -> str:
    """The name of the journal in checkpoints; another server term is another journal."""
    return f"examsite.journal/{site}/{session}/{term}"


class Standing(Struct, frozen=True):
    """The response that counts for one item of one attempt, and where it came from."""

    response: Any
    seat_term: int
    rank: int
    sequence: int


def standing_responses(events: Sequence[Event]) -> dict[str, dict[str, Standing]]:
    """attempt → item → the response that counts.

    A later seat term outranks an earlier one, then a client instance that was seen first later,
    then a higher sequence: order of arrival decides nothing.
    """
    ranks: dict[tuple[str, str], int] = {}
    found: dict[str, dict[str, Standing]] = {}
    for event in events:
        if event.kind not in ("sign-in", "response"):
            continue
        body = event.body
        rank = ranks.setdefault((body["attempt"], body["instance"]), len(ranks))
        if event.kind == "response":
            new = Standing(body["response"], body["seat_term"], rank, body["sequence"])
            items = found.setdefault(body["attempt"], {})
            old = items.get(body["item"])
            if old is None or order(new) > order(old):
                items[body["item"]] = new
    return found


def order(standing: Standing) -> tuple[int, int, int]:
    """What decides between two responses to one item."""
    return standing.seat_term, standing.rank, standing.sequence
