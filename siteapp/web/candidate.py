"""The candidate's pages: sign in, confirm, start, the paper, hand in. Saves are in `answers`."""

import unicodedata
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from siteapp.conduct import acts, entering, hands, papers, parts
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.lost import MAX_SPANS, silence, worked
from siteapp.conduct.session import Session
from siteapp.conduct.spans import Span
from siteapp.errors import (
    AlreadyHandedIn,
    NotOpenYet,
    RequestRefused,
    SeatMoved,
    StillResting,
    TooManyTries,
    WrongSeat,
    WrongSignIn,
)
from siteapp.papers import AttemptPaper
from siteapp.site import Site
from siteapp.store.live import Token
from siteapp.store.writer import Decision
from siteapp.web.guard import CANDIDATE, ROOM, json_body, role, site, whom
from siteapp.web.headers import policy
from siteapp.web.lockdown import check, look
from siteapp.web.photos import photo_of
from siteapp.web.readmitting import check_readmission
from siteapp.web.sealed_copies import rescue_keys
from sync.exam.journal import MAX_NUMBER
from sync.wire.passwords import new_token
from sync.words import Words

candidate = Blueprint("candidate", __name__)


@candidate.get("/")
@role(ROOM)
def page() -> Response:
    """The one page a candidate's browser opens; it may ask the second server too."""
    response = make_response(render_template("candidate.html"))
    if spare := site().standby.spare_address:
        response.headers["Content-Security-Policy"] = policy(spare)
    return response


@candidate.post("/api/candidate/sign-in")
@role(ROOM)
def sign_in() -> dict[str, Any]:
    """Admission number, last six of the identity number (or all of it), seat → a token."""
    given = json_body(admission=str, secret=str, seat=int, instance=str)
    if not given["instance"].isalnum() or len(given["instance"]) > 32:
        raise RequestRefused(reason="instance")
    admission, secret = _typed(given["admission"]), _typed(given["secret"])
    session, attempt = _check_sign_in(admission, secret, given["seat"])
    if attempt.seat != given["seat"]:
        raise WrongSeat(seat=attempt.seat)
    check(session, attempt)
    check_readmission(session, attempt, given["instance"])
    token, live = new_token(), site().live
    site().pace.sign_in(session.plan.id, attempt, live.clock.now())

    # Acts run in the writer's thread, where there is no request.
    def decide(state: Session) -> Decision:
        current = state.attempt(attempt.id)
        events = acts.sign_in(state, current, given["instance"])
        term = events[-1].body["seat_term"]
        whom = Token(state.plan.id, current.id, term, given["instance"])
        return Decision(events, [live.remember(token, whom)])

    live.act(session, decide)
    # The wall knows at once that this page is there.
    live.whom(token)
    return _introduction(session, attempt) | {"token": token}


def _typed(text: str) -> str:
    """What a person typed, also with a Chinese input method on (full-width digits)."""
    return unicodedata.normalize("NFKC", text).strip()


