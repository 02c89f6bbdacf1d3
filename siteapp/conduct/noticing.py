"""What a candidate's page noticed: left, copied, pasted, tools opened. Evidence, and no more. Pure.

The page says it of itself, so it proves nothing alone; a person looks and decides. Nothing here
ends, pauses or marks anything.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.in_pause import PAUSED

# The page was hidden; it lost the focus; something was copied, pasted; tools were asked for.
KINDS = ("hidden", "blur", "copy", "paste", "tools")
LEAVING = ("hidden", "blur")
# More is no better evidence; so a page that floods has an end.
MAX_EVENTS = 300
MAX_COUNT, MAX_MS = 1_000, 86_400_000


class Noticed(NamedTuple):
    """How often, and for how long in all."""

    what: str
    times: int
    ms: int


def notice(attempt: Attempt, instance: str, seen: Sequence[Noticed]) -> list[NewEvent]:
    """An event a kind while the candidate is writing; beyond the limit nothing."""
    if attempt.phase != "started":
        return []
    room = MAX_EVENTS - attempt.noticed_events
    page = {"attempt": attempt.id, "instance": instance}
    return [
        NewEvent("noticed", {**page, "what": one.what, "count": one.times, "ms": one.ms})
        for one in seen[: max(0, room)]
    ]


def told(noticed: Mapping[str, int], alert: int) -> dict[str, object]:
    """For the tile: counts, and whether leaving has come to what the settings call worth a look.

    With them what the server saw itself: answers that came in a pause.
    """
    counts = {kind: noticed[kind] for kind in (*KINDS, PAUSED) if noticed.get(kind)}
    return {"noticed": counts, "look": sum(counts.get(kind, 0) for kind in LEAVING) >= alert}
