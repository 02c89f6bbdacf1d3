"""One act of a person in the room: decided once, noted in the audit, answered with the new wall."""

from collections.abc import Callable, Mapping
from typing import Any
from unicodedata import category

from flask import request

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.session import Session
from siteapp.errors import EntryRefused
from siteapp.store.writer import Decision
from siteapp.web.guard import member, site
from sync.words import Words

ROOM_STAFF = ("chief", "invigilator")
FIELDS = {
    "reason": Words("原因", "reason"),
    "note": Words("情况", "note"),
    "text": Words("消息", "message"),
}
MAX_NOTE = 500
MOST_MINUTES = 120


def shown(session: Session) -> dict[str, Any]:
    """The whole wall, as it is after an act."""
    return site().boards.told(session, "", fresh=True)


def carry_out(
    session_id: str, name: str, what: str, decide: Callable[[Session], list[NewEvent]]
) -> dict[str, Any]:
    """Carry out an act and note who did it in one transaction, answer with the new wall."""
    live, done, audit = site().live, site().done_acts, site().staff
    session, by = live.session(session_id), member().name
    key = (session_id, by, request.headers.get("Idempotency-Key", "")[:64])

    taken = False

    def once(state: Session) -> Decision:
        nonlocal taken
        taken = done.first_time(key)
        events = decide(state) if taken else []
        line = audit.noted(by, name, f"{session_id} {what}".strip())
        return Decision(events, [line] if events else [])

    try:
        live.act(session, once)
    except Exception:
        # Only by whom it counted: a repeat that fails must not let a third one count again.
        if taken:
            done.forget(key)
        raise
    return shown(session)


def written(given: Mapping[str, Any], name: str) -> str:
    """The reason or note under that name, without control characters; it must say something."""
    return said_why(given[name], name)


def said_why(text: str, name: str = "reason") -> str:
    """As `written`, of a form's field."""
    clean = " ".join("".join(" " if category(c) in ("Cc", "Cs") else c for c in text).split())
    if clean and len(clean) <= MAX_NOTE:
        return clean
    field = FIELDS[name]
    raise EntryRefused(
        reason=Words(
            f"“{field.zh}”须有 1–{MAX_NOTE} 字", f"{field.en}: between 1 and {MAX_NOTE} characters"
        )
    )
