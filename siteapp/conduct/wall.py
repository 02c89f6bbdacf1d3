"""The invigilator's wall: one tile a seat, what each says, which come first."""

from collections.abc import Sequence
from typing import Any

from siteapp.conduct.attempt import Attempt
from siteapp.conduct.entering import Rules, is_late
from siteapp.conduct.hands import queue
from siteapp.conduct.lost import proposals
from siteapp.conduct.noticing import told
from siteapp.conduct.resting import approved
from siteapp.conduct.session import Session

# A page asks every few seconds; longer silence than this is shown.
AWAY_MS = 20_000
# A shorter one is not told: else every tile would be new whenever its page asks.
WORTH_TELLING_MS = 10_000


def tile(
    session: Session, attempt: Attempt, now: int, contact: int | None, of: int, rules: Rules
) -> dict[str, Any]:
    """What one seat shows; `contact` is the site's clock at the page's last request.

    Nothing in it changes by the mere passing of time but that a page falls silent.
    """
    silent = None if contact is None else max(0, now - contact)
    return {
        "attempt": attempt.id,
        # One tile a seat: of a candidate in several sittings the one that is on.
        "current": session.current_attempt(attempt.admission) is attempt,
        "sitting": attempt.sitting,
        "admission": attempt.admission,
        "name": session.candidates[attempt.admission].name,
        "seat": attempt.seat,
        "phase": attempt.phase,
        "state": _state(attempt, silent),
        "checked": attempt.checked,
        "part": [attempt.part + 1, len(attempt.part_ms)] if attempt.part_ms else None,
        "late_comer": is_late(session, attempt, now, rules),
        "heard_ms": contact if silent is not None and silent >= WORTH_TELLING_MS else None,
        # Of the person, in whichever paper: what was decided goes along to the next.
        "violations": sum(a.violations for a in session.attempts_of(attempt.admission)),
        **told(attempt.noticed, rules.look_from),
        **_clock(attempt, now),
        **_rests(session, attempt),
        **_work(attempt, of),
    }


def _state(attempt: Attempt, silent: int | None) -> str:
    if attempt.absent:
        return "absent"
    if attempt.paused:
        return "resting" if attempt.resting else "paused"
    here = attempt.phase in ("signed-in", "confirmed", "started")
    return "away" if here and (silent is None or silent > AWAY_MS) else attempt.phase


def _clock(attempt: Attempt, now: int) -> dict[str, Any]:
    runs = attempt.phase == "started" and not attempt.paused
    return {
        "ends_ms": attempt.deadline_ms if runs else None,
        "paused_left_ms": attempt.remaining_ms(now) if attempt.paused else None,
        "by_hand_ms": attempt.by_hand_ms,
        "held": attempt.held,
    }


def _rests(session: Session, attempt: Attempt) -> dict[str, Any]:
    left = approved(session, attempt)
    return {
        "rests_left": left.rests,
        "rest_ms": left.ms,
        "rest_until_ms": attempt.rest_until_ms if attempt.resting else None,
    }


def _work(attempt: Attempt, of: int) -> dict[str, Any]:
    return {
        "answered": attempt.answered(),
        "of": of,
        "files": len(attempt.files),
        "rescued": len(attempt.rescued),
        "late": len(attempt.late) + len(attempt.late_waiting),
        "receipt": attempt.receipt or None,
        "how": attempt.how or None,
    }


def wall(
    session: Session,
    now: int,
    contacts: dict[tuple[str, str], int],
    of: dict[str, int],
    rules: Rules,
) -> dict[str, Any]:
    """The whole room by seat, and each sitting's counts."""
    name = session.plan.id
    tiles = [
        tile(session, one, now, contacts.get((name, one.id)), of.get(one.form, 0), rules)
        for one in session.attempts.values()
    ]
    return {
        "session": name,
        "name": session.plan.name._asdict(),
        "unlocked": session.unlocked,
        "check_in": rules.check_in,
        "look_from": rules.look_from,
        "paused": session.pause is not None,
        "sittings": _sittings(session, tiles),
        "lost": proposals(session),
        "hands": [hand._asdict() for hand in queue(session)],
        "tiles": sorted(tiles, key=lambda t: (t["seat"], t["sitting"])),
    }


def _sittings(session: Session, tiles: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    counted = []
    for plan in session.plan.sittings:
        mine = [t for t in tiles if t["sitting"] == plan.id]
        counted.append(
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
    return counted
