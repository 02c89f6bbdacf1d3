"""The invigilators' wall and acts. Every act is an event of the journal and a line of the audit."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from siteapp.conduct import acts, by_two, entering, hands, lost, pausing
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.incidents import CATEGORIES
from siteapp.conduct.session import Session
from siteapp.errors import EntryRefused, RequestRefused, ReserveMissing
from siteapp.web import rescue_files
from siteapp.web.acting import MOST_MINUTES, ROOM_STAFF, carry_out, shown, written
from siteapp.web.guard import STAFF, json_body, member, role, site
from siteapp.web.photos import photo_of
from siteapp.web.readiness import overruled
from siteapp.web.two_people import second_if_named
from sync.errors import ExamError, NotFound, NotReady
from sync.words import Words

invigilator = Blueprint("invigilator", __name__)


@invigilator.get("/room")
@role(*STAFF)
def room_page() -> str:
    """The wall; the newest session that is not over comes first."""
    sessions = sorted(site().live.sessions.values(), key=lambda s: (s.closed, not s.unlocked))
    return render_template("invigilator-room.html", sessions=sessions, categories=CATEGORIES)


@invigilator.get("/api/room/<session_id>")
@role(*STAFF)
def room_state(session_id: str) -> dict[str, Any]:
    """What the wall shows now: all of it, or what is new since the version that a page has."""
    version = request.args.get("since", "")[:40]
    return site().boards.told(site().live.session(session_id), version, fresh=not version)


@invigilator.get("/api/room/<session_id>/photos/<admission>")
@role(*STAFF)
def room_photo(session_id: str, admission: str) -> Response:
    """A candidate's photo, for the check-in by eye."""
    return photo_of(site().live.session(session_id), admission)


def _sitting(session_id: str, sitting: str) -> str:
    if sitting not in site().live.session(session_id).sittings:
        raise NotFound(what=sitting)
    return sitting


def _seat(number: int) -> int:
    if not 1 <= number <= 9999:
        raise EntryRefused(reason=Words("座位号须为 1–9999", "a seat is 1–9999"))
    return number


@invigilator.post("/api/room/<session_id>/open")
@role("chief")
def open_sitting(session_id: str) -> dict[str, Any]:
    """Open a sitting; candidates may start. Not ready, or no room for all answers: a `reason`."""
    sitting, by = _sitting(session_id, json_body(sitting=str)["sitting"]), member().name
    missing = site().disk.missing_mib(site().live.sessions.values())
    record = _in_spite_of(missing, by) if missing else []
    if not_ready := overruled(site().live.session(session_id)):
        reason = written(json_body(reason=str), "reason")
        record += acts.note("incident", "", by, category="other", note=f"{not_ready}: {reason}")
    return carry_out(
        session_id, "open", sitting, lambda s: _beside(acts.open_sitting(s, sitting, by), record)
    )


def _in_spite_of(missing_mib: int, by: str) -> list[acts.NewEvent]:
    """The chief's reason to open without the reserve, for the room record; else ReserveMissing."""
    if "reason" not in (request.get_json(silent=True) or {}):
        raise ReserveMissing(missing_mib=missing_mib)
    reason = written(json_body(reason=str), "reason")
    return acts.note("incident", "", by, category="machine", note=f"-{missing_mib} MiB: {reason}")


def _beside(events: list[acts.NewEvent], record: list[acts.NewEvent]) -> list[acts.NewEvent]:
    return [*events, *record] if events else []


@invigilator.post("/api/room/<session_id>/close")
@role("chief")
def close_sitting(session_id: str) -> dict[str, Any]:
    """Close a sitting; collects from everyone still writing."""
    sitting, by = _sitting(session_id, json_body(sitting=str)["sitting"]), member().name
    of = site().shelf.items_by_form(site().live.session(session_id))
    return carry_out(session_id, "close", sitting, lambda s: acts.close_sitting(s, sitting, by, of))


@invigilator.post("/api/room/<session_id>/move")
@role(*ROOM_STAFF)
def move(session_id: str) -> dict[str, Any]:
    """A candidate continues at another seat."""
    given = json_body(admission=str, seat=int, reason=str)
    admission, seat, by = given["admission"], _seat(given["seat"]), member().name
    reason = written(given, "reason")
    return carry_out(
        session_id,
        "move",
        f"{admission} → {seat}",
        lambda s: acts.move(s, s.current_attempt(admission), seat, reason, by),
    )


