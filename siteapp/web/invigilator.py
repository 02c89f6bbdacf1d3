"""The invigilators' wall and acts. Every act is an event of the journal and a line of the audit."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request

from siteapp.conduct import acts, late, lost, rescue
from siteapp.conduct.attempt import Attempt
from siteapp.conduct.session import Session
from siteapp.conduct.wall import wall
from siteapp.errors import RequestRefused, ReserveMissing
from siteapp.store.writer import Decision
from siteapp.web import rescue_files
from siteapp.web.guard import STAFF, json_body, member, role, site
from sync.errors import ExamError, NotFound, NotReady
from sync.words import Words

invigilator = Blueprint("invigilator", __name__)
ROOM_STAFF = ("chief", "invigilator")
CATEGORIES = {
    "machine": Words("考试机故障", "machine"),
    "network": Words("网络故障", "network"),
    "power": Words("停电", "power"),
    "health": Words("考生身体不适", "a candidate's health"),
    "conduct": Words("考场秩序", "conduct in the room"),
    "other": Words("其他", "other"),
}
FIELDS = {
    "reason": Words("原因", "reason"),
    "note": Words("情况", "note"),
    "text": Words("消息", "message"),
}
MOST_MINUTES = 120
MAX_NOTE = 500


@invigilator.get("/room")
@role(*STAFF)
def room_page() -> str:
    """The wall; the newest session that is not over comes first."""
    sessions = sorted(site().live.sessions.values(), key=lambda s: (s.closed, not s.unlocked))
    return render_template("invigilator-room.html", sessions=sessions, categories=CATEGORIES)


@invigilator.get("/api/room/<session_id>")
@role(*STAFF)
def room_state(session_id: str) -> dict[str, Any]:
    """What the wall shows now."""
    return _wall(site().live.session(session_id))


def _wall(session: Session) -> dict[str, Any]:
    live = site().live
    of = site().shelf.items_by_form(session)
    told = {
        "servers": site().standby.told(),
        "copies": site().copier.told(),
        "uploads": {
            name: coming._asdict()
            for name, coming in site().files.coming(session.plan.id).items()
            if session.attempt(name).phase == "started"
        },
    }
    told["disk"] = site().disk.state(live.sessions.values())
    return wall(session, live.clock.now(), live.contacts, of) | told


def _act(
    session_id: str, name: str, what: str, decide: Callable[[Session], list[acts.NewEvent]]
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
    return _wall(session)


def _sitting(session_id: str, sitting: str) -> str:
    if sitting not in site().live.session(session_id).sittings:
        raise NotFound(what=sitting)
    return sitting


def _note(text: str, name: str) -> str:
    """A reason or note that says something, without control characters."""
    clean = " ".join(text.split())
    if not clean or len(clean) > MAX_NOTE:
        words = FIELDS.get(name, Words(name, name))
        raise RequestRefused(reason=_length(words))
    return clean


def _length(field: Words) -> Words:
    return Words(
        f"“{field.zh}”须有 1–{MAX_NOTE} 字", f"{field.en}: between 1 and {MAX_NOTE} characters"
    )


def _seat(number: int) -> int:
    if not 1 <= number <= 9999:
        raise RequestRefused(reason=Words("座位号须为 1–9999", "a seat is 1–9999"))
    return number


@invigilator.post("/api/room/<session_id>/open")
@role("chief")
def open_sitting(session_id: str) -> dict[str, Any]:
    """Open a sitting; candidates may start. Without room for all answers it takes a `reason`."""
    sitting, by = _sitting(session_id, json_body(sitting=str)["sitting"]), member().name
    missing = site().disk.missing_mib(site().live.sessions.values())
    record = _in_spite_of(missing, by) if missing else []
    return _act(
        session_id, "open", sitting, lambda s: _beside(acts.open_sitting(s, sitting, by), record)
    )


def _in_spite_of(missing_mib: int, by: str) -> list[acts.NewEvent]:
    """The chief's reason to open without the reserve, for the room record; else ReserveMissing."""
    if "reason" not in (request.get_json(silent=True) or {}):
        raise ReserveMissing(missing_mib=missing_mib)
    reason = _note(json_body(reason=str)["reason"], "reason")
    return acts.note("incident", "", by, category="machine", note=f"-{missing_mib} MiB: {reason}")


