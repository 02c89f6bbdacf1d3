"""Answers that come while a clock stands still: they count, and the wall says that they came. Pure.

Our page is covered in a pause; a script is not. What a page held back while it was not heard comes
late in good faith. So nothing is refused: a person looks and decides.
"""

from collections.abc import Sequence

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.late import UNSENT_MS, Room
from siteapp.conduct.lost import RETURN_MS, SILENT_MS

PAUSED = "paused"
# By then a page that is heard knows of the pause and has sent what was typed before it.
KNOWN_MS = SILENT_MS + UNSENT_MS
# Counted apart from what pages say of themselves: a flood of that hides nothing here.
MAX_ANSWERS = 300


def answered_in_pause(
    session: str,
    attempt: Attempt,
    instance: str,
    events: Sequence[NewEvent],
    now: int,
    room: Room,
) -> list[NewEvent]:
    """That answers came in a pause of which this page knew; a script can gain time by it."""
    count = sum(one.kind == "response" for one in events)
    if not attempt.paused or not count or attempt.noticed.get(PAUSED, 0) >= MAX_ANSWERS:
        return []
    known = attempt.paused_ms + KNOWN_MS
    silences = [*attempt.silences, *room.silences.get((session, attempt.id), ())]
    if now <= known or any(s.from_ms <= known and now <= s.to_ms + RETURN_MS for s in silences):
        return []
    page = {"attempt": attempt.id, "instance": instance}
    since = now - attempt.paused_ms
    return [NewEvent("noticed", {**page, "what": PAUSED, "count": count, "ms": since})]