@invigilator.post("/api/room/<session_id>/extend")
@role(*ROOM_STAFF)
def extend(session_id: str) -> dict[str, Any]:
    """Make-up time for one (`admission`) or, with an empty admission number, for all.

    Much of it needs a second person: `second` and `password` beside the rest.
    """
    given = json_body(admission=str, minutes=int, reason=str)
    minutes, by, reason = given["minutes"], member().name, written(given, "reason")
    if not 1 <= minutes <= MOST_MINUTES:
        raise EntryRefused(
            reason=Words(f"补时须为 1–{MOST_MINUTES} 分钟", f"1 to {MOST_MINUTES} minutes")
        )
    who, alone_ms = given["admission"], site().settings.number("extend_alone_minutes") * 60_000
    second = second_if_named()

    def decide(state: Session) -> list[acts.NewEvent]:
        facts = (minutes * 60_000, reason, by, second, alone_ms)
        return _reached(by_two.give(_some(state, who), *facts))

    return carry_out(session_id, "extend", f"{who or '*'} {minutes} {second}".strip(), decide)


@invigilator.post("/api/room/<session_id>/pause")
@role(*ROOM_STAFF)
def pause(session_id: str) -> dict[str, Any]:
    """Stop the clock of one (`admission`) or, with an empty one, of all, also who begins later."""
    given = json_body(admission=str, reason=str)
    who, reason, by = given["admission"], written(given, "reason"), member().name
    now = site().live.clock.now()

    def decide(state: Session) -> list[acts.NewEvent]:
        if not who:
            return pausing.pause_room(state, now, reason, by)
        return _reached(pausing.pause(_some(state, who), now, reason, by))

    return carry_out(session_id, "pause", who or "*", decide)


@invigilator.post("/api/room/<session_id>/resume")
@role(*ROOM_STAFF)
def resume(session_id: str) -> dict[str, Any]:
    """Let the clock of one (`admission`), or of all, run again."""
    who, by, now = json_body(admission=str)["admission"], member().name, site().live.clock.now()

    def decide(state: Session) -> list[acts.NewEvent]:
        if not who:
            return pausing.resume_room(state, now, by)
        return pausing.resume(_some(state, who), now, by)

    return carry_out(session_id, "resume", who or "*", decide)


@invigilator.post("/api/room/<session_id>/lower-hand")
@role(*ROOM_STAFF)
def lower_hand(session_id: str) -> dict[str, Any]:
    """Somebody came to a candidate whose hand is up."""
    who, by, now = json_body(admission=str)["admission"], member().name, site().live.clock.now()
    return carry_out(
        session_id,
        "lower-hand",
        who,
        lambda s: hands.raise_hand(s.current_attempt(who), False, now, by),
    )


@invigilator.post("/api/room/<session_id>/message")
@role(*ROOM_STAFF)
def message(session_id: str) -> dict[str, Any]:
    """A message to one (`admission`) or, with an empty admission number, to all."""
    given = json_body(admission=str, text=str)
    text, by, who = written(given, "text"), member().name, given["admission"]
    words = Words(text, text)
    return carry_out(
        session_id, "message", who or "*", lambda s: _reached(acts.tell(_some(s, who), words, by))
    )


def _reached(events: list[acts.NewEvent]) -> list[acts.NewEvent]:
    """The events, if there is anyone whom they concern: nobody is told of what did not happen."""
    if not events:
        raise NotReady(reason_zh="没有正在考试的考生", reason_en="no candidate is in the exam")
    return events


def _some(session: Session, admission: str) -> list[Attempt]:
    return [session.current_attempt(admission)] if admission else list(session.attempts.values())


@invigilator.post("/api/room/<session_id>/collect")
@role(*ROOM_STAFF)
def collect(session_id: str) -> dict[str, Any]:
    """Forced collection of one candidate's paper."""
    given = json_body(admission=str, reason=str)
    who, reason, by = given["admission"], written(given, "reason"), member().name
    of = site().shelf.items_by_form(site().live.session(session_id))
    return carry_out(
        session_id, "collect", who, lambda s: acts.collect(s.current_attempt(who), reason, by, of)
    )