def _beside(events: list[acts.NewEvent], record: list[acts.NewEvent]) -> list[acts.NewEvent]:
    return [*events, *record] if events else []


@invigilator.post("/api/room/<session_id>/close")
@role("chief")
def close_sitting(session_id: str) -> dict[str, Any]:
    """Close a sitting; collects from everyone still writing."""
    sitting, by = _sitting(session_id, json_body(sitting=str)["sitting"]), member().name
    of = site().shelf.items_by_form(site().live.session(session_id))
    return _act(session_id, "close", sitting, lambda s: acts.close_sitting(s, sitting, by, of))


@invigilator.post("/api/room/<session_id>/move")
@role(*ROOM_STAFF)
def move(session_id: str) -> dict[str, Any]:
    """A candidate continues at another seat."""
    given = json_body(admission=str, seat=int, reason=str)
    admission, seat, by = given["admission"], _seat(given["seat"]), member().name
    reason = _note(given["reason"], "reason")
    return _act(
        session_id,
        "move",
        f"{admission} → {seat}",
        lambda s: acts.move(s, s.current_attempt(admission), seat, reason, by),
    )


@invigilator.post("/api/room/<session_id>/extend")
@role(*ROOM_STAFF)
def extend(session_id: str) -> dict[str, Any]:
    """Make-up time for one (`admission`) or, with an empty admission number, for all."""
    given = json_body(admission=str, minutes=int, reason=str)
    minutes, by, reason = given["minutes"], member().name, _note(given["reason"], "reason")
    if not 1 <= minutes <= MOST_MINUTES:
        raise RequestRefused(
            reason=Words(f"补时须为 1–{MOST_MINUTES} 分钟", f"1 to {MOST_MINUTES} minutes")
        )
    who = given["admission"]
    return _act(
        session_id,
        "extend",
        f"{who or '*'} {minutes}",
        lambda s: _reached(acts.extend(_some(s, who), minutes * 60_000, reason, by)),
    )


