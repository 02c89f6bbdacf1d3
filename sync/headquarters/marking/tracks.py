"""What a received journal tells those who watch: milestones, incidents, files, receipt codes. Pure.

Each list follows from the journal's beginning on: more events add rows and change none, but for
which hand-in is the standing one.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sync.exam.journal import Event
from sync.exam.specification import Struct
from sync.headquarters.intake.journals import Head
from sync.headquarters.marking.reconcile import ForkedTail

# Kinds of events that people look into; `hand-in` only if it was forced.
WATCHED = frozenset(
    (
        *("incident", "violation", "absent", "extension", "move", "silence", "hand-in"),
        *("evidence", "file-evidence", "late", "late-file", "late-decision", "rescue"),
        *("pause", "rest", "admit", "readmit", "reopen", "vouched"),
        *("rescue-refused", "copy", "promote", "unlock-refused", "unlock-early"),
    )
)
# Of these a page sends one after the other: the first of an attempt and reason stands for all.
_FLOODS = ("evidence", "file-evidence", "late", "late-file")
ITSELF = "examsite"
_OWN = {"outage": "restart", "reboot": "restart", "clock": "clock"}
_NONE = Head(0, "", "")


class Milestones(Struct, frozen=True):
    """When the papers were opened, the first sitting began, the last one ended (site's clock)."""

    unlocked_at: int | None
    opened_at: int | None
    closed_at: int | None
    last_at: int | None


def milestones(events: Sequence[Event], sittings: int) -> Milestones:
    """`closed_at` only if all the session's sittings are closed."""
    first: dict[str, int] = {}
    closed: dict[str, int] = {}
    for event in events:
        first.setdefault(event.kind, event.at)
        if event.kind == "close":
            closed[event.body["sitting"]] = event.at
    whole = sittings > 0 and len(closed) >= sittings
    return Milestones(
        unlocked_at=first.get("unlock"),
        opened_at=first.get("open", first.get("start")),
        closed_at=max(closed.values()) if whole else None,
        last_at=events[-1].at if events else None,
    )


def incident_rows(
    events: Sequence[Event], heads: Sequence[Head], after: int
) -> Iterator[dict[str, Any]]:
    """The incidents with a number beyond `after`, each with the first checkpoint over it."""
    sizes = [head.size for head in heads]
    seen: set[tuple[str, ...]] = set()
    for event in events:
        if not _watched(event, seen) or event.seq <= after:
            continue
        place = bisect_left(sizes, event.seq + 1)
        head = heads[place] if place < len(heads) else _NONE
        evidence = {"checkpoint": head.size, "root": head.root, "batch": head.digest}
        yield {"seq": event.seq, "at": event.at, "kind": _kind(event), **_told(event), **evidence}


def _kind(event: Event) -> str:
    """Its own, but of incidents that the server itself noted another one."""
    if event.kind != "incident" or event.body["by"] != ITSELF:
        return event.kind
    category = event.body["category"]
    return _OWN.get(category, event.kind)


def _watched(event: Event, seen: set[tuple[str, ...]]) -> bool:
    if event.kind not in WATCHED:
        return False
    if event.kind == "hand-in":
        return bool(event.body["how"] == "forced")
    if event.kind in _FLOODS:
        said = (event.kind, event.body["attempt"], str(event.body.get("why", "")))
        if said in seen:
            return False
        seen.add(said)
    return True


def _told(event: Event) -> dict[str, Any]:
    body = event.body
    sitting, admission = parted(body.get("attempt", ""))
    return {
        "sitting": sitting,
        "admission": admission,
        "ms": _stretch(body),
        "number": _number(body),
        "who": body.get("by", ""),
        "second": body.get("second", ""),
        "category": _category(body),
        "note": body.get("reason", body.get("note", "")),
    }


def parted(attempt: str) -> tuple[str, str]:
    """Sitting and admission number of an attempt; empty for what concerns the whole room."""
    sitting, _, admission = attempt.partition("/")
    return sitting, admission


def _stretch(body: Mapping[str, Any]) -> int | None:
    if "ms" in body:
        return int(body["ms"])
    if "to_ms" in body:
        return int(body["to_ms"] - body["from_ms"])
    return int(body["seconds"]) * 1000 if "seconds" in body else None


def _number(body: Mapping[str, Any]) -> int | None:
    """How many saves, which new seat, which server term."""
    for name in ("saves", "to", "server_term", "answered"):
        if name in body:
            return int(body[name])
    return None


def _category(body: Mapping[str, Any]) -> str:
    """What a person chose, or the reason that the machine gives."""
    if "counts" in body:
        return "counts" if body["counts"] else "refused"
    return str(body.get("category", body.get("why", body.get("how", ""))))


def fork_rows(forks: Sequence[ForkedTail]) -> list[dict[str, Any]]:
    """What a former server has and the one that counts has not, a row for each such server."""
    bare: dict[str, Any] = {
        "sitting": "",
        "admission": "",
        "ms": None,
        "who": "",
        "second": "",
        "category": "",
    }
    bare |= {"seq": 0, "at": 0, "kind": "fork", "checkpoint": 0, "root": "", "batch": ""}
    return [
        bare
        | {"server_term": one.server_term, "number": one.events}
        | {"note": "、".join(f"{person.name} {person.admission}" for person in one.people)}
        for one in forks
    ]


def file_rows(events: Sequence[Event], after: int) -> Iterator[dict[str, Any]]:
    """The uploaded files that the journal names, beyond the number `after`."""
    for event in events:
        if event.kind == "file" and event.seq > after:
            sitting, admission = parted(event.body["attempt"])
            named = {name: event.body[name] for name in ("item", "name", "size")}
            yield {"seq": event.seq, "sitting": sitting, "admission": admission, **named}


def hand_in_rows(events: Sequence[Event], differing: set[str]) -> list[dict[str, Any]]:
    """Every receipt code given; `differing` are the attempts whose standing code does not fit."""
    given = [e for e in events if e.kind in ("hand-in", "rescue") and e.body["receipt"]]
    last = {e.body["attempt"]: e.seq for e in given}
    rows = []
    for event in given:
        attempt = event.body["attempt"]
        sitting, admission = parted(attempt)
        standing = last[attempt] == event.seq
        rows.append(
            {
                "seq": event.seq,
                "sitting": sitting,
                "admission": admission,
                "at": event.at,
                "how": event.body.get("how", event.kind),
                "receipt": event.body["receipt"],
                "standing": standing,
                "fits": attempt not in differing if standing else None,
            }
        )
    return rows
