"""What candidates' pages noticed of themselves, taken as evidence for people."""

from typing import Any

from flask import Blueprint

from siteapp.conduct.noticing import KINDS, MAX_COUNT, MAX_MS, Noticed, notice
from siteapp.errors import RequestRefused, SeatMoved
from siteapp.store.writer import Decision
from siteapp.web.guard import CANDIDATE, json_body, role, site, whom

noticing = Blueprint("noticing", __name__)


@noticing.post("/api/candidate/noticed")
@role(CANDIDATE)
def noticed() -> dict[str, Any]:
    """Left, copied, pasted, tools: how often and how long, each kind once a request."""
    given = json_body(instance=str, seen=list)
    seen = _seen(given["seen"])
    if not given["instance"].isalnum() or len(given["instance"]) > 32:
        raise RequestRefused(reason="instance")
    session = site().live.session(whom().session)
    attempt = session.attempt(whom().attempt)
    if whom().seat_term != attempt.seat_term:
        raise SeatMoved(seat=attempt.seat)
    site().pace.saves(session.plan.id, attempt, 1, 0, site().live.clock.now())
    site().live.act(
        session, lambda s: Decision(notice(s.attempt(attempt.id), given["instance"], seen))
    )
    return {}


def _seen(given: list[Any]) -> list[Noticed]:
    """The rows, each kind at most once, or RequestRefused."""
    if not 0 < len(given) <= len(KINDS) or not all(isinstance(one, list) for one in given):
        raise RequestRefused(reason="seen")
    for one in given:
        plain = len(one) == 3 and one[0] in KINDS and all(type(n) is int for n in one[1:])
        if not plain or not (0 < one[1] <= MAX_COUNT and 0 <= one[2] <= MAX_MS):
            raise RequestRefused(reason="seen")
    rows = [Noticed(*one) for one in given]
    if len({row.what for row in rows}) != len(rows):
        raise RequestRefused(reason="seen")
    return rows