@invigilator.post("/api/room/<session_id>/message")
@role(*ROOM_STAFF)
def message(session_id: str) -> dict[str, Any]:
    """A message to one (`admission`) or, with an empty admission number, to all."""
    given = json_body(admission=str, text=str)
    text, by, who = _note(given["text"], "text"), member().name, given["admission"]
    words = Words(text, text)
    return _act(
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
    who, reason, by = given["admission"], _note(given["reason"], "reason"), member().name
    of = site().shelf.items_by_form(site().live.session(session_id))
    return _act(
        session_id, "collect", who, lambda s: acts.collect(s.current_attempt(who), reason, by, of)
    )


@invigilator.post("/api/room/<session_id>/incident")
@role(*ROOM_STAFF)
def incident(session_id: str) -> dict[str, Any]:
    """An entry for the room record; an empty admission number means the whole room."""
    given = json_body(admission=str, category=str, note=str)
    note, by, who = _note(given["note"], "note"), member().name, given["admission"]
    if given["category"] not in CATEGORIES:
        raise RequestRefused(reason=Words("没有这个类别", "no such category"))
    return _act(
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
    note, by, who = _note(given["note"], "note"), member().name, given["admission"]
    return _act(
        session_id,
        "violation",
        who,
        lambda s: acts.note("violation", s.current_attempt(who).id, by, note=note),
    )


@invigilator.post("/api/room/<session_id>/absent")
@role(*ROOM_STAFF)
def absent(session_id: str) -> dict[str, Any]:
    """A candidate did not come; refused once the candidate has started."""
    who, by = json_body(admission=str)["admission"], member().name
    return _act(session_id, "absent", who, lambda s: acts.absent(s.current_attempt(who), by))


@invigilator.post("/api/room/<session_id>/lift")
@role(*ROOM_STAFF)
def lift(session_id: str) -> dict[str, Any]:
    """End the sign-in wait of a seat."""
    session, seat = site().live.session(session_id), _seat(json_body(seat=int)["seat"])
    site().limits.lift(seat)
    site().staff.audit(member().name, "lift", f"{session_id} {seat}")
    return _wall(session)


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
    return _wall(session)


@invigilator.post("/api/room/<session_id>/apply-rescue")
@role(*ROOM_STAFF)
def apply_rescue(session_id: str) -> dict[str, Any]:
    """Two people let the rescued answers of an attempt count; who and why goes into the journal."""
    given = json_body(attempt=str, reason=str, second=str, password=str)
    name, reason, by = given["attempt"], _note(given["reason"], "reason"), member().name
    second = _second(given)

    session, now = site().live.session(session_id), site().live.clock.now()
    of = site().shelf.items_by_form(session).get(session.attempt(name).copied_form, 0)

    def decide(state: Session) -> list[acts.NewEvent]:
        return rescue.apply(state, state.attempt(name), reason, by, second, now, of)

    return _act(session_id, "apply-rescue", f"{name} {second}", decide)


@invigilator.post("/api/room/<session_id>/refuse-rescue")
@role(*ROOM_STAFF)
def refuse_rescue(session_id: str) -> dict[str, Any]:
    """Two people decide that the rescued answers of an attempt do not count; that is final."""
    given = json_body(attempt=str, reason=str, second=str, password=str)
    name, reason, by = given["attempt"], _note(given["reason"], "reason"), member().name
    second = _second(given)

    def decide(state: Session) -> list[acts.NewEvent]:
        return rescue.refuse(state.attempt(name), reason, by, second)

    return _act(session_id, "refuse-rescue", f"{name} {second}", decide)


@invigilator.post("/api/room/<session_id>/lost-time")
@role(*ROOM_STAFF)
def lost_time(session_id: str) -> dict[str, Any]:
    """Give back what a seat lost, or (empty admission number) what each lost; or nothing."""
    given = json_body(admission=str, give=bool, reason=str)
    give, by, who = given["give"], member().name, given["admission"]
    reason = _note(given["reason"], "reason")
    return _act(
        session_id,
        "lost-time",
        f"{who or '*'} {'+' if give else '0'}",
        lambda s: lost.decide(_some(s, who), give, reason, by),
    )


def _second(given: dict[str, Any]) -> str:
    """The name of the second person, who proves by a password to be another than the first."""
    second = str(given["second"]).strip()
    if second == member().name:
        raise RequestRefused(
            reason=Words("第二人须是另一个人", "the second person is another than the first")
        )
    site().staff.vouch(second, given["password"], request.remote_addr or "", ROOM_STAFF)
    return second


@invigilator.post("/api/room/<session_id>/late")
@role(*ROOM_STAFF)
def late_responses(session_id: str) -> dict[str, Any]:
    """Two people decide whether late responses count; the second gives name and password here."""
    given = json_body(attempt=str, counts=bool, reason=str, second=str, password=str)
    reason, by = _note(given["reason"], "reason"), member().name
    session = site().live.session(session_id)
    attempt, second = session.attempt(given["attempt"]), _second(given)
    of = site().shelf.items_by_form(session).get(attempt.form, 0)
    # Read from the disk: memory does not keep what counts for nothing.
    kept = [e for e in site().live.events(session_id) if e.body.get("attempt") == attempt.id]

    def decide(state: Session) -> list[acts.NewEvent]:
        mine = state.attempt(attempt.id)
        return late.decide(mine, kept, given["counts"], reason, by, second, of)

    what = f"{attempt.id} {'+' if given['counts'] else '0'} {second}"
    return _act(session_id, "late", what, decide)
