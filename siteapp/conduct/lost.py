"""Time without a usable page: the server's silences less what the page worked through. Pure.

The server notes when it heard nothing of a seat; the page notes when it could be used. Lost is what
neither accounts for. It is proposed for giving back; a person decides.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session
from siteapp.conduct.spans import Span, as_text, total_ms, within
from sync.errors import NotReady

# A page asks every five seconds: so long without a request is a silence.
SILENT_MS = 10_000
# Less is not worth anyone's decision.
WORTH_MS = 10_000
# A page that comes back sends what it has before it hands in.
RETURN_MS = 60_000
# So long the clock waits for a page that was not heard when its time ran out.
WAIT_MS = 30 * 60_000
# More than a morning of the worst network makes; so a page that lies has an end.
MAX_SPANS = 500


def silence(attempt: Attempt, spans: Iterable[Span]) -> list[NewEvent]:
    """What the server heard nothing in, from the start on; nothing twice."""
    if attempt.phase != "started" and attempt.how in ("", "candidate"):
        return []
    found = [Span(max(one.from_ms, attempt.started_ms), one.to_ms) for one in spans]
    return [
        NewEvent("silence", _body(attempt, one))
        for one in found
        if one.ms >= SILENT_MS and one not in attempt.silences
    ][: MAX_SPANS - len(attempt.silences)]


def worked(
    attempt: Attempt, instance: str, spans: Iterable[Span], silences: Iterable[Span] = ()
) -> list[NewEvent]:
    """What the page says it was usable in, as far as it says something new about a silence.

    `silences` are those that are not in the attempt's state yet.
    """
    if len(attempt.worked) >= MAX_SPANS:
        return []
    unknown = attempt.unaccounted([*attempt.silences, *silences])
    return [
        NewEvent("page-worked", {**_body(attempt, one), "instance": instance})
        for one in within(spans, unknown)
    ][: MAX_SPANS - len(attempt.worked)]


def _body(attempt: Attempt, span: Span) -> dict[str, Any]:
    return {"attempt": attempt.id, "from_ms": span.from_ms, "to_ms": span.to_ms}


def proposals(session: Session) -> list[dict[str, Any]]:
    """For each seat that lost time and is still writing: how much, when, and what is known."""
    found = []
    for attempt in session.attempts.values():
        lost = attempt.lost()
        if attempt.phase != "started" or total_ms(lost) < WORTH_MS:
            continue
        found.append(
            {
                "attempt": attempt.id,
                "seat": attempt.seat,
                "name": session.candidates[attempt.admission].name,
                "ms": total_ms(lost),
                "granted_ms": attempt.granted_ms,
                "started_ms": attempt.started_ms,
                "lost": lost,
                "silent": list(attempt.silences),
                "worked": list(attempt.worked),
            }
        )
    return sorted(found, key=lambda one: one["seat"])


def decide(attempts: Sequence[Attempt], give: bool, reason: str, by: str) -> list[NewEvent]:
    """Each gets back what was lost, or nothing; the events name the stretches that it is about.

    NotReady if nobody lost anything that is still to be decided.
    """
    events = [
        NewEvent(
            "extension",
            {
                "attempt": attempt.id,
                "by": by,
                "lost": [as_text(one) for one in attempt.lost()],
                "ms": total_ms(attempt.lost()) if give else 0,
                "reason": reason,
            },
        )
        for attempt in attempts
        if attempt.phase == "started" and (attempt.lost() or attempt.held)
    ]
    if not events:
        raise NotReady(reason_zh="没有待决定的补时", reason_en="no lost time waits for a decision")
    return events


def still_out(
    session: Session,
    now: int,
    contacts: dict[tuple[str, str], int],
    silences: dict[tuple[str, str], list[Span]],
) -> set[str]:
    """Attempts that the clock must not collect: not heard since their deadline, or just back.

    Their pages may hold answers that were made in time; nothing is lost by waiting for them, for
    half an hour.
    """
    out = set()
    for attempt in session.attempts.values():
        key = (session.plan.id, attempt.id)
        contact = contacts.get(key)
        if contact is None or now > attempt.deadline_ms + WAIT_MS:
            continue
        past = [*silences.get(key, ()), *attempt.silences[-1:]]
        back = any(now - RETURN_MS < one.to_ms for one in past if one.to_ms > attempt.deadline_ms)
        gone = contact < attempt.deadline_ms and now - contact >= SILENT_MS
        if gone or back:
            out.add(attempt.id)
    return out
