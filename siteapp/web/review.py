"""After a practice: score and, item by item, what was answered, what is right and why.

No other session has keys at the site, so there is nothing that this could show.
"""

from typing import Any

from flask import Blueprint

from siteapp.errors import NotOpenYet
from siteapp.papers import AttemptPaper
from siteapp.web.guard import CANDIDATE, role, site, whom
from sync.errors import NotFound
from sync.exam.practice import Review, Reviewed, reviewed

reviewing = Blueprint("reviewing", __name__)


@reviewing.get("/api/candidate/review")
@role(CANDIDATE)
def review() -> dict[str, Any]:
    """The caller's practice with its keys; only of a practice, only after its hand-in."""
    session = site().live.session(whom().session)
    attempt = session.attempt(whom().attempt)
    if session.plan.kind != "practice":
        raise NotFound(what="review")
    if attempt.phase != "handed-in" or attempt.seat_term != whom().seat_term:
        raise NotOpenYet
    paper = site().shelf.paper(session, attempt)
    keys = site().shelf.keys(session, attempt)
    return shown(paper, reviewed(paper.form, keys, attempt.final_responses()))


def shown(paper: AttemptPaper, found: Review) -> dict[str, Any]:
    """The paper as its page had it, with what the review says of each item."""
    by_ref = {paper.tokens.shown(one.item)[0]: one for one in found.items}
    parts: Any = paper.view["parts"]
    for part in parts:
        for item in part["items"]:
            item |= _of_item(paper, by_ref[item["ref"]])
    return {"marks": found.marks, "of": found.of, "parts": parts}


def _of_item(paper: AttemptPaper, one: Reviewed) -> dict[str, Any]:
    _, refs = paper.tokens.shown(one.item)
    taken = one.response if isinstance(one.response, list) else []
    return {
        "text": one.response if isinstance(one.response, str) else "",
        "taken": [refs[option] for option in taken if option in refs],
        "key": [refs.get(option, option) for option in one.key.key],
        "why": {refs[option]: said for option, said in one.key.why.items() if option in refs},
        "reason": one.key.reason,
        "marks": one.marks,
        "of": one.of,
    }