@invigilator.post("/api/room/<session_id>/incident")
@role(*ROOM_STAFF)
def incident(session_id: str) -> dict[str, Any]:
    """An entry for the room record; an empty admission number means the whole room."""
    given = json_body(admission=str, category=str, note=str)
    note, by, who = written(given, "note"), member().name, given["admission"]
    if given["category"] not in CATEGORIES:
        raise RequestRefused(reason=Words("没有这个类别", "no such category"))
    return carry_out(
        session_id,
        "incident",
        who or "*",
        lambda s: acts.note(
            "incident",
            s.current_attempt(who).id if who else "",
            by,
            category=given["category"],
            note=note,
        ),
    )


@invigilator.post("/api/room/<session_id>/violation")
@role("chief")
def violation(session_id: str) -> dict[str, Any]:
    """A violation, as the chief decides it."""
    given = json_body(admission=str, note=str)
    note, by, who = written(given, "note"), member().name, given["admission"]
    return carry_out(
        session_id,
        "violation",
        who,
        lambda s: acts.note("violation", s.current_attempt(who).id, by, note=note),
    )


@invigilator.post("/api/room/<session_id>/admit")
@role(*ROOM_STAFF)
def admit(session_id: str) -> dict[str, Any]:
    """A late-comer may start all the same."""
    given = json_body(admission=str, reason=str)
    who, reason, by = given["admission"], written(given, "reason"), member().name
    return carry_out(
        session_id, "admit", who, lambda s: entering.admit(s.current_attempt(who), reason, by)
    )


@invigilator.post("/api/room/<session_id>/check-in")
@role(*ROOM_STAFF)
def check_in(session_id: str) -> dict[str, Any]:
    """Somebody has compared the candidate's face with the photo and the card."""
    who, by = json_body(admission=str)["admission"], member().name
    return carry_out(
        session_id, "check-in", who, lambda s: entering.check_in(s.current_attempt(who), by)
    )


@invigilator.post("/api/room/<session_id>/absent")
@role(*ROOM_STAFF)
def absent(session_id: str) -> dict[str, Any]:
    """A candidate did not come; refused once the candidate has started."""
    who, by = json_body(admission=str)["admission"], member().name
    return carry_out(session_id, "absent", who, lambda s: acts.absent(s.current_attempt(who), by))


@invigilator.post("/api/room/<session_id>/lift")
@role(*ROOM_STAFF)
def lift(session_id: str) -> dict[str, Any]:
    """End the sign-in wait of a seat."""
    session, seat = site().live.session(session_id), _seat(json_body(seat=int)["seat"])
    site().limits.lift(seat)
    site().staff.audit(member().name, "lift", f"{session_id} {seat}")
    return shown(session)


@invigilator.post("/api/room/<session_id>/rescue")
@role(*ROOM_STAFF)
def take_rescue_file(session_id: str) -> dict[str, Any]:
    """Take in the rescue file of an attempt; what does not count now waits for `apply-rescue`."""
    given = json_body(attempt=str, file=str)
    session, what = site().live.session(session_id), f"{session_id} {given['attempt']}"
    try:
        rescue_files.take_in(site(), given["file"].encode(), (session_id, given["attempt"]))
    except ExamError as error:
        site().staff.audit(member().name, "rescue-refused", f"{what} {error.code}")
        raise
    site().staff.audit(member().name, "rescue", what)
    return shown(session)


@invigilator.post("/api/room/<session_id>/lost-time")
@role(*ROOM_STAFF)
def lost_time(session_id: str) -> dict[str, Any]:
    """Give back what a seat lost, or (empty admission number) what each lost; or nothing."""
    given = json_body(admission=str, give=bool, reason=str)
    give, by, who = given["give"], member().name, given["admission"]
    reason = written(given, "reason")
    return carry_out(
        session_id,
        "lost-time",
        f"{who or '*'} {'+' if give else '0'}",
        lambda s: lost.decide(_some(s, who), give, reason, by),
    )
