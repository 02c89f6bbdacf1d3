"""The invigilator's wall: one tile a seat, what each says, which come first."""

from typing import Any

from siteapp.conduct.attempt import Attempt
from siteapp.conduct.lost import proposals
from siteapp.conduct.session import Session

# A page asks every few seconds; longer silence than this is shown.
AWAY_MS = 20_000
# A shorter one is not told: else every tile would be new whenever its page asks.
WORTH_TELLING_MS = 10_000


def tile(
    session: Session, attempt: Attempt, now: int, contact: int | None, of: int
) -> dict[str, Any]:
    """What one seat shows; `contact` is the site's clock at the page's last request.

    Nothing in it changes by the mere passing of time but that a page falls silent.
    """
    started = attempt.phase == "started"
    silent = None if contact is None else max(0, now - contact)
    state: str = attempt.phase
    if attempt.absent:
        state = "absent"
    elif attempt.paused:
        state = "paused"
    elif state in ("signed-in", "confirmed", "started") and (silent is None or silent > AWAY_MS):
        state = "away"
    return {
        "attempt": attempt.id,
        "sitting": attempt.sitting,
        "admission": attempt.admission,
        "name": session.candidates[attempt.admission].name,
        "seat": attempt.seat,
        "phase": attempt.phase,
        "state": state,
        "answered": attempt.answered(),
        "of": of,
        "files": len(attempt.files),
        "ends_ms": attempt.deadline_ms if started and not attempt.paused else None,
        "paused_left_ms": attempt.remaining_ms(now) if attempt.paused else None,
        "by_hand_ms": attempt.by_hand_ms,
        "heard_ms": contact if silent is not None and silent >= WORTH_TELLING_MS else None,
        "held": attempt.held,
        "rescued": len(attempt.rescued),
        "late": len(attempt.late) + len(attempt.late_waiting),
        "receipt": attempt.receipt or None,
        "how": attempt.how or None,
    }


def wall(
    session: Session, now: int, contacts: dict[tuple[str, str], int], of: dict[str, int]
) -> dict[str, Any]:
    """The whole room by seat, and each sitting's counts."""
    tiles = [
        tile(
            session,
            attempt,
            now,
            contacts.get((session.plan.id, attempt.id)),
            of.get(attempt.form, 0),
        )
        for attempt in session.attempts.values()
    ]
    sittings = []
    for plan in session.plan.sittings:
        mine = [t for t in tiles if t["sitting"] == plan.id]
        sittings.append(
            {
                "id": plan.id,
                "title": plan.title._asdict(),
                "phase": session.sittings[plan.id],
                "candidates": len(mine),
                "states": {
                    s: sum(t["state"] == s for t in mine)
                    for s in sorted({t["state"] for t in mine})
                },
                "started": sum(t["phase"] in ("started", "handed-in") for t in mine),
                "handed_in": sum(t["phase"] == "handed-in" for t in mine),
            }
        )
    return {
        "session": session.plan.id,
        "name": session.plan.name._asdict(),
        "unlocked": session.unlocked,
        "sittings": sittings,
        "lost": proposals(session),
        "tiles": sorted(tiles, key=lambda t: (t["seat"], t["sitting"])),
    }