def _check_sign_in(admission: str, secret: str, seat: int) -> tuple[Session, Attempt]:
    """The attempt that these credentials open; limits per candidate and machine."""
    limits, now = site().limits, site().live.clock.now()
    machine = request.remote_addr or ""
    if wait := limits.wait_ms(admission[:40], machine, now):
        raise TooManyTries(seconds=-(-wait // 1000))
    fitting = [
        session
        for session in list(site().live.sessions.values())
        if site().live.fits(session.plan.id, admission, _last_six(session, admission, secret))
    ]
    if not fitting:
        limits.claims(machine, seat)
        limits.wrong(admission[:40], machine, now)
        raise WrongSignIn
    limits.right(admission, machine)
    session = min(fitting, key=lambda s: _nearness(s, s.current_attempt(admission)))
    return session, session.current_attempt(admission)


def _nearness(session: Session, attempt: Attempt) -> int:
    """Somebody may be on several sessions' rosters: what is open comes first, what is over last."""
    if attempt.phase == "handed-in":
        return 2
    return {"open": 0, "waiting": 1, "closed": 3}[session.sittings[attempt.sitting]]


def _last_six(session: Session, admission: str, secret: str) -> bytes:
    return site().identity.verifier(session.plan.id, admission, secret[-6:])


def _introduction(session: Session, attempt: Attempt) -> dict[str, Any]:
    person = session.candidates[attempt.admission]
    sitting = session.sitting_of(attempt)
    return {
        "attempt": attempt.id,
        "candidate": {
            "admission": person.admission,
            "name": person.name,
            "sex": person.sex,
            "school": person.school,
            "seat": attempt.seat,
        },
        "sitting": {
            "id": sitting.id,
            "title": sitting.title._asdict(),
            "minutes": sitting.minutes + attempt.extra_ms // 60_000,
            "part_minutes": [-(-ms // 60_000) for ms in attempt.part_ms],
        },
        "session": {"name": session.plan.name._asdict(), "kind": session.plan.kind},
        "phase": attempt.phase,
        "rescue": rescue_keys(session, attempt),
    }


def _mine() -> tuple[Session, Attempt]:
    """The caller's attempt; a page of a left seat is told so."""
    session = site().live.session(whom().session)
    attempt = session.attempt(whom().attempt)
    if whom().seat_term != attempt.seat_term:
        raise SeatMoved(seat=attempt.seat)
    return session, attempt


def _state(the: Site, session: Session, attempt: Attempt) -> dict[str, Any]:
    live, rules, now = the.live, the.entering, the.live.clock.now()
    started = attempt.phase == "started"
    hindrance = entering.hindrance(session, attempt, now, rules)
    return {
        "phase": attempt.phase,
        "open": session.sittings[attempt.sitting] == "open" and hindrance is None,
        "hindrance": hindrance.code if hindrance else None,
        "server_ms": live.clock.wall(),
        "clock_ms": now,
        "held": attempt.held,
        "parts": parts.told(attempt, now),
        "paused": attempt.paused,
        "resting_ms": max(0, attempt.rest_until_ms - now) if attempt.resting else None,
        "remaining_ms": attempt.remaining_ms(now) if started else None,
        "earliest_hand_in_ms": (
            acts.earliest_hand_in_ms(session, attempt, now) if started else None
        ),
        "watermark": {name: got.upto for name, got in list(attempt.received.items())},
        "highest": {name: attempt.highest(name) for name in _instances(attempt)},
        "messages": list(attempt.messages),
        "hand_raised": hands.is_raised(attempt),
        "rest_ms": papers.rest_ms(session, attempt, live.clock.wall()),
        "receipt": attempt.receipt or None,
        "next": papers.following(session, attempt, live.clock.wall()) if attempt.receipt else None,
    }


def _instances(attempt: Attempt) -> set[str]:
    return {*list(attempt.received), *list(attempt.evidence)}


def _told(session: Session, attempt: Attempt) -> dict[str, Any]:
    """The state as far as it may be acknowledged: memory is ahead of the disks."""
    the = site()
    # In the writer's thread there is no request. The attempt is asked for again: a full disk
    # meanwhile puts other objects in the place of all attempts.
    return dict(the.live.writer.seen(lambda: _state(the, session, session.attempt(attempt.id))))


@candidate.get("/api/candidate/state")
@role(CANDIDATE)
def state() -> dict[str, Any]:
    """Phase, remaining time, what the server holds of each client instance, messages."""
    session, attempt = _mine()
    look(session, attempt)
    here = request.args.get("here", "")
    site().live.only_there.tell(session.plan.id, attempt.id, here)
    return _told(session, attempt)


@candidate.get("/api/candidate/photo")
@role(CANDIDATE)
def photo() -> Response:
    """The caller's own photo, to compare."""
    session, attempt = _mine()
    return photo_of(session, attempt.admission)


@candidate.post("/api/candidate/confirm")
@role(CANDIDATE)
def confirm() -> dict[str, Any]:
    """Identity, seat and commitment confirmed."""
    session, attempt = _mine()
    site().live.act(session, lambda s: Decision(acts.confirm(s.attempt(attempt.id))))
    return _told(session, attempt)


@candidate.post("/api/candidate/start")
@role(CANDIDATE)
def start() -> dict[str, Any]:
    """The candidate's clock starts."""
    session, attempt = _mine()
    check(session, attempt)
    now, wall = site().live.clock.now(), site().live.clock.wall()
    rules = site().entering

    def decide(state: Session) -> Decision:
        mine = state.attempt(attempt.id)
        if refusal := entering.hindrance(state, mine, now, rules):
            raise refusal
        if rest := papers.rest_ms(state, mine, wall):
            raise StillResting(seconds=-(-rest // 1000))
        return Decision(acts.start(state, mine, now))

    site().live.act(session, decide)
    return _told(session, attempt)


def _paper(session: Session, attempt: Attempt) -> AttemptPaper:
    if attempt.phase == "handed-in":
        # No receipt code is told that is not on the disk.
        seen = site().live.writer.seen
        phase, receipt = seen(lambda: _ended(session.attempt(attempt.id)))
        if phase == "handed-in":
            raise AlreadyHandedIn(receipt=receipt)
    if attempt.phase != "started":
        raise NotOpenYet
    return site().shelf.paper(session, attempt)


def _ended(attempt: Attempt) -> tuple[str, str]:
    return attempt.phase, attempt.receipt


@candidate.post("/api/candidate/usable")
@role(CANDIDATE)
def usable() -> dict[str, Any]:
    """When the page could be used, on the site's clock; kept where it accounts for a silence."""
    given = json_body(instance=str, spans=list)
    spans = _spans(given["spans"])
    if not given["instance"].isalnum() or len(given["instance"]) > 32:
        raise RequestRefused(reason="instance")
    session, attempt = _mine()
    live = site().live
    site().pace.saves(session.plan.id, attempt, 1, 0, live.clock.now())

    def decide(state: Session) -> Decision:
        mine = state.attempt(attempt.id)
        quiet = silence(mine, live.silent(state, mine))
        fresh = [Span(event.body["from_ms"], event.body["to_ms"]) for event in quiet]
        return Decision([*quiet, *worked(mine, given["instance"], spans, fresh)])

    live.act(session, decide)
    return {}


def _spans(given: list[Any]) -> list[Span]:
    if len(given) > MAX_SPANS:
        raise RequestRefused(reason="spans")
    for one in given:
        numbers = isinstance(one, list) and len(one) == 2 and all(type(n) is int for n in one)
        if not numbers or not 0 <= one[0] <= one[1] <= MAX_NUMBER:
            raise RequestRefused(reason="spans")
    return [Span(*one) for one in given]


@candidate.get("/api/candidate/paper")
@role(CANDIDATE)
def paper() -> dict[str, Any]:
    """The whole paper with opaque references, and the responses that count so far."""
    session, attempt = _mine()
    check(session, attempt)
    mine = _paper(session, attempt)
    responses: dict[str, Any] = {}

    def read() -> tuple[dict[str, Any], list[str]]:
        state = session.attempt(attempt.id)
        return dict(state.final_responses()), list(state.flags)

    final, flagged = site().live.writer.seen(read)
    for item, response in final.items():
        ref, options = mine.tokens.shown(item)
        if isinstance(response, str):
            responses[ref] = response
        else:
            responses[ref] = [options[option] for option in response]
    flags = [mine.tokens.shown(item)[0] for item in flagged]
    return {**mine.view, "attempt": attempt.id, "responses": responses, "flags": flags}


@candidate.get("/api/candidate/materials/<path:file>")
@role(CANDIDATE)
def material(file: str) -> Response:
    """A file that the caller's paper hands out or shows."""
    session, attempt = _mine()
    _paper(session, attempt)
    response = make_response(site().shelf.material(session, attempt, file))
    response.mimetype = "application/octet-stream"
    return response


@candidate.post("/api/candidate/flag")
@role(CANDIDATE)
def flag() -> dict[str, Any]:
    """Mark an item to come back to, or unmark it."""
    given = json_body(item=str, flagged=bool)
    session, attempt = _mine()
    token = _paper(session, attempt).tokens.get(given["item"])
    if token is None:
        raise RequestRefused(reason="item")
    site().pace.saves(session.plan.id, attempt, 1, 0, site().live.clock.now())
    site().live.act(
        session,
        lambda s: Decision(acts.flag(s.attempt(attempt.id), token.item, given["flagged"])),
    )
    return {}


@candidate.post("/api/candidate/hand")
@role(CANDIDATE)
def hand() -> dict[str, Any]:
    """Raise a hand, or take it down again; an invigilator sees it on the wall."""
    raised = json_body(raised=bool)["raised"]
    session, attempt = _mine()
    now = site().live.clock.now()
    site().pace.saves(session.plan.id, attempt, 1, 0, now)
    site().live.act(
        session, lambda s: Decision(hands.raise_hand(s.attempt(attempt.id), raised, now))
    )
    return _told(session, attempt)


@candidate.post("/api/candidate/hand-in")
@role(CANDIDATE)
def hand_in() -> dict[str, Any]:
    """Final: refused while saves are missing; doing it again gives the same receipt code."""
    given = json_body(instance=str, last_sequence=int, how=str)
    if given["how"] not in ("candidate", "time") or not 0 <= given["last_sequence"] < 2**31:
        raise RequestRefused(reason="how or last_sequence")
    session, attempt = _mine()
    of = site().shelf.items_by_form(session).get(attempt.form, 0)
    now = site().live.clock.now()

    def decide(state: Session) -> Decision:
        mine = state.attempt(attempt.id)
        # While a decision is due, the page's clock ends nothing; the candidate still may.
        by_clock = now >= mine.deadline_ms and not (mine.held and given["how"] == "candidate")
        how: acts.HandIn = "time" if by_clock else "candidate"
        return Decision(
            acts.hand_in(state, mine, how, given["instance"], given["last_sequence"], now, of)
        )

    site().live.act(session, decide)
    over = session.attempt(attempt.id)
    after = papers.following(session, over, site().live.clock.wall())
    return {"receipt": over.receipt, "answered": over.answered(), "of": of, "next": after}


@candidate.before_request
def small_bodies() -> None:
    """No request of this page is large; saves have their own limit."""
    if (request.content_length or 0) > 64 * 1024:
        raise RequestRefused(reason=Words("内容过大", "too large"))
